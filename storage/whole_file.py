"""Files that are there whole or not at all: written beside their place, and put into it when they are done."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LONGEST_NAME = 200  # of the 255 bytes that file systems allow, for a name with ours around it


@contextmanager
def whole_file(path: Path, *, mode: int | None = None) -> Iterator[Path]:
    """A file to write to, empty; left without an error, it is on the disk and in the place of `path`.

    Who has `path` open keeps the old one. A link is followed. The permissions are `mode`, or those of the file that
    is there, or what the umask leaves of a new document. With an error nothing has changed; OSError where it can't
    be written. What is no file but takes bytes (a pipe, a terminal) is handed out itself.
    """
    path = path.resolve()
    if _takes_bytes_only(path):
        yield path
        return
    name = path.name.encode()[:LONGEST_NAME].decode(errors="ignore")
    unfinished = path.with_name(f".{name}.{os.urandom(4).hex()}.new")
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode))
    try:
        yield unfinished
        _settle(unfinished, path, mode)
        unfinished.replace(path)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _settle(unfinished: Path, path: Path, mode: int | None) -> None:
    with unfinished.open("rb+") as file:
        if mode is None:
            with suppress(FileNotFoundError):
                mode = stat.S_IMODE(path.stat().st_mode)
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())


def _takes_bytes_only(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)
