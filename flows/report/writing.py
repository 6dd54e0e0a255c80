"""The press review as a page and as a file."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.report_data import report_data
from storage.report_data_records import ReportData, ReportRequest


@dataclass(frozen=True, slots=True)
class Review:
    """A page, and what it tells of."""

    html: str
    data: ReportData


def review(published: Path, request: ReportRequest, written_at: datetime) -> Review:
    """The press review of the published copy. `StorageError` where that can't be read."""
    from flows.report.page import press_review

    data = report_data(published, request)
    return Review(press_review(data, written_at), data)


def write_page(html: str, path: Path) -> None:
    """Put the page in its place as a whole: who opens it meanwhile has the old one.

    A new file has the permissions that any document of the user gets, by the umask, since it is written to be
    shared; one that is there keeps its own. A link is followed; what is no file (a pipe) is written to. OSError where
    that fails, and then the old one stays.
    """
    path = path.resolve()
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(path.stat().st_mode):
            path.write_bytes(html.encode())
            return
    unfinished = path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}.new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(html.encode())
            with suppress(FileNotFoundError):
                os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
