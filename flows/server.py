"""A Prefect server of our own on loopback: started as a process, awaited, and ended with all its children."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.exits import CommandError
from flows.leash import command
from flows.tracking import QUIET, server_answers

START_LIMIT_S = 90.0  # on a fresh home it makes its database first: 11 to 22 s on two cores
STOP_LIMIT_S = 5.0
LARGEST_LOG = 10_000_000  # bytes
KEEP_RUNS_S = (
    30 * 86400
)  # flow runs of a server of ours: 4,000 task runs a day, 250 bytes each and their events

# What Prefect's defaults would let grow for ever, or forget when the server is killed.
KEEPING = {
    # Leases in memory are lost with the server, and the run that holds one is cancelled at its next renewal.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEEP_RUNS_S),
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
}


@dataclass(slots=True)
class PrefectServer:
    """A running server. `home` holds its database and `server.log`."""

    process: subprocess.Popen[bytes]
    port: int
    home: Path

    @property
    def log(self) -> Path:
        """What it says."""
        return self.home / "server.log"

    @property
    def ui_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        return f"{self.ui_url}/api"

    def environment(self) -> dict[str, str]:
        """What makes Prefect, here or in a child process, speak to this server."""
        return QUIET | {"PREFECT_API_URL": self.api_url, "PREFECT_HOME": str(self.home)}

    def is_running(self) -> bool:
        return self.process.poll() is None

    def stop(self, limit_s: float = STOP_LIMIT_S) -> None:
        """End it and its children; politely first, for `limit_s` seconds."""
        for signum, patience_s in ((signal.SIGTERM, limit_s), (signal.SIGKILL, STOP_LIMIT_S)):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signum)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patience_s)
                return


def free_port() -> int:
    """A port of loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of loopback."""
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # what has ended a minute ago is no listener
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def start_server(home: Path, port: int | None = None) -> PrefectServer:
    """Start a server whose home is `home`, in a process group of its own (a Ctrl-C at our terminal is not for
    it), that ends when this process does. It is not ready yet: see `wait_until_ready`."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    port = port or free_port()
    pages = {"PREFECT_UI_STATIC_DIRECTORY": str(home / "ui")}  # beside its code we may not write
    looks = {"PREFECT_SERVER_UI_API_URL": f"http://127.0.0.1:{port}/api"}  # else its pages ask at 4200
    environ = KEEPING | pages | os.environ | QUIET | looks | {"PREFECT_HOME": str(home)}
    environ.pop("PREFECT_API_URL", None)
    environ.pop("PREFECT_PROFILE", None)
    arguments = ("server", "start", "--host", "127.0.0.1", "--port", str(port))
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
            command("prefect", *arguments),
            env=environ,
            stdin=subprocess.PIPE,  # its leash
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return PrefectServer(process, port, home)


def wait_until_ready(
    server: PrefectServer,
    limit_s: float = START_LIMIT_S,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Return when it answers. `CommandError` with the last line of its log when it ends or takes too long."""
    deadline = clock() + limit_s
    while clock() < deadline:
        if not server.is_running():
            raise CommandError(f"the Prefect server ended at once: {_last_line(server.home / 'server.log')}")
        if server_answers(server.api_url):
            return
        sleep(0.25)
    raise CommandError(
        f"the Prefect server did not answer within {limit_s:g} s (see {server.home}/server.log)"
    )


def shorten(log: Path, largest: int = LARGEST_LOG) -> None:
    """Begin a log anew that has become large; one old one is kept. Whoever appends to it goes on doing so."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > largest:
            shutil.copyfile(log, log.with_name(log.name + ".1"))
            os.truncate(log, 0)


@contextmanager
def running_server(home: Path, port: int | None = None) -> Iterator[PrefectServer]:
    """A server that is ready, and stopped when the block is left."""
    server = start_server(home, port)
    try:
        wait_until_ready(server)
        yield server
    finally:
        server.stop()


def _last_line(log: Path) -> str:
    try:
        lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError as error:
        return error.strerror or "its log can't be read"
    return next((line for line in reversed(lines) if line), "its log is empty")[:300]
