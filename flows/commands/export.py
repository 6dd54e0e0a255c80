"""`presswatch export`: articles as Parquet, CSV, JSON lines, or an RSS feed."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from flows.commands.options import config_option, read_config
from flows.exits import Exit
from flows.terminal import Terminal, counted, size_text

if TYPE_CHECKING:
    from flows.config import Config
    from storage.export import Exported, Selection

SUFFIXES = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".rss": "rss",
    ".xml": "rss",
}
FEED_ITEMS = 100  # more than any reader shows as new; it asks again before there are so many more


@click.command()
@click.option(
    "--format",
    "kind",
    type=click.Choice(["parquet", "csv", "jsonl", "rss"]),
    help="Left out: what the name of the file ends in.",
)
@click.option("--since", metavar="WHEN", help="Published from then on: 24h, 7d, 2026-11-01.")
@click.option("--until", metavar="WHEN", help="Published up to then; a day is meant to its end.")
@click.option("--source", "sources", multiple=True, metavar="ID", help="Of this source; may be repeated.")
@click.option(
    "--watchlist", "watchlists", multiple=True, metavar="ID", help="With a mention; may be repeated."
)
@click.option("--query", metavar="QUERY", help="That this search means, with their score.")
@click.option("--limit", type=click.IntRange(1), help="At most so many; of a feed 100, unless said.")
@click.option("--exact", is_flag=True, help="CSV without the guard against formulas.")
@click.option("--title", metavar="TEXT", help="Of the feed.")
@click.option("--link", metavar="URL", help="The page that the feed belongs to.")
@click.option("-o", "--output", default="-", show_default=True, metavar="FILE", help="- is standard output.")
@config_option
def command(config_path: Path, output: str, kind: str | None, **options: Any) -> int:
    """Write articles of the published copy to a file, whole or not at all. Times are in UTC.

    As an RSS feed the last 100 of them, with the beginning of their text: a watchlist that any feed reader follows.
    docs/export.md has the columns.

    \b
    Example:
      presswatch export --since 7d -o week.parquet
      presswatch export --watchlist energy --format rss -o public/energy.xml
      presswatch export --query 'heat pump AND grant' --format csv > hits.csv
    """
    terminal = Terminal.of_process()
    chosen = kind or SUFFIXES.get(Path(output).suffix.lower())
    if chosen is None:
        raise click.UsageError("--format is needed, or a file that ends in .parquet, .csv, .jsonl or .rss")
    if output == "-" and chosen == "parquet" and terminal.shows:
        raise click.UsageError("Parquet is no text: name a file with -o")
    config = read_config(config_path, look_up=True)

    def told(what: str) -> None:
        terminal.note(f"presswatch: {what}")

    wanted = _wanted(chosen, datetime.now(UTC), options)
    if output != "-":
        exported = _written(config, wanted, Path(output), told)
        terminal.note(f"{output}: {counted(exported.articles, 'article')}, {size_text(exported.bytes)}")
        return Exit.DONE
    with TemporaryDirectory(prefix="presswatch-") as folder:
        file = Path(folder) / "articles"
        _written(config, wanted, file, told)
        hand_out(file, terminal)
    return Exit.DONE


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options ask for."""

    kind: str
    now: datetime
    selection: Selection
    query: str | None
    limit: int | None
    exact: bool
    title: str | None
    link: str | None


def _wanted(kind: str, now: datetime, options: dict[str, Any]) -> Wanted:
    from storage.export import Selection
    from storage.periods import PeriodError, moment_of

    moments: dict[str, datetime | None] = {}
    for name in ("since", "until"):
        text = options.pop(name)
        try:
            moments[name] = moment_of(text, now, end=name == "until") if text is not None else None
        except PeriodError as error:
            raise click.UsageError(f"--{name}: {error}") from None
    since, until = moments["since"], moments["until"]
    if since is not None and until is not None and since >= until:
        raise click.UsageError("--since is later than --until")
    return Wanted(
        kind, now, Selection(options.pop("sources"), options.pop("watchlists"), since, until), **options
    )


def _written(config: Config, wanted: Wanted, target: Path, told: Callable[[str], None]) -> Exported:
    from storage.export import export_articles, unknown_names

    with _opened(config, wanted, told) as con:
        for name in unknown_names(con, wanted.selection):
            told(f"no article is of {name}")
        if wanted.kind == "rss":
            return _written_feed(con, config, wanted, target)
        return export_articles(
            con,
            target,
            wanted.kind,  # type: ignore[arg-type]  # one of the choices that are left
            wanted.selection,
            limit=wanted.limit,
            ranked=wanted.query is not None,
            guarded=not wanted.exact,
        )


def _opened(config: Config, wanted: Wanted, told: Callable[[str], None]) -> AbstractContextManager[Any]:
    """The published copy; with a query, what it means is known there."""
    if wanted.query is None:
        from storage.query import opened_copy

        return opened_copy(config.published)
    from storage.search import QueryError, index_folder, matched_copy, parse_query

    try:
        parse_query(wanted.query, wanted.now)
    except QueryError as error:
        raise click.UsageError(f"--query: {error}") from None
    return matched_copy(config.published, index_folder(config.published), wanted.query, wanted.now, told=told)


def _written_feed(con: Any, config: Config, wanted: Wanted, target: Path) -> Exported:
    from flows.rss import LEAD_CHARS, Channel, rss_lines
    from storage.export import Exported, feed_items, replaced_file

    items = feed_items(
        con,
        wanted.selection,
        limit=wanted.limit or FEED_ITEMS,
        lead_chars=LEAD_CHARS + 1,
        ranked=wanted.query is not None,
    )
    what = _described(wanted)
    channel = Channel(
        wanted.title or f"presswatch: {what}",
        wanted.link or _own_page(config.shape.fetch.user_agent),
        f"Articles that presswatch has found: {what}",
    )
    with replaced_file(target) as unfinished, unfinished.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in rss_lines(channel, items))
    return Exported(len(items), target.stat().st_size)


def _described(wanted: Wanted) -> str:
    chosen = (
        *wanted.selection.watchlists,
        *wanted.selection.sources,
        *([wanted.query] if wanted.query else []),
    )
    return ", ".join(chosen) or "all articles"


def _own_page(user_agent: str) -> str:
    """Where the operator says who they are; a feed must belong to some page."""
    found = re.search(r"https?://[^\s)]+", user_agent)
    return found.group() if found else "about:blank"


def hand_out(file: Path, terminal: Terminal) -> None:
    """As it is for a program; on a terminal with nothing in it that a terminal would act upon."""
    if terminal.shows:
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                terminal.line(line.rstrip("\n"))
        return
    sys.stdout.flush()
    with file.open("rb") as whole:
        shutil.copyfileobj(whole, sys.stdout.buffer)
    sys.stdout.buffer.flush()
