"""What the config says of the sources: the table sources."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

import duckdb

from extractors.model import Source
from storage.text import storable


def store_sources(con: duckdb.DuckDBPyConnection, wanted: Sequence[Source]) -> bool:
    """Make the table say what the config says; whether it said anything else before."""
    rows = [_row(source) for source in wanted]
    stored = con.execute("SELECT * FROM sources").fetchall()
    if sorted(stored, key=itemgetter(0)) == sorted(rows, key=itemgetter(0)):
        return False
    con.execute("DELETE FROM sources")
    if rows:
        con.executemany("INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return True


def _row(source: Source) -> tuple[object, ...]:
    return (
        source.id, storable(source.name), _list(source.feeds), _list(source.sitemaps), source.language,
        source.timezone, _list(source.tags), _list(source.protect), _list(source.drop),
    )  # fmt: skip


def _list(texts: Sequence[str]) -> list[str]:
    return [storable(text) for text in texts]
