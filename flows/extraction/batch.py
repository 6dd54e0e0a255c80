"""Many saved pages, through the worker processes and out again in the order they came.

Memory is bounded: a window of pages is under way, and with `learn` the extracted texts wait in a file until the
last page has been seen.
"""

from __future__ import annotations

import asyncio
import pickle
import tempfile
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

from extractors.boilerplate import known_lines, learn_sightings, merge_memory, strip_boilerplate
from extractors.errors import SourceError
from extractors.jobs import page_job
from extractors.model import GOOD, Extracted, Memory, Page, Rejected, Sighting, Source, Stripped
from extractors.urls import identity, registrable_domain
from flows.extraction.answers import batch_answer, batch_error, rejection_text
from flows.extraction.page_sources import SiteSources
from flows.extraction.saved import NO_ADDRESS, Asked, UnreadableError, read_file

WINDOW_PER_WORKER = 16  # pages that may pass a slow one; 16 x 200 KB of page are held for each worker
IN_MEMORY_BYTES = 64_000_000  # of extracted text, before it goes to a file
LEARN_AT_ONCE = 10_000  # sightings counted in one go: merging copies the memory of the site

A = TypeVar("A")
R = TypeVar("R")


class Workers(Protocol):
    """What is needed of `extractors.cage.Cage`."""

    async def run(self, function: Callable[[A], R], argument: A, *, url: str = "") -> R: ...


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one line of the input: `result`, or the `error` that kept us from one."""

    asked: Asked
    result: Extracted | Rejected | None = None
    error: str | None = None


@dataclass(slots=True)
class Tally:
    """How many pages came to what."""

    pages: int = 0
    articles: int = 0
    rejected: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class PageReader:
    """Turns lines of the input into pages: the file read, and what the config knows of its site."""

    folder: Path
    sources: SiteSources
    max_bytes: int

    def page(self, asked: Asked) -> Page:
        """Raises `UnreadableError`."""
        if asked.error:
            raise UnreadableError(asked.error)
        source = self.sources.of(asked.url)
        return Page(
            url=asked.url,
            body=read_file(asked.file, self.folder, self.max_bytes),
            found_url=asked.url,
            fetched_at=asked.fetched_at,
            timezone=source.timezone if source else None,
            language=source.language if source else None,
            site_name=source.name if source else "",
        )


@dataclass(slots=True)
class Batch:
    """One batch under way. `now` stands for the moment of learning: all of it is one moment."""

    reader: PageReader
    workers: Workers
    window: int
    now: datetime
    on_page: Callable[[int], None]
    tally: Tally = field(default_factory=Tally)

    async def answers(self, asked: Iterable[Asked], *, learn: bool) -> AsyncGenerator[dict[str, Any], None]:
        """One answer for each line, in their order."""
        if not learn:
            async for answered in self._extracted(asked):
                yield self._answer(answered, frozenset())
            return
        sites = SiteMemories(self.now)
        with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as kept:
            async for answered in self._extracted(asked):
                if isinstance(answered.result, Extracted):
                    sites.see(answered.asked.url, answered.result)
                pickle.dump(answered, kept, pickle.HIGHEST_PROTOCOL)
            kept.seek(0)
            for answered in _stored(kept):
                yield self._answer(answered, sites.known(answered.asked.url))

    async def _extracted(self, asked: Iterable[Asked]) -> AsyncIterator[Answered]:
        """Each page extracted, in order; a slow one holds up the window and no more."""
        under_way: deque[asyncio.Task[Answered]] = deque()
        try:
            for each in asked:
                under_way.append(asyncio.create_task(self._extract(each)))
                if len(under_way) >= self.window:
                    yield self._counted(await under_way.popleft())
            while under_way:
                yield self._counted(await under_way.popleft())
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _extract(self, asked: Asked) -> Answered:
        try:
            page = await asyncio.to_thread(self.reader.page, asked)
            return Answered(asked, await self.workers.run(page_job, page, url=asked.url))
        except (UnreadableError, SourceError) as error:
            return Answered(asked, error=str(error))

    def _counted(self, answered: Answered) -> Answered:
        self.tally.pages += 1
        if isinstance(answered.result, Extracted):
            self.tally.articles += 1
        elif isinstance(answered.result, Rejected) and answered.result.status in GOOD:
            self.tally.rejected += 1
        else:
            self.tally.failed += 1
        self.on_page(self.tally.pages)
        return answered

    def _answer(self, answered: Answered, known: frozenset[int]) -> dict[str, Any]:
        page_id = answered.asked.id
        if isinstance(answered.result, Extracted):
            source = self.reader.sources.of(answered.asked.url)
            return batch_answer(page_id, answered.result, stripped_page(answered.result, known, source))
        if answered.result is not None:
            return batch_error(page_id, rejection_text(answered.result))
        return batch_error(page_id, answered.error or "")


def stripped_page(extracted: Extracted, known: frozenset[int], source: Source | None) -> Stripped:
    """The article cleaned, by what its source's config says where there is one."""
    if source is None:
        return strip_boilerplate(extracted, known)
    return strip_boilerplate(extracted, known, protect=source.protect, drop=source.drop)


def _stored(stream: IO[bytes]) -> Iterator[Answered]:
    """What this process wrote there a moment ago."""
    while True:
        try:
            yield pickle.load(stream)  # noqa: S301 - our own, in a file without a name
        except EOFError:
            return


class SiteMemories:
    """What the pages of each site repeat, learned from all of them at one moment."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._memories: dict[str, Memory] = {}
        self._seen: dict[str, set[int]] = {}
        self._waiting: dict[str, list[Sighting]] = {}
        self._known: dict[str, frozenset[int]] = {}

    def see(self, url: str, extracted: Extracted) -> None:
        """Count one article of the site of `url`, once however often its page is in the batch."""
        if url == NO_ADDRESS:  # of nobody's site
            return
        site, article_id = registrable_domain(url), identity(url)
        seen = self._seen.setdefault(site, set())
        if article_id in seen:
            return
        seen.add(article_id)
        waiting = self._waiting.setdefault(site, [])
        waiting += learn_sightings(site, article_id, extracted.blocks, self._now)
        if len(waiting) >= LEARN_AT_ONCE:
            self._learn(site)

    def known(self, url: str) -> frozenset[int]:
        """The lines known of the site of `url`, once everything has been seen."""
        site = registrable_domain(url)
        if site not in self._known:
            self._learn(site)
            memory = self._memories.get(site)
            self._known[site] = known_lines(memory, self._now) if memory else frozenset()
        return self._known[site]

    def _learn(self, site: str) -> None:
        sightings = self._waiting.pop(site, [])
        if sightings:
            memory = self._memories.get(site, Memory(site))
            self._memories[site] = merge_memory(memory, sightings)
