"""How often a feed publishes: the rate of its entries. Pure.

A feed is its own record: it lists its last entries with their times. The rate is estimated from that list at every
poll that brings it, recent entries counting more, and let down towards the silence that polls without news show.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from extractors.model import Entry, Feed

# How far back the present pace is read from: some hours, to follow a newsroom's day, or the time of some entries,
# for feeds that are slower than that. bench/polling.py: 2 or 24 hours cost up to 5 % more requests for one lag.
MEMORY_H = 6.0
MEMORY_ENTRIES = 3.0
LOWEST_PER_DAY = 0.001  # so that what has long been silent comes to the longest interval
HIGHEST_PER_DAY = 5_000.0
_DAY_S = 86_400.0


def entry_times(feed: Feed, now: datetime) -> tuple[datetime, ...]:
    """The instants at which the entries of `feed` were published, oldest first; none after `now`.

    Where an entry does not say, its last update counts; days without a time of day are left out.
    """
    moments = (entry.published or entry.updated for entry in feed.entries)
    return tuple(sorted(m.at for m in moments if m is not None and m.precision != "day" and m.at <= now))


def newest_time(entries: Sequence[Entry], now: datetime) -> datetime | None:
    """When the newest of `entries` was published, days without a time of day included; none after `now`."""
    moments = (entry.published or entry.updated for entry in entries)
    return max((m.at for m in moments if m is not None and m.at <= now), default=None)


def observed_rate(times: Sequence[datetime], now: datetime) -> float | None:
    """Entries per day at `now`, from the times that a feed lists (oldest first); None if fewer than two.

    The mean of two estimates: entries over the whole span listed, and recent entries, weighted by
    exp(-age / memory). The second is held against the span, so that a short list can't exaggerate it.
    """
    if len(times) < 2:
        return None
    span_days = max((now - times[0]).total_seconds(), 60.0) / _DAY_S
    overall = len(times) / span_days
    memory_days = max(MEMORY_H / 24, MEMORY_ENTRIES / overall)
    seen = memory_days * (1 - math.exp(-span_days / memory_days))  # of the kernel, within the span
    weights = (math.exp(-(now - at).total_seconds() / _DAY_S / memory_days) for at in times)
    return _bounded((overall + sum(weights) / seen) / 2)


def rate_after_silence(
    rate_per_day: float, newest: datetime | None, since_poll_s: float, now: datetime
) -> float:
    """The rate after a poll without news, `since_poll_s` after the one before.

    It falls with the memory of `observed_rate`, but not below half of what the silence since the newest entry
    suggests by itself, one in that time.
    """
    faded = rate_per_day * math.exp(-since_poll_s / 3_600 / MEMORY_H)
    silence_days = (now - newest).total_seconds() / _DAY_S if newest else 1.0
    return _bounded(min(rate_per_day, max(faded, 0.5 / max(silence_days, 1 / 24))))


def _bounded(rate_per_day: float) -> float:
    return min(max(rate_per_day, LOWEST_PER_DAY), HIGHEST_PER_DAY)
