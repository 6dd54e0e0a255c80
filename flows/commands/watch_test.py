"""`presswatch watch test`: the back-test of a watchlist, before it goes live."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.commands.options import config_option, json_option, read_config
from flows.exits import Exit
from flows.moments import minute
from flows.safe_text import safe_text
from flows.terminal import Column, Terminal, counted

if TYPE_CHECKING:
    from extractors.model import Watchlist
    from flows.backtest import Backtest, Sample
    from flows.config import Config

AD_HOC = "(terms given)"
SHOWN_DAYS = 31


@click.command()
@click.option("--watchlist", "only", multiple=True, metavar="ID", help="Of the config; may be repeated.")
@click.option("--any", "any_", multiple=True, metavar="TERM", help="Any of these terms; may be repeated.")
@click.option("--all", "all_", multiple=True, metavar="TERM", help="And all of these; may be repeated.")
@click.option("--none", "none", multiple=True, metavar="TERM", help="And none of these; may be repeated.")
@click.option("--since", metavar="WHEN", help="Published from then on: 24h, 7d, 2026-11-01.")
@click.option("--until", metavar="WHEN", help="Published up to then; a day is meant to its end.")
@click.option(
    "--samples", type=click.IntRange(0, 1000), default=5, show_default=True, help="Hits to show, the newest."
)
@json_option
@config_option
def command(config_path: Path, as_json: bool, samples: int, **options: Any) -> int:
    """What a watchlist would have found in the published copy: by term, source and day, with samples.

    Watchlists of the config, all of them unless named, or terms that are given here. Nothing is written.

    \b
    Example:
      presswatch watch test --watchlist energy --since 30d
      presswatch watch test --any 'heat pump*' --any '"grid operator"~5' --none 'stock tip*'
    """
    from extractors.watch import compile_watchlists
    from flows.backtest import backtested
    from storage.published_texts import published_texts

    terminal = Terminal.of_process()
    config = read_config(config_path, look_up=True)
    since, until = _period(options["since"], options["until"])
    try:
        matcher = compile_watchlists(_wanted(config, options))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    with published_texts(config.published, since, until) as articles:
        read, tests = backtested(articles, matcher, samples)
    if as_json:
        terminal.json(_as_json(read, tests, since, until))
        return Exit.DONE
    for test in tests:
        _show(terminal, test, read)
    return Exit.DONE


def _wanted(config: Config, options: dict[str, Any]) -> list[Watchlist]:
    from extractors.model import Watchlist

    only, terms = options["only"], (options["any_"], options["all_"], options["none"])
    if any(terms):
        if only:
            raise click.UsageError("--watchlist is one of the config; terms make another: give one of them")
        return [Watchlist(AD_HOC, *terms)]
    known = {watchlist.id: watchlist for watchlist in config.watchlists}
    for unknown in sorted(set(only) - known.keys()):
        raise click.UsageError(f"no watchlist {unknown!r} in {config.path}")
    if not known:
        raise click.UsageError(f"{config.path} has no watchlists: give terms, e.g. --any 'heat pump*'")
    return [known[name] for name in only] if only else list(known.values())


def _period(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    from storage.periods import PeriodError, moment_of

    now = datetime.now(UTC)
    moments: list[datetime | None] = []
    for name, text in (("since", since), ("until", until)):
        try:
            moments.append(moment_of(text, now, end=name == "until") if text is not None else None)
        except PeriodError as error:
            raise click.UsageError(f"--{name}: {error}") from None
    first, last = moments
    if first is not None and last is not None and first >= last:
        raise click.UsageError("--since is later than --until")
    return first, last


def _as_json(
    read: int, tests: list[Backtest], since: datetime | None, until: datetime | None
) -> dict[str, Any]:
    """Days are in UTC; `mark` counts characters of `snippet`."""
    return {
        "since": since,
        "until": until,
        "articles_read": read,
        "watchlists": [
            {
                "watchlist_id": test.watchlist_id,
                "articles": test.articles,
                "mentions": test.mentions,
                "by_term": [{"term": term, "articles": n} for term, n in test.by_term.most_common()],
                "by_source": [
                    {"source_id": source, "articles": n} for source, n in test.by_source.most_common()
                ],
                "by_day": [
                    {"day": day.isoformat(), "source_id": source, "articles": n}
                    for (day, source), n in sorted(test.by_day.items())
                ],
                "samples": [_sample_json(sample) for sample in test.samples],
            }
            for test in tests
        ],
    }


def _sample_json(sample: Sample) -> dict[str, Any]:
    return {
        "source_id": sample.source_id,
        "at": sample.at,
        "title": sample.title,
        "url": sample.url,
        "term": sample.term,
        "snippet": sample.snippet,
        "mark": sample.mark,
    }


def _show(terminal: Terminal, test: Backtest, read: int) -> None:
    terminal.line(
        f"{test.watchlist_id}: {counted(test.articles, 'article')} of {read:,}, {counted(test.mentions, 'mention')}",
        "bold",
    )
    if not test.articles:
        terminal.line()
        return
    for name, rows in (("term", test.by_term.most_common()), ("source", test.by_source.most_common())):
        terminal.table([Column(name, whole=True), Column("articles", "right")], rows)
    days = test.days
    terminal.table(
        [Column("day (UTC)", whole=True), Column("articles", "right")],
        [(day.isoformat(), articles) for day, articles in days[-SHOWN_DAYS:]],
    )
    if len(days) > SHOWN_DAYS:
        terminal.line(f"the last {SHOWN_DAYS} of {len(days)} days with hits; --json has all", "dim")
    for sample in test.samples:
        _show_sample(terminal, sample)
    terminal.line()


def _show_sample(terminal: Terminal, sample: Sample) -> None:
    """The hit is bold for whoever looks at it, and stands in [brackets] for a file."""
    start, end = sample.mark
    pieces = (sample.snippet[:start], sample.snippet[start:end], sample.snippet[end:])
    terminal.line(f"{sample.source_id}  {minute(sample.at)}  {sample.title or '(no title)'}", "dim")
    if not terminal.shows:
        terminal.line(f"  {pieces[0]}[{pieces[1]}]{pieces[2]}")
        return
    line = terminal.text("  ")
    for piece, style in zip(pieces, ("", "bold yellow", ""), strict=True):
        line.append(safe_text(piece), style)
    terminal.console().print(line, soft_wrap=True)
