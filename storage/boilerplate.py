"""The memory of repeated lines: the tables boilerplate and source_counts.

Counts move in the transaction of the articles that they count, so that a repeated round counts nothing twice.
Which line is boilerplate is judged elsewhere (extractors.boilerplate) and only kept here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from extractors.model import Line, Memory
from storage.instants import instant
from storage.parameters import as_json
from storage.staging import Staged

MIN_ARTICLES = 2  # a line that was met once can't be told from text, and most lines are never met again
MAX_LINES = 5_000  # of one source: far more than templates have; bounds a plan whatever a site does


def count_sightings(staged: Staged) -> None:
    """Count the lines of the articles that this transaction stores for the first time, and those articles."""
    if not staged.has("versions"):
        return
    con = staged.con
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE counted AS
        SELECT batch, article_id, source_id FROM settled WHERE status = 'stored'
        """
    )
    _count_articles(con)
    if not staged.has("sightings"):
        return
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE seen_lines AS
        SELECT s.source_id, s.digest, arg_min(s.sample, (s.batch, s."row")) AS sample,
          count(DISTINCT s.article_id) AS articles, min(s."at") AS first_seen_at, max(s."at") AS last_seen_at
        FROM spooled_sightings s JOIN counted c ON c.batch = s.batch AND c.article_id = s.article_id
        GROUP BY s.source_id, s.digest
        """
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE known_lines AS
        SELECT * FROM boilerplate WHERE digest IN (SELECT digest FROM seen_lines)
        """
    )
    con.execute(
        """
        DELETE FROM boilerplate USING seen_lines s
        WHERE boilerplate.digest = s.digest AND boilerplate.source_id = s.source_id
        """
    )
    con.execute(
        """
        INSERT INTO boilerplate
        SELECT s.source_id, s.digest, coalesce(k.sample, s.sample), coalesce(k.articles, 0) + s.articles,
          least(coalesce(k.first_seen_at, s.first_seen_at), s.first_seen_at),
          greatest(coalesce(k.last_seen_at, s.last_seen_at), s.last_seen_at), coalesce(k.state, 'candidate')
        FROM seen_lines s LEFT JOIN known_lines k ON k.digest = s.digest AND k.source_id = s.source_id
        """
    )


def _count_articles(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE new_counts AS
        SELECT source_id, sum(articles) AS articles FROM (
          SELECT source_id, count(*) AS articles FROM counted GROUP BY source_id
          UNION ALL
          SELECT source_id, articles FROM source_counts WHERE source_id IN (SELECT source_id FROM counted)
        ) GROUP BY source_id
        """
    )
    con.execute("DELETE FROM source_counts WHERE source_id IN (SELECT source_id FROM new_counts)")
    con.execute("INSERT INTO source_counts SELECT source_id, articles FROM new_counts")


def memories(
    con: duckdb.DuckDBPyConnection,
    source_ids: Sequence[str],
    min_articles: int = MIN_ARTICLES,
    max_lines: int = MAX_LINES,
) -> dict[str, Memory]:
    """The memory of each of these sources, with the lines met in `min_articles` or more, or already judged.

    Of a source with more than `max_lines` such lines, those met most often.
    """
    wanted = list(dict.fromkeys(source_ids))
    totals = dict(
        con.execute(
            """
            SELECT source_id, articles FROM source_counts
            WHERE source_id IN (SELECT unnest(from_json(?, '["VARCHAR"]')))
            """,
            [as_json(wanted)],
        ).fetchall()
    )
    rows = con.execute(
        """
        SELECT source_id, digest, sample, articles, epoch_us(first_seen_at), epoch_us(last_seen_at), state
        FROM boilerplate
        WHERE (articles >= $min_articles OR state <> 'candidate')
          AND source_id IN (SELECT unnest(from_json($wanted, '["VARCHAR"]')))
        QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY articles DESC, digest) <= $max_lines
        """,
        {"min_articles": min_articles, "wanted": as_json(wanted), "max_lines": max_lines},
    ).fetchall()
    lines: dict[str, dict[int, Line]] = {source_id: {} for source_id in wanted}
    for source_id, digest, sample, articles, first_us, last_us, state in rows:
        lines[source_id][digest] = Line(digest, sample, articles, instant(first_us), instant(last_us), state)
    return {source_id: Memory(source_id, totals.get(source_id, 0), lines[source_id]) for source_id in wanted}


def set_line_states(con: duckdb.DuckDBPyConnection, states: Mapping[tuple[str, int], str]) -> int:
    """Keep what was judged of lines, by (source_id, digest); how many lines that changes."""
    judged = [{"source_id": key[0], "digest": key[1], "state": state} for key, state in states.items()]
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE judged AS
        SELECT unnest(from_json(?, '[{"source_id": "VARCHAR", "digest": "BIGINT", "state": "VARCHAR"}]'),
          recursive := true)
        """,
        [as_json(judged)],
    )
    changed = con.execute(
        """
        UPDATE boilerplate SET state = j.state FROM judged j
        WHERE boilerplate.digest = j.digest AND boilerplate.source_id = j.source_id AND boilerplate.state <> j.state
        """
    ).fetchone()
    return int(changed[0]) if changed else 0
