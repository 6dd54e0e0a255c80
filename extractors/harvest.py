"""One source in one round: poll its feeds, fetch what is new, extract, clean, record. Joins the stages.

What leaves is a stream of parts to a `Recorder`, in an order that never lets a feed's validators run ahead of
its articles: the feeds' new states are the last part of their source.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from extractors.polls import feeds_part, poll_feed
from extractors.ports import Assignment, Polled, Tools
from extractors.selection import Wanted, candidates, pending_candidates, select_links

UNREACHABLE = frozenset(("connection", "timeout"))


async def harvest_source(work: Assignment, tools: Tools) -> None:
    """Poll, fetch, extract, clean and record one source. Raises nothing that a web site can cause.

    Once `tools.stop` is set, or when it is cancelled, no further page is begun; what is done is recorded, and
    the feeds keep their old states, so that the next round finds the rest.
    """
    if tools.stop.is_set():
        return
    polls = await _polled(work, tools)
    offered = list(pending_candidates(work.pending))
    for polled in polls:
        if polled.feed is not None:
            offered.extend(candidates(polled.feed.entries, polled.before.feed_url))
    if offered:
        taken = tools.feed_links()
        offered = [c for c in offered if c.link_hash not in tools.claimed and c.link_hash not in taken]
    tools.claimed.update(c.link_hash for c in offered)
    known = await tools.archive.known_links([c.link_hash for c in offered]) if offered else {}
    selection = select_links(offered, known, limit_per_feed=tools.max_entries, now=tools.now())
    tools.progress.pages_found(len(selection.wanted))
    if selection.wanted and not await _visited(work, selection.wanted, tools):
        return
    reached = [polled for polled in polls if not _is_unreachable(polled)]
    tools.unreachable.extend((work.source, polled) for polled in polls if _is_unreachable(polled))
    fresh = frozenset(c.feed_url for c in offered if c.feed_url and c.link_hash not in known)
    familiar = frozenset(c.feed_url for c in offered if c.link_hash in known)
    tools.recorder.add(
        feeds_part(
            reached,
            source_id=work.source.id,
            run_id=tools.run_id,
            unfinished=selection.unfinished,
            fresh=fresh,
            all_new=fresh - familiar,
            claimed=tools.claimed,
            now=tools.now(),
            rng=tools.rng,
        )
    )


async def _polled(work: Assignment, tools: Tools) -> list[Polled]:
    if len(work.feeds) == 1:  # most sources have one, and it needs no task of its own
        return [await poll_feed(work.feeds[0], work.source, tools)]
    return await asyncio.gather(*(poll_feed(state, work.source, tools) for state in work.feeds))


async def _visited(work: Assignment, wanted: Sequence[Wanted], tools: Tools) -> bool:
    # Imported for a page that is new: with the extractor behind it, it is a third of what a round costs to start.
    from extractors.visiting import source_cleaner, visit_links

    return await visit_links(source_cleaner(work.source, work.memory, tools), wanted, tools)


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
                claimed=tools.claimed,
                now=tools.now(),
                rng=tools.rng,
                network_down=network_down,
            )
        )
    tools.unreachable.clear()


def _is_unreachable(polled: Polled) -> bool:
    return polled.error is not None and polled.error.status in UNREACHABLE
