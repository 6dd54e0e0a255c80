"""The spool: what is to be stored, in files, until the committer has it in the database.

One folder for each batch, beside the database: Parquet files, one for each kind of row, and a small manifest. A
batch is written to a folder with a name of its own, flushed to the disk and renamed, so it is there whole or
not at all; nothing of the database is touched, and a locked database delays a batch and never loses it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from extractors.model import Record, Run
from storage.errors import StorageError
from storage.text import storable

FORMAT = 1
MANIFEST = "batch.json"
UNFINISHED = ".new-"
DONE = ".done-"
BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch that waits: its folder, its name, and the size of its files in bytes."""

    folder: Path
    batch_id: str
    bytes: int

    def file(self, kind: str) -> Path:
        return self.folder / f"{kind}.parquet"


@dataclass(frozen=True, slots=True)
class Spool:
    """The spool in `folder`. `clock_ns` gives the order of the batches (nanoseconds since 1970)."""

    folder: Path
    clock_ns: Callable[[], int] = time.time_ns

    def add(
        self, record: Record, runs: Sequence[Run] = (), based_on: Mapping[int, int] | None = None
    ) -> None:
        """Keep a record until it is committed. A batch_id that waits already is kept once.

        Raises `StorageError` when it can't be written (a full disk); nothing of it is left then.
        """
        from storage.rows import record_tables  # pyarrow is heavy, and needed by those who write alone

        batch_id = storable(record.batch_id)
        name = hashlib.blake2b(batch_id.encode(), digest_size=12).hexdigest()
        if any(path.name.endswith(name) for path in self._ready()):
            return
        tables = record_tables(replace(record, batch_id=batch_id), runs, based_on)
        try:
            with self._new_folder() as unfinished:
                _write_batch(unfinished, batch_id, tables)
                unfinished.rename(self.folder / f"{self.clock_ns():020d}-{name}")
            _flush_folder(self.folder)
        except OSError as error:
            raise StorageError(
                f"can't write to the spool {self.folder}: {error.strerror or error}"
            ) from error

    def has_waiting(self) -> bool:
        """Whether any batch waits, be it readable or not."""
        return bool(self._ready())

    def waiting(self) -> list[Batch]:
        """The batches that wait, oldest first. One that can't be read is set aside in `broken/`."""
        batches = []
        for path in self._ready():
            try:
                batches.append(_batch(path))
            except (ValueError, KeyError, OSError):
                self.set_aside(path)  # does nothing where another process has committed it meanwhile
        return batches

    def broken(self) -> int:
        """How many batches were set aside, because they could not be read."""
        with suppress(OSError):
            return len(list((self.folder / BROKEN).iterdir()))
        return 0

    def set_aside(self, folder: Path) -> None:
        """Move a batch that can't be read to `broken/`, so that it keeps no other from being stored."""
        with suppress(OSError):
            (self.folder / BROKEN).mkdir(mode=0o700, exist_ok=True)
            folder.rename(self.folder / BROKEN / folder.name)

    def discard(self, batches: Sequence[Batch]) -> None:
        """Delete batches that are in the database. Renamed first: half a batch is never seen."""
        for batch in batches:
            done = self.folder / f"{DONE}{batch.folder.name}"
            with suppress(OSError):
                batch.folder.rename(done)
                shutil.rmtree(done, ignore_errors=True)

    def sweep(self) -> None:
        """Delete what killed processes have left: folders half written and folders half deleted."""
        for path in self._entries():
            if path.name.startswith(DONE):
                shutil.rmtree(path, ignore_errors=True)
            elif path.name.startswith(UNFINISHED):
                _remove_orphan(path)

    def _entries(self) -> list[Path]:
        try:
            return sorted(self.folder.iterdir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StorageError(f"can't read the spool {self.folder}: {error.strerror}") from error

    def _ready(self) -> list[Path]:
        return [path for path in self._entries() if path.name[:1].isdigit()]

    @contextmanager
    def _new_folder(self) -> Iterator[Path]:
        """A folder to write to, locked so that `sweep` in another process tells it from an orphan."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path, descriptor = self._claim()
        try:
            yield path
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise
        finally:
            os.close(descriptor)

    def _claim(self) -> tuple[Path, int]:
        while True:
            path = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=self.folder))
            with suppress(
                FileNotFoundError, BlockingIOError
            ):  # swept in the moment between making and locking
                return path, _lock_folder(path)


def _write_batch(folder: Path, batch_id: str, tables: Mapping[str, object]) -> None:
    from storage.arrow import pq

    for kind, table in tables.items():
        with (folder / f"{kind}.parquet").open("wb") as file:
            pq.write_table(table, file, compression="zstd")
            _flush(file.fileno())
    with (folder / MANIFEST).open("w", encoding="utf-8") as file:
        json.dump({"format": FORMAT, "batch_id": batch_id}, file)
        file.flush()
        _flush(file.fileno())
    _flush_folder(folder)


def _flush(descriptor: int) -> None:
    os.fsync(descriptor)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _batch(folder: Path) -> Batch:
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    if manifest["format"] > FORMAT:
        raise StorageError(f"{folder} was written by a newer presswatch: upgrade this one")
    size = sum(path.stat().st_size for path in folder.iterdir())
    return Batch(folder, str(manifest["batch_id"]), size)


def _remove_orphan(folder: Path) -> None:
    """Delete an unfinished folder unless its writer lives, which holds a lock on it."""
    with suppress(OSError), _locked_folder(folder):
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked_folder(folder: Path) -> Iterator[None]:
    descriptor = _lock_folder(folder)
    try:
        yield
    finally:
        os.close(descriptor)


def _lock_folder(folder: Path) -> int:
    """A descriptor that holds the lock on a folder, until it is closed or its process dies; else `OSError`."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder.stat()  # it may have been deleted between the two
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
