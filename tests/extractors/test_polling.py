"""When feeds are asked again and pages tried again: decisions on states, with a clock and dice of our own."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.errors import (
    ConnectionFailed,
    EmptyBody,
    Gone,
    Http4xx,
    Http5xx,
    NotAFeed,
    RateLimited,
    Retry,
    SourceError,
    TimedOut,
)
from extractors.model import Entry, Feed, FeedState, Moment, Precision, Response, Validators
from extractors.polling import (
    GONE_INTERVAL_S,
    MAX_INTERVAL_S,
    MIN_INTERVAL_S,
    after_failure,
    after_not_modified,
    after_success,
    is_due,
    is_outage,
    next_try,
    spare,
)

URL = "https://paper.example/rss"
NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
NEW = FeedState(URL, "paper")


class Even(random.Random):
    """Dice that always fall in the middle: intervals without jitter."""

    def random(self) -> float:
        return 0.5


EVEN = Even()


def answer(
    permanent_url: str | None = None,
    max_age_s: int | None = None,
    retry_after_s: int | None = None,
    status: int = 200,
) -> Response:
    return Response(
        URL,
        URL,
        status,
        b"",
        "",
        Validators('"tag"'),
        permanent_url,
        max_age_s=max_age_s,
        retry_after_s=retry_after_s,
    )


def entry(at: datetime | None, number: int = 0, precision: Precision = "second") -> Entry:
    return Entry(f"https://paper.example/{number}", published=Moment(at, precision) if at else None)


def feed(*hours_ago: float, ttl_s: int | None = None) -> Feed:
    entries = tuple(
        entry(NOW - timedelta(hours=hours), number) for number, hours in enumerate(sorted(hours_ago))
    )
    return Feed(URL, "Paper", entries, ttl_s=ttl_s)


def steady(per_day: float, entries: int = 50, ttl_s: int | None = None) -> Feed:
    return feed(*(24 / per_day * (number + 0.5) for number in range(entries)), ttl_s=ttl_s)


def undated(entries: int = 10) -> Feed:
    return Feed(URL, "Paper", tuple(entry(None, number) for number in range(entries)))


def wait_s(state: FeedState) -> float:
    assert state.next_poll_at is not None
    return (state.next_poll_at - NOW).total_seconds()


# ------------------------------------------------------------------------------------------------------- due


def test_a_feed_is_due_at_its_time_and_a_moment_before() -> None:
    assert is_due(NEW, NOW)
    assert is_due(replace(NEW, next_poll_at=NOW - timedelta(days=1)), NOW)
    assert is_due(replace(NEW, next_poll_at=NOW + timedelta(seconds=30)), NOW)
    assert not is_due(replace(NEW, next_poll_at=NOW + timedelta(minutes=5)), NOW)


# ------------------------------------------------------------------------------------------------------ pace


def test_the_more_a_feed_publishes_the_sooner_it_is_asked() -> None:
    waits = [
        wait_s(after_success(NEW, answer(), steady(rate), NOW, EVEN)) for rate in (0.001, 0.2, 2, 20, 200)
    ]
    assert waits == sorted(waits, reverse=True)
    assert waits[0] == MAX_INTERVAL_S
    assert wait_s(after_success(NEW, answer(), steady(3_000), NOW, EVEN)) == MIN_INTERVAL_S


def test_the_learned_rate_is_near_the_true_one() -> None:
    for rate in (0.5, 5, 50, 500):
        learned = after_success(NEW, answer(), steady(rate), NOW, EVEN).entries_per_day
        assert learned == pytest.approx(rate, rel=0.3)


def test_a_quiet_night_slows_a_feed_and_its_next_answer_wakes_it() -> None:
    state = after_success(NEW, answer(), steady(48), NOW, EVEN)
    first_s, waits = state.poll_interval_s, []
    now = NOW
    while now < NOW + timedelta(hours=8):
        assert state.next_poll_at is not None
        now = state.next_poll_at
        state = after_not_modified(state, answer(status=304), now, EVEN)
        waits.append(state.poll_interval_s)
    assert waits == sorted(waits)
    assert waits[-1] > 1.8 * first_s
    morning = Feed(URL, "P", tuple(entry(now - timedelta(minutes=m), m) for m in range(0, 600, 30)))
    assert after_success(state, answer(), morning, now, EVEN).poll_interval_s < 1.2 * first_s


def test_a_feed_that_could_roll_over_is_asked_before_it_does() -> None:
    short = after_success(NEW, answer(), steady(24, entries=3, ttl_s=20_000), NOW, EVEN)
    long = after_success(NEW, answer(), steady(24, entries=50, ttl_s=20_000), NOW, EVEN)
    assert short.poll_interval_s < 3 * 3_600
    assert long.poll_interval_s == 20_000


@pytest.mark.parametrize(
    ("ttl_s", "max_age_s", "at_least_s"),
    [
        (3_600, None, 3_600),
        (None, 3_600, 3_600),
        (3_600, 7_200, 7_200),
        (30 * 86_400, None, 6 * 3_600),
        (60, 60, 300),
    ],
)
def test_what_the_publisher_wishes_is_heard(
    ttl_s: int | None, max_age_s: int | None, at_least_s: int
) -> None:
    state = after_success(
        NEW, answer(max_age_s=max_age_s), steady(100, 100, ttl_s=ttl_s), NOW, random.Random(1)
    )
    assert wait_s(state) >= at_least_s * (0.9 if at_least_s == MIN_INTERVAL_S else 1)


def test_a_wish_that_would_lose_articles_is_not_followed() -> None:
    state = after_success(NEW, answer(), steady(240, entries=10, ttl_s=86_400), NOW, EVEN)
    assert wait_s(state) < 3_600 / 2


def test_a_retry_after_of_a_good_answer_is_heard_up_to_a_day() -> None:
    assert wait_s(after_success(NEW, answer(retry_after_s=7_200), steady(100), NOW, EVEN)) >= 7_200
    assert wait_s(after_success(NEW, answer(retry_after_s=10**9), steady(100), NOW, EVEN)) <= 1.1 * 86_400
    assert wait_s(after_not_modified(NEW, answer(retry_after_s=7_200, status=304), NOW, EVEN)) >= 7_200


def test_a_304_keeps_what_the_last_answer_wished() -> None:
    state = after_success(NEW, answer(), steady(100, 100, ttl_s=3_600), NOW, EVEN)
    assert after_not_modified(state, answer(status=304), NOW, EVEN).poll_interval_s >= 3_600
    quick = after_success(NEW, answer(), steady(100), NOW, EVEN)
    assert after_not_modified(quick, answer(status=304, max_age_s=7_200), NOW, EVEN).poll_interval_s >= 7_200


def test_a_feed_without_dates_is_asked_more_often_while_it_changes() -> None:
    state = after_success(NEW, answer(), undated(), NOW, EVEN)
    for _ in range(20):
        state = after_success(state, answer(), undated(), NOW, EVEN)
    assert state.poll_interval_s == 600
    for _ in range(20):
        state = after_not_modified(state, answer(status=304), NOW, EVEN)
    assert state.poll_interval_s == 6 * 3_600


def test_intervals_are_spread_by_a_tenth_each_way() -> None:
    rng = random.Random(7)
    middle = after_success(NEW, answer(), steady(10), NOW, EVEN).poll_interval_s
    waits = [wait_s(after_success(NEW, answer(), steady(10), NOW, rng)) for _ in range(300)]
    assert 0.899 * middle <= min(waits) < 0.93 * middle
    assert 1.07 * middle < max(waits) <= 1.101 * middle


hours = st.lists(st.floats(-100, 10_000), max_size=60)


@given(hours, st.integers(0, 10**10) | st.none(), st.integers(-5, 10**10) | st.none(), st.integers(0, 10**6))
def test_every_interval_stays_between_five_minutes_and_a_day(
    ages: list[float], ttl_s: int | None, max_age_s: int | None, seed: int
) -> None:
    rng = random.Random(seed)
    state = after_success(NEW, answer(max_age_s=max_age_s), feed(*ages, ttl_s=ttl_s), NOW, rng)
    for _ in range(3):
        assert MIN_INTERVAL_S <= state.poll_interval_s <= MAX_INTERVAL_S
        assert 0.9 * MIN_INTERVAL_S <= wait_s(state) <= 1.1 * MAX_INTERVAL_S
        state = after_not_modified(state, answer(status=304, max_age_s=max_age_s), NOW, rng)


# ------------------------------------------------------------------------------------------------ what is kept


def test_a_good_answer_is_remembered_with_its_validators_and_newest_entry() -> None:
    state = after_success(NEW, answer(), feed(1, 2, 3), NOW, EVEN)
    assert state.validators == Validators('"tag"')
    assert state.newest_entry_at == NOW - timedelta(hours=1)
    assert state.last_polled_at == NOW
    assert (state.last_status, state.state) == ("updated", "ok")
    again = after_success(state, answer(), feed(1, 2, 3), NOW + timedelta(hours=1), EVEN)
    assert again.last_status == "unchanged"


def test_the_newest_entry_never_goes_back_and_never_into_the_future() -> None:
    state = after_success(NEW, answer(), feed(-48, 1, 2), NOW, EVEN)
    assert state.newest_entry_at == NOW - timedelta(hours=1)
    assert after_success(state, answer(), feed(5, 6), NOW, EVEN).newest_entry_at == state.newest_entry_at
    assert after_success(state, answer(), undated(), NOW, EVEN).newest_entry_at == state.newest_entry_at


# --------------------------------------------------------------------------------------------------- failures


def failed(state: FeedState, error: SourceError, times: int = 1) -> FeedState:
    for _ in range(times):
        state = after_failure(state, error, NOW, EVEN)
    return state


def test_a_soft_failure_waits_ten_minutes_and_then_twice_as_long_each_time_up_to_a_day() -> None:
    waits = [wait_s(failed(NEW, TimedOut(URL), times)) for times in range(1, 12)]
    assert waits[:4] == [600, 1_200, 2_400, 4_800]
    assert waits[-1] == 86_400


def test_a_hard_failure_waits_longer() -> None:
    waits = [wait_s(failed(NEW, Http4xx(URL), times)) for times in range(1, 12)]
    assert waits[:3] == [3_600, 7_200, 14_400]
    assert waits[-1] == 3 * 86_400
    assert wait_s(failed(NEW, NotAFeed(URL), 400)) == 3 * 86_400


def test_a_failure_is_counted_with_its_reason_and_since_when() -> None:
    once = after_failure(NEW, Http5xx(URL), NOW - timedelta(hours=1), EVEN)
    twice = after_failure(once, TimedOut(URL), NOW, EVEN)
    assert (twice.consecutive_failures, twice.last_status, twice.state) == (2, "timeout", "failing")
    assert twice.failing_since == NOW - timedelta(hours=1)


def test_retry_after_is_heard_and_clamped() -> None:
    assert wait_s(failed(NEW, RateLimited(URL, retry_after_s=5_000))) >= 5_000
    assert wait_s(failed(NEW, RateLimited(URL, retry_after_s=10**9))) <= 1.1 * 86_400
    assert wait_s(failed(NEW, RateLimited(URL, retry_after_s=-5))) == 600


def test_what_is_gone_is_asked_once_a_month_even_when_it_then_fails_otherwise() -> None:
    gone = failed(NEW, Gone(URL))
    assert gone.state == "gone"
    assert wait_s(gone) == GONE_INTERVAL_S
    still = failed(gone, TimedOut(URL))
    assert still.state == "gone"
    assert wait_s(still) == GONE_INTERVAL_S


@pytest.mark.parametrize("error", [Gone(URL), NotAFeed(URL), TimedOut(URL), EmptyBody(URL)])
def test_one_good_answer_brings_any_feed_back_to_its_pace(error: SourceError) -> None:
    before = after_success(NEW, answer(), steady(50), NOW, EVEN)
    dead = failed(before, error, 30)
    alive = after_success(dead, answer(), steady(50), NOW, EVEN)
    assert (alive.state, alive.consecutive_failures, alive.failing_since) == ("ok", 0, None)
    assert alive.poll_interval_s == before.poll_interval_s
    assert after_not_modified(dead, answer(status=304), NOW, EVEN).state == "ok"


@given(
    st.lists(st.sampled_from([TimedOut, Http4xx, Gone, NotAFeed, RateLimited]), min_size=1, max_size=40),
    st.randoms(),
)
def test_no_feed_is_ever_given_up(errors: list[type[SourceError]], rng: random.Random) -> None:
    state = NEW
    for error in errors:
        state = after_failure(state, error(URL), NOW, rng)
        assert 0 < wait_s(state) <= 1.1 * GONE_INTERVAL_S


def test_our_own_outage_is_counted_against_no_feed() -> None:
    state = after_success(NEW, answer(), steady(1), NOW, EVEN)
    spared = spare(state, NOW, EVEN)
    assert spared == replace(state, next_poll_at=spared.next_poll_at)
    assert wait_s(spared) == MIN_INTERVAL_S


def test_an_outage_is_when_nobody_answers_and_everybody_fails_alike() -> None:
    down = {f"{number}.example": ConnectionFailed(URL) for number in range(3)}
    assert is_outage(down, answered=0)
    assert not is_outage(down, answered=1)
    assert not is_outage({"one.example": ConnectionFailed(URL)}, answered=0)
    assert not is_outage({**down, "x.example": Http5xx(URL)}, answered=0)


# --------------------------------------------------------------------------------------------------- redirects


def test_a_permanent_redirect_is_believed_after_two_valid_feeds_from_there() -> None:
    moved = answer(permanent_url="https://new.example/rss")
    once = after_success(NEW, moved, feed(1, 2), NOW, EVEN)
    assert (once.fetch_url, once.moved_to) == (None, "https://new.example/rss")
    twice = after_success(once, moved, feed(1, 2), NOW, EVEN)
    assert (twice.fetch_url, twice.moved_to, twice.moved_count) == ("https://new.example/rss", None, 0)
    assert twice.feed_url == URL


def test_a_redirect_that_changes_its_mind_or_leads_to_nothing_is_not_believed() -> None:
    once = after_success(NEW, answer(permanent_url="https://a.example/"), feed(1, 2), NOW, EVEN)
    other = after_success(once, answer(permanent_url="https://b.example/"), feed(1, 2), NOW, EVEN)
    assert (other.moved_to, other.moved_count) == ("https://b.example/", 1)
    empty = after_success(once, answer(permanent_url="https://a.example/"), Feed(URL, "", ()), NOW, EVEN)
    assert (empty.fetch_url, empty.moved_count) == (None, 1)
    assert after_success(once, answer(), feed(1, 2), NOW, EVEN).moved_to is None
    assert failed(once, NotAFeed(URL)).moved_to is None


def test_a_feed_that_fails_where_it_moved_goes_back_to_the_address_in_the_config() -> None:
    state = replace(NEW, fetch_url="https://new.example/rss")
    assert failed(state, Http4xx(URL), 2).fetch_url == "https://new.example/rss"
    assert failed(state, Http4xx(URL), 3).fetch_url is None


# ------------------------------------------------------------------------------------------------------- pages


def test_a_page_with_a_passing_fault_is_tried_eight_times_over_days() -> None:
    at, tries = NOW, 1
    while (later := next_try(tries, "soft", None, at, EVEN)) is not None:
        assert later > at
        at, tries = later, tries + 1
    assert tries == 8
    assert timedelta(days=2) < at - NOW < timedelta(days=5)


@pytest.mark.parametrize(("retry", "tries"), [("soft", 8), ("hard", 5), ("final", 1)])
def test_a_page_is_given_up_in_the_end(retry: Retry, tries: int) -> None:
    assert next_try(tries, retry, None, NOW, EVEN) is None
    assert next_try(tries + 5, retry, None, NOW, EVEN) is None
    if tries > 1:
        assert next_try(tries - 1, retry, None, NOW, EVEN) is not None


def test_retry_after_of_a_page_is_heard() -> None:
    at = next_try(1, "soft", 40_000, NOW, EVEN)
    assert at is not None
    assert at >= NOW + timedelta(seconds=40_000)
