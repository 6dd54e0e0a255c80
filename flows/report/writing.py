"""The press review as a file: on command, or when the config says that one is due."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from storage.report_data import ReportData, ReportRequest, report_data

if TYPE_CHECKING:
    from flows.config import Config


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


def write_due_review(config: Config, now: datetime) -> Path | None:
    """Write the review that the schedule of the config asks for, if it is not there; its path when it was written.

    A review is of the last moment of the schedule that has come, whatever time it is: called after each round, it is
    written once, and late rather than never. Reviews older than `keep_days` are deleted. OSError, `StorageError`.
    """
    plan = config.report
    if plan is None:
        return None
    from flows.schedule import last_moment

    until = last_moment(plan.schedule, now)
    path = plan.folder / f"press-review-{until.astimezone(UTC):%Y-%m-%dT%H%MZ}.html"
    if path.exists():
        return None
    request = ReportRequest(
        since=until - plan.since,
        until=until,
        watchlists=plan.watchlists or tuple(watchlist.id for watchlist in config.watchlists),
        only_watchlists=bool(plan.watchlists),
    )
    html = review(config.published, request, now).html
    plan.folder.mkdir(parents=True, exist_ok=True)
    write_page(html, path)
    if plan.keep is not None:
        _drop_older(plan.folder, now - plan.keep)
    return path


def _drop_older(folder: Path, than: datetime) -> None:
    for old in folder.glob("press-review-????-??-??T????Z.html"):
        with suppress(OSError):
            if old.stat().st_mtime < than.timestamp():
                old.unlink()
