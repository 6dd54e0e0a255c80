"""Runs and what became of each URL in them: the tables runs and outcomes."""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from extractors.model import GOOD, Run
from storage.changes import count_change
from storage.connection import transaction
from storage.parameters import as_json
from storage.staging import Staged


def store_outcomes(staged: Staged) -> None:
    """Outcomes are added; those of a text get the status that was decided for it, and runs count them."""
    if not staged.has("outcomes"):
        staged.con.execute(
            "CREATE OR REPLACE TEMP TABLE run_counts (run_id VARCHAR, new INTEGER, updated INTEGER, errors INTEGER)"
        )
        return
    staged.con.execute(
        """
        CREATE OR REPLACE TEMP TABLE settled_outcomes AS
        WITH decided AS (
          SELECT batch, article_id, url, arg_min(status, "row") AS status FROM settled GROUP BY ALL
        )
        SELECT o.run_id, o.source_id, o.url, o.stage, coalesce(d.status, o.status) AS status, o.detail,
          o.http_status, o.bytes, o.elapsed_ms, o."at", o.article_id
        FROM spooled_outcomes o
        LEFT JOIN decided d ON d.batch = o.batch AND d.article_id = o.article_id AND d.url = o.url
          AND o.status IN ('stored', 'updated', 'unchanged', 'duplicate')
        """
    )
    staged.con.execute("INSERT INTO outcomes SELECT * FROM settled_outcomes")
    staged.con.execute(
        """
        CREATE OR REPLACE TEMP TABLE run_counts AS
        SELECT run_id, count(*) FILTER (status = 'stored' AND article_id IS NOT NULL) AS new,
          count(*) FILTER (status = 'updated' AND article_id IS NOT NULL) AS updated,
          count(*) FILTER (NOT list_contains(?, status)) AS errors
        FROM settled_outcomes GROUP BY run_id
        """,
        [sorted(GOOD)],
    )


def store_runs(staged: Staged) -> None:
    """Runs as they last said of themselves, with the counts of their outcomes so far.

    A command that leaves no outcomes counts for itself: the larger of the two counts is kept.
    """
    con = staged.con
    if not staged.has("runs"):
        con.execute(
            """
            UPDATE runs SET articles_new = articles_new + c.new, articles_updated = articles_updated + c.updated,
              errors = runs.errors + c.errors
            FROM run_counts c WHERE c.run_id = runs.run_id
            """
        )
        return
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE newer_runs AS
        WITH said AS (
          SELECT * FROM spooled_runs
          QUALIFY row_number() OVER (PARTITION BY run_id ORDER BY batch DESC, "row" DESC) = 1
        ), known AS (
          SELECT * FROM runs WHERE run_id IN (SELECT run_id FROM said UNION ALL SELECT run_id FROM run_counts)
        )
        SELECT coalesce(s.run_id, k.run_id) AS run_id, coalesce(s.command, k.command),
          coalesce(s.started_at, k.started_at), coalesce(s.finished_at, k.finished_at),
          coalesce(s.status, k.status),
          greatest(coalesce(k.articles_new, 0) + coalesce(c.new, 0), coalesce(s.articles_new, 0)),
          greatest(coalesce(k.articles_updated, 0) + coalesce(c.updated, 0), coalesce(s.articles_updated, 0)),
          greatest(coalesce(k.errors, 0) + coalesce(c.errors, 0), coalesce(s.errors, 0))
        FROM said s FULL JOIN known k ON k.run_id = s.run_id
        LEFT JOIN run_counts c ON c.run_id = coalesce(s.run_id, k.run_id)
        """
    )
    con.execute("DELETE FROM runs WHERE run_id IN (SELECT run_id FROM newer_runs)")
    con.execute("INSERT INTO runs SELECT * FROM newer_runs")


def keep_run(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """A run as it says of itself now, by a process that has the file open; in a transaction. Counts as in
    `store_runs`."""
    known = con.execute(
        "SELECT articles_new, articles_updated, errors FROM runs WHERE run_id = ?", [run.run_id]
    ).fetchone() or (0, 0, 0)
    said = (run.articles_new, run.articles_updated, run.errors)
    con.execute("DELETE FROM runs WHERE run_id = ?", [run.run_id])
    con.execute(
        "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [run.run_id, run.command, run.started_at, run.finished_at, run.status, *map(max, known, said)],
    )


def end_killed_runs(con: duckdb.DuckDBPyConnection, living: Collection[str]) -> int:
    """Runs that say they are running, and have no process any more, have failed; when, nobody knows."""
    with transaction(con):
        ended = con.execute(
            """
            UPDATE runs SET status = 'failed'
            WHERE status = 'running' AND run_id NOT IN (SELECT unnest(from_json(?, '["VARCHAR"]')))
            """,
            [as_json(tuple(living))],
        ).fetchone()
        count = int(ended[0]) if ended else 0
        if count:
            count_change(con)
    return count
