"""The state of things for a monitoring system and for Prefect: metrics, and a page of Markdown."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import parser

from flows.health.metrics import Metric, _written, exposition
from flows.health.page import MOST, escaped, health_markdown
from storage.health import FailingFeed, StatusReport, status_report

Command = Callable[..., Any]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PUBLISHED = Path("data/news.duckdb")


@pytest.fixture
def report(history: Path) -> StatusReport:
    return status_report(history / "data/presswatch.duckdb", history / PUBLISHED)


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample of an exposition, as Prometheus's own parser reads it."""
    found = {}
    for family in parser.text_string_to_metric_families(text):
        assert family.documentation
        assert family.type == "gauge"
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in found, "one series twice"
            found[key] = sample.value
    return found


def test_the_metrics_are_those_of_status_in_the_format_of_prometheus(
    presswatch: Command, history: Path, report: StatusReport
) -> None:
    ran = presswatch("status", "--prometheus")
    assert (ran.code, ran.err) == (0, "")
    found = samples(ran.out)
    assert found["presswatch_articles", ()] == 604
    assert found["presswatch_feeds", (("state", "failing"),)] == 1
    assert found["presswatch_lag_p95_seconds", ()] == 360
    assert found["presswatch_polled_timestamp_seconds", ()] == NOW.timestamp()
    assert found["presswatch_last_run_status", (("status", "done"),)] == 1
    assert found["presswatch_last_run_status", (("status", "failed"),)] == 0
    assert found["presswatch_missed_articles_last_week", ()] == 12
    labels = (
        ("feed", "https://valley.example/a"), ("source", "valley"), ("state", "failing"), ("status", "timeout"),
    )  # fmt: skip
    since = report.failing[0].failing_since
    assert since is not None
    assert found["presswatch_feed_failing_since_timestamp_seconds", labels] == since.timestamp()
    quiet = (("hours", "48"), ("source", "harbour"))
    assert found["presswatch_source_quiet_expected_articles", quiet] == 20
    assert found["presswatch_source_template_changed", (("sign", "shorter"), ("source", "hill"))] == 90
    assert found["presswatch_source_articles_last_day", (("source", "harbour"),)] == 0


def test_every_line_is_a_comment_or_a_sample_and_each_family_is_said_once(
    report: StatusReport, history: Path
) -> None:
    lines = exposition(report, history / PUBLISHED).splitlines()
    families = [line.split()[2] for line in lines if line.startswith("# TYPE ")]
    assert len(families) == len(set(families))
    assert [line.split()[2] for line in lines if line.startswith("# HELP ")] == families
    assert all(line.startswith(("# HELP ", "# TYPE ", "presswatch_")) for line in lines)


def test_before_the_first_round_there_are_metrics_too(presswatch: Command, workplace: Path) -> None:
    found = samples(presswatch("status", "--prometheus").out)
    assert found["presswatch_articles", ()] == 0
    assert ("presswatch_published_timestamp_seconds", ()) not in found


def test_what_a_site_says_stays_in_its_label(report: StatusReport, history: Path) -> None:
    nasty = 'a"} 1\nforged{x="\\'
    feed = FailingFeed(nasty, "valley", "failing", "timeout", None, 1, None)
    found = samples(exposition(replace(report, failing=(feed,)), history / PUBLISHED))
    (labels,) = [dict(labels) for name, labels in found if name.startswith("presswatch_feed_failing")]
    assert labels["feed"] == nasty.replace("\n", " ")
    assert not any(name == "forged" for name, _ in found)


@given(st.text(max_size=40), st.floats() | st.integers(-(10**12), 10**12).map(float))
def test_any_label_and_number_come_back_as_they_went_in(label: str, value: float) -> None:
    text = _written(Metric("x", "back\\slash\nline", [({"name": label}, value)]))
    (sample,) = [s for family in parser.text_string_to_metric_families(text) for s in family.samples]
    assert sample.value == value or (math.isnan(sample.value) and math.isnan(value))
    assert "\n" not in sample.labels["name"]


# --------------------------------------------------------------------------------------------------- the page


def test_the_page_tells_what_status_tells(report: StatusReport) -> None:
    page = health_markdown(report, NOW)
    assert "| feeds | 4: 2 ok, 1 failing, 1 gone |" in page
    assert "## Feeds that fail" in page
    assert "timeout: no answer in 20 s | 2 days ago | 7 |" in page
    assert "| harbour | 0 articles in 48 h, 20 usual | 2 days ago |" in page
    assert "| hill | articles are shorter: 90 words, before 4" in page
    assert "| valley | about 12 articles from 2026-11-22 20:00 to 2026-11-24 11:00: rolled over" in page


def test_the_page_is_short_however_much_is_wrong(report: StatusReport) -> None:
    page = health_markdown(
        replace(report, failing=report.failing * 500, network_down=True, published_at=None), NOW
    )
    assert page.count("https&#58;//valley") == MOST
    assert f"And {1000 - MOST} more." in page
    assert page.startswith("Nothing is published yet.\n\n**Network**")


def test_a_page_of_markdown_shows_no_markup_of_others() -> None:
    said = escaped("| ![x](https://evil.example/) <script> **b** www.evil.example `c`\n# d")
    assert not set("|<>[]`*") & set(said)
    assert "://" not in said
    assert "www." not in said
    assert "\n" not in said
