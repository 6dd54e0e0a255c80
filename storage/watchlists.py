"""What stored articles were matched by: the table watchlists, and mentions that are found anew.

Mentions of an article come with its text, by the watchlists of the round that found it. When a watchlist is new or
has changed, stored texts are matched again, set by set, while rounds go on. Two marks keep that whole: texts stored
since `unmatched_since` wait; and where another round stores some meanwhile by other watchlists (it was started
before the config changed), `missed_since` says so, and they wait again when the matching is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from storage.instants import maybe_instant
from storage.parameters import as_json
from storage.staging import Staged

EVER = datetime(1970, 1, 1, tzinfo=UTC)  # before anything was stored


@dataclass(frozen=True, slots=True)
class Definition:
    """A watchlist as it is told from another: its terms as JSON, and the hash of that."""

    watchlist_id: str
    definition: str
    definition_hash: int


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A watchlist by which stored articles wait to be matched: those stored since then, None for all of them."""

    watchlist_id: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How stored mentions stand against the config. `removed`: watchlists that it names no more."""

    unmatched: tuple[Unmatched, ...]
    removed: tuple[str, ...]


def standing(con: duckdb.DuckDBPyConnection, wanted: Sequence[Definition]) -> Standing:
    """Which of these watchlists wait, and which others have mentions still."""
    known = {
        row[0]: (row[1], maybe_instant(row[2]))
        for row in con.execute(
            "SELECT watchlist_id, definition_hash, epoch_us(least(unmatched_since, missed_since)) FROM watchlists"
        ).fetchall()
    }
    unmatched = []
    for each in wanted:
        if each.watchlist_id not in known or known[each.watchlist_id][0] != each.definition_hash:
            unmatched.append(Unmatched(each.watchlist_id, None))
        elif (since := known[each.watchlist_id][1]) is not None:
            unmatched.append(Unmatched(each.watchlist_id, since if since > EVER else None))
    found = {row[0] for row in con.execute("SELECT DISTINCT watchlist_id FROM mentions").fetchall()}
    removed = (found | known.keys()) - {each.watchlist_id for each in wanted}
    return Standing(tuple(unmatched), tuple(sorted(removed)))


def begin_matching(con: duckdb.DuckDBPyConnection, wanted: Sequence[Definition], watched: int) -> Standing:
    """Mark what is matched now, and drop the mentions of watchlists that are gone. In a transaction.

    `watched` is the hash of all of them: from now on texts that come in by others are missed.
    """
    stand = standing(con, wanted)
    con.execute("DELETE FROM meta WHERE name = 'watched'")
    con.execute("INSERT INTO meta VALUES ('watched', ?)", [str(watched)])
    gone = as_json(stand.removed)
    for table in ("mentions", "watchlists"):
        con.execute(
            f"""DELETE FROM {table} WHERE watchlist_id IN (SELECT unnest(from_json(?, '["VARCHAR"]')))""",  # noqa: S608
            [gone],
        )
    since = {each.watchlist_id: each.since or EVER for each in stand.unmatched}
    rows = [
        {"id": each.watchlist_id, "definition": each.definition, "hash": each.definition_hash}
        | {"since": since[each.watchlist_id].isoformat()}
        for each in wanted
        if each.watchlist_id in since
    ]
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE begun AS
        SELECT unnest(from_json(?, '[{"id": "VARCHAR", "definition": "VARCHAR", "hash": "BIGINT",
          "since": "TIMESTAMPTZ"}]'), recursive := true)
        """,
        [as_json(rows)],
    )
    con.execute("DELETE FROM watchlists WHERE watchlist_id IN (SELECT id FROM begun)")
    con.execute("""INSERT INTO watchlists SELECT id, "definition", "hash", NULL, since, NULL FROM begun""")
    return stand


def end_matching(con: duckdb.DuckDBPyConnection, done: Sequence[Definition], now: datetime) -> None:
    """Mark these as matched, but for what came in by other watchlists meanwhile. In a transaction.

    One whose definition has changed since `begin_matching` is left as it is: whoever changed it matches it.
    """
    con.execute(
        """
        UPDATE watchlists w SET matched_at = $now, unmatched_since = missed_since, missed_since = NULL
        WHERE definition_hash IN (SELECT unnest(from_json($hashes, '["BIGINT"]')))
          AND watchlist_id IN (SELECT unnest(from_json($ids, '["VARCHAR"]')))
        """,
        {
            "now": now,
            "hashes": as_json([each.definition_hash for each in done]),
            "ids": as_json([each.watchlist_id for each in done]),
        },
    )


def store_rematches(staged: Staged) -> None:
    """The mentions of texts that were matched again, in the place of the old ones; where an article was edited
    meanwhile, those of its new text stand."""
    if not staged.has("rematches"):
        return
    con = staged.con
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE rematched AS
        SELECT max(r.batch) AS batch, r.article_id, r.watchlist_id
        FROM (SELECT batch, article_id, content_hash, unnest(watchlist_ids) AS watchlist_id FROM spooled_rematches) r
        JOIN article_versions a
          ON a.article_id = r.article_id AND a.content_hash = r.content_hash AND a.superseded_at IS NULL
        GROUP BY ALL;
        DELETE FROM mentions m USING rematched r
        WHERE m.article_id = r.article_id AND m.watchlist_id = r.watchlist_id
        """
    )
    if staged.has("mentions"):
        con.execute(
            """
            INSERT INTO mentions
            SELECT DISTINCT m.article_id, m.watchlist_id, m.term, m.start_char, m.end_char, m.in_title
            FROM spooled_mentions m
            JOIN rematched r ON r.batch = m.batch AND r.article_id = m.article_id AND r.watchlist_id = m.watchlist_id
            """
        )


def note_watched(staged: Staged, now: datetime) -> None:
    """Mark that texts came in which were matched by other watchlists than the stored ones are."""
    if not staged.has("watched"):
        return
    staged.con.execute(
        """
        UPDATE watchlists SET missed_since = ?
        WHERE missed_since IS NULL AND EXISTS (
          FROM spooled_watched s, meta m WHERE m.name = 'watched' AND CAST(m.value AS BIGINT) <> s.watched)
        """,
        [now],
    )
