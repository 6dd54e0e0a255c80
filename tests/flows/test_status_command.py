"""`presswatch status` and `sources`: how things stand, from a store with a history."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from extractors.model import Record
from flows.health import words
from flows.health.screen import show
from flows.moments import ago, minute, span
from flows.safe_text import width
from flows.schedule import Schedule, parse_schedule
from flows.terminal import Terminal
from storage.health import (
    Disk,
    GapLine,
    RunLine,
    StatusReport,
    TemplateChange,
    sources_health,
    spooled,
    status_report,
)
from storage.store import Store

Command = Callable[..., Any]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEN_MINUTES = Schedule(interval_s=600)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def report(history: Path) -> StatusReport:
    return status_report(history / "data/presswatch.duckdb", history / "data/news.duckdb")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[[StatusReport], list[str]]:
    """The lines of the screen, on a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")

    def lines(report: StatusReport) -> list[str]:
        screen = Screen()
        show(Terminal(screen, screen), report, TEN_MINUTES, NOW)
        return screen.getvalue().splitlines()

    return lines


def test_status_tells_the_rounds_the_failures_and_what_waits(presswatch: Command, history: Path) -> None:
    ran = presswatch("status")
    assert (ran.code, ran.err) == (0, "")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert "articles 604, 11 of them in the last day" in lines
    assert any(line.startswith("per hour ▁") and "in the last hour, 0.5 on average" in line for line in lines)
    assert "lag seen 6 min after publication (median), 95 % within 6 min" in lines
    assert "feeds 4: 2 ok, 1 failing, 1 gone" in lines
    assert "waiting 0 batches in the spool, 1 page to be tried again" in lines
    assert "gaps 1: about 12 articles missed in the last 7 days" in lines
    assert "2026-11-24 11:00 run done 75 s 604 0 1" in lines


def test_status_tells_what_fails_is_quiet_has_changed_and_was_missed(
    presswatch: Command, history: Path
) -> None:
    lines = [" ".join(line.split()) for line in presswatch("status").out.splitlines()]
    failing = [line for line in lines if line.startswith("https://valley.example/")]
    assert failing[0].startswith("https://valley.example/a valley timeout: no answer in 20 s ")
    assert failing[0].endswith(" ago 7 2026-11-24 13:00")
    assert failing[1].startswith("https://valley.example/b valley gone ")
    assert any(line.startswith("harbour ") and line.endswith(" 0 20.0 48 h 10.0") for line in lines)
    assert any(line.startswith("hill articles are shorter: 90 words, before 4") for line in lines)
    assert "valley 2026-11-22 20:00 2026-11-24 11:00 12 rolled over between two polls" in lines


def test_status_is_one_screen_however_much_is_wrong(
    report: StatusReport, shown: Callable[[StatusReport], list[str]]
) -> None:
    crowded = replace(
        report,
        runs=report.runs * 5,
        failing=report.failing[:1] * 500,
        quiet=report.quiet * 300,
        changed=report.changed * 40,
        gaps=report.gaps * 1000,
        network_down=True,
        batches_waiting=3,
        batches_broken=1,
        spool_bytes=5_000_000,
        oldest_batch_at=NOW - HOUR,
        disks=(Disk("/srv/a-folder-with-a-name-that-is-longer-than-others", 100, 10**9),),
    )
    lines = shown(crowded)
    assert len(lines) <= 39
    assert all(width(line) <= 80 for line in lines), [line for line in lines if width(line) > 80]
    assert any(line.startswith("and 99") and line.endswith('"FROM gaps"') for line in lines)
    assert any(line.startswith("and 49") and "state <> 'ok'" in line for line in lines)


def test_a_screen_with_little_to_tell_leaves_nothing_out(
    report: StatusReport, shown: Callable[[StatusReport], list[str]]
) -> None:
    lines = shown(report)
    assert len(lines) <= 39
    assert not any(line.startswith("and ") for line in lines)


def test_status_is_json_for_a_program_with_all_of_it(presswatch: Command, history: Path) -> None:
    told = json.loads(presswatch("status", "--json").out)
    assert set(told) == set(StatusReport.__dataclass_fields__)
    assert told["feeds_failing"] == 1
    assert told["lag_s"] == told["lag_p95_s"] == 360
    assert told["as_of"] == "2026-11-24T12:00:00+00:00"
    assert len(told["hourly"]) == 24
    assert told["runs"][0]["run_id"] == "run-1"
    assert told["failing"][0]["failing_since"] == "2026-11-22T10:00:00+00:00"
    assert told["quiet"][0] | {"last_article_at": ""} == {
        "source_id": "harbour", "articles_24h": 0, "usual_per_day": 10.0, "window_h": 48, "articles": 0,
        "expected": 20.0, "last_article_at": "",
    }  # fmt: skip
    assert [(change["source_id"], change["sign"]) for change in told["changed"]] == [("hill", "shorter")]
    assert told["gaps"][0]["estimated_articles"] == 12
    assert told["disks"][0]["needed_bytes"] == 1_000_000_000


