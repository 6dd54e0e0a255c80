"""The two desks between a harvest and the database: one answers what is known, one takes what is to be kept."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Protocol

from extractors.model import KnownLink, Record, RobotsRecord
from extractors.ports import Part

FLUSH_BYTES = 4_000_000  # of article text in one batch: some 1,000 articles
FLUSH_AFTER_S = 3.0  # a kill loses at most what came in since
COMMIT_AFTER_S = 30.0  # in a long round analysts and other processes see rows meanwhile


class Store(Protocol):
    """What the desks need of `storage.store.Store`; all of it blocks."""

    def known_links(self, hashes: Sequence[int]) -> Mapping[int, KnownLink]: ...

    def spool(self, record: Record) -> None: ...

    def commit(self, now: datetime) -> object: ...


class LinkDesk:
    """Answers what is known of links. Questions that come in while the file is being read are asked together,
    so that a round of a thousand sources opens the database some tens of times."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = asyncio.Lock()
        self._asked: set[int] = set()
        self._answers: dict[int, KnownLink] = {}

    async def known_links(self, hashes: Sequence[int]) -> Mapping[int, KnownLink]:
        self._asked.update(hashes)
        async with self._lock:
            if self._asked:
                batch, self._asked = sorted(self._asked), set()
                try:
                    self._answers.update(await asyncio.to_thread(self._store.known_links, batch))
                except BaseException:
                    self._asked.update(batch)  # whoever waits behind us asks for them again
                    raise
            return {h: self._answers.pop(h) for h in hashes if h in self._answers}


class RecordDesk:
    """Takes parts in their order, spools them in batches, and has them committed from time to time.

    After a spool that failed (a full disk) nothing more is taken, for a later part must not be kept without the
    earlier ones: `on_broken` is called once, and `close` raises what went wrong.
    """

    def __init__(
        self,
        store: Store,
        run_id: str,
        *,
        now: Callable[[], datetime],
        on_broken: Callable[[], None],
        learned_robots: Callable[[], tuple[RobotsRecord, ...]] = tuple,
        flush_after_s: float = FLUSH_AFTER_S,
        watched: Callable[[], int] | None = None,
    ) -> None:
        self._store = store
        self._run_id = run_id
        self._now = now
        self._on_broken = on_broken
        self._learned_robots = learned_robots
        self._flush_after_s = flush_after_s
        self._watched = watched
        self._parts: list[Part] = []
        self._bytes = 0
        self._full = asyncio.Event()
        self._closing = False
        self._broken: BaseException | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> RecordDesk:
        self._task = asyncio.create_task(self._keep_flushing())
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.close()

    def add(self, part: Part) -> None:
        """Take a part; never blocks."""
        self._parts.append(part)
        self._bytes += sum(len(version.text) for version in part.versions)
        if self._bytes >= FLUSH_BYTES:
            self._full.set()

    async def close(self) -> None:
        """Spool what is left. Raises what kept an earlier part from being spooled."""
        if self._task is not None:
            self._closing = True
            self._full.set()
            task, self._task = self._task, None
            await task
        if self._broken is not None:
            broken, self._broken = self._broken, None
            raise broken

    async def _keep_flushing(self) -> None:
        loop = asyncio.get_running_loop()
        commit_at = loop.time() + COMMIT_AFTER_S
        while not self._closing:
            try:
                async with asyncio.timeout(self._flush_after_s):
                    await self._full.wait()
            except TimeoutError:
                pass
            await self._flush()
            if loop.time() >= commit_at and not self._closing and self._broken is None:
                await self._try(lambda: self._store.commit(self._now()))
                commit_at = loop.time() + COMMIT_AFTER_S
        await self._flush()

    async def _flush(self) -> None:
        self._full.clear()
        self._bytes = 0
        parts, self._parts = self._parts, []
        robots = self._learned_robots()
        if (parts or robots) and self._broken is None:
            watched = self._watched() if self._watched and any(part.versions for part in parts) else None
            record = merged_record(parts, robots, self._run_id, watched)
            await self._try(lambda: self._store.spool(record))

    async def _try(self, work: Callable[[], object]) -> None:
        try:
            await asyncio.to_thread(work)
        except Exception as error:
            self._broken = error
            self._on_broken()


def merged_record(
    parts: Sequence[Part], robots: tuple[RobotsRecord, ...], run_id: str, watched: int | None = None
) -> Record:
    """One record of many parts, in their order. `watched`: hash of the watchlists that they were matched by."""

    def joined(name: str) -> tuple[object, ...]:
        return tuple(chain.from_iterable(getattr(part, name) for part in parts))

    names = ("versions", "outcomes", "links", "feeds", "sightings", "mentions", "gaps", "fingerprints")
    fields = {name: joined(name) for name in names}
    return Record(
        batch_id=uuid.uuid4().hex,
        run_id=run_id,
        robots=robots,
        watched=watched,
        **fields,  # type: ignore[arg-type]
    )
