"""robots.txt of each host, until it expires: the table robots."""

from __future__ import annotations

from datetime import datetime

import duckdb

from extractors.model import RobotsRecord
from storage.instants import instant
from storage.staging import Staged


def store_robots(staged: Staged) -> None:
    """What was fetched last counts."""
    if not staged.has("robots"):
        return
    con = staged.con
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE newer_robots AS
        SELECT n.origin, n.http_status, n.body, n.fetched_at, n.expires_at
        FROM (SELECT * FROM spooled_robots QUALIFY row_number() OVER (
          PARTITION BY origin ORDER BY fetched_at DESC, batch DESC, "row" DESC) = 1) n
        LEFT JOIN robots k ON k.origin = n.origin
        WHERE k.fetched_at IS NULL OR k.fetched_at <= n.fetched_at
        """
    )
    con.execute("DELETE FROM robots WHERE origin IN (SELECT origin FROM newer_robots)")
    con.execute("INSERT INTO robots SELECT * FROM newer_robots")


def valid_robots(con: duckdb.DuckDBPyConnection, now: datetime) -> dict[str, RobotsRecord]:
    """What has not expired at `now`, by origin."""
    rows = con.execute(
        """
        SELECT origin, http_status, body, epoch_us(fetched_at), epoch_us(expires_at)
        FROM robots WHERE expires_at > ?
        """,
        [now],
    ).fetchall()
    return {
        origin: RobotsRecord(origin, status, body, instant(fetched_us), instant(expires_us))
        for origin, status, body, fetched_us, expires_us in rows
    }
