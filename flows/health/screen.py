"""`presswatch status` on one screen of 80 columns and 40 lines, whatever there is to tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap

from flows.health.words import (
    NETWORK_DOWN,
    change_text,
    facts,
    hours_text,
    overdue,
    why_failing,
)
from flows.moments import ago, minute, span
from flows.schedule import Schedule
from flows.terminal import Column, Terminal
from storage.health import StatusReport

NAMES = 10  # columns for the name of a line
LINES = 39  # and one for the prompt
AROUND = 4  # of a table: a blank line, its head, the rule, and the line that says how many more there are
ALL_OF_IT = "presswatch status --json"


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the screen; `more` is where the rest is found."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[object]]
    more: str = ALL_OF_IT
    most: int = 20


def show(terminal: Terminal, report: StatusReport, schedule: Schedule, now: datetime) -> None:
    """The whole screen."""
    head = _fitted(_head(report, schedule, now), terminal)
    for text, style in head:
        terminal.line(text, style)
    sections = [section for section in _sections(report, now) if section.rows]
    for section, count in zip(sections, shares(sections, LINES - len(head)), strict=True):
        terminal.line()
        terminal.table(section.columns, section.rows[:count])
        if len(section.rows) > count:
            terminal.line(f"and {len(section.rows) - count:,} more: {section.more}")


def shares(sections: Sequence[Section], lines: int) -> list[int]:
    """How many rows of each section are shown, so that all of it takes `lines` at most: one at least of each, the
    others dealt out in turn."""
    counts = [1] * len(sections)
    left = lines - sum(AROUND + 1 for _ in sections)
    wanted = [min(len(section.rows), section.most) for section in sections]
    while left > 0 and any(count < want for count, want in zip(counts, wanted, strict=True)):
        for index, want in enumerate(wanted):
            if left > 0 and counts[index] < want:
                counts[index] += 1
                left -= 1
    return counts


def _fitted(lines: Sequence[tuple[str, str]], terminal: Terminal) -> list[tuple[str, str]]:
    """The lines, those that are too long for a terminal broken between words."""
    if not terminal.shows:
        return list(lines)
    columns = terminal.console().width
    return [
        (part, style)
        for text, style in lines
        for part in wrap(text, columns, subsequent_indent=" " * NAMES, break_on_hyphens=False)
    ]


def _head(report: StatusReport, schedule: Schedule, now: datetime) -> list[tuple[str, str]]:
    if report.published_at is None:
        lines = [("nothing is published yet: `presswatch run` makes the first round", "yellow")]
    else:
        lines = [(f"as of {minute(report.published_at)} UTC, {ago(report.published_at, now)}", "bold")]
    if late := overdue(report, schedule, now):
        lines.append((f"{'overdue':<{NAMES}}{late}", "red"))
    if report.network_down:
        lines.append((f"{'network':<{NAMES}}{NETWORK_DOWN}", "red"))
    is_low = any(disk.is_low for disk in report.disks)
    for name, text in facts(report, now):
        lines.append((f"{name:<{NAMES}}{text}", "red" if name == "files" and is_low else ""))
    return lines


def _sections(report: StatusReport, now: datetime) -> list[Section]:
    return [
        _runs(report),
        _failing(report, now),
        _quiet(report, now),
        _changed(report),
        _gaps(report),
    ]


def _runs(report: StatusReport) -> Section:
    columns = [
        Column("last rounds", whole=True),
        Column("command"),
        Column("status", whole=True),
        *(Column(name, "right", whole=True) for name in ("took", "new", "updated", "errors")),
    ]
    rows = [
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
    return Section(columns, rows, 'presswatch sql "FROM runs"', most=5)


def _failing(report: StatusReport, now: datetime) -> Section:
    columns = [
        Column("feeds that fail"),
        Column("source"),
        Column("why"),
        Column("since", whole=True),
        Column("tries", "right", whole=True),
        Column("next", whole=True),
    ]
    rows = [
        (
            feed.feed_url,
            feed.source_id,
            why_failing(feed),
            ago(feed.failing_since, now),
            feed.consecutive_failures,
            minute(feed.next_poll_at) if feed.next_poll_at else "",
        )
        for feed in report.failing
    ]
    return Section(columns, rows, "presswatch sql \"FROM feeds WHERE state <> 'ok'\"")


def _quiet(report: StatusReport, now: datetime) -> Section:
    columns = [
        Column("sources gone quiet"),
        Column("last article", whole=True),
        Column("articles", "right", whole=True),
        Column("usual", "right", whole=True),
        Column("in", whole=True),
        Column("a day", "right", whole=True),
    ]
    rows = [
        (
            quiet.source_id,
            ago(quiet.last_article_at, now),
            quiet.articles,
            quiet.expected,
            hours_text(quiet.window_h),
            quiet.usual_per_day,
        )
        for quiet in report.quiet
    ]
    return Section(columns, rows)


def _changed(report: StatusReport) -> Section:
    columns = [Column("pages changed"), Column("how"), Column("of the last", "right", whole=True)]
    rows = [(change.source_id, change_text(change), change.articles) for change in report.changed]
    return Section(columns, rows)


def _gaps(report: StatusReport) -> Section:
    columns = [
        Column("gaps"),
        Column("from", whole=True),
        Column("to", whole=True),
        Column("missed", "right", whole=True),
        Column("why"),
    ]
    rows = [
        (
            gap.source_id or gap.feed_url,
            minute(gap.from_at),
            minute(gap.to_at),
            gap.estimated_articles,
            gap.reason,
        )
        for gap in report.gaps
    ]
    return Section(columns, rows, 'presswatch sql "FROM gaps"', most=5)
