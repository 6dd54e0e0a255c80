"""The demo from its first round to its last look: what is run, and what is shown of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from extractors.model import ExtractSettings, FetchSettings, Removed, Stripped, Watchlist
from flows.commands.run import prepare_prefect
from flows.demo.web import DemoWeb, Traffic
from flows.extraction.view import show_blocks
from flows.machine import usable_cpus
from flows.progress import RoundProgress, round_progress
from flows.rounds.round import RoundRequest, RoundResult, run_round
from flows.rounds.stopping import Stop
from flows.server import PrefectServer
from flows.terminal import Column, Terminal
from storage.query import run_query

RunOne = Callable[[RoundRequest, RoundProgress, Stop], Awaitable[RoundResult]]

WATCHLISTS = (Watchlist("harbour", any=("harbour*", "ferry", "port")),)
ROWS = """
SELECT source_id AS source, strftime(published_at, '%d %b %H:%M') AS published, language AS lang,
  word_count AS words, version AS v, title
FROM articles ORDER BY published_at DESC NULLS LAST, title LIMIT 12
"""
VERSIONS = """
SELECT version AS v, word_count AS words, title FROM article_versions
WHERE article_id IN (SELECT article_id FROM articles WHERE version > 1) ORDER BY v
"""
MOST_CLEANED = """
SELECT title, source_id, text, removed FROM articles
ORDER BY len(list_distinct(list_transform(removed, lambda r: r.reason))) DESC, len(removed) DESC, title LIMIT 1
"""


async def play(place: Path, terminal: Terminal, server: PrefectServer | None, *, keep: bool) -> Stop:
    """Run the demo in the folder `place`. A stop (Ctrl-C) ends it after the round under way."""
    stop = Stop()
    try:
        await _rounds(place, terminal, server, stop, keep=keep)
    finally:
        if server:
            from flows.monitor import drain_reports

            await drain_reports()
    return stop


async def _rounds(
    place: Path, terminal: Terminal, server: PrefectServer | None, stop: Stop, *, keep: bool
) -> None:
    run_one = _tracked() if server else _untracked
    async with DemoWeb(datetime.now(UTC)) as web:
        request = _request(place, web)
        for number, what in enumerate(("all is new", "nothing is new", "one new, one edited"), 1):
            if number == 3:
                web.advance(datetime.now(UTC) + timedelta(seconds=1))
            await _round(number, what, request, web, terminal, run_one, stop)
            if stop.event.is_set():
                return
        _show_rows(terminal, request.published)
        _show_cleaning(terminal, request.published)
        if keep:
            await _stay(terminal, place, web, server, stop)


def _request(place: Path, web: DemoWeb) -> RoundRequest:
    return RoundRequest(
        database=place / "presswatch.duckdb",
        published=place / "news.duckdb",
        sources=web.sources,
        watchlists=WATCHLISTS,
        fetch=FetchSettings(per_host_delay_s=0.05, allow_networks=web.networks),
        extract=ExtractSettings(workers=usable_cpus()),
        all_feeds=True,
        command="demo",
    )


def _tracked() -> RunOne:
    prepare_prefect()
    from flows.monitor import run_tracked

    async def run_one(request: RoundRequest, progress: RoundProgress, stop: Stop) -> RoundResult:
        return await run_tracked(request, progress=progress, stop=stop)

    return run_one


async def _untracked(request: RoundRequest, progress: RoundProgress, stop: Stop) -> RoundResult:
    with stop.listening():
        return await run_round(request, progress=progress, stop=stop)


async def _round(
    number: int,
    what: str,
    request: RoundRequest,
    web: DemoWeb,
    terminal: Terminal,
    run_one: RunOne,
    stop: Stop,
) -> None:
    web.take_traffic()
    with round_progress(terminal.err) as progress:
        result = await run_one(request, progress, stop)
    run = result.summary.run if result.summary else None
    terminal.line()
    terminal.line(f"Round {number}: {what}", "bold")
    terminal.line(f"  asked for {_asked(web.take_traffic())}")
    if run is not None:
        terminal.line(
            f"  {run.articles_new} articles new, {run.articles_updated} updated, {run.errors} errors"
        )


def _asked(traffic: Traffic) -> str:
    feeds = traffic.count("feed")
    same = traffic.count("feed", status=304)
    parts = [f"{feeds} feeds ({same} answered 304)", f"{traffic.count('page')} pages"]
    if robots := traffic.count("robots"):
        parts.append(f"{robots} robots.txt")
    return f"{', '.join(parts)}: {traffic.body_bytes:,} bytes"


def _show_rows(terminal: Terminal, published: Path) -> None:
    terminal.line()
    terminal.line("What analysts see: the published copy, by SQL", "bold")
    _show_query(terminal, published, ROWS)
    terminal.line()
    terminal.line("The edited article has two versions", "bold")
    _show_query(terminal, published, VERSIONS)


def _show_query(terminal: Terminal, published: Path, sql: str) -> None:
    result = run_query(published, sql)
    numbers = {"v", "words"}
    columns = [
        Column(name, "right" if name in numbers else "left", whole=name != "title") for name in result.columns
    ]
    terminal.table(columns, result.rows)


def _show_cleaning(terminal: Terminal, published: Path) -> None:
    """The article with the most kinds of furniture: what was on its page, and why each line of it went."""
    ((title, source, text, removed),) = run_query(published, MOST_CLEANED).rows
    assert isinstance(removed, list)  # noqa: S101 - a list of structs, by the schema
    terminal.line()
    terminal.line(f"One article before and after cleaning: “{title}” ({source})", "bold")
    terminal.line("  lines in brackets were on the page, and are kept apart with their reason")
    terminal.line()
    taken_out = tuple(Removed(each["text"], each["reason"], each["position"]) for each in removed)
    show_blocks(terminal, Stripped(tuple(str(text).split("\n\n")), taken_out))


async def _stay(
    terminal: Terminal, place: Path, web: DemoWeb, server: PrefectServer | None, stop: Stop
) -> None:
    terminal.line()
    for name, address in web.home_pages.items():
        terminal.line(f"  {name}: {address}")
    if server:
        terminal.line(f"  Prefect UI: {server.ui_url}")
    terminal.line(f"  data: {place}")
    terminal.note("up until Ctrl-C")
    with stop.listening():
        await stop.event.wait()
