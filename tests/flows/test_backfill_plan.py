"""What is missing of a source, against its usual volume and its gaps."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from extractors.model import FeedState, Gap, Record, RobotsRecord, Source
from flows.backfill.plan import is_paged, routes_for, shortfalls, usual_volumes
from storage.coverage import Coverage, DayCount
from storage.store import Store

MONDAY = date(2026, 3, 2)
SOURCE = Source("post", "Post", feeds=("https://post.example/feed/",))


def days(first: date, *counts: int) -> dict[date, DayCount]:
    return {first + timedelta(days=n): DayCount(count) for n, count in enumerate(counts) if count}


def month(count: int, weekend: int) -> dict[date, DayCount]:
    """Four weeks, and the day after."""
    counts = [*[*[count] * 5, weekend, weekend] * 4, count]
    return days(MONDAY, *counts)


def test_the_usual_volume_is_that_of_the_weekday() -> None:
    coverage = Coverage(month(50, 10), watched_since=MONDAY - timedelta(days=1))
    assert usual_volumes(coverage) == (50.0, 50.0, 50.0, 50.0, 50.0, 10.0, 10.0)


def test_of_a_source_just_begun_it_is_what_its_feeds_publish() -> None:
    assert usual_volumes(Coverage({}, None, 12.5)) == (12.5,) * 7
    assert usual_volumes(Coverage()) == (None,) * 7


def test_days_with_a_gap_and_days_that_are_not_whole_do_not_count_as_usual() -> None:
    counts = month(50, 50)
    counts[MONDAY + timedelta(days=7)] = DayCount(3, has_gap=True, estimated_missing=40)
    coverage = Coverage(counts, watched_since=MONDAY)
    assert usual_volumes(coverage)[0] == 50.0


def test_a_day_that_chance_explains_is_not_missed_and_one_that_it_does_not_is() -> None:
    counts = month(50, 50)
    counts[MONDAY + timedelta(days=22)] = DayCount(37)  # 50 - 2 * sqrt(50) is 35.9
    counts[MONDAY + timedelta(days=23)] = DayCount(30)
    coverage = {"post": Coverage(counts, watched_since=MONDAY - timedelta(days=1))}
    (found,) = shortfalls([SOURCE], coverage, frozenset(), MONDAY, MONDAY + timedelta(days=27))
    assert [(day.day, day.articles, day.missing, day.why) for day in found.days] == [
        (MONDAY + timedelta(days=23), 30, 20, "fewer than usual")
    ]


def test_days_before_a_source_was_watched_are_missing_together() -> None:
    coverage = {"post": Coverage(month(20, 20), watched_since=MONDAY)}
    (found,) = shortfalls(
        [SOURCE], coverage, frozenset(), MONDAY - timedelta(days=10), MONDAY - timedelta(days=1)
    )
    assert (len(found.days), found.missing, found.days[0].why) == (10, 200, "before it was watched")


def test_a_gap_is_missing_as_much_as_it_says() -> None:
    counts = month(20, 20)
    day = MONDAY + timedelta(days=9)
    counts[day] = DayCount(20, has_gap=True, estimated_missing=7)
    coverage = {"post": Coverage(counts, watched_since=MONDAY, gap_reasons=("rolled over",))}
    (found,) = shortfalls(
        [SOURCE], coverage, frozenset(), MONDAY + timedelta(days=1), MONDAY + timedelta(days=27)
    )
    assert [(d.day, d.missing, d.why) for d in found.days] == [(day, 7, "gap: rolled over")]


def test_of_a_source_of_which_nothing_is_known_nothing_is_said() -> None:
    assert shortfalls([SOURCE], {}, frozenset(), MONDAY, MONDAY) == ()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://post.example/feed/", True),
        ("https://post.example/news/feed", True),
        ("https://post.example/?feed=rss2", True),
        ("https://post.wordpress.com/x.xml", True),
        ("https://post.example/rss.xml", False),
    ],
)
def test_feeds_of_wordpress_have_older_pages(url: str, expected: bool) -> None:
    assert is_paged(url) is expected


def test_the_ways_are_those_that_the_site_has() -> None:
    plain = Source("a", "A", feeds=("https://www.a.example/rss.xml",))
    assert routes_for(plain, frozenset()) == ("warc",)
    assert routes_for(plain, frozenset(["https://news.a.example"])) == ("sitemap", "warc")
    assert routes_for(SOURCE, frozenset()) == ("archive", "warc")
    assert routes_for(Source("a", "A", sitemaps=("https://a.example/s.xml",)), frozenset()) == (
        "sitemap",
        "warc",
    )


def test_the_plan_comes_from_the_published_copy(presswatch: Callable[..., Any], workplace: Path) -> None:
    now = datetime(2026, 3, 10, tzinfo=UTC)
    store = Store(workplace / "data" / "presswatch.duckdb", workplace / "data" / "news.duckdb")
    feed = "https://harbour.example/rss"
    store.sync_sources([Source("harbour", "The Harbour Post", feeds=(feed,))])
    store.spool(
        Record(
            "batch",
            "run",
            feeds=(FeedState(feed, "harbour", last_polled_at=now, entries_per_day=24.0),),
            gaps=(Gap(feed, now - timedelta(days=1), now + timedelta(hours=6), 9, "rolled over"),),
            robots=(RobotsRecord("https://www.harbour.example", 200, "Sitemap: /s.xml", now, now),),
        )
    )
    store.commit(now)
    store.publish(now)
    ran = presswatch("backfill", "plan", "--since", "2026-03-07", "--until", "2026-03-10", "--json")
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert [(each["from"], each["to"], each["routes"]) for each in found] == [
        ("2026-03-07", "2026-03-08", ["sitemap", "warc"]),
        ("2026-03-09", "2026-03-10", ["sitemap", "warc"]),
    ]
    assert [day["why"] for day in found[1]["days"]] == ["gap: rolled over"] * 2
    shown = presswatch("backfill", "plan", "--since", "2026-03-07", "--until", "2026-03-10")
    assert "before it was watched" in shown.out
    assert "about 96 articles" in shown.out


def test_a_plan_without_a_published_copy_says_what_to_do(
    presswatch: Callable[..., Any], workplace: Path
) -> None:
    ran = presswatch("backfill", "plan")
    assert ran.code == 3
    assert "presswatch publish" in ran.err
