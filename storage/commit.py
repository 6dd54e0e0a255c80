"""The committer: what waits in the spool goes into the database, a set of batches in one transaction.

A batch's name is stored in the same transaction as its rows, so a process that dies between the commit and the
deletion of the batch leaves nothing that would be counted twice. All SQL works on sets; what is stored is looked
up by integer columns only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from storage import articles, boilerplate, edits, feeds, links, robots, runs, stories, watchlists
from storage.changes import count_change
from storage.connection import transaction
from storage.errors import DatabaseBusy, StorageError
from storage.parameters import as_json
from storage.spool import Batch, Spool
from storage.staging import Staged, stage

Opened = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]
Last = Callable[[duckdb.DuckDBPyConnection], None]

MAX_BATCHES = 200
MAX_BYTES = 32_000_000  # of Parquet; about 100 MB of text, a fifth of the memory that DuckDB is given


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit did.

    `waiting`: batches that were met and are still in the spool, because the live file could not be had; what
    others spooled meanwhile is for their commits. `broken`: batches that were set aside because they can't be read.
    """

    articles_new: int = 0
    articles_updated: int = 0
    batches: int = 0
    waiting: int = 0
    broken: int = 0

    def plus(self, other: Committed) -> Committed:
        """Both together; what is left in the spool is the later one's."""
        return Committed(
            self.articles_new + other.articles_new,
            self.articles_updated + other.articles_updated,
            self.batches + other.batches,
            other.waiting,
            other.broken,
        )


def commit_spool(spool: Spool, opened: Opened, now: datetime, last: Last | None = None) -> Committed:
    """Store all that waits, each portion in a transaction of its own. `opened` opens the live file.

    The file is closed between portions, so that others get their turn. A batch that can't be read is set aside.
    `last` is called in the last transaction, once all is stored; not where the file can't be had.
    """
    spool.sweep()
    met = spool.waiting()
    cut = portions(met) or ([[]] if last else [])
    done, waiting = Committed(), 0
    try:
        for place, portion in enumerate(cut, 1):
            after = last if place == len(cut) else None
            done = done.plus(_commit_readable(spool, opened, portion, now, after))
    except DatabaseBusy:
        waiting = sum(batch.folder.exists() for batch in met)
    return replace(done, waiting=waiting, broken=spool.broken())


def _commit_readable(
    spool: Spool, opened: Opened, portion: Sequence[Batch], now: datetime, after: Last | None
) -> Committed:
    try:
        return _commit_portion(spool, opened, portion, now, after)
    except DatabaseBusy:
        raise
    except StorageError:
        broken = [batch for batch in portion if not _is_readable(batch)]
        if not broken:
            raise
        for batch in broken:
            spool.set_aside(batch.folder)
        return _commit_portion(spool, opened, [batch for batch in portion if batch not in broken], now, after)


def portions(
    batches: Iterable[Batch], max_batches: int = MAX_BATCHES, max_bytes: int = MAX_BYTES
) -> list[list[Batch]]:
    """The batches in order, cut into what goes into one transaction each."""
    cut: list[list[Batch]] = []
    size = 0
    for batch in batches:
        if not cut or len(cut[-1]) >= max_batches or size + batch.bytes > max_bytes:
            cut.append([])
            size = 0
        cut[-1].append(batch)
        size += batch.bytes
    return cut


def _commit_portion(
    spool: Spool, opened: Opened, portion: Sequence[Batch], now: datetime, after: Last | None
) -> Committed:
    with opened() as con:
        added = commit_batches(con, portion, now, after)
    spool.discard(portion)
    return added


def _is_readable(batch: Batch) -> bool:
    """Whether every file of the batch can be read to its end; True where it is gone: another has committed it."""
    try:
        with duckdb.connect(config={"memory_limit": "512MB", "threads": 1}) as con:
            for file in batch.folder.glob("*.parquet"):
                con.execute("SELECT sum(hash(p)) FROM read_parquet(?) p", [str(file)]).fetchall()
    except duckdb.Error:
        return not batch.folder.exists()
    return True


def commit_batches(
    con: duckdb.DuckDBPyConnection, batches: Sequence[Batch], now: datetime, last: Last | None = None
) -> Committed:
    """Store the batches in one transaction, those left out that are stored already; `last` is called in it."""
    with transaction(con):
        fresh = _not_committed(con, batches) if batches else []
        settled = _store(stage(con, fresh), now) if fresh else articles.Stored()
        if last is not None:
            last(con)
        if fresh or last is not None:
            count_change(con)
    return Committed(settled.new, settled.updated, len(fresh))


def _store(staged: Staged, now: datetime) -> articles.Stored:
    settled = articles.store_versions(staged, now)
    articles.store_mentions(staged)
    watchlists.store_rematches(staged)
    watchlists.note_watched(staged, now)
    edits.store_edits(staged)
    stories.store_stories(staged, now)
    links.store_links(staged)
    boilerplate.count_sightings(staged)
    feeds.store_feeds(staged)
    feeds.store_gaps(staged)
    robots.store_robots(staged)
    runs.store_outcomes(staged)
    runs.store_runs(staged)
    staged.con.execute("INSERT INTO batches SELECT batch_id, ? FROM staged_batches", [now])
    return settled


def _not_committed(con: duckdb.DuckDBPyConnection, batches: Sequence[Batch]) -> list[Batch]:
    names = [batch.batch_id for batch in batches]
    rows = con.execute(
        """
        SELECT batch_id FROM batches WHERE batch_id IN (SELECT unnest(from_json(?, '["VARCHAR"]')))
        """,
        [as_json(names)],
    ).fetchall()
    seen = {row[0] for row in rows}
    fresh = []
    for batch in batches:
        if batch.batch_id not in seen:
            seen.add(batch.batch_id)
            fresh.append(batch)
    return fresh
