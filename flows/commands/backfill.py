"""`presswatch backfill`: older articles, through the same stages as new ones."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.commands.options import config_option, json_option, read_config
from flows.event_loop import run_async
from flows.exits import CommandError
from flows.lazy_group import CommandTable, LazyGroup
from flows.progress import RoundProgress, round_progress
from flows.terminal import Column, Terminal

if TYPE_CHECKING:
    from flows.backfill.request import BackfillRequest, BackfillResult, Route
    from flows.rounds.stopping import Stop

COMMANDS: CommandTable = {
    "urls": ("flows.commands.backfill_urls", "A list of addresses, one a line."),
    "sitemap": ("flows.commands.backfill_sitemap", "What the sitemaps of the sources list."),
    "archive": ("flows.commands.backfill_archive", "The older pages of a source's feeds."),
    "warc": ("flows.commands.backfill_warc", "Pages out of WARC files; nothing is fetched."),
    "plan": (
        "flows.commands.backfill_plan",
        "What is missing, by source and day, and which way it can be had.",
    ),
}


@click.group(cls=LazyGroup, table=COMMANDS)
def command() -> None:
    """Older articles, through the same stages, limits and identities as new ones.

    It may run beside `presswatch serve`. Stopped at any point, by Ctrl-C or otherwise, the same command carries on:
    what is known is not fetched again. Repeated, it adds nothing.

    \b
    Example:
      presswatch backfill plan --since 2026-01-01
      presswatch backfill sitemap --source example --since 2026-01-01 --dry-run
      presswatch backfill sitemap --source example --since 2026-01-01
    """


def _first(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """The instant at which a day begins."""
    return _instant(value)[0] if value else None


def _end(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """The instant at which a day is over; an instant is what it is."""
    if not value:
        return None
    at, is_day = _instant(value)
    return at + timedelta(days=1) if is_day else at


def _instant(value: str) -> tuple[datetime, bool]:
    """2026-01-31, or 2026-01-31T12:00:00+01:00; UTC where no zone is said. And whether it is a whole day."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"no date: {value!r}; expected one such as 2026-01-31.") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)), len(value) <= len("2026-01-31")


since_option = click.option("--since", callback=_first, metavar="DATE", help="From this day on.")
until_option = click.option("--until", callback=_end, metavar="DATE", help="Up to and with this day.")


def period_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """What all ways have in common."""
    options = (
        since_option,
        until_option,
        click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most this many pages."),
        click.option("--dry-run", is_flag=True, help="Say what would be done, and how long it would take."),
        json_option,
        config_option,
    )
    for option in reversed(options):
        function = option(function)
    return function


def carry_out(
    route: Route,
    config_path: Path,
    *,
    only: tuple[str, ...] = (),
    files: tuple[Path, ...] = (),
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Run the backfill that the options ask for, and report it."""
    from extractors.backfill.period import Period
    from flows.backfill.request import request_of

    config = read_config(config_path)
    if complaint := config.unknown_source(only):
        raise click.UsageError(complaint)
    if since is not None and until is not None and since >= until:
        raise click.UsageError("--since is later than --until")
    request = request_of(
        config,
        route,
        only=only,
        files=files,
        period=Period(since, until),
        limit=limit,
        dry_run=dry_run,
    )
    with round_progress() as progress:
        result, stop = run_async(_backfill(request, progress))
    report(result, Terminal.of_process(), as_json=as_json)
    return _ending(result, stop)


async def _backfill(request: BackfillRequest, progress: RoundProgress) -> tuple[BackfillResult, Stop]:
    from flows.backfill.run import run_backfill
    from flows.rounds.stopping import Stop
    from flows.tracking import prefect_api_url, server_answers

    stop = Stop()
    url = None if request.dry_run else prefect_api_url(os.environ)
    if url is not None and await asyncio.to_thread(server_answers, url):
        return await _tracked(request, progress, stop), stop
    if not request.dry_run:
        where = f"no Prefect server answers at {url}" if url else "no Prefect server is configured"
        progress.note(f"not tracked: {where}")
    with stop.listening():
        return await run_backfill(request, progress=progress, stop=stop), stop


async def _tracked(request: BackfillRequest, progress: RoundProgress, stop: Stop) -> BackfillResult:
    from flows.commands.run import prepare_prefect

    prepare_prefect()
    from flows.backfill.tracked import run_tracked_backfill

    return await run_tracked_backfill(request, progress=progress, stop=stop)


def report(result: BackfillResult, terminal: Terminal, *, as_json: bool) -> None:
    """What became of it on stdout; lines that belong to nobody, and sources that were left, on stderr."""
    from flows.backfill.summary import as_record, headline, summary_rows

    for note in result.notes:
        terminal.note(f"presswatch: {note}")
    if result.unmatched > len(result.notes):
        terminal.note(
            f"presswatch: ... and {result.unmatched - len(result.notes):,} more, in the table outcomes"
        )
    for share in result.shares:
        if share.in_vain:
            terminal.note(
                f"presswatch: {share.source_id}: left, since page after page fails ({share.in_vain})"
            )
    for source_id, what in result.mishaps:
        terminal.note(f"presswatch: {source_id}: {what}")
    if as_json:
        terminal.json(as_record(result))
        return
    terminal.line(headline(result))
    if result.run_id is None:
        _show_rehearsal(result, terminal)
    else:
        terminal.table([Column("what"), Column("count", justify="right")], summary_rows(result))
        _show_failures(result, terminal)


def _show_rehearsal(result: BackfillResult, terminal: Terminal) -> None:
    from flows.moments import span

    names = ("found", "known", "other time", "to fetch", "takes")
    rows = [
        (share.source_id, *(f"{n:,}" for n in (t.found, t.known, t.outside, t.wanted)), span(share.seconds))
        for share in result.shares
        for t in (share.tally,)
    ]
    terminal.table([Column("source", whole=True), *(Column(name, "right") for name in names)], rows)
    for share in result.shares:
        for url in share.examples:
            terminal.line(f"  {share.source_id}  {url}", "dim")


def _show_failures(result: BackfillResult, terminal: Terminal) -> None:
    failures = result.summary.failures if result.summary else ()
    if not failures:
        return
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


def _ending(result: BackfillResult, stop: Stop) -> int:
    from flows.backfill.summary import exit_code

    if stop.signal is not None:
        return 128 + stop.signal
    if result.network_down:
        raise CommandError("no host could be reached: is this machine's own network down? Run it again later")
    return exit_code(result)
