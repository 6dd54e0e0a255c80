"""A backfill out of WARC files: pages come from the disk as fast as they are extracted, and nothing is fetched."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from extractors.backfill.choice import Tally, select_missing
from extractors.backfill.period import Period, address_span
from extractors.backfill.walk import Quota
from extractors.cleaning import Cleaner
from extractors.errors import SourceError
from extractors.model import (
    Entry,
    Extracted,
    Outcome,
    Page,
    Rejected,
    Response,
    Source,
    Status,
    Validators,
)
from extractors.ports import Part, Tools
from extractors.recording import Chunk, Recording
from extractors.selection import Wanted, candidates
from extractors.visiting import CHUNK_AFTER_S, CHUNK_CHARS, CHUNK_PAGES
from extractors.visits import Visit
from extractors.warc import WarcPage

BATCH_PAGES = 200  # the database is asked what it knows of so many pages at once
BATCH_BYTES = 16_000_000  # or so many bytes; two batches are in memory at a time
WAITING_PAGES = 256  # of all sources together, until they are cleaned and recorded
OF_ANOTHER_TIME = "of another time than asked for"

Batch = Sequence[WarcPage | SourceError]


def batches(pages: Iterator[WarcPage | SourceError]) -> Iterator[Batch]:
    """The pages in batches, bounded in number and bytes."""
    batch: list[WarcPage | SourceError] = []
    size = 0
    for page in pages:
        batch.append(page)
        size += len(page.body) if isinstance(page, WarcPage) else 0
        if len(batch) >= BATCH_PAGES or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@dataclass(slots=True)
class Sorting:
    """The pages of WARC files on their way through the stages.

    `source_of` gives the source of an address that was read. `cleaners` go by source id. `window`: pages in the
    worker processes or in line for them, some more than there are workers. With `is_rehearsal` pages are only
    counted.
    """

    tools: Tools
    period: Period
    quota: Quota
    cleaners: Mapping[str, Cleaner]
    source_of: Callable[[str], Source]
    window: int
    is_rehearsal: bool = False
    tallies: dict[str, Tally] = field(default_factory=dict)
    _done: dict[str, list[Visit]] = field(default_factory=dict)
    _waiting: int = 0
    _chars: int = 0
    _recorded_at: float = field(default_factory=time.monotonic)
    _recording: Recording = field(init=False)

    def __post_init__(self) -> None:
        self._recording = Recording(self.tools)

    async def take(self, source: Iterator[Batch], on_place: Callable[[int], None]) -> bool:
        """Take all batches of one file; `on_place` is told the position in the file. False when stopped.

        While one batch is extracted the next is read from the disk, in a thread.
        """
        under_way: set[asyncio.Task[None]] = set()
        reading = asyncio.create_task(asyncio.to_thread(next, source, None))
        try:
            while (batch := await reading) is not None and self._goes_on:
                reading = asyncio.create_task(asyncio.to_thread(next, source, None))
                for wanted, page in await self._missing(batch):
                    under_way.add(asyncio.create_task(self._extract(wanted, page)))
                    if len(under_way) >= self.window:
                        under_way = await _one_done(under_way)
                    if self.tools.stop.is_set():
                        break
                on_place(_place_of(batch))
            while under_way:
                under_way = await _one_done(under_way)
        finally:
            for task in under_way:
                task.cancel()
            # A thread can't be cancelled: what it reads is waited for, or its file would be closed under it.
            await asyncio.gather(reading, *under_way, return_exceptions=True)
            self._recording.close(*self._taken_off())
        return self._goes_on

    @property
    def _goes_on(self) -> bool:
        return not self.tools.stop.is_set() and not self.quota.is_spent

    async def _record(self) -> None:
        """Clean and record what is done of all sources."""
        await self._recording.record(*self._taken_off())

    def _taken_off(self) -> list[Chunk]:
        self._recorded_at = time.monotonic()
        self._waiting = self._chars = 0
        done, self._done = self._done, {}
        return [(self.cleaners[source_id], visits) for source_id, visits in done.items()]

    # --------------------------------------------------------------------------------------- what is missing

    async def _missing(self, batch: Batch) -> list[tuple[Wanted, WarcPage]]:
        """The pages of a batch that are not known, within the period and the quota."""
        pages: dict[str, WarcPage] = {}
        for item in batch:
            if isinstance(item, SourceError):
                self._note_failure(item)
            elif self._is_of_time(item):
                pages.setdefault(item.url, item)
        offered = candidates((Entry(url) for url in pages), None)
        known = await self.tools.archive.known_links([c.link_hash for c in offered]) if offered else {}
        found: list[Wanted] = []
        for candidate in offered:
            tally = self._tally(candidate.entry.url)
            found.extend(select_missing([candidate], known, self.tools.claimed, self.tools.now(), tally))
        wanted = self.quota.take(found)
        self.tools.claimed.update(each.candidate.link_hash for each in wanted)
        return [] if self.is_rehearsal else [(each, pages[each.url]) for each in wanted]

    def _is_of_time(self, page: WarcPage) -> bool:
        """Whether the page may be of the period: its address has another day, or it was captured before."""
        tally = self._tally(page.url)
        tally.found += 1
        source = self.source_of(page.url)
        since, captured = self.period.since, page.fetched_at
        too_old = since is not None and captured is not None and captured < since
        if too_old or not self.period.may_hold(address_span(page.url, source.timezone)):
            tally.outside += 1
            return False
        return True

    def _tally(self, url: str) -> Tally:
        return self.tallies.setdefault(self.source_of(url).id, Tally())

    def _note_failure(self, error: SourceError) -> None:
        """A record that can't be used: told in its outcome, and no link kept, so that the web may still have it."""
        source = self.source_of(error.url)
        self._tally(error.url).found += 1
        if not self.is_rehearsal:
            self._keep(source, error.url, error.status, error.detail)

    def _keep(self, source: Source, url: str, status: Status, detail: str, size: int | None = None) -> None:
        outcome = Outcome(
            self.tools.run_id, source.id, url, "warc", status, self.tools.now(), detail=detail, bytes=size
        )
        self.tools.recorder.add(Part(outcomes=(outcome,)))

    # -------------------------------------------------------------------------------------------- extraction

    async def _extract(self, wanted: Wanted, page: WarcPage) -> None:
        source = self.source_of(page.url)
        result: Extracted | Rejected | None = None
        failure: SourceError | None = None
        try:
            result = await self.tools.parsers.page(_page_of(page, source, self.tools))
        except SourceError as error:
            failure = error
            failure.retry = "final"  # the same bytes will not do better, and the web was not asked for them
        self.tools.progress.page_done()
        size = len(page.body)
        if isinstance(result, Extracted) and not self._was_published_in_time(result):
            self._tally(page.url).outside += 1
            self._keep(source, page.url, "rejected", OF_ANOTHER_TIME, size)
            return
        response = Response(page.url, page.url, 200, b"", page.content_type, Validators())
        visit = Visit(
            wanted, self.tools.now(), response, result, failure, fetched_at=page.fetched_at, body_bytes=size
        )
        if self._is_chunk(source.id, visit):
            await self._record()

    def _was_published_in_time(self, result: Extracted) -> bool:
        published = result.facts.published.value
        return published is None or self.period.holds(published.at)

    def _is_chunk(self, source_id: str, visit: Visit) -> bool:
        """Put a visit to those that are done; whether they are enough to be recorded."""
        visits = self._done.setdefault(source_id, [])
        visits.append(visit)
        self._waiting += 1
        self._chars += visit.result.chars if isinstance(visit.result, Extracted) else 0
        is_late = time.monotonic() > self._recorded_at + CHUNK_AFTER_S
        is_much = self._waiting >= WAITING_PAGES or self._chars >= CHUNK_CHARS
        return is_late or is_much or len(visits) >= CHUNK_PAGES


async def _one_done(tasks: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    """Wait until at least one is done; the others. What one has raised is raised."""
    done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
    return others


def _page_of(page: WarcPage, source: Source, tools: Tools) -> Page:
    return Page(
        url=page.url,
        body=page.body,
        content_type=page.content_type,
        found_url=page.url,
        fetched_at=page.fetched_at or tools.now(),
        timezone=source.timezone,
        language=source.language,
        site_name=source.name,
    )


def _place_of(batch: Batch) -> int:
    return max((item.position for item in batch if isinstance(item, WarcPage)), default=0)
