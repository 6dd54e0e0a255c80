"""`presswatch status`: how the pipeline is doing, on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import config_option, json_option, read_config
from flows.exits import Exit
from flows.moments import ago, minute, span
from flows.terminal import Column, Terminal, counted, size_text

if TYPE_CHECKING:
    from storage.health import StatusReport

NETWORK_DOWN = (
    "network   the last round reached no host: is this machine's own down? Nothing was counted against feeds"
)


@click.command()
@json_option
@config_option
def command(as_json: bool, config_path: Path) -> int:
    """The last rounds, the feeds that fail, and what waits, on one screen.

    Read from the published copy and the spool: no round is disturbed, and none is waited for. Times are in UTC.

    \b
    Example:
      presswatch status
      presswatch status --json
    """
    from storage.health import status_report

    config = read_config(config_path, look_up=True)
    report = status_report(config.database, config.published)
    terminal = Terminal.of_process()
    if as_json:
        terminal.json(asdict(report))
    else:
        _show(terminal, report)
    return Exit.DONE


def _show(terminal: Terminal, report: StatusReport) -> None:
    if report.published_at is None:
        terminal.line("nothing is published yet: `presswatch run` makes the first round", "yellow")
    else:
        terminal.line(f"as of {minute(report.published_at)} UTC, {ago(report.published_at)}", "bold")
    if report.network_down:
        terminal.line(NETWORK_DOWN, "red")
    for name, text in _facts(report):
        terminal.line(f"{name:<9} {text}")
    _show_runs(terminal, report)
    _show_feeds(terminal, report)
    _show_quiet(terminal, report)


def _facts(report: StatusReport) -> list[tuple[str, str]]:
    lag = "" if report.lag_s is None else f", seen {span(report.lag_s)} after publication (median)"
    facts = [
        ("articles", f"{report.articles:,}, {report.articles_24h:,} of them in the last day{lag}"),
        ("feeds", _feeds(report)),
        ("waiting", _waiting(report)),
        ("files", _files(report)),
    ]
    if report.gaps_7d:
        missed = f"about {counted(report.missed_7d, 'article')} missed in the last 7 days"
        facts.append(("gaps", f"{report.gaps_7d:,}: {missed}"))
    return facts


def _feeds(report: StatusReport) -> str:
    states = ((report.feeds_ok, "ok"), (report.feeds_failing, "failing"), (report.feeds_gone, "gone"))
    return f"{report.feeds:,}: " + ", ".join(
        f"{count:,} {state}" for count, state in states if count or state == "ok"
    )


def _waiting(report: StatusReport) -> str:
    batches = counted(report.batches_waiting, "batch", "batches")
    broken = f", {report.batches_broken:,} set aside as broken" if report.batches_broken else ""
    return f"{batches} in the spool{broken}, {counted(report.pages_pending, 'page')} to be tried again"


def _files(report: StatusReport) -> str:
    live, published = size_text(report.live_bytes), size_text(report.published_bytes)
    return f"live {live}, published {published}, {size_text(report.free_bytes)} free"


def _show_runs(terminal: Terminal, report: StatusReport) -> None:
    if not report.runs:
        return
    rows: Sequence[Sequence[object]] = [
        (
            minute(run.started_at),
            run.command,
            run.status,
            span((run.finished_at - run.started_at).total_seconds()) if run.finished_at else "",
            run.articles_new,
            run.articles_updated,
            run.errors,
        )
        for run in report.runs
    ]
    terminal.line()
    terminal.table(
        [
            Column("last rounds", whole=True),
            Column("command"),
            Column("status", whole=True),
            Column("took", "right", whole=True),
            Column("new", "right", whole=True),
            Column("updated", "right", whole=True),
            Column("errors", "right", whole=True),
        ],
        rows,
    )


def _show_feeds(terminal: Terminal, report: StatusReport) -> None:
    if not report.failing:
        return
    terminal.line()
    terminal.table(
        [
            Column("feeds that fail"),
            Column("source"),
            Column("why", whole=True),
            Column("since", whole=True),
            Column("tries", "right", whole=True),
            Column("next", whole=True),
        ],
        [
            (
                feed.feed_url,
                feed.source_id,
                "gone" if feed.state == "gone" else feed.last_status,
                ago(feed.failing_since),
                feed.consecutive_failures,
                minute(feed.next_poll_at) if feed.next_poll_at else "",
            )
            for feed in report.failing
        ],
    )
    more = report.feeds_failing + report.feeds_gone - len(report.failing)
    if more > 0:
        terminal.line(f"and {more:,} more: presswatch sql \"FROM feeds WHERE state <> 'ok'\"")


def _show_quiet(terminal: Terminal, report: StatusReport) -> None:
    if not report.quiet:
        return
    terminal.line()
    terminal.table(
        [
            Column("sources gone quiet"),
            Column("last day", "right", whole=True),
            Column("usual", "right", whole=True),
        ],
        [(source.source_id, source.articles_24h, source.usual_per_day) for source in report.quiet],
    )
