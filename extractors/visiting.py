"""The pages of one source, visited a few at once and recorded chunk by chunk: for rounds and backfills alike."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors.cleaning import Cleaner
from extractors.model import Extracted, Memory, Source, Stage
from extractors.ports import Tools
from extractors.recording import Recording
from extractors.selection import Wanted
from extractors.visits import Visit, visit_page

SHORT_PAUSE_S = 10  # a Retry-After up to this is worth a second visit in the same round
# Pages of a source are cleaned and recorded together, so that what repeats among them is seen; a kill loses no
# more than these.
CHUNK_PAGES = 64
CHUNK_AFTER_S = 10.0
# A source is known by its repeated lines once it has some articles: waiting for more pages gains nothing then.
KNOWN_ARTICLES = 20
FIRST_PAGES = 16  # of a source that is not
KNOWN_AFTER_S = 1.0
CHUNK_CHARS = 1_000_000  # cleaning takes 0.3 s for them
# Failures of the site and not of the page: a 404 says nothing about the next page.
_OF_THE_SITE = frozenset(("connection", "timeout", "tls", "protocol", "rate_limited", "http_5xx"))
_REFUSALS = frozenset((401, 403))


@dataclass(slots=True)
class Patience:
    """How many visits in a row may fail by the site's fault until its other pages are left for another day."""

    limit: int
    in_a_row: int = 0
    last: str = ""  # what was met last

    def note(self, visit: Visit) -> None:
        """Count a visit."""
        error = visit.error
        if error is not None and (error.status in _OF_THE_SITE or error.http_status in _REFUSALS):
            self.in_a_row += 1
            self.last = str(error)
        else:
            self.in_a_row = 0

    @property
    def is_over(self) -> bool:
        return self.in_a_row >= self.limit


def source_cleaner(source: Source, memory: Memory | None, tools: Tools, *, stage: Stage = "page") -> Cleaner:
    """The cleaner of a source, which begins with what is remembered of its repeated lines."""
    return Cleaner(source, memory or Memory(source.id), tools.run_id, tools.find_mentions, tools.rng, stage)


async def visit_links(
    cleaner: Cleaner, wanted: Sequence[Wanted], tools: Tools, patience: Patience | None = None
) -> bool:
    """Visit the pages of the cleaner's source, and record them. False when it was stopped half-way, or `patience`
    came to its end.

    A page whose site asks for a short pause is visited once more, after all the others. Raises nothing that a
    web site can cause; once `tools.stop` is set, or when it is cancelled, no further page is begun, and what is
    done is recorded.
    """
    visiting = _Visiting(cleaner, tools, patience)
    try:
        await visiting.go(wanted)
        if visiting.asked_for_a_pause and not await _stopped_within(visiting.pause_s, tools.stop):
            again, visiting.asked_for_a_pause = visiting.asked_for_a_pause, []
            await visiting.go(again, last_time=True)
        await visiting.record()
    finally:
        visiting.close()
    return visiting.visited == len(wanted)


async def _stopped_within(limit_s: float, stop: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(limit_s):
            return await stop.wait()
    except TimeoutError:
        return False


class _Visiting:
    """The visits of one source under way: what is done and not yet recorded, and what is to be asked again."""

    def __init__(self, cleaner: Cleaner, tools: Tools, patience: Patience | None) -> None:
        self._cleaner = cleaner
        self._tools = tools
        self._patience = patience
        self._recording = Recording(tools)
        self._done: list[Visit] = []
        self._chars = 0
        self.asked_for_a_pause: list[Wanted] = []
        self.pause_s = 0.0
        self._recorded_at = time.monotonic()
        self.visited = 0

    async def go(self, wanted: Sequence[Wanted], *, last_time: bool = False) -> None:
        queue = iter(wanted)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._tools.page_tasks, len(wanted))):
                group.create_task(self._keep_visiting(queue, last_time))

    async def _keep_visiting(self, queue: Iterator[Wanted], last_time: bool) -> None:
        for each in queue:
            if self._tools.stop.is_set() or (self._patience is not None and self._patience.is_over):
                return
            visit = await visit_page(each, self._cleaner.source, self._tools)
            pause_s = _short_pause_s(visit)
            if pause_s is not None and not last_time:
                self.asked_for_a_pause.append(each)
                self.pause_s = max(self.pause_s, pause_s)
                continue
            if self._patience is not None:
                self._patience.note(visit)
            self._done.append(visit)
            self._chars += visit.result.chars if isinstance(visit.result, Extracted) else 0
            self.visited += 1
            self._tools.progress.page_done()
            if self._is_chunk():
                await self.record()

    def _is_chunk(self) -> bool:
        is_known = self._cleaner.memory.articles >= KNOWN_ARTICLES
        is_late = time.monotonic() > self._recorded_at + (KNOWN_AFTER_S if is_known else CHUNK_AFTER_S)
        is_full = len(self._done) >= (CHUNK_PAGES if is_known else FIRST_PAGES)
        return is_late or is_full or self._chars >= CHUNK_CHARS

    async def record(self) -> None:
        """Clean and record what is done."""
        await self._recording.record((self._cleaner, self._taken_off()))

    def close(self) -> None:
        """Record at once what is left: nothing, unless this was stopped."""
        self._recording.close((self._cleaner, self._taken_off()))

    def _taken_off(self) -> list[Visit]:
        self._recorded_at = time.monotonic()
        self._chars = 0
        done, self._done = self._done, []
        return done


def _short_pause_s(visit: Visit) -> int | None:
    """How long the site asks us to wait, if that is worth waiting for."""
    asked_s = visit.error.retry_after_s if visit.error else None
    return asked_s if asked_s is not None and asked_s <= SHORT_PAUSE_S else None
