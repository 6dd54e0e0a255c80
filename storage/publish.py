"""The published copy: a snapshot of the live file that analysts open, replaced as a whole.

Checkpoint, copy, flush, rename: ten times faster than copying table by table, and whoever has the old copy open
keeps it undisturbed. Our lock is held for the checkpoint and the copy alone; flushing to disk and renaming need
only the lock of the published file, which keeps two publishers from overtaking one another.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from storage.connection import LiveFile
from storage.errors import StorageError
from storage.locking import file_lock

SPARE_BYTES = 64_000_000  # left free on the disk beside a copy, so that the next commits have room
CHUNK_BYTES = 64 << 20
UNFINISHED = ".new"

_NOT_HERE = frozenset((errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EBADF, errno.EPERM))


@dataclass(frozen=True, slots=True)
class Published:
    """The copy at `path`, its size, whether it was made anew, and how long that took (seconds)."""

    path: Path
    bytes: int
    changed: bool
    elapsed_s: float
    locked_s: float = 0.0  # of it, how long nobody could commit


def publish_copy(
    live: LiveFile,
    published: Path,
    *,
    force: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Published:
    """Replace the published copy, unless nothing has changed since it was made.

    Raises `StorageError` where there is nothing to publish or no room for it; the old copy is there as before.
    """
    began = clock()
    try:
        published.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"can't make the folder {published.parent}: {error.strerror}") from error
    lock = published.with_name(f".{published.name}.lock")
    with file_lock(lock, live.lock_timeout_s, clock=live.clock, sleep=live.sleep):
        unfinished = published.with_name(f".{published.name}{UNFINISHED}")
        unfinished.unlink(missing_ok=True)  # of a publisher that was killed: we hold its lock now
        try:
            locked_s = _copy_if_changed(live, published, unfinished, force, clock)
            if locked_s is None:
                return Published(published, published.stat().st_size, False, clock() - began)
            _put_in_place(unfinished, published)
        except OSError as error:
            raise StorageError(f"can't publish to {published}: {error.strerror or error}") from error
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
        return Published(published, published.stat().st_size, True, clock() - began, locked_s)


def _copy_if_changed(
    live: LiveFile, published: Path, unfinished: Path, force: bool, clock: Callable[[], float]
) -> float | None:
    """How long the live file was locked for the copy; None where there was no need for one."""
    before = None if force else changes_of(published)
    with live.locked():
        locked_at = clock()
        if not live.database.exists():
            raise StorageError(f"there is no database at {live.database} to publish yet")
        with live.connected() as con:
            if before is not None and changes_in(con) == before:
                return None
            con.execute("CHECKPOINT")
        if _wal_of(live.database).exists():
            raise StorageError(f"{live.database} could not be written out in full; is the disk full?")
        _check_room(live.database, published)
        _copy(live.database, unfinished)
        return clock() - locked_at


def changes_in(con: duckdb.DuckDBPyConnection) -> int:
    """How often the file was written to by us."""
    row = con.execute("SELECT max(CAST(value AS BIGINT)) FROM meta WHERE name = 'changes'").fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def changes_of(published: Path) -> int | None:
    """The same of a published copy; None where there is none, or none that can be read."""
    if not published.exists():
        return None
    try:
        with duckdb.connect(str(published), read_only=True) as con:
            return changes_in(con)
    except duckdb.Error:  # open for writing elsewhere, damaged, of another schema: it is made anew
        return None


def _check_room(database: Path, published: Path) -> None:
    needed_mb = (database.stat().st_size + SPARE_BYTES) // 1_000_000
    free_mb = shutil.disk_usage(published.parent).free // 1_000_000
    if free_mb < needed_mb:
        raise StorageError(
            f"no room to publish: {published.parent} has {free_mb} MB free, and {needed_mb} MB are needed"
        )


def _copy(source: Path, target: Path) -> None:
    """Copy a file by the kernel, which shares the blocks where the file system can."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with source.open("rb") as reading, os.fdopen(descriptor, "wb") as writing:
        size = os.fstat(reading.fileno()).st_size
        copied = 0
        try:
            while copied < size:
                count = os.copy_file_range(
                    reading.fileno(), writing.fileno(), min(CHUNK_BYTES, size - copied)
                )
                if count == 0:
                    break
                copied += count
        except OSError as error:
            if error.errno not in _NOT_HERE:
                raise
        if copied < size:
            reading.seek(copied)
            writing.seek(copied)
            shutil.copyfileobj(reading, writing, CHUNK_BYTES // 8)


def _put_in_place(unfinished: Path, published: Path) -> None:
    with unfinished.open("rb+") as file:
        os.fchmod(file.fileno(), 0o644)
        os.fsync(file.fileno())
    _wal_of(published).unlink(
        missing_ok=True
    )  # somebody wrote to the old copy; the new one must not take it in
    unfinished.replace(published)
    descriptor = os.open(published.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _wal_of(path: Path) -> Path:
    return path.with_name(path.name + ".wal")
