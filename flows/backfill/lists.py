"""A file of addresses, dealt out to the sources they belong to.

It is read twice: once to see whose each line is, when eight bytes are kept for a line, and then by each source for
itself. So all sources go on side by side, whatever the order of the lines, and a million of them take 8 MB.
"""

from __future__ import annotations

import gzip
import shutil
import sys
import tempfile
from array import array
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO

from extractors.backfill.listing import Listed, Unreadable, parse_line
from extractors.model import Entry
from flows.exits import CommandError

Choose = Callable[[Listed], str | Unreadable]  # the source of a line, or why it has none
ENTRIES_AT_ONCE = 2_000


class ListFile:
    """The file at `path`, "-" for standard input; packed by gzip if its name ends in .gz. A context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack = ExitStack()
        self._stream: IO[bytes] | None = None
        self._places: dict[str, array[int]] = {}

    def __enter__(self) -> ListFile:
        try:
            self._stream = self._stack.enter_context(self._opened())
        except (OSError, EOFError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise CommandError(f"can't read {self._path}: {why.lower()}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def deal(self, choose: Choose) -> Iterator[Unreadable]:
        """Note whose each line is. Yields the lines that belong to nobody, as they are met."""
        place = 0
        for line in self._lines():
            parsed = parse_line(line)
            chosen = choose(parsed) if isinstance(parsed, Listed) else parsed
            if isinstance(chosen, str):
                self._places.setdefault(chosen, array("q")).append(place)
            elif chosen is not None:
                yield chosen
            place += len(line)

    @property
    def source_ids(self) -> tuple[str, ...]:
        """The sources that have a line."""
        return tuple(self._places)

    def entries(self, source_id: str) -> Iterator[tuple[Entry, ...]]:
        """The entries of one source in the order of the file, some thousands at a time."""
        places = iter(self._places.get(source_id, ()))
        while piece := tuple(islice(places, ENTRIES_AT_ONCE)):
            found = (parse_line(self._line_at(place)) for place in piece)
            yield tuple(each.entry for each in found if isinstance(each, Listed))

    def _lines(self) -> Iterator[bytes]:
        stream = self._open_stream()
        stream.seek(0)
        yield from stream

    def _line_at(self, place: int) -> bytes:
        stream = self._open_stream()
        stream.seek(place)
        return stream.readline()

    def _open_stream(self) -> IO[bytes]:
        if self._stream is None:
            raise ValueError("the list is not open")
        return self._stream

    def _opened(self) -> IO[bytes]:
        """A stream that can be wound back."""
        if str(self._path) == "-":
            return _copied(sys.stdin.buffer)
        if self._path.suffix == ".gz":
            with gzip.open(self._path) as packed:
                return _copied(packed)
        stream = self._path.open("rb")
        return stream if stream.seekable() else _copied(stream)


def _copied(stream: IO[bytes] | gzip.GzipFile) -> IO[bytes]:
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - its taker closes it
    shutil.copyfileobj(stream, copy)
    copy.seek(0)
    return copy
