"""Retention: what is kept for a time only, and the file written out in full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from storage.changes import count_change
from storage.connection import transaction
from storage.stories import KEPT, drop_old_texts

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept. Articles and their versions, gaps and mentions stay for ever.

    `links`: a link that has not been touched for so long is fetched once more if a feed still has it.
    `lines`: a line that was met too seldom to be judged. `batches`: longer than any spool can be away.
    `stuck_runs`: a run that has not ended by then was killed.
    """

    outcomes: timedelta = 90 * DAY
    runs: timedelta = 400 * DAY
    links: timedelta = 400 * DAY
    lines: timedelta = 60 * DAY
    batches: timedelta = 30 * DAY
    stuck_runs: timedelta = DAY


@dataclass(frozen=True, slots=True)
class Maintained:
    """How many rows were dropped, of each table, and how many runs were found killed."""

    outcomes: int
    runs: int
    links: int
    lines: int
    batches: int
    robots: int
    stuck_runs: int
    story_texts: int = 0


def maintain(con: duckdb.DuckDBPyConnection, now: datetime, retention: Retention) -> Maintained:
    """Drop what is past its time, in one transaction, and write the file out in full."""
    with transaction(con):
        done = Maintained(
            outcomes=_count(con, 'DELETE FROM outcomes WHERE "at" < ?', now - retention.outcomes),
            runs=_count(con, "DELETE FROM runs WHERE started_at < ?", now - retention.runs),
            links=_count(
                con, "DELETE FROM links WHERE state <> 'pending' AND updated_at < ?", now - retention.links
            ),
            lines=_count(
                con,
                "DELETE FROM boilerplate WHERE state = 'candidate' AND last_seen_at < ?",
                now - retention.lines,
            ),
            batches=_count(con, "DELETE FROM batches WHERE committed_at < ?", now - retention.batches),
            robots=_count(con, "DELETE FROM robots WHERE expires_at <= ?", now),
            stuck_runs=_count(
                con,
                "UPDATE runs SET status = 'failed' WHERE status = 'running' AND started_at < ?",
                now - retention.stuck_runs,
            ),
            story_texts=drop_old_texts(con, now - KEPT),
        )
        count_change(con)
    con.execute("CHECKPOINT")
    return done


def _count(con: duckdb.DuckDBPyConnection, sql: str, moment: datetime) -> int:
    row = con.execute(sql, [moment]).fetchone()
    return int(row[0]) if row else 0
