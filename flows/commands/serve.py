"""`presswatch serve`: the whole deployment on one machine, until stopped."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from flows.commands.options import config_option, read_config
from flows.event_loop import run_async
from flows.exits import CommandError, Exit
from flows.terminal import Terminal

if TYPE_CHECKING:
    from flows.config import Config
    from flows.rounds.stopping import Stop
    from flows.serving.order import Order

USUAL_PORT = 4200  # Prefect's own
LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))


@click.command()
@click.option(
    "--name",
    default="presswatch",
    show_default=True,
    metavar="NAME",
    help="Of the deployments, where several share a Prefect server.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Of our own Prefect server. [default: 4200, or one that is free]",
)
@config_option
def command(name: str, port: int | None, config_path: Path) -> int:
    """The whole deployment on one machine, until stopped: rounds by the schedule of the config, upkeep at night,
    backfills on demand.

    Rounds are flow runs on the Prefect server that is configured (PREFECT_API_URL, or the active profile); where none
    is, on one of our own on loopback, which keeps its data beside the database. What dies is started again, and while
    Prefect is away rounds are made without it. Sources and settings are read anew by each round; a new schedule takes
    effect after a restart. See docs/operations.md.

    \b
    Example:
      presswatch serve
      presswatch serve --port 4300
    """
    terminal = Terminal.of_process()
    config = read_config(config_path)
    if not name.isprintable() or set(name) & set("/%") or not name.strip():
        raise click.UsageError("--name can't be empty, nor contain / or %")
    stop = run_async(_serve(_order(config, name), port, terminal))
    return 128 + stop.signal if stop.signal is not None else Exit.DONE


def _order(config: Config, name: str) -> Order:
    from flows.serving.order import Order

    home = config.database.absolute().parent / "prefect"
    return Order(config.path.absolute(), home, name, config.schedule)


async def _serve(order: Order, port: int | None, terminal: Terminal) -> Stop:
    from flows.rounds.stopping import Stop
    from flows.serving.supervisor import Supervisor
    from storage.errors import DatabaseBusy
    from storage.locking import file_lock

    order.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    stop = Stop()
    with stop.listening():
        try:
            with file_lock(order.home / "serve.lock", 0.0):
                api_url, own_port = await asyncio.to_thread(_place, order, port)
                supervisor = Supervisor(order, api_url, own_port, _noted(terminal))
                await supervisor.tend(stop)
        except DatabaseBusy as error:
            raise CommandError(f"this database is served already: {error}") from None
    return stop


def _noted(terminal: Terminal) -> Callable[[str], None]:
    """Lines of a log: when, in UTC, and what."""
    return lambda text: terminal.note(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {text}")


def _place(order: Order, port: int | None) -> tuple[str, int | None]:
    """Where Prefect is: the address of its API, and the port of our own server, None where it is another's."""
    from flows.tracking import prefect_api_url, server_answers

    url = prefect_api_url(os.environ)
    if url is not None and port is None:
        parts = urlsplit(url)
        if parts.hostname not in LOOPBACK or server_answers(url):
            return url, None
        port = parts.port
    own = _own_port(order, port)
    return f"http://127.0.0.1:{own}/api", own


def _own_port(order: Order, wanted: int | None) -> int:
    """The port that was asked for, else that of the last time, else Prefect's usual one, else any that is free."""
    from flows.server import free_port, is_free

    kept = order.home / "port"
    if wanted is not None:
        if not is_free(wanted):
            raise CommandError(f"port {wanted} is in use by another program: choose another with --port")
        return wanted
    try:
        last = int(kept.read_text(encoding="ascii"))
    except (OSError, ValueError):
        last = USUAL_PORT
    port = next((port for port in (last, USUAL_PORT) if is_free(port)), None) or free_port()
    kept.write_text(str(port), encoding="ascii")
    return port
