"""The published copy: a snapshot of the live file that analysts open, replaced as a whole.

Checkpoint, copy, flush, rename: ten times faster than copying table by table, and whoever has the old copy open
keeps it undisturbed. Our lock is held for the checkpoint and the copy alone; flushing to disk and renaming need
only the lock of the published file, which keeps two publishers from overtaking one another.

Where the file system can share blocks between files (XFS, Btrfs) a copy costs what has changed. Elsewhere it costs
what exists, and `storage.pace` says how often that is worth it.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from storage.changes import changes_in
from storage.connection import LiveFile
from storage.copying import clone_file, copy_file
from storage.errors import StorageError
from storage.holding import holding_of
from storage.locking import file_lock
from storage.migrate import migrate
from storage.pace import LastCopy, Pace, due_at, is_due, note_last, read_last

SPARE_BYTES = 64_000_000  # left free on the disk beside a copy, so that the next commits have room
UNFINISHED = ".new"


@dataclass(frozen=True, slots=True)
class Published:
    """The copy at `path`, its size, whether it was made anew, and how long that took (seconds).

    `postponed_until`: set where its pace lets no copy be made yet, whether anything has changed or not.
    """

    path: Path
    bytes: int
    changed: bool
    elapsed_s: float
    locked_s: float = 0.0  # of it, how long nobody could commit
    postponed_until: datetime | None = None


def publish_copy(
    live: LiveFile,
    published: Path,
    *,
    force: bool = False,
    pace: Pace | None = None,
    now: datetime | None = None,
    spare_bytes: int = SPARE_BYTES,
    clock: Callable[[], float] = time.monotonic,
) -> Published:
    """Replace the published copy, unless nothing has changed since it was made. `spare_bytes` are left free.

    With a `pace` it is left as it is until the next one is due at `now`; without one, or with `force`, it is not.
    Raises `StorageError` where there is no room for it; the old copy is there as before.
    """
    began = clock()
    now = now or datetime.now(UTC)
    try:
        published.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"can't make the folder {published.parent}: {error.strerror}") from error
    last = read_last(published)
    if pace is not None and last is not None and not force and not is_due(last, pace, now):
        return Published(
            published, published.stat().st_size, False, clock() - began, postponed_until=due_at(last, pace)
        )
    lock = published.with_name(f".{published.name}.lock")
    with file_lock(lock, live.lock_timeout_s, clock=live.clock, sleep=live.sleep):
        unfinished = published.with_name(f".{published.name}{UNFINISHED}")
        unfinished.unlink(missing_ok=True)  # of a publisher that was killed: we hold its lock now
        try:
            before = None if force else changes_of(published)
            made = _copy_if_changed(live, unfinished, before, spare_bytes, clock)
            if made is None:
                return Published(published, published.stat().st_size, False, clock() - began)
            flushed_from = clock()
            _put_in_place(unfinished, published)
            cost_s = made.locked_s + clock() - flushed_from
            note_last(published, LastCopy(now, cost_s, made.changes, made.articles))
        except OSError as error:
            raise StorageError(f"can't publish to {published}: {error.strerror or error}") from error
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
        return Published(published, published.stat().st_size, True, clock() - began, made.locked_s)


@dataclass(frozen=True, slots=True)
class _Made:
    """A copy that is not in its place yet: how long the live file was locked for it, and what is in it."""

    locked_s: float
    changes: int
    articles: str


def _copy_if_changed(
    live: LiveFile, unfinished: Path, before: int | None, spare_bytes: int, clock: Callable[[], float]
) -> _Made | None:
    """Make the copy; None where the live file has changed no more often than `before`."""
    with live.locked():
        locked_at = clock()
        with live.connected() as con:
            migrate(con)
            changes = changes_in(con)
            if changes == before:
                return None
            articles = holding_of(con).name
            con.execute("CHECKPOINT")
        if _wal_of(live.database).exists():
            raise StorageError(f"{live.database} could not be written out in full; is the disk full?")
        if not clone_file(live.database, unfinished):
            _check_room(live.database, unfinished.parent, spare_bytes)
            copy_file(live.database, unfinished)
        return _Made(clock() - locked_at, changes, articles)


def changes_of(published: Path) -> int | None:
    """How often the database had changed that a published copy was made of; None where there is none, or none that
    can be read. It is opened where its note does not say it."""
    if not published.exists():
        return None
    noted = read_last(published)
    if noted is not None and noted.changes is not None:
        return noted.changes
    try:
        with duckdb.connect(str(published), read_only=True) as con:
            return changes_in(con)
    except duckdb.Error:  # open for writing elsewhere, damaged, of another schema: it is made anew
        return None


def _check_room(database: Path, folder: Path, spare_bytes: int) -> None:
    needed_mb = (database.stat().st_size + spare_bytes) // 1_000_000
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if free_mb < needed_mb:
        raise StorageError(
            f"no room to publish: {folder} has {free_mb} MB free, and {needed_mb} MB are needed"
        )


def _put_in_place(unfinished: Path, published: Path) -> None:
    with unfinished.open("rb+") as file:
        os.fchmod(file.fileno(), 0o644)
        os.fsync(file.fileno())
    _wal_of(published).unlink(
        missing_ok=True
    )  # somebody wrote to the old copy: it must not get into the new one
    unfinished.replace(published)
    descriptor = os.open(published.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _wal_of(path: Path) -> Path:
    return path.with_name(path.name + ".wal")
