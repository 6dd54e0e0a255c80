"""Writing pages: one file at a time for each process, taken up again by the next, mended where a kill has torn it."""

from __future__ import annotations

import fcntl
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from extractors.model import ArchiveSettings, KeptPage
from storage.errors import StorageError
from storage.pages.index import PREFIX, SUFFIX, index_line, index_path, page_files
from storage.pages.records import file_head, page_records, read_page

BLOCK_BYTES = 1 << 20


def _utc_now() -> datetime:
    return datetime.now(UTC)


class PageWriter:
    """Appends pages to the files of the archive; a context manager. OSError where the disk does not take them.

    Several processes may write at once: each has a file of its own, which it holds by a lock.
    """

    def __init__(self, settings: ArchiveSettings, now: Callable[[], datetime] = _utc_now) -> None:
        self._settings = settings
        self._now = now
        self._file: BinaryIO | None = None
        self._index: BinaryIO | None = None
        self._offset = 0

    def __enter__(self) -> PageWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, page: KeptPage) -> None:
        """Append a page. The index follows its page, and both are with the kernel when this returns."""
        data = page_records(page)
        if self._file is None or self._index is None:
            self._file, self._index = self._opened()
        try:
            self._file.write(data)
            self._file.flush()
            self._index.write(index_line(page, self._offset, len(data)).encode("utf-8", "replace"))
            self._index.flush()
        except OSError:
            self._abandon()
            raise
        self._offset += len(data)
        if self._offset >= self._settings.rotate_bytes:
            self.close()

    def close(self) -> None:
        """Let go of the file; another may take it up."""
        for stream in (self._index, self._file):
            if stream is not None:
                stream.close()
        self._file = self._index = None

    def _abandon(self) -> None:
        """After a failed write: nothing of half a page stays, as far as the disk allows."""
        if self._file is not None:
            with suppress(OSError):
                os.ftruncate(self._file.fileno(), self._offset)
        with suppress(OSError):
            self.close()
        self._file = self._index = None

    def _opened(self) -> tuple[BinaryIO, BinaryIO]:
        self._settings.folder.mkdir(parents=True, exist_ok=True)
        for path in reversed(page_files(self._settings.folder)):
            if path.stat().st_size < self._settings.rotate_bytes and (file := _locked(path)) is not None:
                self._offset = mend(path)
                file.seek(self._offset)
                return file, index_path(path).open("ab")
        return self._new_file()

    def _new_file(self) -> tuple[BinaryIO, BinaryIO]:
        name = f"{PREFIX}{self._now():%Y%m%dT%H%M%S}-{os.urandom(4).hex()}{SUFFIX}"
        path = self._settings.folder / name
        path.touch(mode=0o600, exist_ok=False)
        file = _locked(path)
        if file is None:
            raise OSError(f"{path} was taken by somebody else")
        self._offset = mend(path)
        file.seek(self._offset)
        return file, index_path(path).open("ab")


def _locked(path: Path) -> BinaryIO | None:
    """The file, held until it is closed; None where another process writes to it."""
    try:
        file = path.open("r+b")
    except FileNotFoundError:  # pruned meanwhile
        return None
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    if os.fstat(file.fileno()).st_nlink == 0:  # pruned between the two
        file.close()
        return None
    return file


def mend(path: Path) -> int:
    """Make a file and its index agree, for whoever holds the file's lock; the file's size afterwards.

    What is behind the last page of the index is read: whole pages get their lines, half a page is cut off.
    """
    size = path.stat().st_size
    head = file_head()
    if size < len(head):
        path.write_bytes(head)
        size = len(head)
    end = _mended_index(index_path(path), len(head), size)
    with path.open("rb") as stream, index_path(path).open("ab") as lines:
        for offset, length in _pages_behind(stream, end):
            try:
                page = read_page(path, offset, length)
            except StorageError:
                break
            lines.write(index_line(page, offset, length).encode("utf-8", "replace"))
            end = offset + length
    if end < size:
        os.truncate(path, end)
    return end


def _mended_index(index: Path, end: int, size: int) -> int:
    """Cut off what is no line of a page within `size` bytes; where the last page ends."""
    good = 0
    with index.open("a+b") as lines:
        lines.seek(0)
        for line in lines:
            parts = line.split(b"\t", 4)
            if len(parts) < 5 or not line.endswith(b"\n"):
                break
            behind = int(parts[1]) + int(parts[2])
            if behind > size:
                break
            end, good = behind, good + len(line)
        lines.truncate(good)
    return end


def _pages_behind(stream: BinaryIO, place: int) -> Iterator[tuple[int, int]]:
    """Offset and length of each whole page from `place` on: two packed records."""
    while True:
        first = _member_end(stream, place)
        second = _member_end(stream, first) if first is not None else None
        if second is None:
            return
        yield place, second - place
        place = second


def _member_end(stream: BinaryIO, place: int) -> int | None:
    """Where the gzip member that begins at `place` ends; None where it doesn't."""
    stream.seek(place)
    unpacker = zlib.decompressobj(31)
    read = 0
    try:
        while not unpacker.eof:
            block = stream.read(BLOCK_BYTES)
            if not block:
                return None
            read += len(block)
            unpacker.decompress(block)
    except zlib.error:
        return None
    return place + read - len(unpacker.unused_data)


def prune(settings: ArchiveSettings, now: datetime) -> int:
    """Delete the files whose last page is older than `keep_days`; how many that were."""
    if settings.keep_days is None:
        return 0
    before = (now - timedelta(days=settings.keep_days)).timestamp()
    pruned = 0
    for path in page_files(settings.folder):
        if path.stat().st_mtime >= before or (file := _locked(path)) is None:
            continue
        with file:
            path.unlink(missing_ok=True)
            index_path(path).unlink(missing_ok=True)
            pruned += 1
    return pruned
