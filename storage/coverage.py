"""How much is stored of each source and day, and what tells how much there should be: from the published copy."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from storage.query import run_query


@dataclass(frozen=True, slots=True)
class DayCount:
    """Articles stored of one day (UTC), and how many were probably missed in a gap of a feed."""

    articles: int
    has_gap: bool = False
    estimated_missing: int = 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of one source. `days` without articles and gaps are left out.

    `watched_since`: the day of its first poll, from the next on its days are whole. `entries_per_day`: what its
    feeds publish, as learned from polling. `gap_reasons`: why days are marked as gaps.
    """

    days: dict[date, DayCount] = field(default_factory=dict)
    watched_since: date | None = None
    entries_per_day: float | None = None
    gap_reasons: tuple[str, ...] = ()


_DAYS = 'SELECT source_id, "day", articles, has_gap, estimated_missing FROM daily_volume'
_SOURCES = """
WITH seen AS (
  SELECT source_id, min(CAST(timezone('UTC', first_seen_at) AS DATE)) AS since
  FROM article_versions WHERE feed_url IS NOT NULL GROUP BY source_id
), polled AS (
  SELECT source_id, sum(entries_per_day) AS rate FROM feeds GROUP BY source_id
), missed AS (
  SELECT f.source_id, list(DISTINCT g.reason ORDER BY g.reason) AS reasons
  FROM gaps g JOIN feeds f USING (feed_url) GROUP BY f.source_id
)
SELECT s.source_id, seen.since, polled.rate, missed.reasons
FROM sources s
LEFT JOIN seen USING (source_id) LEFT JOIN polled USING (source_id) LEFT JOIN missed USING (source_id)
"""
_SITEMAPPED = """
SELECT origin FROM robots WHERE http_status BETWEEN 200 AND 299 AND regexp_matches(body, '(?im)^\\s*site-?map\\s*:')
"""


def coverage(published: Path) -> dict[str, Coverage]:
    """The coverage of each source in the published copy. `StorageError` where there is none."""
    days: dict[str, dict[date, DayCount]] = {}
    for source_id, day, articles, has_gap, missing in run_query(published, _DAYS).rows:
        days.setdefault(str(source_id), {})[_date(day)] = DayCount(
            _int(articles), bool(has_gap), _int(missing)
        )
    found = {}
    for source_id, since, rate, reasons in run_query(published, _SOURCES).rows:
        found[str(source_id)] = Coverage(
            days.get(str(source_id), {}),
            _date(since) if since is not None else None,
            float(str(rate)) if rate is not None else None,
            tuple(map(str, reasons)) if isinstance(reasons, list) else (),
        )
    return found


def origins_with_sitemaps(published: Path) -> frozenset[str]:
    """The origins (https://www.example.org) whose robots.txt names a sitemap, as far as one is remembered."""
    return frozenset(str(origin) for (origin,) in run_query(published, _SITEMAPPED).rows)


def _date(value: object) -> date:
    if not isinstance(value, date):
        raise TypeError(f"no date: {value!r}")
    return value


def _int(value: object) -> int:
    return int(str(value))
