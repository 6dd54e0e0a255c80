"""Which sources have gone quiet, each against its own usual volume.

The last hours are set against the same hours of the same weekdays in the weeks before, so that nights and weekends
are no silence. How probable so few articles are is told by a Poisson law whose rate is known no better than those
weeks show it (a negative binomial), counts divided by how much more than Poisson the source's days vary. Long windows
find slow sources, short ones find silence soon; one in which the source is back at its pace ends the search.

Limits and windows: bench/health.py, figures in docs/health.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from storage.health.records import QuietSource

if TYPE_CHECKING:
    import duckdb

WINDOWS_H = (6, 12, 24, 48, 96, 168, 336, 672)
WEEKS = 8  # compared with; a window of four weeks with two such times
PROBABILITY = 1e-5  # of so few articles by chance
SHARE = 0.1  # of the usual; what falls less far (a holiday) is no silence
BACK_SHARE = 0.5  # of the usual, in a short window that expects BACK_LEAST: it publishes again
BACK_LEAST = 8.0
LEAST_EXPECTED = 1.0
WIDEST_SPREAD = 20.0
UNKNOWN_SPREAD = 3.0  # of one week of comparison, which shows none
WEEK_H = 168
FURTHEST_H = 3 * WINDOWS_H[-1]  # of the longest window, and the two before it


@dataclass(frozen=True, slots=True)
class Volume:
    """How much of one source was seen: in each of `WINDOWS_H` until now, and in the same hours before, together.

    `weeks`: full weeks that it is watched. `spread`: variance of its daily counts over their mean, from 1.
    """

    source_id: str
    weeks: int
    counts: tuple[int, ...]
    before: tuple[int, ...]
    spread: float = UNKNOWN_SPREAD


def comparisons(window_h: int, weeks: int) -> int:
    """How many times before the window is compared with, for a source watched for so many full weeks."""
    period = _period_weeks(window_h)
    return max(0, min(WEEKS // period, weeks // period - 1))


def quiet_window(volume: Volume, missed: Sequence[int] = ()) -> int | None:
    """The index in `WINDOWS_H` of the shortest window that shows that the source has gone quiet; None for none.

    `missed`: by window, articles that are known to be missed in it for other reasons (gaps): they were published.
    """
    for index, window_h in enumerate(WINDOWS_H):
        times = comparisons(window_h, volume.weeks)
        if not times:
            continue
        count = volume.counts[index] + (missed[index] if missed else 0)
        expected = volume.before[index] / times
        if expected >= BACK_LEAST and count >= BACK_SHARE * expected:
            return None
        if expected < LEAST_EXPECTED or count >= SHARE * expected:
            continue
        if probability_of_so_few(count, volume.before[index], times, volume.spread) < PROBABILITY:
            return index
    return None


def probability_of_so_few(count: int, before: int, times: int, spread: float) -> float:
    """The chance of `count` articles or fewer, where `times` such windows had `before` together. 0 to 1.

    The predictive law of a Poisson rate with Jeffreys' prior, on counts divided by `spread`.
    """
    shape, kept = before / spread + 0.5, times / (times + 1)
    term: float = kept**shape
    total = term
    for k in range(int(count / spread)):
        term *= (shape + k) / (k + 1) * (1 - kept)
        total += term
    return min(total, 1.0)


def spread_of(days: Mapping[int, tuple[int, int]], weeks: int) -> float:
    """How much more than Poisson a source varies, from `weeks` of days: by weekday (sum, sum of squares)."""
    if weeks < 2:
        return UNKNOWN_SPREAD
    excess = sum(
        (squares - total * total / weeks) / (total / weeks) for total, squares in days.values() if total
    )
    return min(max(excess / (7 * (weeks - 1)), 1.0), WIDEST_SPREAD)


def _period_weeks(window_h: int) -> int:
    return max(1, -(-window_h // WEEK_H))


# ------------------------------------------------------------------------------------------------ from the copy

_HOUR_US = 3_600_000_000

_SEEN = f"""
WITH clock AS (
  SELECT epoch_us(max(last_polled_at)) AS now_us FROM feeds
), judged AS (  -- sources of the config of which a feed answers: of others it is told that they fail
  SELECT source_id FROM sources WHERE source_id IN (SELECT source_id FROM feeds WHERE state = 'ok')
), watched AS (
  SELECT source_id, (any_value(now_us) - epoch_us(min(first_seen_at))) // {WEEK_H * _HOUR_US} AS weeks,
    max(first_seen_at) AS last_at
  FROM article_versions, clock
  WHERE feed_url IS NOT NULL AND source_id IN (SELECT source_id FROM judged)
  GROUP BY source_id
), found AS (  -- what no window looks back at is not read: most of an old database
  SELECT source_id, now_us - epoch_us(first_seen_at) AS age_us
  FROM article_versions, clock
  WHERE superseded_at IS NULL AND feed_url IS NOT NULL AND source_id IN (SELECT source_id FROM judged)
    AND first_seen_at > (SELECT max(last_polled_at) - INTERVAL {FURTHEST_H} HOUR FROM feeds)
)
"""  # noqa: S608 - constants of this module


def _counts_sql() -> str:
    """Articles of each source by window: until now, and in the windows before that it is compared with."""
    columns = []
    for window_h in WINDOWS_H:
        period = _period_weeks(window_h)
        window_us, period_us = window_h * _HOUR_US, period * WEEK_H * _HOUR_US
        times = f"least({WEEKS // period}, weeks // {period} - 1)"
        columns.append(f"count(*) FILTER (age_us < {window_us})")
        columns.append(
            f"count(*) FILTER (age_us >= {period_us} AND age_us % {period_us} < {window_us}"
            f" AND age_us < {period_us} * (1 + {times}))"
        )
    return f"""
    {_SEEN}
    SELECT source_id, weeks, last_at, {", ".join(columns)}
    FROM watched LEFT JOIN found USING (source_id) GROUP BY source_id, weeks, last_at
    """  # noqa: S608 - constants of this module


_DAYS = f"""
{_SEEN}, days AS (
  SELECT source_id, age_us // {24 * _HOUR_US} AS "day", count(*) AS articles
  FROM found JOIN watched USING (source_id)
  WHERE age_us >= {WEEK_H * _HOUR_US} AND age_us < {WEEK_H * _HOUR_US} * least({WEEKS + 1}, weeks)
    AND source_id IN (SELECT unnest(?))
  GROUP BY ALL
)
SELECT source_id, "day" % 7, CAST(sum(articles) AS BIGINT), CAST(sum(articles * articles) AS BIGINT)
FROM days GROUP BY ALL
"""  # noqa: S608 - constants of this module

_MISSED = """
SELECT f.source_id, (SELECT max(epoch(last_polled_at)) FROM feeds) - epoch(g.to_at), g.estimated_articles
FROM gaps g JOIN feeds f USING (feed_url)
WHERE f.source_id IN (SELECT unnest(?)) AND g.to_at > (SELECT max(last_polled_at) FROM feeds) - INTERVAL 28 DAY
"""


def quiet_sources(con: duckdb.DuckDBPyConnection) -> tuple[QuietSource, ...]:
    """The sources of the published copy on `con` that have gone quiet, those with the most to lose first."""
    seen: dict[str, tuple[Volume, datetime]] = {}
    for source_id, weeks, last_at, *counts in con.execute(_counts_sql()).fetchall():
        volume = Volume(source_id, int(weeks), tuple(counts[::2]), tuple(counts[1::2]), 1.0)
        if quiet_window(volume) is not None:  # with a spread of 1, the least: no other can be quiet
            seen[source_id] = (volume, last_at)
    if not seen:
        return ()
    spreads, missed = _spreads(con, seen), _missed(con, list(seen))
    found = []
    for source_id, (volume, last_at) in seen.items():
        judged = Volume(source_id, volume.weeks, volume.counts, volume.before, spreads[source_id])
        index = quiet_window(judged, missed.get(source_id, ()))
        if index is not None:
            found.append(_quiet_source(judged, index, last_at))
    return tuple(sorted(found, key=lambda quiet: (-quiet.usual_per_day, quiet.source_id)))


def _quiet_source(volume: Volume, index: int, last_at: datetime) -> QuietSource:
    window_h = WINDOWS_H[index]
    week = WINDOWS_H.index(WEEK_H)
    weeks = comparisons(WEEK_H, volume.weeks)
    return QuietSource(
        source_id=volume.source_id,
        articles_24h=volume.counts[WINDOWS_H.index(24)],
        usual_per_day=round(volume.before[week] / weeks / 7, 1),
        window_h=window_h,
        articles=volume.counts[index],
        expected=round(volume.before[index] / comparisons(window_h, volume.weeks), 1),
        last_article_at=last_at,
    )


def _spreads(con: duckdb.DuckDBPyConnection, seen: Mapping[str, tuple[Volume, datetime]]) -> dict[str, float]:
    days: dict[str, dict[int, tuple[int, int]]] = {source_id: {} for source_id in seen}
    for source_id, weekday, total, squares in con.execute(_DAYS, [list(seen)]).fetchall():
        days[source_id][weekday] = (total, squares)
    return {
        source_id: spread_of(days[source_id], comparisons(WEEK_H, volume.weeks))
        for source_id, (volume, _) in seen.items()
    }


def _missed(con: duckdb.DuckDBPyConnection, source_ids: list[str]) -> dict[str, list[int]]:
    missed: dict[str, list[int]] = {}
    for source_id, age_s, articles in con.execute(_MISSED, [source_ids]).fetchall():
        counts = missed.setdefault(source_id, [0] * len(WINDOWS_H))
        for index, window_h in enumerate(WINDOWS_H):
            counts[index] += articles if age_s < window_h * 3600 else 0
    return missed
