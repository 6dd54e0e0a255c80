"""Which sources have gone quiet: the decision on counts, and the counts out of a published copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.model import ArticleVersion, Gap, Record, Source
from storage.health.quiet import (
    PROBABILITY,
    WINDOWS_H,
    Volume,
    comparisons,
    probability_of_so_few,
    quiet_sources,
    quiet_window,
    spread_of,
)
from storage.health.records import QuietSource
from storage.query import opened_copy
from storage.store import Store

HOUR = timedelta(hours=1)
FEED = "https://a.example/rss"


def steady(per_day: float, silent_h: float, weeks: int = 9, spread: float = 1.0) -> Volume:
    """A source that published evenly, until it fell silent `silent_h` hours ago."""
    counts = [round(per_day * max(0.0, hours - silent_h) / 24) for hours in WINDOWS_H]
    before = [round(per_day * hours / 24 * comparisons(hours, weeks)) for hours in WINDOWS_H]
    return Volume("a", weeks, tuple(counts), tuple(before), spread)


# ---------------------------------------------------------------------------------------------- the decision


@pytest.mark.parametrize(
    ("per_day", "silent_h", "window_h"),
    [(300, 6, 6), (30, 24, 12), (8, 96, 48), (2, 336, 168), (1, 672, 336), (300, 3, None), (30, 9, None)],
)
def test_the_more_a_source_publishes_the_sooner_its_silence_is_told(
    per_day: float, silent_h: float, window_h: int | None
) -> None:
    index = quiet_window(steady(per_day, silent_h, weeks=13))
    assert (WINDOWS_H[index] if index is not None else None) == window_h


def test_a_source_that_was_quiet_and_is_back_at_its_pace_is_not_quiet() -> None:
    silent = steady(100, 48)
    back = replace(silent, counts=(25, 50, 50, *silent.counts[3:]))
    assert quiet_window(silent) is not None
    assert quiet_window(back) is None


def test_a_day_of_a_fifth_of_the_usual_is_a_holiday_and_no_silence() -> None:
    holiday = steady(200, 0)
    assert quiet_window(replace(holiday, counts=(10, 20, 40, *holiday.counts[3:]))) is None


def test_a_source_watched_for_less_than_two_weeks_is_not_judged() -> None:
    assert quiet_window(steady(300, 48, weeks=1)) is None
    assert quiet_window(steady(300, 48, weeks=2, spread=3.0)) is not None


def test_what_is_known_to_be_missed_was_published() -> None:
    silent = steady(100, 24)
    index = quiet_window(silent)
    assert index is not None
    missed = [round(100 * hours / 24) for hours in WINDOWS_H]
    assert quiet_window(silent, missed) is None


def test_a_source_whose_days_vary_much_needs_a_longer_silence() -> None:
    assert quiet_window(steady(30, 24)) is not None
    assert quiet_window(steady(30, 24, spread=8.0)) is None
    assert quiet_window(steady(30, 170, spread=8.0)) is not None


def test_the_chance_of_so_few_is_that_of_a_poisson_count_with_a_rate_known_by_a_sample() -> None:
    assert probability_of_so_few(0, 0, 8, 1.0) == pytest.approx((8 / 9) ** 0.5)
    assert probability_of_so_few(0, 80, 8, 1.0) == pytest.approx((8 / 9) ** 80.5)
    assert probability_of_so_few(0, 80, 8, 4.0) == pytest.approx((8 / 9) ** 20.5)


@given(st.integers(0, 200), st.integers(0, 3_000), st.integers(1, 8), st.floats(1, 20))
def test_the_chance_is_one_and_more_articles_are_never_less_probable(
    count: int, before: int, times: int, spread: float
) -> None:
    chance = probability_of_so_few(count, before, times, spread)
    assert 0 <= chance <= 1
    assert probability_of_so_few(count + 1, before, times, spread) >= chance
    assert probability_of_so_few(count, before + 50, times, spread) <= chance + 1e-9


def test_the_spread_is_that_of_days_of_the_same_weekday() -> None:
    even = dict.fromkeys(range(7), (8 * 10, 8 * 100))
    weekend = even | {5: (8 * 2, 8 * 4), 6: (0, 0)}
    assert spread_of(even, 8) == spread_of(weekend, 8) == 1.0
    wild = dict.fromkeys(range(7), (80, 4 * 20 * 20))  # twenty, and nothing the week after
    assert spread_of(wild, 8) == pytest.approx(11.4, abs=0.1)
    assert spread_of({0: (800, 800 * 800)}, 8) == 20.0
    assert spread_of(even, 1) == 3.0


# ----------------------------------------------------------------------------------------------- out of a copy


@pytest.fixture
def quiet_after(store: Store, make, now: datetime) -> Callable[..., tuple[QuietSource, ...]]:
    """Who is quiet, when the articles of source `a` were seen so many hours ago."""

    def look(hours_ago: Iterable[float], **fields: object) -> tuple[QuietSource, ...]:
        versions: list[ArticleVersion] = [
            make.version(f"https://a.example/{n}", f"Text {n}", first_seen_at=now - hours * HOUR, **fields)
            for n, hours in enumerate(hours_ago)
        ]
        store.sync_sources([Source("a", "The A", (FEED,))])
        store.spool(make.record("b1", *versions, feeds=(make.feed(),)))
        store.commit(now)
        store.publish(now)
        with opened_copy(store.published) as con:
            return quiet_sources(con)

    return look


def test_a_daily_paper_that_stopped_two_days_ago_is_quiet(quiet_after, now) -> None:
    hours = [48 + n * 2.4 for n in range(260)]
    (quiet,) = quiet_after(hours)
    assert (quiet.source_id, quiet.articles, quiet.articles_24h) == ("a", 0, 0)
    assert quiet.window_h in (24, 48)
    assert quiet.expected == pytest.approx(quiet.window_h / 2.4, rel=0.1)
    assert quiet.usual_per_day == pytest.approx(10, rel=0.1)
    assert quiet.last_article_at == now - 48 * HOUR


def test_a_paper_that_never_publishes_on_this_weekday_is_not_quiet(quiet_after) -> None:
    hours = [day * 24 + n for day in range(1, 70) if day % 7 not in (0, 6) for n in range(0, 24, 2)]
    assert quiet_after(hours) == ()


def test_articles_of_a_backfill_are_no_sign_of_life(quiet_after, store, make, now) -> None:
    fresh = [make.version(f"https://a.example/old/{n}", f"Old {n}", feed_url=None) for n in range(50)]
    store.spool(make.record("b0", *fresh))
    assert len(quiet_after([48 + n * 2.4 for n in range(260)])) == 1


def test_a_source_whose_feeds_all_fail_is_failing_and_not_quiet(quiet_after, store, make, now) -> None:
    quiet_after([48 + n * 2.4 for n in range(260)])
    store.spool(Record("b2", "r1", feeds=(make.feed(state="failing", failing_since=now),)))
    store.commit(now)
    store.publish(now)
    with opened_copy(store.published) as con:
        assert quiet_sources(con) == ()


def test_what_a_gap_explains_is_no_silence(quiet_after, store, make, now) -> None:
    assert quiet_after([48 + n * 2.4 for n in range(260)])
    store.spool(Record("b2", "r1", gaps=(Gap(FEED, now - 47 * HOUR, now - HOUR, 20, "an outage"),)))
    store.commit(now)
    store.publish(now)
    with opened_copy(store.published) as con:
        assert quiet_sources(con) == ()


def test_chance_is_what_the_threshold_says() -> None:
    silent = steady(30, 24)
    index = quiet_window(silent)
    assert index is not None
    times = comparisons(WINDOWS_H[index], silent.weeks)
    assert probability_of_so_few(0, silent.before[index], times, 1.0) < PROBABILITY
