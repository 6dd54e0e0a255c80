"""Questions to the published copy: read-only, from the command line or another program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import duckdb

from storage.connection import SESSION, translated
from storage.errors import StorageError, one_line

BATCH_ROWS = 2048  # DuckDB's own vector


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The answer to one statement: names and SQL types of the columns, and the rows as Python values.

    `truncated`: there were more rows than were asked for.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[object, ...]]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one statement while it is read: `batches` are its rows, some thousand at a time."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    batches: Iterator[list[tuple[object, ...]]]

    def beginning(self, max_rows: int) -> QueryResult:
        """The first rows; the answer is spent then."""
        rows = list(islice(chain.from_iterable(self.batches), max_rows + 1))
        return QueryResult(self.columns, self.types, rows[:max_rows], len(rows) > max_rows)


def run_query(
    published: Path, sql: str, params: Sequence[object] = (), max_rows: int | None = None
) -> QueryResult:
    """Ask the published copy. Times come in UTC.

    The copy is opened read-only: nothing that is asked can change it. Of several statements the last one's answer
    is given. Raises `StorageError` in one line for SQL that is wrong, and where there is no copy.
    """
    with opened_copy(published) as con:
        con.execute(sql, list(params) or None)
        columns, types = _described(con)
        rows = con.fetchall() if max_rows is None else con.fetchmany(max_rows + 1)
        truncated = max_rows is not None and len(rows) > max_rows
        return QueryResult(columns, types, rows[:max_rows] if truncated else rows, truncated)


@contextmanager
def streamed_query(published: Path, sql: str, params: Sequence[object] = ()) -> Iterator[Answer]:
    """The same for an answer of any size: its rows are made as they are read, inside of the block."""
    with opened_copy(published) as con:
        yield answer_of(con, sql, params)


def answer_of(con: duckdb.DuckDBPyConnection, sql: str, params: Sequence[object] = ()) -> Answer:
    """The same on a connection that stays open while the answer is read."""
    con.execute(sql, list(params) or None)
    return Answer(*_described(con), iter(lambda: con.fetchmany(BATCH_ROWS), []))


@contextmanager
def opened_copy(published: Path, threads: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published copy, read-only, its errors made `StorageError`. `threads`: all CPUs, unless said."""
    if not published.exists():
        raise StorageError(f"there is no published copy at {published} yet: run `presswatch publish`")
    try:
        con = duckdb.connect(str(published), read_only=True, config={"threads": threads} if threads else {})
    except duckdb.Error as error:
        raise StorageError(f"{published}: {one_line(error)}") from error
    with con, translated(published):
        con.execute(SESSION)
        yield con


def _described(con: duckdb.DuckDBPyConnection) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and SQL types of the columns of the answer that is about to be read."""
    described = con.description or []
    return tuple(str(column[0]) for column in described), tuple(str(column[1]) for column in described)
