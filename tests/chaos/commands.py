"""The commands under test, as a user starts them: real processes, whose ends are looked at."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from loopback.processes import tree

END_LIMIT_S = 60.0  # from SIGTERM or SIGINT to the end of the process
STARTING_S = 0.5  # Python's own start: nobody has asked for signals yet
WHOLE_LIMIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. `took_s`: from the signal to the end; from the start where none was sent."""

    name: str
    code: int
    took_s: float
    stderr: str
    orphans: tuple[int, ...] = ()

    def faults(self, allowed: Sequence[int]) -> list[str]:
        """What is wrong with that end."""
        told = []
        if self.code not in allowed:
            told.append(f"{self.name} ended with {self.code}, not {list(allowed)}: {self.stderr[-500:]}")
        if "Traceback" in self.stderr or "internal error" in self.stderr:
            told.append(f"{self.name} told of an inside of its own: {self.stderr[-2000:]}")
        if self.orphans:
            told.append(f"{self.name} left processes behind: {self.orphans}")
        return told


class Running:
    """A command that has been started."""

    def __init__(
        self,
        arguments: Sequence[str],
        config: Path,
        *,
        before: Callable[[], None] | None = None,
        environ: dict[str, str] | None = None,
    ) -> None:
        self.name = " ".join(arguments[:2])
        self.started = time.monotonic()
        self._folder = config.parent
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flows", *arguments, "--config", str(config)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            preexec_fn=before,
            env={**os.environ, "PREFECT_API_URL": "", **(environ or {})},
        )
        self.stdout = ""

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until(self, after_s: float) -> bool:
        """Whether it still runs so long after its start."""
        left_s = self.started + after_s - time.monotonic()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(left_s, 0.001))
        return self._process.poll() is None

    def age_when(self, pattern: str, nth: int, limit_s: float) -> float:
        """How old it is, in seconds, when a file of that pattern appears beside its config for the nth time; at
        the end of it or of the limit otherwise."""
        seen, is_there = 0, False
        while self._process.poll() is None and time.monotonic() - self.started < limit_s:
            was_there, is_there = is_there, any(self._folder.glob(pattern))
            seen += is_there and not was_there
            if seen == nth:
                break
            time.sleep(0.0005)
        return time.monotonic() - self.started

    def end(self, sent: signal.Signals | None = None) -> Ended:
        """Send the signal, if any, and wait for the end. A command that does not come to it is killed."""
        began = self.started
        family = tree(self.pid)
        if sent is not None:
            began = time.monotonic()
            self._process.send_signal(sent)
        limit_s = END_LIMIT_S if sent is not None else WHOLE_LIMIT_S
        try:
            self.stdout, stderr = self._process.communicate(timeout=limit_s)
            code = self._process.returncode
        except subprocess.TimeoutExpired:
            self._process.kill()
            self.stdout, stderr = self._process.communicate()
            code = 999
            stderr += f"\nnot ended after {limit_s:g} s"
        took_s = time.monotonic() - began
        return Ended(self.name, code, took_s, stderr, _still_alive(family))


def _still_alive(family: Sequence[int]) -> tuple[int, ...]:
    """Who of the family lives 20 seconds later: the kernel kills them, and has others to serve."""
    give_up_at = time.monotonic() + 20.0
    alive = tuple(family)
    while alive and time.monotonic() < give_up_at:
        alive = tuple(pid for pid in alive if _is_alive(pid))
        if alive:
            time.sleep(0.02)
    return alive


def _is_alive(pid: int) -> bool:
    with suppress(OSError, IndexError):
        state = Path(f"/proc/{pid}/stat").read_text("latin-1").rpartition(")")[2].split()[0]
        return state not in "ZX"
    return False
