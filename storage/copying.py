"""A file copied by the kernel: its blocks are shared where the file system can, and never pass through us.

A clone costs what the file has pieces, and not what it has bytes, and both take the room of one until one of them is
written to (`bench/publishing.py`).
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

CHUNK_BYTES = 64 << 20
FICLONE = 0x40049409  # linux/fs.h: _IOW(0x94, 9, int); Python has no name for it before 3.14

CopyRange = Callable[
    [int, int, int], int
]  # as os.copy_file_range: descriptors and bytes, gives the bytes copied

_NOT_HERE = frozenset(
    (errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EBADF, errno.EPERM, errno.ENOTTY)
)


def clone_file(source: Path, target: Path, *, clone: Callable[[int, int, int], object] = fcntl.ioctl) -> bool:
    """Make `target`, which must not exist yet, a clone of `source`: a file of its own that shares its blocks.

    False where the file system can't (ext4, across file systems), and then there is no target. Raises `OSError`.
    """
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with source.open("rb") as reading:
            clone(descriptor, FICLONE, reading.fileno())
    except OSError as error:
        target.unlink()
        if error.errno not in _NOT_HERE:
            raise
        return False
    finally:
        os.close(descriptor)
    return True


def copy_file(source: Path, target: Path, *, copy_range: CopyRange = os.copy_file_range) -> None:
    """Copy `source` to `target`, which must not exist yet and is for its owner alone. Not flushed to disk.

    Where the kernel can't (across file systems, on some network ones), it is read and written instead. Raises
    `OSError`.
    """
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as writing, source.open("rb") as reading:
        size = os.fstat(reading.fileno()).st_size
        copied = 0
        try:
            while copied < size:
                count = copy_range(reading.fileno(), writing.fileno(), min(CHUNK_BYTES, size - copied))
                if count == 0:  # some file systems of the kernel's own give nothing and no error
                    break
                copied += count
        except OSError as error:
            if error.errno not in _NOT_HERE:
                raise
        if copied < size:
            reading.seek(copied)
            writing.seek(copied)
            shutil.copyfileobj(reading, writing, CHUNK_BYTES // 8)
