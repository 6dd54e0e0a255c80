"""`presswatch demo`: the whole job on a small news web that the command itself serves."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.event_loop import run_async
from flows.exits import CommandError, Exit
from flows.terminal import Terminal

if TYPE_CHECKING:
    from flows.rounds.stopping import Stop
    from flows.server import PrefectServer


@click.command()
@click.option("--keep", is_flag=True, help="Leave the news web and the Prefect server up until Ctrl-C.")
@click.option("--untracked", is_flag=True, help="Without a Prefect server.")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help="Where its data goes; a temporary one."
)
def command(keep: bool, untracked: bool, folder: Path | None) -> int:
    """The whole job, on three small papers of our own served on loopback; no network is needed.

    Three rounds: all is new; nothing is new and every feed answers 304; one article is new and one was edited.
    Then the rows by SQL, and one article before and after cleaning. The rounds are Prefect flow runs on a server
    that is started meanwhile.

    \b
    Example:
      presswatch demo
      presswatch demo --keep      look around in the Prefect UI and in the papers
    """
    terminal = Terminal.of_process()
    with _place(folder, keep) as place, _server(place, terminal, wanted=not untracked) as server:
        stop = run_async(_play(place, terminal, server, keep))
    return 128 + stop.signal if stop.signal is not None and not keep else Exit.DONE


async def _play(place: Path, terminal: Terminal, server: PrefectServer | None, keep: bool) -> Stop:
    from flows.demo.play import play

    return await play(place, terminal, server, keep=keep)


@contextmanager
def _place(folder: Path | None, keep: bool) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder.resolve()
    elif keep:
        yield Path(tempfile.mkdtemp(prefix="presswatch-demo-"))
    else:
        with tempfile.TemporaryDirectory(prefix="presswatch-demo-") as name:
            yield Path(name)


@contextmanager
def _server(place: Path, terminal: Terminal, *, wanted: bool) -> Iterator[PrefectServer | None]:
    """A Prefect server with a home of its own; None, and the reason said, when there is none to be had."""
    if not wanted:
        terminal.note("untracked, as asked for")
        yield None
        return
    from flows.server import start_server, wait_until_ready

    terminal.note("starting a Prefect server of the demo's own (10 to 20 s) ...")
    server = start_server(place / "prefect")
    try:
        wait_until_ready(server)
    except CommandError as error:
        server.stop()
        terminal.note(f"untracked: {error}")
        yield None
        return
    except BaseException:
        server.stop()
        raise
    os.environ.update(server.environment())
    terminal.note(f"the rounds are flow runs on {server.ui_url}")
    try:
        yield server
    finally:
        server.stop()
