"""What was probably missed of a feed, and why. Pure.

A feed holds a window of its newest entries. When the oldest of them is newer than all that was seen before, the
window has moved past entries that nobody saw: because it publishes faster than it was asked, or because it could not
be asked for a while: presswatch did not run, our network was down, the feed failed. A window that still reaches back
to what was seen has lost nothing, however long the outage was.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from extractors.model import Feed, FeedState, Gap
from extractors.publication import entry_times, observed_rate

LATE = 3.0  # intervals: so long after its time a feed that is due was not asked by anybody
LATE_S = 7_200.0  # ... and at least this: rounds may be an hour apart by the schedule
MIN_UNDATED = 5  # entries: of fewer, all may be new by chance
_DAY_S = 86_400.0


def detect_gap(before: FeedState, feed: Feed, now: datetime, *, is_all_new: bool = False) -> Gap | None:
    """What was probably missed between the last good poll and this one, which brought `feed`; None for nothing.

    Only the time after the last good poll counts: what was published before it, was seen by it; so a feed that
    empties itself every midnight makes no gap. `is_all_new`: no entry of `feed` was known; it decides where entries
    carry no times, and only after an outage. The estimate is the mean pace before and after times the span; of less
    than one article there is no gap.
    """
    times = entry_times(feed, now)
    if len(times) >= 2 and len(times) >= len(feed.entries) / 2:
        return _rolled_over(before, feed, times, now)
    if interruption(before, now) is None:
        return None
    if len(feed.entries) >= MIN_UNDATED and is_all_new and not times:
        return _undated(before, now)
    return _emptied(before, feed, times, now)


def interruption(before: FeedState, now: datetime) -> str | None:
    """What kept a feed from being read until `now`, in words; None where it was polled at its time.

    Only its state tells: a feed that failed has counted its failures; one whose host or whose network of ours was
    away has been put off again and again; one that is long past its time was asked by nobody.
    """
    if before.last_polled_at is None:
        return None
    if before.consecutive_failures:
        since = f" since {before.failing_since:%Y-%m-%d %H:%M}" if before.failing_since else ""
        return f"it could not be had ({before.last_status}{since})"
    limit = timedelta(seconds=max(LATE * before.poll_interval_s, LATE_S))
    if before.next_poll_at is None:
        return None
    if now - before.next_poll_at > limit:
        return f"presswatch did not run for {_span(now - before.next_poll_at)}"
    if before.next_poll_at - before.last_polled_at > limit:
        waited = _span(now - before.last_polled_at)
        return f"it could not be asked for {waited} (our network, or its host put us off)"
    return None


def _rolled_over(before: FeedState, feed: Feed, times: Sequence[datetime], now: datetime) -> Gap | None:
    if before.newest_entry_at is None:
        return None
    missed_from = max(before.newest_entry_at, last_read_at(before) or before.newest_entry_at)
    if times[0] <= missed_from:
        return None
    expected = _pace(before.entries_per_day, observed_rate(times, now)) * _days(times[0] - missed_from)
    return _gap(before, missed_from, times[0], expected, _reason(before, feed, now))


def _emptied(before: FeedState, feed: Feed, times: Sequence[datetime], now: datetime) -> Gap | None:
    """After an outage, of a feed with a known pace that lists next to nothing now: what it published is gone."""
    missed_from, missed_to = last_read_at(before), times[0] if times else now
    rate = before.entries_per_day
    if missed_from is None or rate is None or (feed.entries and not times) or missed_from >= missed_to:
        return None
    return _gap(
        before, missed_from, missed_to, rate * _days(missed_to - missed_from), _reason(before, feed, now)
    )


def _undated(before: FeedState, now: datetime) -> Gap | None:
    """Nothing tells how much was missed of a feed without times: it is told as one article, in these words."""
    missed_from = last_read_at(before)
    if missed_from is None or missed_from >= now:
        return None
    reason = f"all its entries are new after an outage: {interruption(before, now)}"
    return _gap(before, missed_from, now, 1.0, f"{reason}; it gives no times, how many is unknown")


def last_read_at(state: FeedState) -> datetime | None:
    """When the feed was last read well; None when never. While it fails this is not kept, and estimated to lie two
    intervals before its first failure."""
    if not state.consecutive_failures:
        return state.last_polled_at
    if state.failing_since is None:
        return None
    return state.failing_since - timedelta(seconds=2 * state.poll_interval_s)


def _gap(before: FeedState, since: datetime, until: datetime, expected: float, reason: str) -> Gap | None:
    if expected < 1:
        return None
    return Gap(before.feed_url, since, until, max(1, round(expected)), reason)


def _pace(before_per_day: float | None, after_per_day: float | None) -> float:
    """Entries a day in between: the geometric mean of the paces on both sides, where both are known.

    bench/health.py, outages of one to seven days: the median estimate is off by a factor of 2 at most, all together
    by 1.3 at most. By the density of the list alone, which may be a single busy hour, they are 4 to 6 times too many.
    """
    known = [rate for rate in (before_per_day, after_per_day) if rate]
    return math.prod(known) ** (1 / len(known)) if known else 0.0


def _reason(before: FeedState, feed: Feed, now: datetime) -> str:
    if feed.truncated:
        return "more new entries than fetch.max_entries"
    what = interruption(before, now)
    return f"rolled over while {what}" if what else "rolled over between two polls"


def _days(span: timedelta) -> float:
    return span.total_seconds() / _DAY_S


def _span(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"
