"""Bringing the index up to date with the published copy: what has changed, and not what there is.

In the index is written what is in it: how many articles, and the exclusive or of their keys, committed together with
them. The same is asked of the copy (10 ms for a million articles), so it is known, and not believed, whether the
index is right. Where it isn't, the articles stored since the last time are compared; where that doesn't explain the
difference (a clock that went back, another database), all keys are. So an update that was killed at any moment is
mended by the next one, and goes on from its last commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import xor
from pathlib import Path
from typing import Any

import duckdb
import tantivy

from storage.errors import StorageError
from storage.holding import KEY, Holding, holding_of
from storage.indexed import index_folder, note_indexed
from storage.locking import file_lock
from storage.query import BATCH_ROWS as VECTOR_ROWS
from storage.query import opened_copy
from storage.search.compiling import every_article
from storage.search.index import (
    MARK,
    BrokenIndex,
    Indexed,
    Mark,
    document_of,
    mark_document,
    new_index,
    opened_index,
    translated,
)

LOCK_TIMEOUT_S = 10.0
OVERLAP = timedelta(hours=1)  # a commit's time is taken before it waits for its turn
BATCH = 5_000  # articles between two commits of the index: 20 MB of text, some seconds of work
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)  # for a copy without an article
HEAP_BYTES = 60_000_000

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update did. `articles`: in the index now. `waiting`: articles left for the next update. `remade`: why
    the index was made anew, "" where it wasn't."""

    articles: int
    added: int = 0
    removed: int = 0
    waiting: int = 0
    remade: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What must change, by article_id and key. The articles to be indexed are in the temporary table `missing`."""

    replaced: dict[int, int]  # those of them that are in the index with another text
    dropped: dict[int, int]
    missing: int
    missing_keys: int  # exclusive or

    def applied_to(self, mark: Mark) -> tuple[int, int]:
        """The number of articles and the exclusive or of their keys, when all of it is done."""
        gone = (*self.replaced.values(), *self.dropped.values())
        return mark.articles + self.missing - len(gone), reduce(
            xor, gone, mark.fingerprint ^ self.missing_keys
        )


def update_search(
    published: Path,
    folder: Path,
    *,
    most: int | None = None,
    lock_timeout_s: float = LOCK_TIMEOUT_S,
    told: Told = lambda _: None,
) -> Updated:
    """Make the index in `folder` that of the published copy; readers see the old one until a batch is committed.

    Makes it where there is none, or a broken one. Indexes at most so many articles (None: all), the last ones
    stored first. `told` hears of work that takes its time. Raises `StorageError` where the copy can't be read or
    the folder not written, `DatabaseBusy` of these where another process is at it.
    """
    with opened_copy(published) as con:
        holding = holding_of(con)
        updated = brought_up_to_date(
            con, folder, holding, most=most, lock_timeout_s=lock_timeout_s, told=told
        )
    if not updated.waiting and folder == index_folder(published):
        with suppress(OSError):  # then the next update looks again
            note_indexed(published, holding.name)
    return updated


def brought_up_to_date(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    holding: Holding,
    *,
    most: int | None = None,
    broken: str = "",
    lock_timeout_s: float = LOCK_TIMEOUT_S,
    told: Told = lambda _: None,
) -> Updated:
    """The same with the copy open, and what it holds known. `broken`: what was found wrong with the index, which is
    made anew then."""
    with file_lock(folder.with_name(f".{folder.name}.lock"), lock_timeout_s):
        remade = ""
        try:
            if broken:
                raise BrokenIndex(broken)
            index, mark = opened_index(folder)
            return _updated(con, Work(index, mark, folder, holding, most, told))
        except FileNotFoundError:
            pass
        except BrokenIndex as error:
            remade = str(error)
            told(f"the search index is made anew: {remade}")
        try:
            made = _updated(con, Work(new_index(folder), Mark(), folder, holding, most, told))
        except BrokenIndex as again:
            raise StorageError(f"can't make the search index: {again}") from again
        return replace(made, remade=remade)


@dataclass(frozen=True, slots=True)
class Work:
    """One update: the index and what is in it, what the copy holds, and how much may be done."""

    index: tantivy.Index
    mark: Mark
    folder: Path
    state: Holding
    most: int | None
    told: Told


def _updated(con: duckdb.DuckDBPyConnection, work: Work) -> Updated:
    mark, state = work.mark, work.state
    if mark.is_of(state) and mark.through:
        return Updated(mark.articles)
    difference = None
    if mark.through_at:
        difference = _difference(con, work, mark.through_at - OVERLAP)
        if difference.applied_to(mark) != (state.articles, state.fingerprint):
            difference = None
    difference = difference or _difference(con, work, None)
    count = difference.missing if work.most is None else min(difference.missing, work.most)
    if count > BATCH:
        work.told(f"indexing {count:,} articles for search")
    return _write(con, work, difference, count)


def _difference(con: duckdb.DuckDBPyConnection, work: Work, since: datetime | None) -> Difference:
    """What differs among the articles that changed `since` then; None: among all."""
    from storage.arrow import pa, register

    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE changed AS
        SELECT DISTINCT article_id FROM article_versions
        WHERE $since IS NULL OR stored_at >= $since OR superseded_at >= $since
        """,
        {"since": since},
    )
    ids = None if since is None else [int(row[0]) for row in con.execute("FROM changed").fetchall()]
    article_ids, keys = _indexed(work, ids)
    indexed = {"article_id": pa.array(article_ids, pa.int64()), "key": pa.array(keys, pa.uint64())}
    register(con, "indexed", pa.table(indexed))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE wanted AS
        SELECT v.rowid AS "row", article_id, {KEY} AS "key", stored_at
        FROM article_versions v SEMI JOIN changed USING (article_id) WHERE superseded_at IS NULL
        """  # noqa: S608 - constant
    )
    con.execute('CREATE OR REPLACE TEMP TABLE missing AS FROM wanted ANTI JOIN indexed USING ("key")')
    gone = con.execute(
        """
        SELECT article_id, "key", article_id IN (SELECT article_id FROM missing)
        FROM indexed ANTI JOIN wanted USING ("key")
        """
    ).fetchall()
    con.unregister("indexed")
    row = con.execute('SELECT count(*), coalesce(bit_xor("key"), 0) FROM missing').fetchone()
    assert row is not None  # noqa: S101 - an aggregate has one row
    return Difference(
        replaced={int(one): int(key) for one, key, replaced in gone if replaced},
        dropped={int(one): int(key) for one, key, replaced in gone if not replaced},
        missing=int(row[0]),
        missing_keys=int(row[1]),
    )


def _indexed(work: Work, ids: Sequence[int] | None) -> tuple[list[Any], list[Any]]:
    """article_id and key of the articles in the index, of these ids or all: 0.3 s for a million."""
    with translated(work.folder):
        searcher = work.index.searcher()
        if ids is None:
            query, limit = every_article(), searcher.num_docs
        else:
            query, limit = tantivy.Query.term_set_query(work.index.schema, "article_id", ids), len(ids)
        hits = searcher.search(query, limit=max(1, limit), count=False).hits
        addresses = [address for _, address in hits]
        return searcher.fast_field_values("article_id", addresses), searcher.fast_field_values(
            "key", addresses
        )


def _write(con: duckdb.DuckDBPyConnection, work: Work, difference: Difference, count: int) -> Updated:
    """Index the last `count` of the missing articles. The old text of an article goes in the commit that brings the
    new one, and a mark tells with each commit what is there."""
    mark, added, replaced = work.mark, 0, 0
    articles, keys = mark.articles, mark.fingerprint
    with translated(work.folder):
        writer = work.index.writer(heap_size=HEAP_BYTES, num_threads=1)
        for article_id, key in difference.dropped.items():
            writer.delete_documents_by_term("article_id", article_id)
            keys ^= key
        articles -= len(difference.dropped)
        for article in _missing(con, count):
            old = difference.replaced.get(article.article_id)
            if old is not None:
                writer.delete_documents_by_term("article_id", article.article_id)
                replaced += 1
            writer.add_document(document_of(article))
            keys ^= article.key ^ (old or 0)
            added += 1
            if added % BATCH == 0:
                _commit(writer, Mark(articles + added - replaced, keys, mark.through))
        done = (work.state.through or BEGINNING).isoformat() if added == difference.missing else mark.through
        articles += added - replaced
        _commit(writer, Mark(articles, keys, done))
        writer.wait_merging_threads()
    removed = replaced + len(difference.dropped)
    return Updated(articles, added, removed, difference.missing - added)


def _commit(writer: tantivy.IndexWriter, mark: Mark) -> None:
    writer.delete_documents_by_term("kind", MARK)
    writer.add_document(mark_document(mark))
    writer.commit()


def _missing(con: duckdb.DuckDBPyConnection, count: int) -> Iterator[Indexed]:
    """The last `count` of the articles to be indexed, a vector of rows in memory at a time.

    A join with all of them would unpack every text that there is, for however few.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE chosen AS FROM missing ORDER BY stored_at DESC LIMIT $count",
        {"count": count},
    )
    vectors = con.execute(
        'SELECT min("row"), max("row") FROM chosen GROUP BY "row" // $size ORDER BY ALL',
        {"size": VECTOR_ROWS},
    ).fetchall()
    for first, last in vectors:
        rows = con.execute(
            f"""
            SELECT v.article_id, v.version, chosen."key", v.source_id, v."language",
              CAST(floor(epoch(coalesce(v.published_at, v.first_seen_at))) AS BIGINT), v.title, v."text", v.authors
            FROM article_versions v JOIN chosen ON v.rowid = chosen."row" WHERE v.rowid BETWEEN {first:d} AND {last:d}
            """  # noqa: S608 - integers
        ).fetchall()
        for article_id, version, key, source_id, language, at, title, text, authors in rows:
            yield Indexed(article_id, version, key, source_id, language, at, title, text, tuple(authors))
