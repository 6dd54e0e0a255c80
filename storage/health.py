"""How the pipeline is doing, as far as the published copy and the spool tell.

The live file is not opened, so that whoever looks disturbs no round and waits for none.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storage.query import opened_copy

RUNS_SHOWN = 5
FEEDS_SHOWN = 10
QUIET_SHOWN = 5
QUIET_SHARE = 0.2  # of the usual day; a weekend of a daily paper stays above it
QUIET_USUAL = 5.0  # articles a day; of fewer, a day without one is no news


@dataclass(frozen=True, slots=True)
class RunLine:
    """One of the last runs."""

    run_id: str
    command: str
    started_at: datetime
    finished_at: datetime | None
    status: str
    articles_new: int
    articles_updated: int
    errors: int


@dataclass(frozen=True, slots=True)
class FailingFeed:
    """A feed that fails, or is gone, since when, and why."""

    feed_url: str
    source_id: str
    state: str
    last_status: str
    failing_since: datetime | None
    consecutive_failures: int
    next_poll_at: datetime | None


@dataclass(frozen=True, slots=True)
class QuietSource:
    """A source that published next to nothing in its last day, against its usual volume."""

    source_id: str
    articles_24h: int
    usual_per_day: float


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What `presswatch status` shows. `lag_s`: median seconds from publication to first sight, in the last day.

    `network_down`: the last round failed, and most of what it asked for could not be reached.
    """

    published_at: datetime | None  # when the copy was made that this is read from; None where there is none
    articles: int
    articles_24h: int
    lag_s: float | None
    feeds: int
    feeds_ok: int
    feeds_failing: int
    feeds_gone: int
    pages_pending: int
    batches_waiting: int
    batches_broken: int
    gaps_7d: int
    missed_7d: int
    live_bytes: int
    published_bytes: int
    free_bytes: int
    runs: tuple[RunLine, ...]
    failing: tuple[FailingFeed, ...]
    quiet: tuple[QuietSource, ...]
    network_down: bool = False


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One source as the copy knows it: what its feeds say, and how much it published."""

    source_id: str
    feeds: int
    feeds_failing: int
    failing_since: datetime | None
    last_status: str  # of a feed that fails, "" when none does
    last_polled_at: datetime | None
    last_article_at: datetime | None
    articles: int
    articles_24h: int
    usual_per_day: float


# "Now" is the last poll that the copy knows of, as in its views: a copy looked at tomorrow says the same.
_DAY_AGO = "(SELECT max(last_polled_at) - INTERVAL 24 HOUR FROM feeds)"
_WEEK_AGO = "(SELECT max(last_polled_at) - INTERVAL 7 DAY FROM feeds)"

_COUNTS = (
    "SELECT count(*) AS articles FROM articles",
    f"""
    SELECT count(*) AS articles_24h,
      median(epoch(first_seen_at) - epoch(published_at)) FILTER (provenance.time_precision <> 'day') AS lag_s
    FROM articles WHERE first_seen_at > {_DAY_AGO}
    """,  # noqa: S608 - constants of this module
    """
    SELECT count(*) AS feeds, count(*) FILTER (state = 'ok') AS feeds_ok,
      count(*) FILTER (state = 'failing') AS feeds_failing, count(*) FILTER (state = 'gone') AS feeds_gone
    FROM feeds
    """,
    """
    SELECT count(*) FILTER (status IN ('connection', 'timeout')) >= greatest(3, count(*) / 2) AS network_down
    FROM outcomes
    WHERE run_id = (SELECT CASE status WHEN 'failed' THEN run_id END FROM runs ORDER BY started_at DESC LIMIT 1)
    """,
    "SELECT count(*) AS pages_pending FROM links WHERE state = 'pending'",
    f"""
    SELECT count(*) AS gaps_7d, coalesce(sum(estimated_articles), 0)::BIGINT AS missed_7d
    FROM gaps WHERE to_at > {_WEEK_AGO}
    """,  # noqa: S608 - constants of this module
)

_RUNS = """
SELECT run_id, command, started_at, finished_at, status, articles_new, articles_updated, errors
FROM runs ORDER BY started_at DESC LIMIT ?
"""

_FAILING = """
SELECT feed_url, source_id, state, last_status, failing_since, consecutive_failures, next_poll_at
FROM feeds WHERE state <> 'ok' ORDER BY failing_since, feed_url LIMIT ?
"""

_QUIET = """
SELECT source_id, articles_24h, usual_per_day FROM source_health
WHERE name IS NOT NULL AND usual_per_day >= ? AND articles_24h < ? * usual_per_day
ORDER BY usual_per_day DESC LIMIT ?
"""

_SOURCES = """
SELECT h.source_id, h.feeds, h.feeds_failing, h.failing_since, coalesce(f.last_status, ''),
  h.last_polled_at, h.last_article_at, h.articles, h.articles_24h, h.usual_per_day
