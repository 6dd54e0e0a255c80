"""Articles, their versions and their mentions: the tables article_versions and mentions.

A new version leaves the old row where it is and only dates its end: reading an old text back, to move it, costs
10 ms each where zstd packs 2,048 texts together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from storage.parameters import as_json
from storage.settle import Incoming, Reading, Settled, Standing, settle
from storage.staging import Staged


@dataclass(frozen=True, slots=True)
class Stored:
    """How many articles were new, and how many got a new version."""

    new: int = 0
    updated: int = 0


def store_versions(staged: Staged, now: datetime) -> Stored:
    """Decide on every text that came in, and store those that are new.

    Leaves the temporary table `settled` (batch, row, article_id, url, status, version, is_latest), which the
    other families of tables go by.
    """
    con = staged.con
    _make_tables(con)
    if not staged.has("versions"):
        return Stored()
    con.execute(
        """
        INSERT INTO incoming
        SELECT (row_number() OVER (ORDER BY batch, "row") - 1), batch, "row", article_id, link_hash, content_hash,
          epoch_us(first_seen_at), epoch_us(fetched_at), based_on, url, source_id, provenance.text = 'feed'
        FROM spooled_versions
        """
    )
    con.execute(
        """
        INSERT INTO standing
        SELECT article_id, version, content_hash, link_hash, epoch_us(first_seen_at), source_id, story_id,
          provenance.text = 'feed'
        FROM article_versions
        WHERE superseded_at IS NULL AND article_id IN (SELECT article_id FROM incoming)
        """
    )
    decisions = settle(_incoming(con), _standing(con), _readings(con))
    _keep_decisions(con, decisions)
    _write_versions(con, now)
    return Stored(
        sum(decision.status == "stored" for decision in decisions),
        sum(decision.status == "updated" for decision in decisions),
    )


def store_mentions(staged: Staged) -> None:
    """The mentions of the latest versions take the place of those of the versions before."""
    if not staged.has("versions"):
        return
    staged.con.execute(
        "DELETE FROM mentions WHERE article_id IN (SELECT article_id FROM settled WHERE status = 'updated')"
    )
    if not staged.has("mentions"):
        return
    staged.con.execute(
        """
        INSERT INTO mentions
        SELECT DISTINCT m.article_id, m.watchlist_id, m.term, m.start_char, m.end_char, m.in_title
        FROM spooled_mentions m JOIN settled d ON d.batch = m.batch AND d.article_id = m.article_id AND d.is_latest
        """
    )


def _make_tables(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE incoming (n BIGINT, batch INTEGER, "row" INTEGER, article_id BIGINT,
          link_hash BIGINT, content_hash BIGINT, first_seen_us BIGINT, fetched_us BIGINT, based_on BIGINT,
          url VARCHAR, source_id VARCHAR, from_feed BOOLEAN);
        CREATE OR REPLACE TEMP TABLE standing (article_id BIGINT, version INTEGER, content_hash BIGINT,
          link_hash BIGINT, first_seen_us BIGINT, source_id VARCHAR, story_id BIGINT, from_feed BOOLEAN);
        CREATE OR REPLACE TEMP TABLE settled (batch INTEGER, "row" INTEGER, article_id BIGINT, url VARCHAR,
          status VARCHAR, version INTEGER, first_seen_us BIGINT, is_latest BOOLEAN,
          source_id VARCHAR);
        """
    )


def _incoming(con: duckdb.DuckDBPyConnection) -> list[Incoming]:
    rows = con.execute(
        """
        SELECT n, batch, article_id, link_hash, content_hash, first_seen_us, fetched_us, based_on, from_feed
        FROM incoming ORDER BY n
        """
    ).fetchall()
    return [Incoming(*row) for row in rows]


def _standing(con: duckdb.DuckDBPyConnection) -> dict[int, Standing]:
    rows = con.execute(
        "SELECT article_id, version, content_hash, link_hash, first_seen_us, from_feed FROM standing"
    ).fetchall()
    return {row[0]: Standing(*row[1:]) for row in rows}


def _readings(con: duckdb.DuckDBPyConnection) -> dict[int, Reading]:
    """The last readings of the links that came in, and of those that the stored articles follow."""
    rows = con.execute(
        """
        SELECT link_hash, article_id, content_hash, epoch_us(updated_at) FROM links
        WHERE state = 'stored' AND article_id IS NOT NULL AND content_hash IS NOT NULL
          AND link_hash IN (SELECT link_hash FROM incoming UNION SELECT link_hash FROM standing)
        """
    ).fetchall()
    return {row[0]: Reading(*row[1:]) for row in rows}


def _keep_decisions(con: duckdb.DuckDBPyConnection, decisions: list[Settled]) -> None:
    rows = [
        {"n": each.row, "status": each.status, "version": each.version, "first_seen_us": each.first_seen_us}
        for each in decisions
    ]
    con.execute(
        """
        INSERT INTO settled
        WITH d AS (
          SELECT unnest(from_json(?, '[{"n": "BIGINT", "status": "VARCHAR", "version": "INTEGER",
            "first_seen_us": "BIGINT"}]'), recursive := true)
        )
        SELECT i.batch, i."row", i.article_id, i.url, d.status, d.version, d.first_seen_us,
          d.status IN ('stored', 'updated') AND d.version = max(d.version) OVER (PARTITION BY i.article_id),
          coalesce(s.source_id, first_value(i.source_id) OVER (PARTITION BY i.article_id ORDER BY i.n))
        FROM d JOIN incoming i USING (n) LEFT JOIN standing s ON s.article_id = i.article_id
        """,
        [as_json(rows)],
    )


def _write_versions(con: duckdb.DuckDBPyConnection, now: datetime) -> None:
    con.execute(
        """
        UPDATE article_versions SET superseded_at = ?
        WHERE superseded_at IS NULL AND article_id IN (SELECT article_id FROM settled WHERE status = 'updated')
        """,
        [now],
    )
    con.execute(
        """
        INSERT INTO article_versions
        SELECT v.article_id, d.source_id, v.url, v.canonical_url, v.title, v.authors, v.published_at, v."language",
          v."text", v.word_count, v.section, v.tags, v.image_url, v.paywalled, v.feed_url,
          make_timestamptz(d.first_seen_us), v.fetched_at, d.version, s.story_id, v.provenance, v.content_hash,
          v.removed, v.modified_at, $now, v.link_hash, CASE WHEN NOT d.is_latest THEN $now END
        FROM spooled_versions v
        JOIN settled d ON d.batch = v.batch AND d."row" = v."row" AND d.status IN ('stored', 'updated')
        LEFT JOIN standing s ON s.article_id = v.article_id
        ORDER BY v."language", d.source_id, v.batch, v."row"
        """,  # side by side, texts of one language take 5 % less (docs/queries: 500 articles a commit, ten languages)
        {"now": now},
    )
