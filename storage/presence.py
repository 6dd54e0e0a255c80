"""Which runs have a living process on this machine: a locked file for each, in a folder.

The lock goes with its process, however that ends, so what is told here is true after any kill and any reboot.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def runs_folder(database: Path) -> Path:
    """Where the runs that write to a database are seen."""
    return database.with_name(database.name + ".running")


@contextmanager
def present(folder: Path, run_id: str) -> Iterator[None]:
    """While the block runs, `living` tells of `run_id`, and of this process."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / run_id
    unseen = folder / f".{run_id}"
    with unseen.open("w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(str(os.getpid()))
        file.flush()
        unseen.replace(path)  # seen from here on, and locked already
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def living(folder: Path) -> dict[str, int]:
    """The runs with a living process, and its pid. What a killed process left behind is cleared away."""
    found = {}
    for path in folder.glob("[!.]*"):
        with contextlib.suppress(OSError, ValueError), path.open(encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: others may be looking too
            except BlockingIOError:
                found[path.name] = int(file.read())
            else:
                path.unlink()
    return found


def signal_all(folder: Path, signum: int) -> None:
    """Send a signal to every process that is present."""
    for pid in living(folder).values():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signum)
