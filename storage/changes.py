"""How often the database was written to: publishing goes by it, and nothing else."""

from __future__ import annotations

import duckdb


def count_change(con: duckdb.DuckDBPyConnection) -> None:
    """Note, in the transaction of a change, that there was one."""
    count = changes_in(con) + 1
    con.execute("DELETE FROM meta WHERE name = 'changes'")
    con.execute("INSERT INTO meta VALUES ('changes', ?)", [str(count)])


def changes_in(con: duckdb.DuckDBPyConnection) -> int:
    """How many changes were noted so far."""
    row = con.execute("SELECT max(CAST(value AS BIGINT)) FROM meta WHERE name = 'changes'").fetchone()
    return int(row[0]) if row and row[0] is not None else 0
