"""The index beside each file of kept pages: a line for each page, tab-separated, in the order of the file.

    link_hash  offset  length  fetched_at (microseconds since 1970)  source_id  link

It can be made anew from its file at any time, and is, where a kill has left it short.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from extractors.model import KeptPage
from extractors.urls import identity

PREFIX, SUFFIX = "pages-", ".warc.gz"
INDEX_SUFFIX = ".index"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is."""

    file: Path
    offset: int
    length: int
    fetched_at: datetime


def index_path(file: Path) -> Path:
    """The index of a file of pages."""
    return file.with_name(file.name + INDEX_SUFFIX)


def index_line(page: KeptPage, offset: int, length: int) -> str:
    """A page's line."""
    return line_of(identity(page.link), offset, length, page.fetched_at, page.source_id, page.link)


def line_of(link_hash: int, offset: int, length: int, fetched_at: datetime, source_id: str, link: str) -> str:
    """The same of its parts."""
    at_us = round(fetched_at.timestamp() * 1_000_000)
    return f"{link_hash}\t{offset}\t{length}\t{at_us}\t{source_id}\t{' '.join(link.split())}\n"


def read_lines(index: Path) -> Iterator[tuple[int, int, int, int]]:
    """link_hash, offset, length and time (microseconds) of each whole line; what is no line is left out."""
    try:
        with index.open("rb") as lines:
            for line in lines:
                parts = line.split(b"\t", 4)
                if len(parts) == 5 and line.endswith(b"\n"):
                    try:
                        yield int(parts[0]), int(parts[1]), int(parts[2]), int(parts[3])
                    except ValueError:
                        continue
    except FileNotFoundError:
        return


def page_files(folder: Path) -> list[Path]:
    """The files of pages, oldest first: their names begin with the time."""
    return sorted(folder.glob(f"{PREFIX}*{SUFFIX}"))


@dataclass(slots=True)
class PageIndex:
    """Where all kept pages are, by link: 34 bytes a page in memory."""

    _files: list[Path] = field(default_factory=list)
    _links: array[int] = field(default_factory=lambda: array("q"))
    _times: array[int] = field(default_factory=lambda: array("q"))
    _file_numbers: array[int] = field(default_factory=lambda: array("H"))
    _offsets: array[int] = field(default_factory=lambda: array("q"))
    _lengths: array[int] = field(default_factory=lambda: array("q"))

    @classmethod
    def of(cls, folder: Path) -> PageIndex:
        """The index of all files in the folder, as they are now."""
        files = page_files(folder)
        rows = [
            (link, at_us, number, offset, length)
            for number, file in enumerate(files)
            for link, offset, length, at_us in read_lines(index_path(file))
        ]
        rows.sort()
        made = cls(files)
        for link, at_us, number, offset, length in rows:
            made._links.append(link)
            made._times.append(at_us)
            made._file_numbers.append(number)
            made._offsets.append(offset)
            made._lengths.append(length)
        return made

    def __len__(self) -> int:
        return len(self._links)

    def find(self, link_hash: int) -> list[Place]:
        """The pages of a link, oldest first."""
        first, behind = bisect_left(self._links, link_hash), bisect_right(self._links, link_hash)
        return [self._place(at) for at in range(first, behind)]

    def latest(self, link_hash: int, until: datetime) -> Place | None:
        """The last page of a link that was fetched by then; None where there is none."""
        places = [place for place in self.find(link_hash) if place.fetched_at <= until]
        return places[-1] if places else None

    def _place(self, at: int) -> Place:
        return Place(
            self._files[self._file_numbers[at]],
            self._offsets[at],
            self._lengths[at],
            datetime.fromtimestamp(self._times[at] / 1_000_000, UTC),
        )
