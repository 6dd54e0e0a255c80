"""Feeds and their gaps: the tables feeds and gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import duckdb

from extractors.model import FeedState, Validators
from storage.instants import maybe_instant
from storage.parameters import as_json
from storage.staging import Staged


def store_feeds(staged: Staged) -> None:
    """The state after the newest poll takes the place of the one before; a slower round's older one does not."""
    if not staged.has("feeds"):
        return
    con = staged.con
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE newer_feeds AS
        SELECT n.feed_url, n.source_id, n.etag, n.last_modified, n.last_polled_at, n.next_poll_at,
          n.poll_interval_s, n.consecutive_failures, n.last_status, n.state, n.failing_since, n.fetch_url,
          n.moved_to, n.moved_count, n.newest_entry_at, n.entries_per_day
        FROM (SELECT * FROM spooled_feeds QUALIFY row_number() OVER (
          PARTITION BY feed_url ORDER BY last_polled_at DESC NULLS LAST, batch DESC, "row" DESC) = 1) n
        LEFT JOIN feeds k ON k.feed_url = n.feed_url
        WHERE k.last_polled_at IS NULL OR k.last_polled_at <= n.last_polled_at
        """
    )
    con.execute("DELETE FROM feeds WHERE feed_url IN (SELECT feed_url FROM newer_feeds)")
    con.execute("INSERT INTO feeds SELECT * FROM newer_feeds")


def store_gaps(staged: Staged) -> None:
    """Gaps are added once: of two rounds that met the same outage of a feed, the first tells it.

    A later gap begins where the feed was read again, so that two that overlap are of the same articles.
    """
    if not staged.has("gaps"):
        return
    staged.con.execute(
        """
        INSERT INTO gaps
        SELECT g.feed_url, g.from_at, g.to_at, g.estimated_articles, g.reason FROM (
          SELECT * FROM spooled_gaps QUALIFY row_number() OVER (
            PARTITION BY feed_url, from_at ORDER BY batch, "row") = 1) g
        WHERE NOT EXISTS (SELECT 1 FROM gaps k
          WHERE k.feed_url = g.feed_url AND k.from_at < g.to_at AND k.to_at > g.from_at)
        """
    )


def due_feeds(
    con: duckdb.DuckDBPyConnection, wanted: Sequence[tuple[str, str]], now: datetime, all_feeds: bool
) -> tuple[FeedState, ...]:
    """The states of the wanted (feed_url, source_id) that are due at `now`, or of all; in the order of `wanted`.

    A feed that was never polled is due, and begins with a fresh state.
    """
    rows = con.execute(
        """
        SELECT feed_url, source_id, etag, last_modified, epoch_us(last_polled_at), epoch_us(next_poll_at),
          poll_interval_s, consecutive_failures, last_status, state, epoch_us(failing_since), fetch_url, moved_to,
          moved_count, epoch_us(newest_entry_at), entries_per_day
        FROM feeds WHERE feed_url IN (SELECT unnest(from_json(?, '["VARCHAR"]')))
        """,
        [as_json([feed_url for feed_url, _ in wanted])],
    ).fetchall()
    known = {row[0]: _feed_state(row) for row in rows}
    states: dict[str, FeedState] = {}
    for feed_url, source_id in wanted:
        state = known.get(feed_url)
        if state is None:
            state = FeedState(feed_url, source_id)
        elif state.source_id != source_id:
            state = replace(state, source_id=source_id)
        if all_feeds or state.next_poll_at is None or state.next_poll_at <= now:
            states.setdefault(feed_url, state)
    return tuple(states.values())


def _feed_state(row: tuple[Any, ...]) -> FeedState:
    (feed_url, source_id, etag, modified, polled_us, next_us, interval_s, failures, status, state, failing_us,
     fetch_url, moved_to, moved_count, newest_us, per_day) = row  # fmt: skip
    return FeedState(
        feed_url=feed_url,
        source_id=source_id,
        validators=Validators(etag, modified),
        last_polled_at=maybe_instant(polled_us),
        next_poll_at=maybe_instant(next_us),
        poll_interval_s=interval_s,
        consecutive_failures=failures,
        last_status=status,
        state=state,
        failing_since=maybe_instant(failing_us),
        fetch_url=fetch_url,
        moved_to=moved_to,
        moved_count=moved_count,
        newest_entry_at=maybe_instant(newest_us),
        entries_per_day=per_day,
    )
