"""Articles on their way out: chosen by source, time, watchlist or search, written by DuckDB as they are read.

A file is written beside its place and renamed when it is whole. Times are in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import duckdb

from storage.errors import StorageError, one_line
from storage.numbered import numbered_rows
from storage.parameters import as_json
from storage.whole_file import whole_file

Format = Literal["parquet", "csv", "jsonl"]
COLUMNS = (
    "article_id", "version", "source_id", "title", "authors", "published_at", "first_seen_at", "language", "section",
    "tags", "canonical_url", "image_url", "paywalled", "word_count", "story_id", "text",
)  # fmt: skip
_TIMES = ("published_at", "first_seen_at")
_LISTS = ("authors", "tags")
_TEXTS = (
    "source_id",
    "title",
    "authors",
    "language",
    "section",
    "tags",
    "canonical_url",
    "image_url",
    "text",
)
# Spreadsheets take such a cell for a formula: OWASP, "CSV Injection"; the full-width signs are taken for it too.
_FORMULA = r"^[\s\pZ\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r]"
_COPIED = {
    "parquet": "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 10240",  # 35 MB of text: what a reader holds
    "csv": "FORMAT csv, HEADER true",
    "jsonl": "FORMAT json",
}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which articles: of these sources, with a mention of one of these watchlists (none: of any), published (or,
    where that is unknown, first seen) from `since` on and before `until`."""

    sources: tuple[str, ...] = ()
    watchlists: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """How many articles are in the file, and its size."""

    articles: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Item:
    """An article as a feed tells it. `lead` is the beginning of its text."""

    article_id: int
    title: str
    authors: tuple[str, ...]
    url: str
    at: datetime  # published, or first seen
    first_seen_at: datetime
    tags: tuple[str, ...]
    source_name: str
    feed_url: str | None
    lead: str


def export_articles(
    con: duckdb.DuckDBPyConnection,
    target: Path,
    kind: Format,
    selection: Selection,
    *,
    limit: int | None = None,
    ranked: bool = False,
    guarded: bool = True,
) -> Exported:
    """Write the selected articles of an open copy to a file, at most `limit`.

    `ranked`: of those in the table `hits` of the connection only, with their `score`. `guarded`: in CSV a text that
    a spreadsheet would take for a formula begins with an apostrophe. Raises `StorageError` where the file can't be
    written; what was there before stays then.
    """
    condition, parameters = _condition(selection)
    columns = [_column(name, kind, guarded) for name in COLUMNS] + (["score"] if ranked else [])
    source = "articles JOIN hits USING (article_id)" if ranked else "articles"
    cut = f"LIMIT {limit:d}" if limit is not None else ""
    query = f"SELECT {', '.join(columns)} FROM {source} WHERE {condition} {cut}"  # noqa: S608 - ours
    with replaced_file(target) as unfinished:
        try:
            written = con.execute(
                f"COPY ({query}) TO '{_quoted(unfinished)}' ({_COPIED[kind]})", parameters
            ).fetchone()
        except duckdb.IOException as error:
            raise StorageError(f"can't write {target}: {one_line(error)}") from error
    return Exported(int(written[0]) if written else 0, target.stat().st_size)


def feed_items(
    con: duckdb.DuckDBPyConnection,
    selection: Selection,
    *,
    limit: int,
    lead_chars: int,
    ranked: bool = False,
) -> list[Item]:
    """The last `limit` of the selected articles, those seen last first: what is new to a reader comes first."""
    condition, parameters = _condition(selection)
    only = "AND article_id IN (SELECT article_id FROM hits)" if ranked else ""
    numbers = con.execute(
        f"""
        SELECT rowid FROM article_versions
        WHERE superseded_at IS NULL AND {condition} {only} ORDER BY first_seen_at DESC, article_id LIMIT $limit
        """,  # noqa: S608 - ours
        parameters | {"limit": limit},
    ).fetchall()
    rows = numbered_rows(
        con,
        "article_id, title, authors, canonical_url, coalesce(published_at, first_seen_at), first_seen_at, tags, "
        f'source_id, feed_url, left("text", {lead_chars:d})',
        (int(number) for (number,) in numbers),
    )
    names = dict(con.execute("SELECT source_id, name FROM sources").fetchall())
    items = [
        Item(one, title, tuple(authors), url, at, seen, tuple(tags), names.get(source, source), feed, lead)
        for one, title, authors, url, at, seen, tags, source, feed, lead in rows
    ]
    return sorted(items, key=lambda item: (-item.first_seen_at.timestamp(), item.article_id))


def unknown_names(con: duckdb.DuckDBPyConnection, selection: Selection) -> tuple[str, ...]:
    """The sources and watchlists of a selection that no article has, as "source x": slips of the pen, mostly."""
    rows = con.execute(
        """
        SELECT 'source ' || name FROM (SELECT unnest(from_json($sources, '["VARCHAR"]')) AS name)
        WHERE name NOT IN (SELECT source_id FROM sources UNION ALL SELECT source_id FROM articles)
        UNION ALL
        SELECT 'watchlist ' || name FROM (SELECT unnest(from_json($watchlists, '["VARCHAR"]')) AS name)
        WHERE name NOT IN (SELECT watchlist_id FROM mentions)
        """,
        {"sources": as_json(selection.sources), "watchlists": as_json(selection.watchlists)},
    ).fetchall()
    return tuple(str(row[0]) for row in rows)


@contextmanager
def replaced_file(target: Path) -> Iterator[Path]:
    """A place to write to; when the block is done, what is there takes the place of `target`, or nothing does."""
    if not target.parent.is_dir():
        raise StorageError(f"can't write {target}: there is no folder {target.parent}")
    try:
        with whole_file(target) as unfinished:
            yield unfinished
    except OSError as error:
        raise StorageError(f"can't write {target}: {error.strerror or error}") from error


def _condition(selection: Selection) -> tuple[str, dict[str, Any]]:
    """The WHERE of a selection, with its parameters; conditions that choose nothing are left out."""
    clauses, parameters = ["true"], {}
    if selection.sources:
        clauses.append("""source_id IN (SELECT unnest(from_json($sources, '["VARCHAR"]')))""")
        parameters["sources"] = as_json(selection.sources)
    if selection.watchlists:
        clauses.append(
            "article_id IN (SELECT article_id FROM mentions WHERE watchlist_id IN "
            """(SELECT unnest(from_json($watchlists, '["VARCHAR"]'))))"""
        )
        parameters["watchlists"] = as_json(selection.watchlists)
    for name, sign in (("since", ">="), ("until", "<")):
        moment = getattr(selection, name)
        if moment is not None:
            clauses.append(f"coalesce(published_at, first_seen_at) {sign} ${name}")
            parameters[name] = moment
    return " AND ".join(clauses), parameters


def _column(name: str, kind: Format, guarded: bool) -> str:
    """A column as this format can carry it: CSV knows neither lists nor times, JSON no times."""
    written = f'"{name}"'
    if kind == "parquet":
        return written
    if name in _TIMES:
        written = f"strftime(timezone('UTC', {written}), '%Y-%m-%dT%H:%M:%SZ')"
    if kind == "csv" and name in _LISTS:
        written = f"array_to_string({written}, '; ')"
    if kind == "csv" and guarded and name in _TEXTS:
        written = (
            f"CASE WHEN regexp_matches({written}, '{_FORMULA}') THEN '''' || {written} ELSE {written} END"
        )
    return f'{written} AS "{name}"'


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
