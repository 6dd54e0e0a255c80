"""`presswatch backfill plan`: what is missing, and which way it can be had."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.backfill import since_option, until_option
from flows.commands.options import config_option, json_option, read_config
from flows.exits import Exit
from flows.terminal import Column, Terminal

if TYPE_CHECKING:
    from flows.backfill.plan import Shortfall

DEFAULT_DAYS = 30


@click.command()
@click.option("--source", "only", multiple=True, metavar="ID", help="Only this source; may be repeated.")
@since_option
@until_option
@json_option
@config_option
def command(
    only: tuple[str, ...], since: datetime | None, until: datetime | None, as_json: bool, config_path: Path
) -> int:
    """By source and day, what is missing against the source's usual volume and the gaps of its feeds.

    The usual volume is that of the same weekday since the source is watched, or what its feeds publish. It is read
    from the published copy; without --since the last 30 days. The last columns say which backfill may fill it.

    \b
    Example:
      presswatch backfill plan --since 2026-01-01 --until 2026-03-31
      presswatch backfill plan --source example --json
    """
    from flows.backfill.plan import shortfalls
    from storage.coverage import coverage, origins_with_sitemaps

    config = read_config(config_path, look_up=True)
    if complaint := config.unknown_source(only):
        raise click.UsageError(complaint)
    now = datetime.now(UTC)
    last = (until or now - timedelta(days=1)).astimezone(UTC)
    first = (since or now - timedelta(days=DEFAULT_DAYS)).astimezone(UTC)
    found = shortfalls(
        [source for source in config.sources if not only or source.id in only],
        coverage(config.published),
        origins_with_sitemaps(config.published),
        first.date(),
        (last - timedelta(microseconds=1)).date() if until else last.date(),
    )
    terminal = Terminal.of_process()
    if as_json:
        terminal.json([_as_dict(each) for each in found])
    else:
        _show(terminal, found)
    return Exit.DONE


def _show(terminal: Terminal, found: tuple[Shortfall, ...]) -> None:
    if not found:
        terminal.line("nothing is missing, as far as is known")
        return
    terminal.table(
        [
            Column("source", whole=True),
            Column("from", whole=True),
            Column("to", whole=True),
            Column("days", "right", whole=True),
            Column("stored", "right", whole=True),
            Column("usual/day", "right", whole=True),
            Column("missing", "right", whole=True),
            Column("why"),
            Column("backfill"),
        ],
        [
            (
                each.source_id,
                each.days[0].day,
                each.days[-1].day,
                len(each.days),
                sum(day.articles for day in each.days),
                f"{sum(day.usual for day in each.days) / len(each.days):.0f}",
                each.missing,
                each.days[0].why,
                ", ".join(each.routes),
            )
            for each in found
        ],
    )
    total = sum(each.missing for each in found)
    terminal.line(
        f"about {total:,} articles; `presswatch backfill sitemap --since ... --dry-run` says what there is"
    )


def _as_dict(each: Shortfall) -> dict[str, object]:
    return {
        "source_id": each.source_id,
        "from": each.days[0].day,
        "to": each.days[-1].day,
        "missing": each.missing,
        "routes": list(each.routes),
        "days": [
            {
                "day": d.day,
                "stored": d.articles,
                "usual": round(d.usual, 1),
                "missing": d.missing,
                "why": d.why,
            }
            for d in each.days
        ],
    }