def test_what_waits_in_the_spool_is_counted_though_nothing_is_published(
    presswatch: Command, workplace: Path
) -> None:
    assert "nothing is published yet" in presswatch("status").out
    database = workplace / "data/presswatch.duckdb"
    assert spooled(database) == (0, 0)
    Store(database, workplace / "data/news.duckdb").spool(Record("batch-1", "run-1"))
    (workplace / "data/presswatch.duckdb.spool/broken/x").mkdir(parents=True)
    assert spooled(database) == (1, 1)
    said = presswatch("status").out
    assert "1 batch (0.0 MB, the oldest " in said
    assert " in the spool, 1 set aside as broken, 0 pages" in said


def test_status_looks_while_somebody_holds_the_live_file(presswatch: Command, history: Path) -> None:
    with Store(history / "data/presswatch.duckdb", history / "data/news.duckdb").live.opened():
        assert presswatch("status").code == 0
        assert presswatch("sources").code == 0


def test_rounds_that_the_schedule_asked_for_and_nobody_made_are_told(report: StatusReport) -> None:
    ended = report.runs[0].finished_at
    assert ended is not None
    every_hour = parse_schedule("0 * * * *")
    assert words.overdue(report, every_hour, ended + 3 * HOUR) is None
    told = words.overdue(report, every_hour, ended + 5 * HOUR)
    assert told == ("the last round ended 5 h ago: is `presswatch serve` running?")
    assert words.overdue(replace(report, runs=()), every_hour, NOW) is None
    killed = RunLine("r", "run", ended, None, "running", 0, 0, 0)
    assert words.overdue(replace(report, runs=(killed,)), TEN_MINUTES, ended + HOUR) is not None


def test_each_sign_of_a_new_template_has_its_words() -> None:
    def said(sign: Any, now: float, low: float, high: float) -> str:
        return words.change_text(TemplateChange("a", sign, now, low, high, 25))

    assert said("shorter", 90, 400, 437) == "articles are shorter: 90 words, before 400 to 437"
    assert said("undated", 1, 0, 0) == "dates are missing: 100%, before 0%"
    assert said("removed", 6, 2, 3) == "more is taken out: 6 lines, before 2 to 3"


def test_a_gap_of_a_feed_that_the_config_names_no_more_is_told_by_its_address(
    report: StatusReport, shown: Callable[[StatusReport], list[str]]
) -> None:
    gap = GapLine("https://old.example/rss", None, NOW - HOUR, NOW, 1, "an outage")
    assert any(line.startswith("https://old") for line in shown(replace(report, gaps=(gap,))))


def test_sources_are_listed_with_their_health(presswatch: Command, history: Path) -> None:
    ran = presswatch("sources")
    assert ran.code == 0
    lines = {line.split()[0]: " ".join(line.split()) for line in ran.out.splitlines()}
    assert lines["harbour"].startswith("harbour ok ")
    assert lines["harbour"].endswith(" The Harbour Post")
    assert lines["valley"].startswith("valley 2 of 2 feeds: timeout, since ")
    assert lines["new"] == "new not polled yet 0 0 0.0 New Paper"
    answer = json.loads(presswatch("sources", "--json").out)
    assert [source["source_id"] for source in answer] == ["harbour", "valley", "hill", "new"]
    assert answer[1]["health"]["last_status"] == "timeout"
    assert answer[3]["health"] is None or answer[3]["health"]["feeds"] == 0


def test_sources_are_listed_before_the_first_round(presswatch: Command, workplace: Path) -> None:
    ran = presswatch("sources")
    assert ran.out.splitlines()[1].startswith("harbour  not polled yet")
    assert sources_health(workplace / "data/news.duckdb") == {}


def test_a_broken_copy_is_told(presswatch: Command, workplace: Path) -> None:
    (workplace / "data").mkdir()
    (workplace / "data/news.duckdb").write_text("no database")
    ran = presswatch("status")
    assert ran.code == 3
    assert ran.err.startswith("presswatch: data/news.duckdb: ")


def test_two_answers_at_once_are_wrong_usage(presswatch: Command, workplace: Path) -> None:
    assert presswatch("status", "--json", "--prometheus").code == 2


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (75, "75 s"),
        (91, "2 min"),
        (5300, "88 min"),
        (7200, "2 h"),
        (200_000, "2 days"),
    ],
)
def test_spans_are_said_in_two_figures(seconds: float, said: str) -> None:
    assert span(seconds) == said


def test_moments_are_said_from_now() -> None:
    assert ago(NOW - 3 * HOUR, NOW) == "3 h ago"
    assert ago(NOW + HOUR, NOW) == "now"
    assert ago(None) == ""
    assert minute(datetime.fromisoformat("2026-11-24T07:59:59+02:00")) == "2026-11-24 05:59"
