"""`presswatch run`: one round now, tracked by a Prefect server when one answers."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import config_option, json_option, read_config
from flows.event_loop import run_async
from flows.exits import CommandError
from flows.progress import RoundProgress, round_progress
from flows.terminal import Column, Terminal

if TYPE_CHECKING:
    from flows.config import Config
    from flows.rounds.round import RoundRequest, RoundResult
    from flows.rounds.stopping import Stop


@click.command()
@click.option("--source", "only", multiple=True, metavar="ID", help="Only this source; may be repeated.")
@click.option("--all", "all_feeds", is_flag=True, help="Poll all feeds, due or not.")
@json_option
@config_option
def command(only: tuple[str, ...], all_feeds: bool, as_json: bool, config_path: Path) -> int:
    """One round now: poll the due feeds, fetch new pages, extract, clean, store, publish.

    When a Prefect server answers (PREFECT_API_URL, or the active profile) the round is a flow run there.

    \b
    Example:
      presswatch run
      presswatch run --source example --all
    """
    config = read_config(config_path)
    request = round_request(config, only, all_feeds=all_feeds)
    terminal = Terminal.of_process()
    with round_progress() as progress:
        result, stop = run_async(_round(request, progress))
    report(result, terminal, as_json=as_json)
    return ending(result, stop)


def round_request(
    config: Config, only: tuple[str, ...], *, all_feeds: bool, command: str = "run"
) -> RoundRequest:
    """The round that the config and the options ask for. `CommandError` for a source that isn't there."""
    from flows.rounds.round import RoundRequest

    if complaint := config.unknown_source(only):
        raise click.UsageError(complaint)
    return RoundRequest(
        database=config.database,
        published=config.published,
        sources=config.sources,
        watchlists=config.watchlists,
        fetch=config.fetch,
        extract=config.extract,
        only=frozenset(only),
        all_feeds=all_feeds,
        command=command,
        archive=config.archive,
        notices=config.notices,
        pace=config.pace,
        search=config.shape.search,
        report=config.report,
    )


async def _round(request: RoundRequest, progress: RoundProgress) -> tuple[RoundResult, Stop]:
    from flows.rounds.round import run_round
    from flows.rounds.stopping import Stop
    from flows.tracking import prefect_api_url, server_answers

    stop = Stop()
    url = prefect_api_url(os.environ)
    if url is not None and await asyncio.to_thread(server_answers, url):
        return await _tracked(request, progress, stop), stop
    progress.note(
        f"not tracked: {'no Prefect server answers at ' + url if url else 'no Prefect server is configured'}"
    )
    with stop.listening():
        return await run_round(request, progress=progress, stop=stop), stop


async def _tracked(request: RoundRequest, progress: RoundProgress, stop: Stop) -> RoundResult:
    prepare_prefect()
    from flows.monitor import run_tracked

    return await run_tracked(request, progress=progress, stop=stop)


def prepare_prefect() -> None:
    """Set what Prefect reads when it is imported: it reports nothing home, and its log leaves our terminal alone
    (its server has it)."""
    from flows.tracking import silence_prefect

    os.environ.update(silence_prefect())
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "ERROR")


def report(result: RoundResult, terminal: Terminal, *, as_json: bool) -> None:
    """The result of a round on stdout: a table for people, an object for programs."""
    from flows.rounds.summary import as_record, headline, summary_rows

    if as_json:
        terminal.json(as_record(result))
        return
    terminal.line(headline(result))
    terminal.table([Column("what"), Column("count", justify="right")], summary_rows(result))
    failures = result.summary.failures if result.summary else ()
    if failures:
        terminal.line()
        terminal.table(
            [Column("failed", whole=True), Column("stage"), Column("url"), Column("why")],
            [
                (f.source_id, f.stage, f.url, f"{f.status}: {f.detail}" if f.detail else f.status)
                for f in failures[:20]
            ],
        )
        if len(failures) > 20:
            terminal.line(f"... and more: presswatch sql \"FROM outcomes WHERE run_id = '{result.run_id}'\"")
    for source_id, what in result.mishaps:
        terminal.note(f"{source_id}: {what}")


def ending(result: RoundResult, stop: Stop) -> int:
    """How the command ends. A round that a signal ended has kept what was done."""
    from flows.rounds.summary import exit_code

    if stop.signal is not None:
        return 128 + stop.signal
    if result.network_down:
        raise CommandError(
            "no host could be reached: is this machine's own network down? Nothing was counted"
        )
    return exit_code(result)
