"""One source in one round: poll its feeds, fetch what is new, extract, clean, record. Joins the stages.

What leaves is a stream of parts to a `Recorder`, in an order that never lets a feed's validators run ahead of
its articles: the feeds' new states are the last part of their source.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

from extractors.cleaning import Cleaner
from extractors.model import Memory
from extractors.polls import feeds_part, poll_feed
from extractors.ports import Assignment, Polled, Tools
from extractors.selection import Wanted, candidates, pending_candidates, select_links
from extractors.visits import Visit, visit_page

UNREACHABLE = frozenset(("connection", "timeout"))
SHORT_PAUSE_S = 10  # a Retry-After up to this is worth a second visit in the same round
# Pages of a source are cleaned and recorded together, so that what repeats among them is seen; a kill loses no
# more than these.
CHUNK_PAGES = 64
CHUNK_AFTER_S = 10.0


async def harvest_source(work: Assignment, tools: Tools) -> None:
    """Poll, fetch, extract, clean and record one source. Raises nothing that a web site can cause.

    Once `tools.stop` is set, or when it is cancelled, no further page is begun; what is done is recorded, and
    the feeds keep their old states, so that the next round finds the rest.
    """
    if tools.stop.is_set():
        return
    polls = await asyncio.gather(*(poll_feed(state, work.source, tools) for state in work.feeds))
    offered = list(pending_candidates(work.pending))
    for polled in polls:
        if polled.feed is not None:
            offered.extend(candidates(polled.feed.entries, polled.before.feed_url))
    offered = [c for c in offered if c.link_hash not in tools.claimed]
    tools.claimed.update(c.link_hash for c in offered)
    known = await tools.archive.known_links([c.link_hash for c in offered]) if offered else {}
    selection = select_links(offered, known, limit_per_feed=tools.max_entries, now=tools.now())
    tools.progress.pages_found(len(selection.wanted))
    if not await _visit_all(work, selection.wanted, tools):
        return
    reached = [polled for polled in polls if not _is_unreachable(polled)]
    tools.unreachable.extend((work.source, polled) for polled in polls if _is_unreachable(polled))
    fresh = frozenset(c.feed_url for c in offered if c.feed_url and c.link_hash not in known)
    tools.recorder.add(
        feeds_part(
            reached,
            source_id=work.source.id,
            run_id=tools.run_id,
            unfinished=selection.unfinished,
            fresh=fresh,
            now=tools.now(),
            rng=tools.rng,
        )
    )


def settle_unreachable(tools: Tools, *, network_down: bool) -> None:
    """At the end of a round: record the feeds that could not be reached. Only now can be told whose fault it was:
    when no host at all answered it was our own network, and nothing is counted against the feeds."""
    for source, polled in tools.unreachable:
        tools.recorder.add(
            feeds_part(
                [polled],
                source_id=source.id,
                run_id=tools.run_id,
                unfinished=frozenset(),
                fresh=frozenset(),
                now=tools.now(),
                rng=tools.rng,
                network_down=network_down,
            )
        )
    tools.unreachable.clear()


def _is_unreachable(polled: Polled) -> bool:
    return polled.error is not None and polled.error.status in UNREACHABLE


async def _visit_all(work: Assignment, wanted: Sequence[Wanted], tools: Tools) -> bool:
    """Visit the pages, a few at once, and record them chunk by chunk. False when it was stopped half-way.

    A page whose site asks for a short pause is visited once more, after all the others.
    """
    visiting = _Visiting(work, tools)
    try:
        await visiting.go(wanted)
        if visiting.asked_for_a_pause and not await _stopped_within(SHORT_PAUSE_S, tools.stop):
            again, visiting.asked_for_a_pause = visiting.asked_for_a_pause, []
            await visiting.go(again, last_time=True)
    finally:
        visiting.record()
    return visiting.visited == len(wanted)


async def _stopped_within(limit_s: float, stop: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(limit_s):
            return await stop.wait()
    except TimeoutError:
        return False


class _Visiting:
    """The visits of one source under way: what is done and not yet recorded, and what is to be asked again."""

    def __init__(self, work: Assignment, tools: Tools) -> None:
        self._source = work.source
        self._tools = tools
        memory = work.memory or Memory(work.source.id)
        self._cleaner = Cleaner(work.source, memory, tools.run_id, tools.find_mentions, tools.rng)
        self._done: list[Visit] = []
        self.asked_for_a_pause: list[Wanted] = []
        self._recorded_at = time.monotonic()
        self.visited = 0

    async def go(self, wanted: Sequence[Wanted], *, last_time: bool = False) -> None:
        queue = iter(wanted)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._tools.page_tasks, len(wanted))):
                group.create_task(self._keep_visiting(queue, last_time))

    async def _keep_visiting(self, queue: Iterator[Wanted], last_time: bool) -> None:
        for each in queue:
            if self._tools.stop.is_set():
                return
            visit = await visit_page(each, self._source, self._tools)
            if not last_time and _asks_for_a_short_pause(visit):
                self.asked_for_a_pause.append(each)
                continue
            self._done.append(visit)
            self.visited += 1
            self._tools.progress.page_done()
            if len(self._done) >= CHUNK_PAGES or time.monotonic() > self._recorded_at + CHUNK_AFTER_S:
                self.record()

    def record(self) -> None:
        self._recorded_at = time.monotonic()
        if self._done:
            self._tools.recorder.add(self._cleaner.part(self._done, self._tools.now()))
            self._done = []


def _asks_for_a_short_pause(visit: Visit) -> bool:
    error = visit.error
    return error is not None and error.retry_after_s is not None and error.retry_after_s <= SHORT_PAUSE_S
