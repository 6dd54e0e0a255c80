"""The live file, opened for moments: our own lock first, then DuckDB, then everything closed again.

DuckDB shuts every other process out for as long as a writer has the file open, so nobody keeps it. A program
that is not ours (an analyst who opened the live file and not the published copy) is waited for some seconds.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from storage.errors import DatabaseBusy, StorageError, one_line
from storage.locking import file_lock

STORAGE_VERSION = "v1.2.0"  # the oldest file format that knows zstd; analysts' older DuckDB can still read it
MEMORY_LIMIT = "512MB"  # of a commit; sets of up to a few 10,000 articles need a tenth of it
SESSION = "SET TimeZone = 'UTC'; SET python_enable_replacements = false"
"""For every connection: times are UTC, and a table that is missing is never a Python variable of that name."""
LOCK_TIMEOUT_S = 120.0  # longer than a publish of 10 GB holds it (1.8 s/GB measured)
FOREIGN_TIMEOUT_S = 10.0
FOREIGN_PAUSE_S = 0.1

_FOREIGN = re.compile(
    r"Conflicting lock is held in (?P<program>.+?)(?: \(PID (?P<pid>\d+)\))?(?:\.\s|\.?$| by )"
)


@dataclass(frozen=True, slots=True)
class LiveFile:
    """Where the live file is, and how long to wait for it (seconds)."""

    database: Path
    lock_timeout_s: float = LOCK_TIMEOUT_S
    foreign_timeout_s: float = FOREIGN_TIMEOUT_S
    threads: int = 2
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    @property
    def lock_path(self) -> Path:
        return self.database.with_name(self.database.name + ".lock")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Our lock alone, for work on the file itself. Makes the parent folder if there is none."""
        try:
            self.database.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"can't make the folder {self.database.parent}: {error.strerror}") from error
        with file_lock(self.lock_path, self.lock_timeout_s, clock=self.clock, sleep=self.sleep):
            yield

    @contextmanager
    def opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The live file under our lock; what goes wrong in the block with DuckDB comes out as `StorageError`."""
        with self.locked(), self.connected() as con:
            yield con

    @contextmanager
    def connected(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The live file, for a caller that holds the lock already."""
        con = self._connect()
        try:
            with translated(self.database):
                yield con
        finally:
            with suppress(
                duckdb.Error
            ):  # on a full disk the last checkpoint fails; what is committed is in the WAL
                con.close()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        give_up_at = self.clock() + self.foreign_timeout_s
        while True:
            try:
                return _connect(self.database, self.threads)
            except duckdb.IOException as error:
                held = _FOREIGN.search(str(error))
                if held is None:
                    raise StorageError(f"{self.database}: {one_line(error)}") from error
                if self.clock() >= give_up_at:
                    raise DatabaseBusy(_foreign_message(self.database, held)) from error
            except duckdb.Error as error:
                raise StorageError(f"{self.database}: {one_line(error)}") from error
            self.sleep(FOREIGN_PAUSE_S)


def _connect(database: Path, threads: int) -> duckdb.DuckDBPyConnection:
    new = not database.exists()
    con = duckdb.connect(
        str(database),
        config={
            "storage_compatibility_version": STORAGE_VERSION,
            "memory_limit": MEMORY_LIMIT,
            "threads": threads,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    con.execute(SESSION)
    if new:
        with suppress(OSError):
            database.chmod(0o600)
    return con


def _foreign_message(database: Path, held: re.Match[str]) -> str:
    who = f"process {held['pid']} ({Path(held['program']).name})" if held["pid"] else held["program"]
    return f"{database} is held open by {who}; close it there (analysts open the published copy)"


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """DuckDB's errors as `StorageError`, in one line that names the file."""
    try:
        yield
    except duckdb.Error as error:
        raise StorageError(f"{path}: {one_line(error)}") from error


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of the block or nothing of it."""
    con.execute("BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # what went wrong may have ended the transaction already
            con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")
