"""The state of things: small questions to the published copy, and a look at the folders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storage.health.quiet import quiet_sources
from storage.health.records import FailingFeed, GapLine, QuietSource, RunLine, StatusReport, TemplateChange
from storage.health.spooled import disks, file_bytes, waiting
from storage.health.template import template_changes
from storage.query import opened_copy

RUNS_SHOWN = 5

_NOW = "(SELECT max(last_polled_at) FROM feeds)"
_DAY_AGO = f"{_NOW} - INTERVAL 24 HOUR"
_WEEK_AGO = f"{_NOW} - INTERVAL 7 DAY"

_COUNTS = (
    "SELECT count(*) AS articles FROM articles",
    f"SELECT count(*) AS articles_24h FROM articles WHERE first_seen_at > {_DAY_AGO}",  # noqa: S608 - as below
    f"""
    WITH watched AS (
      SELECT source_id, min(first_seen_at) AS since FROM article_versions WHERE feed_url IS NOT NULL GROUP BY source_id
    ), lags AS (
      SELECT greatest(0, epoch(first_seen_at) - epoch(published_at)) AS lag_s
      FROM articles JOIN watched USING (source_id)
      WHERE first_seen_at > {_DAY_AGO} AND feed_url IS NOT NULL AND published_at >= since
        AND provenance.time_precision <> 'day'
    )
    SELECT median(lag_s) AS lag_s, quantile_cont(lag_s, 0.95) AS lag_p95_s FROM lags
    """,  # noqa: S608 - constants of this module
    """
    SELECT max(last_polled_at) AS as_of, count(*) AS feeds, count(*) FILTER (state = 'ok') AS feeds_ok,
      count(*) FILTER (state = 'failing') AS feeds_failing, count(*) FILTER (state = 'gone') AS feeds_gone
    FROM feeds WHERE feed_url IN (SELECT unnest(feeds) FROM sources)
    """,
    """
    SELECT count(*) FILTER (status IN ('connection', 'timeout')) >= greatest(3, count(*) / 2) AS network_down
    FROM outcomes
    WHERE run_id = (SELECT CASE status WHEN 'failed' THEN run_id END FROM runs ORDER BY started_at DESC LIMIT 1)
    """,
    "SELECT count(*) AS pages_pending FROM links WHERE state = 'pending'",
)

_HOURLY = f"""
SELECT CAST((epoch_us({_NOW}) - epoch_us(first_seen_at)) // 3600000000 AS INTEGER) AS ago, count(*)
FROM articles WHERE first_seen_at > {_DAY_AGO} AND first_seen_at <= {_NOW} AND feed_url IS NOT NULL GROUP BY ago
"""  # noqa: S608 - constants of this module

_RUNS = """
SELECT run_id, command, started_at, finished_at, status, articles_new, articles_updated, errors
FROM runs ORDER BY started_at DESC LIMIT ?
"""

_FAILING = f"""
WITH failing AS (
  SELECT * FROM feeds WHERE state <> 'ok' AND feed_url IN (SELECT unnest(feeds) FROM sources)
), told AS (
  SELECT url, arg_max(detail, "at") AS detail FROM outcomes
  WHERE stage = 'feed' AND "at" > {_NOW} - INTERVAL 35 DAY AND url IN (SELECT feed_url FROM failing)
  GROUP BY url
)
SELECT f.feed_url, f.source_id, f.state, f.last_status, f.failing_since, f.consecutive_failures, f.next_poll_at,
  coalesce(t.detail, '')
FROM failing f LEFT JOIN told t ON t.url = f.feed_url ORDER BY f.failing_since, f.feed_url
"""  # noqa: S608 - constants of this module

_GAPS = f"""
SELECT g.feed_url, f.source_id, g.from_at, g.to_at, g.estimated_articles, g.reason
FROM gaps g LEFT JOIN feeds f USING (feed_url) WHERE g.to_at > {_WEEK_AGO} ORDER BY g.to_at DESC, g.feed_url
"""  # noqa: S608 - constants of this module


@dataclass(frozen=True, slots=True)
class _Known:
    """What the copy tells."""

    counts: dict[str, Any]
    hourly: tuple[int, ...]
    runs: tuple[RunLine, ...]
    failing: tuple[FailingFeed, ...]
    quiet: tuple[QuietSource, ...]
    changed: tuple[TemplateChange, ...]
    gaps: tuple[GapLine, ...]


_NOTHING = _Known({}, (), (), (), (), (), ())


def status_report(database: Path, published: Path) -> StatusReport:
    """The state of things. Without a published copy its figures are naught; `StorageError` for a broken one."""
    spool, room = waiting(database), disks(database, published)
    is_published = published.exists()
    known = _known(published) if is_published else _NOTHING

    def count(name: str) -> int:
        return int(known.counts.get(name) or 0)

    return StatusReport(
        published_at=datetime.fromtimestamp(published.stat().st_mtime, UTC) if is_published else None,
        as_of=known.counts.get("as_of"),
        articles=count("articles"),
        articles_24h=count("articles_24h"),
        hourly=known.hourly,
        lag_s=known.counts.get("lag_s"),
        lag_p95_s=known.counts.get("lag_p95_s"),
        feeds=count("feeds"),
        feeds_ok=count("feeds_ok"),
        feeds_failing=count("feeds_failing"),
        feeds_gone=count("feeds_gone"),
        pages_pending=count("pages_pending"),
        batches_waiting=spool.batches,
        batches_broken=spool.broken,
        spool_bytes=spool.bytes,
        oldest_batch_at=spool.oldest_at,
        gaps_7d=len(known.gaps),
        missed_7d=sum(gap.estimated_articles for gap in known.gaps),
        live_bytes=file_bytes(database),
        published_bytes=file_bytes(published),
        free_bytes=min(disk.free_bytes for disk in room),
        disks=room,
        runs=known.runs,
        failing=known.failing,
        quiet=known.quiet,
        changed=known.changed,
        gaps=known.gaps,
        network_down=bool(known.counts.get("network_down")),
    )


def _known(published: Path) -> _Known:
    """Small questions on one connection with one thread: as one statement they cost three times the CPU."""
    counts: dict[str, Any] = {}
    with opened_copy(published, threads=1) as con:
        for question in _COUNTS:
            row = con.execute(question).fetchone() or ()
            counts |= {
                str(column[0]): value for column, value in zip(con.description or (), row, strict=True)
            }
        hours = dict(con.execute(_HOURLY).fetchall())
        return _Known(
            counts,
            tuple(hours.get(ago, 0) for ago in reversed(range(24))),
            tuple(RunLine(*row) for row in con.execute(_RUNS, [RUNS_SHOWN]).fetchall()),
            tuple(FailingFeed(*row) for row in con.execute(_FAILING).fetchall()),
            quiet_sources(con),
            template_changes(con),
            tuple(GapLine(*row) for row in con.execute(_GAPS).fetchall()),
        )
