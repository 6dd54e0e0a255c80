"""A small disk that can be filled: a tmpfs where we may mount one, a limit on the size of files elsewhere."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Publishing leaves 64 MB free beside its copy (storage/publish.py), and the spool of a round takes a few.
SIZE_MB = 160
FILLER = "filler"


class SmallDisk:
    """A folder on a disk of `SIZE_MB`. `mounted` False: it is on the disk of its parent, which is not filled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mounted = False

    def __enter__(self) -> SmallDisk:
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0 and shutil.which("mount"):
            command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=700", "none", str(self.folder)]
            self.mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
        return self

    def __exit__(self, *_exc: object) -> None:
        if self.mounted:
            subprocess.run(["umount", "--lazy", str(self.folder)], capture_output=True, check=False)

    @contextmanager
    def full(self, free_bytes: int) -> Iterator[Callable[[], None] | None]:
        """All but `free_bytes` of the disk taken. Yields what a child process must call before it starts, where
        that is how it is made to feel full."""
        if not self.mounted:
            yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (free_bytes, free_bytes))
            return
        filler = self.folder / FILLER
        room = os.statvfs(self.folder)
        taken = room.f_bavail * room.f_frsize - free_bytes
        try:
            with filler.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, max(taken, 1))
            yield None
        finally:
            filler.unlink(missing_ok=True)
