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

from extractors.model import ArticleVersion, FeedState, Gap, Link, Outcome, Provenance, Record, Run, Source
from flows.commands.status import _show
from flows.moments import ago, minute, span
from flows.safe_text import width
from flows.terminal import Terminal
from storage.health import sources_health, spooled, status_report
from storage.store import Store

Command = Callable[..., Any]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

CONFIG = """\
sources:
  - {id: harbour, name: The Harbour Post, feeds: ["https://harbour.example/rss"]}
  - {id: valley, name: Valley News, feeds: ["https://valley.example/a", "https://valley.example/b"]}
  - {id: new, name: New Paper, feeds: ["https://new.example/rss"]}
"""
SOURCES = (
    Source("harbour", "The Harbour Post", ("https://harbour.example/rss",)),
    Source("valley", "Valley News", ("https://valley.example/a", "https://valley.example/b")),
    Source("new", "New Paper", ("https://new.example/rss",)),
)


def article(number: int, source_id: str, seen_at: datetime, precision: str = "minute") -> ArticleVersion:
    url = f"https://{source_id}.example/{number}"
    origin = Provenance(
        "h1", "", "trafilatura", "jsonld", precision, "stated", "html", "", (), "trafilatura 2.3.1"
    )
    return ArticleVersion(
        number, source_id, url, url, f"Number {number}", (), seen_at - timedelta(minutes=6), None, "en", "Text.", 1,
        None, (), None, None, None, seen_at, seen_at, number, (), origin,
    )  # fmt: skip


def outcome(version: ArticleVersion) -> Outcome:
    return Outcome(
        "run-1", version.source_id, version.url, "page", "stored", NOW, article_id=version.article_id
    )


@pytest.fixture
def history(workplace: Path) -> Path:
    """Four weeks of the Harbour Post, which has gone quiet; one feed that fails, one that is gone; a gap."""
    (workplace / "config.yaml").write_text(CONFIG)
    store = Store(workplace / "data/presswatch.duckdb", workplace / "data/news.duckdb")
    store.sync_sources(SOURCES)
    old = [article(n, "harbour", NOW - timedelta(days=2 + n // 10, minutes=n)) for n in range(200)]
    fresh = [article(1000 + n, "valley", NOW - HOUR - timedelta(minutes=n)) for n in range(3)]
    feeds = (
        FeedState("https://harbour.example/rss", "harbour", last_polled_at=NOW),
        FeedState("https://valley.example/a", "valley", last_polled_at=NOW, consecutive_failures=7,
                  last_status="timeout", state="failing", failing_since=NOW - 50 * HOUR, next_poll_at=NOW + HOUR),
        FeedState("https://valley.example/b", "valley", last_polled_at=NOW, consecutive_failures=2,
                  last_status="http_4xx", state="gone", failing_since=NOW - 5 * HOUR),
    )  # fmt: skip
    pending = Link(
        1, "valley", "https://valley.example/p", None, "pending", 1, NOW, NOW, next_try_at=NOW + HOUR
    )
    store.start_run(Run("run-1", "run", NOW - HOUR))
    store.spool(
        Record(
            "batch-1",
            "run-1",
            versions=(*old, *fresh),
            outcomes=tuple(outcome(version) for version in (*old, *fresh)),
            feeds=feeds,
            links=(pending,),
            gaps=(Gap("https://valley.example/a", NOW - 40 * HOUR, NOW - HOUR, 12, "outage"),),
        )
    )
    store.commit(NOW)
    store.finish_run(Run("run-1", "run", NOW - HOUR, NOW - HOUR + timedelta(seconds=75), "done"))
    store.publish(NOW)
    return workplace


def test_status_tells_the_rounds_the_failures_and_what_waits(presswatch: Command, history: Path) -> None:
    ran = presswatch("status")
    assert (ran.code, ran.err) == (0, "")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert "articles 203, 3 of them in the last day, seen 6 min after publication (median)" in lines
    assert "feeds 3: 1 ok, 1 failing, 1 gone" in lines
    assert "waiting 0 batches in the spool, 1 page to be tried again" in lines
    assert "gaps 1: about 12 articles missed in the last 7 days" in lines
    assert "2026-11-24 11:00 run done 75 s 203 0 0" in lines
    failing = [line for line in lines if line.startswith("https://valley.example/")]
    assert failing[0].startswith("https://valley.example/a valley timeout ")
    assert failing[0].endswith(" ago 7 2026-11-24 13:00")
    assert failing[1].startswith("https://valley.example/b valley gone ")
    assert lines[-1].startswith("harbour 0 ")


def test_status_is_one_screen(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    report = status_report(history / "data/presswatch.duckdb", history / "data/news.duckdb")
    crowded = replace(
        report,
        runs=report.runs * 5,
        failing=report.failing[:1] * 10,
        feeds_failing=12,
        quiet=report.quiet * 5,
    )
    screen = Screen()
    _show(Terminal(screen, screen), crowded)
    lines = screen.getvalue().splitlines()
    assert len(lines) <= 40
    assert all(width(line) <= 80 for line in lines)
    assert any(line.startswith("and 3 more: presswatch sql") for line in lines)


def test_status_is_json_for_a_program(presswatch: Command, history: Path) -> None:
    report = json.loads(presswatch("status", "--json").out)
    assert report["feeds_failing"] == 1
    assert report["lag_s"] == 360
    assert report["runs"][0]["run_id"] == "run-1"
    assert report["failing"][0]["failing_since"] == "2026-11-22T10:00:00+00:00"
    assert report["quiet"] == [
        {"source_id": "harbour", "articles_24h": 0, "usual_per_day": report["quiet"][0]["usual_per_day"]}
    ]


def test_what_waits_in_the_spool_is_counted_though_nothing_is_published(
    presswatch: Command, workplace: Path
) -> None:
    assert "nothing is published yet" in presswatch("status").out
    database = workplace / "data/presswatch.duckdb"
    assert spooled(database) == (0, 0)
    Store(database, workplace / "data/news.duckdb").spool(Record("batch-1", "run-1"))
    (workplace / "data/presswatch.duckdb.spool/broken/x").mkdir(parents=True)
    assert spooled(database) == (1, 1)
    assert "1 batch in the spool, 1 set aside as broken, 0 pages" in presswatch("status").out


def test_status_looks_while_somebody_holds_the_live_file(presswatch: Command, history: Path) -> None:
    with Store(history / "data/presswatch.duckdb", history / "data/news.duckdb").live.opened():
        assert presswatch("status").code == 0
        assert presswatch("sources").code == 0


def test_sources_are_listed_with_their_health(presswatch: Command, history: Path) -> None:
    ran = presswatch("sources")
    assert ran.code == 0
    lines = {line.split()[0]: " ".join(line.split()) for line in ran.out.splitlines()}
    assert lines["harbour"].startswith("harbour ok ")
    assert lines["harbour"].endswith(" The Harbour Post")
    assert lines["valley"].startswith("valley 2 of 2 feeds: timeout, since ")
    assert " 3 3 0.0 Valley News" in lines["valley"]
    assert lines["new"] == "new not polled yet 0 0 0.0 New Paper"
    answer = json.loads(presswatch("sources", "--json").out)
    assert [source["source_id"] for source in answer] == ["harbour", "valley", "new"]
    assert answer[1]["health"]["last_status"] == "timeout"
    assert answer[2]["health"] is None or answer[2]["health"]["feeds"] == 0


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
