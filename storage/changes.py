"""How often the database was written to: publishing goes by it, and nothing else."""

from __future__ import annotations

import duckdb


def count_change(con: duckdb.DuckDBPyConnection) -> None:
    """Note, in the transaction of a change, that there was one."""
    counted = con.execute(
        "UPDATE meta SET value = CAST(CAST(value AS BIGINT) + 1 AS VARCHAR) WHERE name = 'changes'"
    ).fetchone()
    if counted == (0,):
        con.execute("INSERT INTO meta VALUES ('changes', '1')")


def changes_in(con: duckdb.DuckDBPyConnection) -> int:
    """How many changes were noted so far."""
    row = con.execute("SELECT max(CAST(value AS BIGINT)) FROM meta WHERE name = 'changes'").fetchone()
    return int(row[0]) if row and row[0] is not None else 0
