"""Searching: the articles that a query means, the best first, each with the piece of its text that shows why."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import duckdb
import tantivy

from storage.errors import StorageError
from storage.holding import holding_of
from storage.numbered import numbered_rows
from storage.query import Answer, answer_of, opened_copy
from storage.search.compiling import Compiler
from storage.search.grammar import Filter, Near, Phrase, Tree, filters_of, parse_query, wanted_phrases
from storage.search.index import BrokenIndex, Mark, opened_index, translated
from storage.search.snippets import Snippet, marks_of, snippet_of
from storage.search.stems import STEMMERS, main_language, stemmer_of
from storage.search.updating import LOCK_TIMEOUT_S, Told, brought_up_to_date

Order = Literal["best", "newest"]
SHOWN = (
    'article_id, version, source_id, title, "text", canonical_url, "language", published_at, first_seen_at'
)
MAX_SHOWN = 1_000  # hits with their snippets; for more there are `Matches`


@dataclass(frozen=True, slots=True)
class Match:
    """One article that is meant. `score` is BM25's: the better, the larger; 0 where no word was asked for."""

    article_id: int
    version: int
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A match, as it is shown. `title_marks` are places in `title`."""

    match: Match
    source_id: str
    title: str
    title_marks: tuple[tuple[int, int], ...]
    canonical_url: str
    language: str | None
    published_at: datetime | None
    first_seen_at: datetime
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class Found:
    """`total`: how many articles are meant; `hits`: the first of them. `behind`: why the index is older than the
    copy, "" where it isn't; `through` is the last commit that is in it then."""

    total: int
    hits: tuple[Hit, ...]
    behind: str = ""
    through: datetime | None = None


def search(
    published: Path,
    folder: Path,
    query: str,
    now: datetime,
    *,
    limit: int = 20,
    order: Order = "best",
    told: Told = lambda _: None,
    lock_timeout_s: float = LOCK_TIMEOUT_S,
) -> Found:
    """The best `limit` articles (1 to 1,000) for a query (`grammar`), equals by time, the newest first.

    An index that is missing, broken or older than the copy is brought up to date before; where that can't be
    done, what there is is searched, and `behind` says so. Raises `QueryError`, and `StorageError` without a copy
    or an index.
    """
    tree = parse_query(query, now)
    with opened_copy(published) as con:
        opened = _ready(con, folder, told, lock_timeout_s)
        matches, total = _matches(con, opened, tree, min(max(1, limit), MAX_SHOWN), order, told)
        phrases = [phrase for phrase in wanted_phrases(tree) if phrase.scope != "author"]
        hits = tuple(_hits(con, matches, phrases))
        return Found(total, hits, opened.behind, opened.mark.through_at)


@contextmanager
def streamed_matches(
    published: Path, folder: Path, query: str, sql: str, now: datetime, *, told: Told = lambda _: None
) -> Iterator[Answer]:
    """The answer to SQL over the copy that may speak of the table `hits` (`matched_copy`)."""
    with matched_copy(published, folder, query, now, told=told) as con:
        yield answer_of(con, sql)


