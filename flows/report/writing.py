"""The press review as a page and as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.review.reading import report_data
from storage.review.records import ReportData, ReportRequest
from storage.whole_file import whole_file


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
    with whole_file(path) as unfinished:
        unfinished.write_bytes(html.encode())