FROM source_health h LEFT JOIN (
  SELECT source_id, arg_min(last_status, failing_since) AS last_status
  FROM feeds WHERE state <> 'ok' GROUP BY source_id
) f ON f.source_id = h.source_id
"""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the copy tells, as rows."""

    counts: dict[str, Any]
    runs: list[tuple[Any, ...]]
    failing: list[tuple[Any, ...]]
    quiet: list[tuple[Any, ...]]


def status_report(database: Path, published: Path) -> StatusReport:
    """The state of things. Without a published copy its figures are naught; `StorageError` for a broken one."""
    waiting, broken = spooled(database)
    known = _known(published) if published.exists() else _Known({}, [], [], [])

    def count(name: str) -> int:
        return int(known.counts.get(name) or 0)

    return StatusReport(
        published_at=datetime.fromtimestamp(published.stat().st_mtime, UTC) if published.exists() else None,
        articles=count("articles"),
        articles_24h=count("articles_24h"),
        lag_s=known.counts.get("lag_s"),
        feeds=count("feeds"),
        feeds_ok=count("feeds_ok"),
        feeds_failing=count("feeds_failing"),
        feeds_gone=count("feeds_gone"),
        pages_pending=count("pages_pending"),
        batches_waiting=waiting,
        batches_broken=broken,
        gaps_7d=count("gaps_7d"),
        missed_7d=count("missed_7d"),
        live_bytes=_size(database),
        published_bytes=_size(published),
        free_bytes=_free(database),
        runs=tuple(RunLine(*row) for row in known.runs),
        failing=tuple(FailingFeed(*row) for row in known.failing),
        quiet=tuple(QuietSource(*row) for row in known.quiet),
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
        return _Known(
            counts,
            con.execute(_RUNS, [RUNS_SHOWN]).fetchall(),
            con.execute(_FAILING, [FEEDS_SHOWN]).fetchall(),
            con.execute(_QUIET, [QUIET_USUAL, QUIET_SHARE, QUIET_SHOWN]).fetchall(),
        )


def sources_health(published: Path) -> dict[str, SourceHealth]:
    """What is known of each source, by its id; empty without a published copy."""
    if not published.exists():
        return {}
    with opened_copy(published, threads=1) as con:
        sources = [SourceHealth(*row) for row in con.execute(_SOURCES).fetchall()]
    return {source.source_id: source for source in sources}


def spooled(database: Path) -> tuple[int, int]:
    """How many batches wait in the spool beside `database`, and how many were set aside as broken."""
    folder = database.with_name(database.name + ".spool")
    try:
        waiting = sum(path.name[0].isdigit() for path in folder.iterdir())
    except OSError:
        return 0, 0
    try:
        return waiting, len(list((folder / "broken").iterdir()))
    except OSError:
        return waiting, 0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _free(path: Path) -> int:
    folder = path.absolute().parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free