@contextmanager
def matched_copy(
    published: Path,
    folder: Path,
    query: str,
    now: datetime,
    *,
    told: Told = lambda _: None,
    lock_timeout_s: float = LOCK_TIMEOUT_S,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published copy, read-only, with all articles that a query means in a table of this connection,
    `hits` (`article_id`, `score`, `rank` from 1). Raises what `search` does."""
    tree = parse_query(query, now)
    with opened_copy(published) as con:
        opened = _ready(con, folder, told, lock_timeout_s)
        if opened.behind:
            told(opened.behind)
        matches, _ = _matches(con, opened, tree, None, "best", told)
        _keep(con, matches)
        yield con


@dataclass(frozen=True, slots=True)
class _Opened:
    folder: Path
    index: tantivy.Index
    mark: Mark
    behind: str = ""


def _ready(con: duckdb.DuckDBPyConnection, folder: Path, told: Told, lock_timeout_s: float) -> _Opened:
    """The index, up to date if it can be."""
    opened, holding = None, holding_of(con)
    try:
        opened = _Opened(folder, *opened_index(folder))
        if opened.mark.is_of(holding):
            return opened
    except (BrokenIndex, FileNotFoundError, StorageError):
        pass
    try:
        brought_up_to_date(con, folder, holding, told=told, lock_timeout_s=lock_timeout_s)
        return _Opened(folder, *opened_index(folder))
    except (StorageError, BrokenIndex, OSError) as error:
        if opened is None:
            raise StorageError(f"there is no search index, and it can't be made: {error}") from error
        return _Opened(folder, opened.index, opened.mark, f"the search index is not up to date: {error}")


def _matches(
    con: duckdb.DuckDBPyConnection, opened: _Opened, tree: Tree, limit: int | None, order: Order, told: Told
) -> tuple[list[Match], int]:
    """The first `limit` matches (None: all), and how many there are.

    Damage in the middle of a file shows only when it is read; the index is made anew then.
    """
    try:
        return _told_and_asked(con, opened, tree, limit, order, told)
    except BrokenIndex as error:
        try:
            brought_up_to_date(con, opened.folder, holding_of(con), broken=str(error), told=told)
            anew = _Opened(opened.folder, *opened_index(opened.folder))
            return _asked(con, anew, tree, limit, order)
        except (BrokenIndex, OSError) as again:
            raise StorageError(f"the search index can't be read: {again}") from again


def _told_and_asked(
    con: duckdb.DuckDBPyConnection, opened: _Opened, tree: Tree, limit: int | None, order: Order, told: Told
) -> tuple[list[Match], int]:
    with translated(opened.folder):
        for wanted in filters_of(tree):
            if _is_unknown(con, opened.index.searcher(), wanted):
                told(f"no article is of {wanted.field}:{wanted.value}")
        return _asked(con, opened, tree, limit, order)


def _asked(
    con: duckdb.DuckDBPyConnection, opened: _Opened, tree: Tree, limit: int | None, order: Order
) -> tuple[list[Match], int]:
    searcher = opened.index.searcher()
    languages = [name for name, _ in searcher.terms_with_prefix("lang", "") if name in STEMMERS]
    query = Compiler(opened.index.schema, languages, lambda watchlist: _watched(con, watchlist)).query(tree)
    ranked = order == "best" and any(True for _ in wanted_phrases(tree))
    found = searcher.search(
        query,
        limit=limit or max(1, searcher.num_docs),
        order_by_field=None if ranked else "at",
        weight_by_field="recency" if ranked else None,
    )
    addresses = [address for _, address in found.hits]
    columns = [searcher.fast_field_values(name, addresses) for name in ("article_id", "version", "recency")]
    return [
        Match(int(article_id or 0), int(version or 0), _unweighted(score, recency) if ranked else 0.0)
        for (score, _), article_id, version, recency in zip(found.hits, *columns, strict=True)
    ], int(getattr(found, "count", len(addresses)))


def _unweighted(score: float, recency: float | None) -> float:
    """tantivy multiplies with log2(2 + recency), which puts the newer of two equals first; and little else: it is
    3 % from 2000 to 2026."""
    return round(
        float(score) / math.log2(2 + (recency or 0)), 2
    )  # of an f32, not all digits are everywhere the same


def _is_unknown(con: duckdb.DuckDBPyConnection, searcher: tantivy.Searcher, wanted: Filter) -> bool:
    """Whether nothing at all passes: a slip in a name looks like no news otherwise."""
    if wanted.field == "watchlist":
        return not _watched(con, wanted.value)
    value = main_language(wanted.value) if wanted.field == "lang" else wanted.value
    return searcher.doc_freq(wanted.field, value) == 0


def _watched(con: duckdb.DuckDBPyConnection, watchlist: str) -> list[int]:
    rows = con.execute(
        "SELECT DISTINCT article_id FROM mentions WHERE watchlist_id = ?", [watchlist]
    ).fetchall()
    return [int(row[0]) for row in rows]


def _keep(con: duckdb.DuckDBPyConnection, matches: Sequence[Match]) -> None:
    """Matches as a temporary table."""
    from storage.arrow import pa, register

    columns = {
        "article_id": pa.array([match.article_id for match in matches], pa.int64()),
        "score": pa.array([match.score for match in matches], pa.float64()),
        "rank": pa.array(range(1, len(matches) + 1), pa.int64()),
    }
    register(con, "matched", pa.table(columns))
    con.execute('CREATE TEMP TABLE hits AS SELECT article_id, score, "rank" FROM matched')
    con.unregister("matched")


def _hits(
    con: duckdb.DuckDBPyConnection, matches: Sequence[Match], phrases: Sequence[Phrase | Near]
) -> Iterator[Hit]:
    """The matches as they are in the copy; one that isn't there (of a newer index) is left out."""
    rows = _rows(con, matches)
    for match in matches:
        row = rows.get((match.article_id, match.version))
        if row is not None:
            source_id, title, text, url, language, published_at, first_seen_at = row
            stem = stemmer_of(language)
            yield Hit(
                match, source_id, title, marks_of(title, phrases, stem), url, language, published_at, first_seen_at,
                snippet_of(text, [phrase for phrase in phrases if phrase.scope == "all"], stem),
            )  # fmt: skip


def _rows(
    con: duckdb.DuckDBPyConnection, matches: Sequence[Match]
) -> dict[tuple[int, int], tuple[str, str, str, str, str | None, datetime | None, datetime]]:
    """What is shown of these versions."""
    wanted = ", ".join(str(match.article_id) for match in matches) or "NULL"
    found = con.execute(
        f"SELECT rowid FROM article_versions WHERE article_id IN ({wanted})"  # noqa: S608 - integers
    ).fetchall()
    rows = numbered_rows(con, SHOWN, (int(number) for (number,) in found))
    return {(row[0], row[1]): row[2:] for row in rows}
