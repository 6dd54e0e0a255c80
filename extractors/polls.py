"""Polling the feeds of a source: one request each, and what follows from its answer."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from extractors import polling
from extractors.errors import Postponed, SourceError
from extractors.gaps import detect_gap
from extractors.model import Feed, FeedState, Outcome, Request, Skipped, Source, Stage, Status
from extractors.ports import Part, Polled, Tools
from extractors.urls import hash64


async def poll_feed(state: FeedState, source: Source, tools: Tools) -> Polled:
    """Ask for one feed, conditionally, and parse what comes."""
    request = Request(state.fetch_url or state.feed_url, source.id, state.validators, kind="feed")
    try:
        response = await tools.web.get(request)
        feed = None if response.http_status == 304 else await tools.parsers.feed(response, source)
        return Polled(state, response=response, feed=feed)
    except SourceError as error:
        return Polled(state, error=error)
    finally:
        tools.progress.feed_done()


def feeds_part(
    polls: Iterable[Polled],
    *,
    source_id: str,
    run_id: str,
    unfinished: frozenset[str],
    fresh: frozenset[str],
    claimed: set[int],
    now: datetime,
    rng: random.Random,
    all_new: frozenset[str] = frozenset(),
    network_down: bool = False,
) -> Part:
    """The new states and the outcomes of the feeds of one source.

    `unfinished`: feeds of which entries are left for a later round. `fresh`: feeds that named an unknown link;
    `all_new`: those that named no other. `claimed`: what has its outcome already; what can't become an article is
    told once, and added to it.
    With `network_down` a failure was our own, and counts against nobody.
    """
    states, outcomes, gaps = [], [], []
    for polled in polls:
        url = polled.before.feed_url
        if network_down:
            states.append(polling.spare(polled.before, now, rng))
        else:
            states.append(feed_state_after(polled, unfinished=url in unfinished, now=now, rng=rng))
        outcomes.append(_outcome(polled, source_id, run_id, now, is_fresh=url in fresh))
        if polled.feed is None:
            continue
        if gap := detect_gap(polled.before, polled.feed, now, is_all_new=url in all_new):
            gaps.append(gap)
        outcomes.extend(
            Outcome(run_id, source_id, each.url, "page", "rejected", now, detail=each.detail)
            for each in _told_once(polled.feed.skipped, claimed)
        )
    return Part(feeds=tuple(states), outcomes=tuple(outcomes), gaps=tuple(gaps))


def _told_once(skipped: Iterable[Skipped], claimed: set[int]) -> Iterator[Skipped]:
    for each in skipped:
        if each.url and hash64(each.url) not in claimed:
            claimed.add(hash64(each.url))
            yield each


def feed_state_after(polled: Polled, *, unfinished: bool, now: datetime, rng: random.Random) -> FeedState:
    """The feed's next state. While entries are left for a later round its old validators stay, and it is due:
    with the new ones the next answer would be a 304, and the rest would be lost."""
    if isinstance(polled.error, Postponed):
        return polling.spare(polled.before, now, rng)
    if polled.error is not None:
        return polling.after_failure(polled.before, polled.error, now, rng)
    if polled.response is None:
        return polled.before
    if polled.feed is None:
        return polling.after_not_modified(polled.before, polled.response, now, rng)
    state = polling.after_success(polled.before, polled.response, polled.feed, now, rng)
    return replace(state, validators=polled.before.validators, next_poll_at=now) if unfinished else state


def _outcome(polled: Polled, source_id: str, run_id: str, now: datetime, *, is_fresh: bool) -> Outcome:
    url, response = polled.before.feed_url, polled.response
    if polled.error is not None or response is None:
        return failed_outcome(polled.error, run_id, source_id, url, "feed", now)
    status: Status = "not_modified" if polled.feed is None else "updated" if is_fresh else "unchanged"
    return Outcome(
        run_id,
        source_id,
        url,
        "feed",
        status,
        now,
        detail=_contents(polled.feed) if polled.feed else "",
        http_status=response.http_status,
        bytes=len(response.body),
        elapsed_ms=response.elapsed_ms,
    )


def _contents(feed: Feed) -> str:
    """ "50 entries", with what is odd about them."""
    parts = [f"{len(feed.entries)} entries"]
    if feed.skipped:
        parts.append(f"{len(feed.skipped)} unusable: {feed.skipped[0].detail}")
    if feed.truncated:
        parts.append("the rest left out")
    return ", ".join(parts)


def failed_outcome(
    error: SourceError | None, run_id: str, source_id: str, url: str, stage: Stage, now: datetime
) -> Outcome:
    """The one outcome of a URL that could not be had."""
    if error is None:
        return Outcome(run_id, source_id, url, stage, "pending", now, detail="not asked for")
    return Outcome(
        run_id,
        source_id,
        url,
        stage,
        error.status,
        now,
        detail=error.detail,
        http_status=error.http_status,
        elapsed_ms=error.elapsed_ms,
    )
