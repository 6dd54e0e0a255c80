"""`presswatch report`: the press review."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import config_option, json_option, read_config
from flows.exits import Exit
from flows.terminal import Terminal, counted, size_text

if TYPE_CHECKING:
    from flows.config import Config
    from flows.report.writing import Review
    from storage.review.records import ReportRequest


@click.command()
@click.option(
    "--since", default="24h", show_default=True, metavar="SPAN|DATE",
    help="A span before the end (90m, 24h, 7d, 2w), or a day or moment in UTC.",
)  # fmt: skip
@click.option("--until", metavar="DATE", help="Up to and with this day, or to a moment; now, unless said.")
@click.option(
    "--watchlist", "watchlists", multiple=True, metavar="ID",
    help="Only the stories, news and edits that mention it. Repeatable.",
)  # fmt: skip
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE.html", help="Where the page is written; - is standard output.",
)  # fmt: skip
@json_option
@config_option
def command(
    since: str, until: str | None, watchlists: tuple[str, ...], output: Path, as_json: bool, config_path: Path
) -> int:
    """Write the press review: one HTML page that stands alone.

    What happened, the watchlists over time and by outlet, how much was published, what is new, what was edited, and
    which sources have gone quiet. It is read from the published copy. The page has no script and fetches nothing: it
    can be mailed, printed, or put on any web server. With `report:` in the config, `presswatch serve` writes it on
    schedule.

    \b
    Example:
      presswatch report -o review.html
      presswatch report --since 7d --watchlist energy -o energy.html
      presswatch report --since 2026-11-01 --until 2026-11-30 -o november.html
    """
    config = read_config(config_path, look_up=True)
    now = datetime.now(UTC)
    request = _request(config, since, until, watchlists, now)

    from flows.report.writing import review, write_page

    made = review(config.published, request, now)
    if str(output) == "-":
        sys.stdout.buffer.write(made.html.encode())
        return Exit.DONE
    write_page(made.html, output)
    _tell(Terminal.of_process(), made, output, as_json)
    return Exit.DONE


def _request(
    config: Config, since: str, until: str | None, watchlists: tuple[str, ...], now: datetime
) -> ReportRequest:
    from flows.report.period import period_of
    from storage.review.records import ReportRequest

    known = tuple(watchlist.id for watchlist in config.shape.watchlists)
    for name in watchlists:
        if name not in known:
            there = f"; there are {', '.join(known)}" if known else "; it has none"
            raise click.UsageError(f"no watchlist {name!r} in {config.path}{there}"[:500])
    try:
        start, end = period_of(since, until, now)
    except ValueError as error:
        raise click.UsageError(f"--since, --until: {error}") from None
    return ReportRequest(start, end, watchlists or known, only_watchlists=bool(watchlists))


def _tell(terminal: Terminal, made: Review, output: Path, as_json: bool) -> None:
    totals, request = made.data.totals, made.data.request
    size = len(made.html.encode())
    if as_json:
        terminal.json(
            {
                "file": str(output),
                "bytes": size,
                "since": request.since,
                "until": request.until,
                "articles": totals.articles,
                "stories": totals.stories,
                "sources": totals.sources,
                "edited": totals.edited,
            }
        )
        return
    told = f"{counted(totals.articles, 'article')} in {counted(totals.stories, 'story', 'stories')}"
    terminal.line(f"{output}: {told}, {size_text(size)}")
