"""What a command costs: CPU and wall of it and all that it starts, and the most memory they held together."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_S = 0.1
LIMIT_S = 1_800.0


@dataclass(frozen=True)
class Cost:
    """`cpu_s`: user and system, of the process and its descendants. `peak_mb`: of their memory together, pages that
    they share counted once (PSS, sampled ten times a second); 0 where it was not asked for."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    stdout: str


def environ_as_installed() -> dict[str, str]:
    """The environment, but modules are compiled once and kept, as an installer or the first start leaves them.

    Where PYTHONDONTWRITEBYTECODE is set, a start costs 90 ms more: the compiler's, not ours.
    """
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class CommandFailed(Exception):
    """A measured command ended otherwise than it should; the text is the end of what it said."""


def cost_of(
    command: Sequence[str], folder: Path, *, environ: Mapping[str, str] | None = None, memory: bool = False
) -> Cost:
    """Run a command to its end. Its descendants must be waited for by it, or their CPU is not seen."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environ_as_installed() | dict(environ or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        watch = _MemoryWatch(process.pid)
        if memory:
            watch.start()
        stdout, stderr = process.communicate(timeout=LIMIT_S)
        wall_s = time.perf_counter() - began
        if memory:
            watch.end()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode not in (0, 1):
        raise CommandFailed(f"{' '.join(command[:6])} ended with {process.returncode}: {stderr[-800:]}")
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu_s, wall_s, watch.peak_kb / 1024, stdout)


class _MemoryWatch:
    def __init__(self, pid: int) -> None:
        self.peak_kb = 0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join(5)

    def _look(self) -> None:
        while not self._over.wait(SAMPLE_S):
            self.peak_kb = max(self.peak_kb, sum(pss_kb(pid) for pid in tree(self._pid)))


def tree(root: int) -> list[int]:
    """A process and all that descend from it, as far as they live (Linux)."""
    pids = [root]
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                pids += [int(child) for child in task.read_text().split()]
            except OSError:
                continue  # it has ended meanwhile
    return pids


def pss_kb(pid: int) -> int:
    """Its memory, of pages that others have too its share (Linux); 0 for one that has ended."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0
