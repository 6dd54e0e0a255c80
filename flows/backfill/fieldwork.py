"""The sources of a backfill under way, each with its links from where they come."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from extractors.backfill.archives import archive_offers
from extractors.backfill.choice import Sieve
from extractors.backfill.listing import Listed, Unreadable
from extractors.backfill.sitemaps import READ_AT_ONCE, sitemap_offers, sitemap_roots
from extractors.backfill.walk import Errand, Offer, Offers, Quota, backfill_source
from extractors.cage import CageError
from extractors.model import Memory, Outcome, RobotsRecord, Source, Stage
from extractors.ports import Part, Tools
from extractors.urls import hash64
from extractors.visiting import Patience, source_cleaner
from flows.backfill.belonging import Belonging
from flows.backfill.lists import ListFile
from flows.backfill.request import BackfillRequest, Route
from storage.errors import StorageError

log = logging.getLogger(__name__)

PATIENCE = 20  # pages in a row that fail by the site's fault; its next ones would, too
SOURCES_AT_ONCE = 256
TOLD = 20  # lines of nobody that are named on standard error; the table `outcomes` has them all

_STAGES: Mapping[Route, Stage] = {"urls": "page", "sitemap": "sitemap", "archive": "archive"}


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known when a backfill begins, read once."""

    robots: Mapping[str, RobotsRecord]
    memories: Mapping[str, Memory]
    belonging: Belonging


@dataclass(slots=True)
class Fieldwork:
    """A backfill of links under way, and what was met. For WARC files there is `flows.backfill.warcs`."""

    request: BackfillRequest
    ground: Ground
    tools: Tools
    listed: ListFile | None
    quota: Quota
    errands: list[Errand] = field(default_factory=list)
    mishaps: list[tuple[str, str]] = field(default_factory=list)
    unmatched: int = 0
    notes: list[str] = field(default_factory=list)
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SOURCES_AT_ONCE))
    _reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(READ_AT_ONCE))

    def deal(self) -> tuple[Source, ...]:
        """The sources that there is something to do for; the lines of a list are dealt out to them."""
        if self.listed is None:
            return self.request.wanted_sources
        seen: set[int] = set()
        for line in self.listed.deal(self._choose):
            if (key := hash64(line.text)) not in seen:
                seen.add(key)
                self._note_unmatched(line)
        ids = frozenset(self.listed.source_ids)
        return tuple(source for source in self.request.sources if source.id in ids)

    async def go(self, shard: Sequence[Source]) -> None:
        """Backfill the sources of one shard side by side."""
        async with asyncio.TaskGroup() as group:
            for source in shard:
                group.create_task(self._one(source))

    async def _one(self, source: Source) -> None:
        async with self._gate:
            if self.tools.stop.is_set() or self.quota.is_spent:
                return
            errand = Errand(
                source,
                _STAGES[self.request.route],
                Sieve(self.request.period, source.timezone, self._is_ours(source)),
                self.quota,
                Patience(PATIENCE),
                is_rehearsal=self.request.dry_run,
            )
            self.errands.append(errand)
            cleaner = source_cleaner(source, self.ground.memories.get(source.id), self.tools)
            try:
                await backfill_source(self._offers(source), errand, cleaner, self.tools)
            except (StorageError, CageError):
                raise
            except Exception as error:
                # A fault of ours at one source is told, and costs the others nothing.
                log.error("internal error at source %s: %r", source.id, error)
                log.debug("where", exc_info=error)
                self.mishaps.append((source.id, f"internal error: {error!r}"))

    def _is_ours(self, source: Source) -> Callable[[str], bool]:
        """A sitemap may list its own site; what somebody wrote down, or a feed links to, is taken as it is."""
        if self.request.route == "sitemap":
            return self.ground.belonging.test_for(source)
        return _anywhere

    async def _offers(self, source: Source) -> Offers:
        period = self.request.period
        if self.request.route == "sitemap":
            roots = await sitemap_roots(source, self.ground.belonging.origins(source), self.tools)
            async for offer in sitemap_offers(source, roots, period, self.tools, self._reading):
                yield offer
        elif self.request.route == "archive":
            for feed_url in source.feeds:
                async for offer in archive_offers(source, feed_url, period, self.tools):
                    yield offer
        elif self.listed is not None:
            for entries in self.listed.entries(source.id):
                yield Offer("", entries)

    # ---------------------------------------------------------------------------------------- lines of a list

    def _choose(self, line: Listed) -> str | Unreadable:
        """The source of a line: the one it names, the one on whose site it is, or the one of --source."""
        if line.source_id:
            if any(source.id == line.source_id for source in self.request.sources):
                return line.source_id
            return Unreadable(line.entry.url, f"no source {line.source_id!r} in the config")
        found = self.ground.belonging.of(line.entry.url)
        if len(found) == 1:
            return found[0].id
        if self.request.only:
            return self.request.only[0]
        if found:
            names = ", ".join(source.id for source in found)
            return Unreadable(
                line.entry.url, f"several sources are on this site ({names}): --source ID decides"
            )
        return Unreadable(line.entry.url, "no source of the config is on this site: --source ID takes it")

    def _note_unmatched(self, line: Unreadable) -> None:
        self.unmatched += 1
        if self.unmatched <= TOLD:
            self.notes.append(f"{line.text[:200]}: {line.detail}")
        if not self.request.dry_run:
            outcome = Outcome(
                self.tools.run_id, "", line.text, "page", "rejected", self.tools.now(), detail=line.detail
            )
            self.tools.recorder.add(Part(outcomes=(outcome,)))


def _anywhere(_url: str) -> bool:
    return True
