"""Questions to the published copy: read-only, from the command line or another program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from storage.connection import translated
from storage.errors import StorageError, one_line


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The answer to one statement: names and SQL types of the columns, and the rows as Python values.

    `truncated`: there were more rows than were asked for.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[object, ...]]
    truncated: bool = False


def run_query(
    published: Path, sql: str, params: Sequence[object] = (), max_rows: int | None = None
) -> QueryResult:
    """Ask the published copy. Times come in UTC.

    The copy is opened read-only: nothing that is asked can change it. Of several statements the last one's answer
    is given. Raises `StorageError` in one line for SQL that is wrong, and where there is no copy.
    """
    if not published.exists():
        raise StorageError(f"there is no published copy at {published} yet: run `presswatch publish`")
    try:
        con = duckdb.connect(str(published), read_only=True)
    except duckdb.Error as error:
        raise StorageError(f"{published}: {one_line(error)}") from error
    with con, translated(published):
        con.execute("SET TimeZone = 'UTC'")
        con.execute(sql, list(params) or None)
        described = con.description or []
        columns = tuple(str(column[0]) for column in described)
        types = tuple(str(column[1]) for column in described)
        rows = con.fetchall() if max_rows is None else con.fetchmany(max_rows + 1)
        truncated = max_rows is not None and len(rows) > max_rows
        return QueryResult(columns, types, rows[:max_rows] if truncated else rows, truncated)
