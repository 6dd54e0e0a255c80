"""The batches of one transaction, as SQL sees them.

Each kind of row of the spool is a temporary view `spooled_<kind>`: the columns of `storage.rows`, and `batch`, the
place of the batch in the order, from 0. A kind that no batch has any of has no view.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from storage.parameters import as_json
from storage.spool import Batch

KINDS = (
    "versions", "outcomes", "links", "feeds", "sightings", "mentions", "robots", "gaps", "runs", "fingerprints",
    "rematches", "watched",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Staged:
    """Batches that are being committed on `con`, and the kinds of row that they have."""

    con: duckdb.DuckDBPyConnection
    kinds: frozenset[str]

    def has(self, kind: str) -> bool:
        """Whether there is a view `spooled_<kind>`."""
        return kind in self.kinds


def stage(con: duckdb.DuckDBPyConnection, batches: Sequence[Batch]) -> Staged:
    """Make the batches' rows and their order known on this connection."""
    con.execute("CREATE OR REPLACE TEMP TABLE staged_batches (batch_id VARCHAR, batch INTEGER)")
    names = [batch.batch_id for batch in batches]
    con.execute(
        """
        INSERT INTO staged_batches
        SELECT unnest(from_json($names, '["VARCHAR"]')), unnest(range($count))
        """,
        {"names": as_json(names), "count": len(names)},
    )
    kinds = {kind for kind in KINDS if _make_view(con, kind, batches)}
    return Staged(con, frozenset(kinds))


def _make_view(con: duckdb.DuckDBPyConnection, kind: str, batches: Sequence[Batch]) -> bool:
    files = [str(file) for batch in batches if (file := batch.file(kind)).exists()]
    if files:
        listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
        con.execute(  # a view takes no parameters; the names are our own, and quoted
            f"""
            CREATE OR REPLACE TEMP VIEW spooled_{kind} AS
            SELECT p.*, s.batch FROM read_parquet([{listed}]) p JOIN staged_batches s USING (batch_id)
            """  # noqa: S608
        )
    return bool(files)
