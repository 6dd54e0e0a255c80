"""The database, its spool and its published copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flows.doctor.findings import Finding, fail, ok, warn
from storage.errors import DatabaseBusy, StorageError
from storage.query import run_query
from storage.store import Store

PATIENCE_S = 1.0  # for a lock: a round holds it for moments


def store_findings(database: Path, published: Path) -> Iterator[Finding]:
    """Whether the live file opens, what waits for it, and whether analysts can open their copy."""
    store = Store(database, published, lock_timeout_s=PATIENCE_S, foreign_timeout_s=PATIENCE_S)
    yield from _live_findings(store)
    yield from _spool_findings(store)
    yield from _copy_findings(published)


def _live_findings(store: Store) -> Iterator[Finding]:
    if not store.database.exists():
        yield ok("live file", "none yet: the first round makes it")
        return
    try:
        with store.live.opened():
            yield ok("live file", "opens, and nobody holds it")
    except DatabaseBusy as error:
        yield warn(
            "live file",
            str(error),
            "wait until it is done, or close it there; what comes in waits in the spool",
        )
    except StorageError as error:
        yield fail(
            "live file",
            str(error),
            "put a copy in its place; the published one lacks the last rounds at most",
        )


def _spool_findings(store: Store) -> Iterator[Finding]:
    spool = store.waiting_room
    waiting, broken = len(spool.waiting()), spool.broken()
    if broken:
        yield warn(
            "spool",
            f"{broken} batches that can't be read",
            f"look at {spool.folder}; their articles come again",
        )
    elif waiting:
        yield warn("spool", f"{waiting} batches wait to be stored", "presswatch publish stores them now")
    else:
        yield ok("spool", "empty")


def _copy_findings(published: Path) -> Iterator[Finding]:
    if not published.exists():
        yield ok("published copy", "none yet: the first round makes it")
        return
    try:
        rows = run_query(published, "SELECT count(*) FROM articles").rows
    except StorageError as error:
        yield fail("published copy", str(error), "presswatch publish --force makes it anew")
    else:
        yield ok("published copy", f"opens, {rows[0][0]:,} articles")
