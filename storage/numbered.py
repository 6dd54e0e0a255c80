"""Rows of `article_versions` by their numbers: the way to a few texts among a million.

zstd packs the texts of 2,048 rows together, and DuckDB unpacks a vector in 12 ms. Asked for by a join, a long IN or in
an ORDER BY with LIMIT it unpacks all of them; asked for by a range of numbers, the vectors of that range only.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import duckdb

from storage.query import BATCH_ROWS


def numbered_rows(
    con: duckdb.DuckDBPyConnection, columns: str, numbers: Iterable[int]
) -> list[tuple[Any, ...]]:
    """These columns (SQL) of the rows with these numbers (`rowid`), in the order of the numbers."""
    rows: list[tuple[Any, ...]] = []
    for _, vector in groupby(sorted(set(numbers)), key=lambda number: number // BATCH_ROWS):
        listed = [int(number) for number in vector]
        rows += con.execute(
            f"SELECT {columns} FROM article_versions WHERE rowid BETWEEN {listed[0]} AND {listed[-1]} "  # noqa: S608
            f"AND rowid IN ({', '.join(map(str, listed))}) ORDER BY rowid"
        ).fetchall()
    return rows
