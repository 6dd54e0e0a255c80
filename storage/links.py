"""Links: what is remembered of every address that was found. The table links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import duckdb

from extractors.model import KnownLink, Link, Validators
from storage.entries import entry_of
from storage.instants import instant, maybe_instant
from storage.parameters import as_json
from storage.staging import Staged

MAX_PENDING = (
    20_000  # of one plan: two hours of fetching at three pages a second; the rest waits for the next
)


def store_links(staged: Staged) -> None:
    """The newest word on each link takes the place of what was known; first sight stays what it was."""
    if not staged.has("links"):
        return
    con = staged.con
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE newer_links AS
        WITH newest AS (
          SELECT * FROM spooled_links QUALIFY row_number() OVER (
            PARTITION BY link_hash ORDER BY updated_at DESC, batch DESC, "row" DESC) = 1
        ), read AS (
          SELECT link_hash, arg_max(content_hash, n) AS content_hash FROM incoming GROUP BY link_hash
        )
        SELECT n.link_hash, n.source_id, n.url, n.feed_url, n.state, n.fingerprint,
          least(n.first_seen_at, coalesce(k.first_seen_at, n.first_seen_at)) AS first_seen_at, n.updated_at,
          n.article_id, n.etag, n.last_modified, n.attempts, n.next_try_at, n.entry,
          coalesce(r.content_hash, k.content_hash) AS content_hash
        FROM newest n
        LEFT JOIN (SELECT link_hash, first_seen_at, updated_at, content_hash FROM links
          WHERE link_hash IN (SELECT link_hash FROM newest)) k ON k.link_hash = n.link_hash
        LEFT JOIN read r ON r.link_hash = n.link_hash
        WHERE k.updated_at IS NULL OR k.updated_at <= n.updated_at
        """
    )
    con.execute("DELETE FROM links WHERE link_hash IN (SELECT link_hash FROM newer_links)")
    con.execute("INSERT INTO links SELECT * FROM newer_links")


def known_links(con: duckdb.DuckDBPyConnection, hashes: Sequence[int]) -> dict[int, KnownLink]:
    """What is known of these links, by link_hash; those never seen are left out."""
    rows = con.execute(
        """
        SELECT link_hash, state, fingerprint, attempts, epoch_us(next_try_at), epoch_us(first_seen_at), article_id,
          etag, last_modified, feed_url
        FROM links WHERE link_hash IN (SELECT unnest(from_json(?, '["BIGINT"]')))
        """,
        [as_json(hashes)],
    ).fetchall()
    return {
        row[0]: KnownLink(
            link_hash=row[0],
            state=row[1],
            fingerprint=row[2],
            attempts=row[3],
            next_try_at=maybe_instant(row[4]),
            first_seen_at=instant(row[5]),
            article_id=row[6],
            validators=Validators(row[7], row[8]),
            feed_url=row[9],
        )
        for row in rows
    }


def due_links(
    con: duckdb.DuckDBPyConnection, source_ids: Sequence[str], now: datetime, limit: int = MAX_PENDING
) -> tuple[Link, ...]:
    """The pending links of these sources whose next try is due, those due longest first."""
    rows = con.execute(
        """
        SELECT link_hash, source_id, url, feed_url, state, fingerprint, epoch_us(first_seen_at),
          epoch_us(updated_at), article_id, etag, last_modified, attempts, epoch_us(next_try_at), entry
        FROM links
        WHERE state = 'pending' AND source_id IN (SELECT unnest(from_json($sources, '["VARCHAR"]')))
          AND (next_try_at IS NULL OR next_try_at <= $now)
        ORDER BY next_try_at NULLS FIRST, link_hash LIMIT $limit
        """,
        {"sources": as_json(source_ids), "now": now, "limit": limit},
    ).fetchall()
    return tuple(_link(row) for row in rows)


def _link(row: tuple[Any, ...]) -> Link:
    (link_hash, source_id, url, feed_url, state, fingerprint, first_us, updated_us, article_id, etag, modified,
     attempts, next_us, entry) = row  # fmt: skip
    return Link(
        link_hash=link_hash,
        source_id=source_id,
        url=url,
        feed_url=feed_url,
        state=state,
        fingerprint=fingerprint,
        first_seen_at=instant(first_us),
        updated_at=instant(updated_us),
        article_id=article_id,
        validators=Validators(etag, modified),
        attempts=attempts,
        next_try_at=maybe_instant(next_us),
        entry=entry_of(entry) if entry else None,
    )
