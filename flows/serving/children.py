"""The processes below the supervisor, but for the server: the runner, and a round while Prefect is away."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flows import leash
from flows.server import shorten
from flows.serving.order import RUNNING, Order
from flows.tracking import QUIET

Note = Callable[[str], None]

OURS = "presswatch: "  # how the lines begin that are for whoever looks at `presswatch serve`
HEADLINE = "Round "  # and the one line of `presswatch run`

# What Prefect says on a terminal is for its own users, and our warnings belong to the log of the flow run.
LOGGING = {
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "flows,extractors,storage",
    "PREFECT_LOGGING_COLORS": "false",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",  # what the runner itself says
}


@dataclass(slots=True)
class Child:
    """A process in a session of its own, on a leash: a Ctrl-C at our terminal is not for it, our death is."""

    process: subprocess.Popen[str]

    def code(self) -> int | None:
        """How it ended; None while it runs."""
        return self.process.poll()

    def terminate(self) -> None:
        """Ask it to end, with what it has under way in good order."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()

    def kill(self) -> None:
        """End it and all that is in its session, at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start_runner(order: Order, environment: Mapping[str, str], note: Note) -> Child:
    """Start what serves the deployments to the Prefect server of `environment`."""
    command = leash.command("flows.serving.runner", order.to_json())
    environ = {
        **LOGGING,
        **os.environ,
        **QUIET,
        **environment,
        RUNNING: str(order.running),
        "PYTHONUNBUFFERED": "1",
    }
    return _started(command, environ, order.home / "runner.log", note)


def start_round(order: Order, note: Note) -> Child:
    """Start a round that needs no Prefect."""
    environ = {**os.environ, "PREFECT_API_URL": "", "PYTHONUNBUFFERED": "1"}
    command = leash.command("flows", "run", "--config", str(order.config))
    return _started(command, environ, order.home / "untracked.log", note)


def _started(command: list[str], environ: Mapping[str, str], log: Path, note: Note) -> Child:
    process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
        command,
        env=environ,
        stdin=subprocess.PIPE,  # its leash
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    threading.Thread(target=listen, args=(process.stdout, log, note), daemon=True).start()
    return Child(process)


def listen(lines: IO[str], log: Path, note: Note) -> None:
    """Lines for people go to them, all others to the log. What can't be written is dropped: a process whose lines
    nobody takes would stand still."""
    with contextlib.suppress(ValueError):
        for line in lines:
            with contextlib.suppress(OSError):
                if line.startswith((OURS, HEADLINE)):
                    note(line.removeprefix(OURS).rstrip())
                    continue
                shorten(log)
                with log.open("a", encoding="utf-8", errors="replace") as file:
                    file.write(line)
