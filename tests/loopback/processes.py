"""What a process and its children take, by /proc: measured from outside, as an operator would."""

from __future__ import annotations

import os
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def tree(pid: int) -> list[int]:
    """The process and all that descend from it, as far as they live."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                fields = (folder / "stat").read_text("latin-1").rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(folder.name))
    found, queue = [], [pid]
    while queue:
        each = queue.pop()
        found.append(each)
        queue.extend(children.get(each, ()))
    return found


def resident_bytes(pids: list[int]) -> int:
    """The sum of their resident memory: pages they share count for each, so it is an upper bound."""
    total = 0
    for pid in pids:
        with suppress(OSError, ValueError, IndexError):
            total += int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * PAGE_BYTES
    return total


class PeakMemory:
    """The most that a process and its descendants held at one time while the block ran; sampled at 20 Hz."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._pid = process.pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self.peak_bytes = 0
        self.most_processes = 0

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(5)

    def _sample(self) -> None:
        while not self._over.wait(0.05):
            pids = tree(self._pid)
            self.most_processes = max(self.most_processes, len(pids))
            self.peak_bytes = max(self.peak_bytes, resident_bytes(pids))
