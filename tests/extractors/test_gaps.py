"""What was probably missed of a feed, and why: by its list, its state before, and a clock of our own."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.errors import TimedOut
from extractors.gaps import detect_gap, interruption, last_read_at
from extractors.model import Entry, Feed, FeedState, Gap, Moment, Precision, Response, Validators
from extractors.polling import spare
from extractors.polls import feeds_part
from extractors.ports import Polled

URL = "https://paper.example/rss"
NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
NEW = FeedState(URL, "paper")
HOUR = timedelta(hours=1)


def entry(at: datetime | None, number: int = 0, precision: Precision = "second") -> Entry:
    return Entry(f"https://paper.example/{number}", published=Moment(at, precision) if at else None)


def feed(*hours_ago: float) -> Feed:
    times = [NOW - hours * HOUR for hours in sorted(hours_ago)]
    return Feed(URL, "Paper", tuple(entry(at, number) for number, at in enumerate(times)))


def undated(entries: int = 10) -> Feed:
    return Feed(URL, "Paper", tuple(entry(None, number) for number in range(entries)))


def seen(newest_hours_ago: float, polled_hours_ago: float | None = None, **fields: object) -> FeedState:
    """A feed that was read well, and was due again ten minutes later."""
    polled = NOW - HOUR * (newest_hours_ago if polled_hours_ago is None else polled_hours_ago)
    state = replace(
        NEW,
        newest_entry_at=NOW - newest_hours_ago * HOUR,
        last_polled_at=polled,
        next_poll_at=polled + timedelta(minutes=10),
    )
    return replace(state, **fields)  # type: ignore[arg-type]


def failing(newest_hours_ago: float, since_hours_ago: float) -> FeedState:
    return seen(
        newest_hours_ago,
        1,
        consecutive_failures=5,
        state="failing",
        last_status="timeout",
        failing_since=NOW - since_hours_ago * HOUR,
    )


DAY_OF_HOURS = feed(*range(1, 25))


# ------------------------------------------------------------------------------------------------ rolling over


def test_a_feed_that_rolled_over_leaves_a_gap_with_an_estimate() -> None:
    before = seen(26, polled_hours_ago=25.5, poll_interval_s=24 * 3600, next_poll_at=NOW)
    gap = detect_gap(before, DAY_OF_HOURS, NOW)
    assert gap is not None
    assert (gap.from_at, gap.to_at) == (NOW - 25.5 * HOUR, NOW - 24 * HOUR)
    assert gap.estimated_articles in (1, 2)
    assert gap.reason == "rolled over between two polls"


def test_the_estimate_is_the_mean_pace_before_and_after_times_the_span() -> None:
    before = seen(24 * 5, entries_per_day=6.0)  # a quiet week; a busy day after it
    gap = detect_gap(before, DAY_OF_HOURS, NOW)
    assert gap is not None
    assert gap.estimated_articles == pytest.approx(4 * (6 * 24) ** 0.5, rel=0.1)


def test_one_busy_hour_on_the_list_does_not_make_thousands_of_a_week() -> None:
    hour = feed(*(n / 20 for n in range(1, 21)))
    gap = detect_gap(seen(24 * 7, entries_per_day=30.0), hour, NOW)
    assert gap is not None
    assert gap.estimated_articles < 1_500  # by the list's own density it were 3,000


def test_lists_that_overlap_leave_no_gap_however_long_the_outage() -> None:
    assert detect_gap(seen(10), DAY_OF_HOURS, NOW) is None
    assert detect_gap(seen(24), DAY_OF_HOURS, NOW) is None
    assert detect_gap(failing(200, 190), feed(*range(1, 300, 10)), NOW) is None


def test_a_first_poll_and_feeds_without_dates_leave_no_gap() -> None:
    assert detect_gap(NEW, feed(1, 2, 3), NOW, is_all_new=True) is None
    assert detect_gap(replace(NEW, last_polled_at=NOW - HOUR), feed(1, 2, 3), NOW) is None
    assert detect_gap(seen(48), undated(), NOW) is None
    assert detect_gap(seen(48), feed(1), NOW) is None
    days = tuple(entry(NOW - timedelta(days=number), number, "day") for number in range(5))
    assert detect_gap(seen(480), Feed(URL, "", days), NOW) is None


def test_a_list_that_empties_itself_at_midnight_leaves_no_gap() -> None:
    assert detect_gap(seen(14, polled_hours_ago=5.8), feed(1, 2, 3, 4, 5), NOW) is None


def test_more_entries_than_are_taken_are_a_gap_with_that_reason() -> None:
    gap = detect_gap(seen(48), replace(DAY_OF_HOURS, truncated=True), NOW)
    assert gap is not None
    assert gap.reason == "more new entries than fetch.max_entries"


# ----------------------------------------------------------------------------------------------------- outages


def test_a_feed_that_came_back_after_days_tells_how_it_failed_and_since_when() -> None:
    gap = detect_gap(failing(100, since_hours_ago=48), DAY_OF_HOURS, NOW)
    assert gap is not None
    assert (gap.from_at, gap.to_at) == (NOW - 48 * HOUR - timedelta(minutes=20), NOW - 24 * HOUR)
    assert gap.reason == "rolled over while it could not be had (timeout since 2026-03-04 12:00)"


def test_what_was_missed_while_a_feed_failed_counts_from_its_last_entry_at_the_earliest() -> None:
    gap = detect_gap(failing(47, since_hours_ago=48), DAY_OF_HOURS, NOW)
    assert gap is not None
    assert gap.from_at == NOW - 47 * HOUR


def test_a_feed_long_past_its_time_was_asked_by_nobody() -> None:
    gap = detect_gap(seen(72), DAY_OF_HOURS, NOW)
    assert gap is not None
    assert gap.reason == "rolled over while presswatch did not run for 3 days"


def test_a_feed_put_off_again_and_again_could_not_be_asked() -> None:
    before = seen(40, next_poll_at=NOW - timedelta(minutes=2))
    gap = detect_gap(before, DAY_OF_HOURS, NOW)
    assert gap is not None
    assert gap.reason == (
        "rolled over while it could not be asked for 40 h (our network, or its host put us off)"
    )


def test_rounds_an_hour_apart_are_no_outage() -> None:
    assert interruption(seen(1, 1.1, poll_interval_s=300), NOW) is None
    assert interruption(NEW, NOW) is None
    assert interruption(seen(30, 30, poll_interval_s=24 * 3600), NOW) is None


def test_a_feed_without_times_has_a_gap_when_all_is_new_after_an_outage_and_only_then() -> None:
    gap = detect_gap(seen(72), undated(), NOW, is_all_new=True)
    assert gap is not None
    assert (gap.from_at, gap.to_at, gap.estimated_articles) == (NOW - 72 * HOUR, NOW, 1)
    assert gap.reason.startswith("all its entries are new after an outage: presswatch did not run for 3 days")
    assert detect_gap(seen(72), undated(), NOW) is None
    assert detect_gap(seen(0.2), undated(), NOW, is_all_new=True) is None
    assert detect_gap(seen(72), undated(3), NOW, is_all_new=True) is None
    lost = replace(failing(72, 50), failing_since=None)
    assert detect_gap(lost, undated(), NOW, is_all_new=True) is None


def test_a_list_that_is_empty_after_an_outage_has_lost_what_was_published_meanwhile() -> None:
    before = seen(50, entries_per_day=12.0)
    gap = detect_gap(before, Feed(URL, "", ()), NOW)
    assert gap is not None
    assert (gap.from_at, gap.to_at, gap.estimated_articles) == (NOW - 50 * HOUR, NOW, 25)
    one = detect_gap(before, feed(2), NOW)
    assert one is not None
    assert (one.to_at, one.estimated_articles) == (NOW - 2 * HOUR, 24)
    assert detect_gap(seen(50, entries_per_day=0.1), feed(2), NOW) is None
    assert detect_gap(seen(0.1, entries_per_day=12.0), Feed(URL, "", ()), NOW) is None


def test_when_a_failing_feed_was_last_read_is_estimated_from_its_first_failure() -> None:
    assert last_read_at(NEW) is None
    assert last_read_at(seen(3)) == NOW - 3 * HOUR
    assert last_read_at(failing(9, 5)) == NOW - 5 * HOUR - timedelta(minutes=20)
    assert last_read_at(replace(failing(9, 5), failing_since=None)) is None


hours = st.lists(st.floats(0, 1_000), min_size=0, max_size=30)


@given(st.floats(0, 1_000), st.floats(0, 1_000), hours, st.floats(0.001, 5_000) | st.none(), st.booleans())
def test_a_gap_is_a_span_in_the_past_with_at_least_one_article(
    newest: float, polled: float, ages: list[float], rate: float | None, is_all_new: bool
) -> None:
    before = seen(newest, polled, entries_per_day=rate)
    gap = detect_gap(before, feed(*ages), NOW, is_all_new=is_all_new)
    if gap is not None:
        assert before.last_polled_at is not None
        assert before.last_polled_at <= gap.from_at < gap.to_at <= NOW
        assert gap.estimated_articles >= 1


# ------------------------------------------------------------------------------------------ in the part of a source


def gaps_of(
    polled: Polled, all_new: frozenset[str] = frozenset(), *, network_down: bool = False
) -> list[Gap]:
    part = feeds_part(
        [polled], source_id="paper", run_id="r", unfinished=frozenset(), fresh=all_new, all_new=all_new, claimed=set(),
        now=NOW, rng=random.Random(1), network_down=network_down,
    )  # fmt: skip
    return list(part.gaps)


def test_a_source_keeps_the_gap_of_each_of_its_feeds() -> None:
    answer = Response(URL, URL, 200, b"", "", Validators())
    assert len(gaps_of(Polled(seen(72), answer, DAY_OF_HOURS))) == 1
    assert gaps_of(Polled(seen(72), answer, undated())) == []
    assert len(gaps_of(Polled(seen(72), answer, undated()), frozenset((URL,)))) == 1


def test_a_304_after_an_outage_has_lost_nothing_and_a_failure_is_no_gap_yet() -> None:
    same = Response(URL, URL, 304, b"", "", Validators())
    assert gaps_of(Polled(seen(72), same)) == []
    assert gaps_of(Polled(failing(72, 50), error=TimedOut(URL))) == []
    assert gaps_of(Polled(seen(72), error=TimedOut(URL)), network_down=True) == []


def test_rounds_without_a_network_are_told_as_such_once_it_is_back() -> None:
    """What the state of a feed keeps of such rounds is that it was put off, again and again."""
    state, at = seen(72), NOW - 72 * HOUR
    while at < NOW - timedelta(minutes=10):
        at += timedelta(minutes=10)
        state = spare(state, at, random.Random(1))
    gap = detect_gap(state, DAY_OF_HOURS, NOW)
    assert gap is not None
    assert gap.reason == (
        "rolled over while it could not be asked for 3 days (our network, or its host put us off)"
    )
