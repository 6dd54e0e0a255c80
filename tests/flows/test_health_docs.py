"""docs/health.md shows what the commands print, and names every metric and every kind of notice."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.health.metrics import metrics
from flows.health.screen import show
from flows.notices.conditions import DEAD_AFTER, conditions
from flows.notices.ledger import Entry
from flows.notices.message import message_of
from flows.notices.settings import KINDS
from flows.schedule import Schedule
from flows.terminal import Terminal
from storage.health import Disk, StatusReport, status_report
from storage.health.quiet import PROBABILITY, SHARE, WEEKS, WINDOWS_H
from storage.health.template import BLOCK, BLOCKS, LENGTH, LINES, QUARTER
from storage.health.template import SHARE as MISSING_SHARE

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "health.md"


@pytest.fixture
def report(history: Path) -> StatusReport:
    """That of the store with a history, where it depends on the machine made to be the same everywhere."""
    found = status_report(history / "data/presswatch.duckdb", history / "data/news.duckdb")
    return replace(
        found,
        published_at=NOW - timedelta(minutes=4),
        live_bytes=3_900_000,
        published_bytes=3_900_000,
        free_bytes=78_800_000_000,
        disks=(Disk("/srv/news", 78_800_000_000, 1_000_000_000),),
    )


@pytest.fixture
def page() -> Callable[[str], str]:
    """The text of docs/health.md below a heading, up to the next."""
    text = DOCS.read_text("utf-8")

    def below(heading: str) -> str:
        return re.split(r"^## ", text.split(f"\n## {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]

    return below


def screen(report: StatusReport) -> str:
    out = io.StringIO()
    show(Terminal(out, out), report, Schedule(interval_s=7200), NOW)
    return out.getvalue()


def test_the_screen_in_the_docs_is_the_one_that_status_shows(
    report: StatusReport, page: Callable[[str], str]
) -> None:
    assert screen(report) in page("The screen")


def test_every_metric_is_in_the_docs_with_what_it_says(
    report: StatusReport, history: Path, page: Callable[[str], str]
) -> None:
    rows = {
        f"| `presswatch_{metric.name}` | {', '.join(f'`{label}`' for label in metric.samples[0][0])} | {metric.help} |"
        for metric in metrics(replace(report, oldest_batch_at=NOW), history / "data/news.duckdb")
    }
    assert rows == set(re.findall(r"^\| `presswatch_.*$", page("Metrics"), re.MULTILINE))


def test_the_notice_in_the_docs_is_the_one_that_is_sent(
    report: StatusReport, page: Callable[[str], str]
) -> None:
    entries = [Entry(c.kind, c.subject, "t", c.text, c.since) for c in conditions(report, None, NOW)]
    message = message_of(entries)
    assert f"{message.title}\n\n{message.body}\n" in page("Notices")
    for kind in KINDS:
        assert f"| `{kind}` |" in page("Notices")


def test_the_thresholds_in_the_docs_are_those_of_the_code(page: Callable[[str], str]) -> None:
    quiet = page("Sources gone quiet")
    assert ", ".join(f"{hours} h" for hours in WINDOWS_H[:4]) in quiet
    assert f"{SHARE:.0%}" in quiet.replace(" %", "%")
    assert f"{WEEKS} weeks" in quiet
    assert f"1 in {round(1 / PROBABILITY):,}" in quiet
    changed = page("Pages changed")
    for said in (f"{BLOCK} articles", f"{BLOCKS} blocks", f"{LENGTH:g} times", f"{QUARTER:g} times"):
        assert said in changed
    assert f"{MISSING_SHARE * 100:.0f} percentage points" in changed
    assert LINES == 1
    assert timedelta(days=1) == DEAD_AFTER
