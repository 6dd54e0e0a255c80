"""A file copied by the kernel: its blocks are shared where the file system can, and never pass through us."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

CHUNK_BYTES = 64 << 20

CopyRange = Callable[
    [int, int, int], int
]  # as os.copy_file_range: descriptors and bytes, gives the bytes copied

_NOT_HERE = frozenset((errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EBADF, errno.EPERM))


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
