"""A lock between processes: `flock` on a file of its own beside the database.

The operating system lets go of it when its holder dies, however that happens, so it never has to be broken by
hand. The file itself stays; it carries who holds the lock, for the message of whoever waits in vain.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from storage.errors import DatabaseBusy, StorageError

FIRST_PAUSE_S = 0.005
LONGEST_PAUSE_S = 0.1


@contextmanager
def file_lock(
    path: Path,
    timeout_s: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Hold the lock at `path` for the length of the block.

    Also excludes other threads of the same process, since each call opens the file anew. Raises `DatabaseBusy`
    naming the holder after `timeout_s` seconds, `StorageError` where the file can't be made or locked.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(f"can't make the lock file {path}: {error.strerror}") from error
    try:
        _acquire(descriptor, path, timeout_s, clock, sleep)
        _write_holder(descriptor)
        try:
            yield
        finally:
            with suppress(OSError):
                os.ftruncate(descriptor, 0)
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # before close: a forked child may share the descriptor
    finally:
        os.close(descriptor)


def _acquire(
    descriptor: int, path: Path, timeout_s: float, clock: Callable[[], float], sleep: Callable[[float], None]
) -> None:
    give_up_at = clock() + timeout_s
    pause_s = FIRST_PAUSE_S
    while not try_lock(descriptor, path):
        if clock() >= give_up_at:
            raise DatabaseBusy(f"{path} is held by {_holder(descriptor)}; waited {timeout_s:g} s")
        sleep(pause_s)
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)


def try_lock(descriptor: int, path: Path) -> bool:
    """Whether the lock could be had at once."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise StorageError(f"can't lock {path}: {error.strerror}") from error
    return True


def _write_holder(descriptor: int) -> None:
    command = Path(sys.argv[0]).name if sys.argv and sys.argv[0] else "python"
    words = " ".join([command, *sys.argv[1:3]])[:120]
    with suppress(OSError):  # a full disk must not keep us from working: the name is only a courtesy
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {words}".encode(errors="replace"), 0)


def _holder(descriptor: int) -> str:
    pid, _, command = os.pread(descriptor, 200, 0).decode(errors="replace").partition(" ")
    return f"process {pid} ({command})" if pid else "another process"
