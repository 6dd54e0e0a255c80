"""When a feed is asked again, and when a page is tried again: pure decisions on `FeedState`.

Each feed has its own pace, learned from how often it publishes; what the publisher asks for (ttl, sy:*,
Cache-Control, Retry-After) is heard, failures back off, and every interval is jittered, so that many feeds spread
out. No feed is ever given up: one that is gone (410) is asked once a month, and a single good answer brings any
feed back to its pace.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from extractors.errors import Retry, SourceError
from extractors.model import Feed, FeedState, Response
from extractors.publication import entry_times, newest_time, observed_rate, rate_after_silence

__all__ = [
    "after_failure",
    "after_not_modified",
    "after_success",
    "is_due",
    "is_outage",
    "next_try",
    "spare",
]

MIN_INTERVAL_S = 300  # issue 5: between 5 minutes
MAX_INTERVAL_S = 86_400  # and 24 hours
GONE_INTERVAL_S = 30 * 86_400  # 410: once a month
UNDATED_INTERVAL_S = 1_800  # of a feed whose entries have no times, to begin with
UNDATED_MAX_INTERVAL_S = 6 * 3_600
# For a given number of requests the articles are seen soonest, on average, when intervals go with 1/sqrt(rate):
# set the derivative of sum(rate * interval / 2) + price * sum(1 / interval) to zero. bench/polling.py: with this
# factor the median lag is that of polling every ten minutes, for less than half the requests.
PACE_S = 5_000.0  # seconds between polls of a feed with one entry a day
WINDOW_SHARE = 0.3  # of what a feed lists may be new at once, or it could roll over
MAX_HINT_S = 6 * 3_600  # a ttl of days is a default that nobody looked at
MAX_RETRY_AFTER_S = 86_400
JITTER = 0.1
DUE_SLACK_S = 60.0  # a feed due a minute after this round would wait for the whole next one

SOFT_BACKOFF_S, HARD_BACKOFF_S = 600.0, 3_600.0  # after the first failure; doubled by each that follows
SOFT_BACKOFF_MAX_S, HARD_BACKOFF_MAX_S = 86_400.0, 3 * 86_400.0
MOVES_BELIEVED = 2  # valid feeds from where a permanent redirect leads; maintenance pages redirect too
MOVE_FAILURES = 3  # failures in a row at the new address until the one in the config is asked again

PAGE_TRIES = {"soft": 8, "hard": 5, "final": 1}
_PAGE_FIRST_S = {"soft": 900.0, "hard": 7_200.0}  # 8 tries over three days; 5 over as many
_PAGE_FACTOR = {"soft": 3.0, "hard": 4.0}
_PAGE_MAX_S = 86_400.0

_MIN_ANSWERS = 3  # hosts that must have failed together before our own network is suspected
_OUTAGE_STATUSES = frozenset(("connection", "timeout"))


def is_due(state: FeedState, now: datetime) -> bool:
    """Whether the feed is asked in a round that starts at `now`."""
    return state.next_poll_at is None or state.next_poll_at <= now + timedelta(seconds=DUE_SLACK_S)


def after_success(
    state: FeedState, response: Response, feed: Feed, now: datetime, rng: random.Random
) -> FeedState:
    """The state after a 200 that held a valid feed. Its validators are those of `response`."""
    rate = observed_rate(entry_times(feed, now), now)
    newest = newest_time(feed.entries, now)
    if state.newest_entry_at is not None:
        newest = max(newest, state.newest_entry_at) if newest else state.newest_entry_at
    wished_s = float(min(max(feed.ttl_s or 0, response.max_age_s or 0), MAX_HINT_S))
    if rate is None:
        interval_s = _undated_interval(state, factor=0.7)
    else:
        # A publisher's wish is heard unless following it would lose articles.
        window_s = _window_s(rate, len(feed.entries))
        wished_s = min(wished_s, window_s)
        interval_s = min(_paced(rate), window_s)
    return replace(
        state,
        **_alive(response, now),
        **_scheduled(interval_s, wished_s, response, now, rng),
        **_moved(state, response, feed),
        last_status="updated" if newest != state.newest_entry_at else "unchanged",
        newest_entry_at=newest,
        entries_per_day=rate if rate is not None else state.entries_per_day,
    )


def after_not_modified(state: FeedState, response: Response, now: datetime, rng: random.Random) -> FeedState:
    """The state after a 304: the feed lives, and is quieter than it was thought to be.

    The interval only grows here, and so keeps what the publisher wished with the last full answer.
    """
    wished_s = float(min(response.max_age_s or 0, MAX_HINT_S))
    rate = state.entries_per_day
    if rate is None:
        interval_s = _undated_interval(state, factor=1.4)
    else:
        since_s = (now - state.last_polled_at).total_seconds() if state.last_polled_at else 0.0
        rate = rate_after_silence(rate, state.newest_entry_at, since_s, now)
        interval_s = max(_paced(rate), float(state.poll_interval_s))
    return replace(
        state,
        **_alive(response, now),
        **_scheduled(interval_s, wished_s, response, now, rng),
        last_status="not_modified",
        entries_per_day=rate,
    )


def after_failure(state: FeedState, error: SourceError, now: datetime, rng: random.Random) -> FeedState:
    """The state after a poll that failed: asked later and later, never dropped, its pace kept for its return.

    Soft failures wait 10 minutes to 24 hours, hard ones an hour to three days, a 410 a month; Retry-After is
    heard up to a day. A feed that fails where a redirect moved it goes back to the address in the config.
    """
    failures = state.consecutive_failures + 1
    gone = error.retry == "final" or state.state == "gone"
    soft = error.retry == "soft"
    first_s, max_s = (SOFT_BACKOFF_S, SOFT_BACKOFF_MAX_S) if soft else (HARD_BACKOFF_S, HARD_BACKOFF_MAX_S)
    wait_s = GONE_INTERVAL_S if gone else min(first_s * 2.0 ** min(failures - 1, 20), max_s)
    return replace(
        state,
        last_polled_at=now,
        next_poll_at=_later(now, wait_s, error.retry_after_s or 0, rng),
        consecutive_failures=failures,
        failing_since=state.failing_since or now,
        last_status=error.status,
        state="gone" if gone else "failing",
        fetch_url=None if failures >= MOVE_FAILURES else state.fetch_url,
        moved_to=None,
        moved_count=0,
    )


def spare(state: FeedState, now: datetime, rng: random.Random) -> FeedState:
    """The state after a failure that was our own: nothing is counted against the feed; it is due again soon."""
    return replace(state, next_poll_at=_later(now, MIN_INTERVAL_S, 0, rng))


def is_outage(errors: dict[str, SourceError], answered: int) -> bool:
    """Whether a round failed for want of a network of our own.

    `errors` are the failures by host, `answered` the number of hosts that gave any answer at all, be it a 500.
    """
    return (
        answered == 0
        and len(errors) >= _MIN_ANSWERS
        and all(error.status in _OUTAGE_STATUSES for error in errors.values())
    )


def next_try(
    attempts: int, retry: Retry, retry_after_s: int | None, now: datetime, rng: random.Random
) -> datetime | None:
    """When a page that failed `attempts` times in a row (1 or more) is tried again; None to give it up.

    Passing faults get 8 tries over more than three days, lasting ones 5 over as many, a 410 one.
    """
    if attempts >= PAGE_TRIES[retry]:
        return None
    wait_s = min(_PAGE_FIRST_S[retry] * _PAGE_FACTOR[retry] ** (max(attempts, 1) - 1), _PAGE_MAX_S)
    return _later(now, wait_s, retry_after_s or 0, rng)


# ------------------------------------- pieces: what changes of a state, put together in one `replace` (7 us each)


def _alive(response: Response, now: datetime) -> dict[str, Any]:
    return {
        "validators": response.validators,
        "last_polled_at": now,
        "consecutive_failures": 0,
        "failing_since": None,
        "state": "ok",
    }


def _moved(state: FeedState, response: Response, feed: Feed) -> dict[str, Any]:
    """A permanent redirect is believed once valid feeds, with entries in them, came from there repeatedly."""
    target = response.permanent_url
    if target and not feed.entries:
        return {}
    if target is None or target in {state.feed_url, state.fetch_url}:
        return {"moved_to": None, "moved_count": 0}
    count = state.moved_count + 1 if target == state.moved_to else 1
    if count >= MOVES_BELIEVED:
        return {"fetch_url": target, "moved_to": None, "moved_count": 0}
    return {"moved_to": target, "moved_count": count}


def _paced(rate_per_day: float) -> float:
    return min(max(PACE_S / math.sqrt(rate_per_day), MIN_INTERVAL_S), MAX_INTERVAL_S)


def _window_s(rate_per_day: float, entries: int) -> float:
    """The longest wait that leaves most of a feed's window unturned, at least `MIN_INTERVAL_S`."""
    return max(WINDOW_SHARE * entries / rate_per_day * 86_400, MIN_INTERVAL_S)


def _undated_interval(state: FeedState, *, factor: float) -> float:
    before_s = state.poll_interval_s if state.last_polled_at else UNDATED_INTERVAL_S
    return min(max(before_s * factor, UNDATED_INTERVAL_S / 3), UNDATED_MAX_INTERVAL_S)


def _scheduled(
    interval_s: float, wished_s: float, response: Response, now: datetime, rng: random.Random
) -> dict[str, Any]:
    interval_s = min(max(interval_s, wished_s, MIN_INTERVAL_S), MAX_INTERVAL_S)
    asked_s = max(wished_s, response.retry_after_s or 0)
    return {
        "poll_interval_s": round(interval_s),
        "next_poll_at": _later(now, interval_s, asked_s, rng),
    }


def _later(now: datetime, wait_s: float, asked_s: float, rng: random.Random) -> datetime:
    """`now` plus a jittered wait, never sooner than what the other side asked for (up to a day of it)."""
    jittered_s = wait_s * rng.uniform(1 - JITTER, 1 + JITTER)
    asked_s = min(max(asked_s, 0), MAX_RETRY_AFTER_S)
    return now + timedelta(seconds=max(jittered_s, asked_s * rng.uniform(1, 1 + JITTER)))
