"""A round, from the plan to the published copy: its steps, and their order, once for tracked and untracked."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from extractors.cage import CageError
from extractors.harvest import harvest_source, settle_unreachable
from extractors.model import (
    ArchiveSettings,
    ExtractSettings,
    FeedState,
    FetchSettings,
    Link,
    Plan,
    Run,
    Source,
    Watchlist,
)
from extractors.ports import Assignment, Progress, Tools
from extractors.urls import identity
from flows.rounds.indexing import refresh_search
from flows.rounds.stopping import Stop
from flows.rounds.workshop import opened_tools
from storage.errors import DatabaseBusy, StorageError
from storage.pace import Pace
from storage.store import Finished, Store
from storage.summary import RunSummary

if TYPE_CHECKING:
    from flows.notices.settings import NoticeSettings
    from flows.report.period import ReportPlan

log = logging.getLogger(__name__)

T = TypeVar("T")
Step = Callable[[str, Callable[[], Awaitable[Any]]], Awaitable[Any]]

MAX_SHARDS = 24  # task runs of a round: each costs a Prefect server 50 ms of CPU
SOURCES_AT_ONCE = 256  # whose parsed feeds are in memory together: 50 entries of 2 KB each, usually
SLOW_HOST_S = 90.0  # of one round for a host with a Crawl-delay; three requests at the longest that is kept
GRACE_S = 5.0  # after a stop, for the requests and extractions under way


@dataclass(frozen=True, slots=True)
class RoundRequest:
    """What a round is asked to do. `only`: source ids, empty for all. `all_feeds`: due or not."""

    database: Path
    published: Path
    sources: tuple[Source, ...]
    watchlists: tuple[Watchlist, ...]
    fetch: FetchSettings
    extract: ExtractSettings
    only: frozenset[str] = frozenset()
    all_feeds: bool = False
    command: str = "run"
    archive: ArchiveSettings | None = None
    notices: NoticeSettings | None = None
    pace: Pace | None = None  # of publishing; None: after each round that changed something
    search: bool = False  # whether the search index is kept up to date
    report: ReportPlan | None = None  # the press reviews that are written when they are due


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What became of a round. `summary` is None when the database could not be had, and all of it waits.

    `mishaps`: our own faults, as (source id, what went wrong). `waiting`: batches that are safe in the spool and
    not yet in the database.
    """

    run_id: str
    feeds_polled: int
    summary: RunSummary | None
    mishaps: tuple[tuple[str, str], ...]
    waiting: int
    stopped: bool
    network_down: bool
    published: bool


async def untracked(_name: str, step: Callable[[], Awaitable[Any]]) -> Any:
    """Take a step as it is."""
    return await step()


def now_utc() -> datetime:
    """The clock of the edges; the core is handed it."""
    return datetime.now(UTC)


def new_run_id(now: datetime) -> str:
    """Unique, and sortable by its start: 20261124T053000-3fa9c1."""
    return f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"


def assignments(plan: Plan, sources: Sequence[Source]) -> tuple[Assignment, ...]:
    """The plan, source by source; sources with nothing due are left out."""
    feeds: dict[str, list[FeedState]] = {}
    pending: dict[str, list[Link]] = {}
    for state in plan.feeds:
        feeds.setdefault(state.source_id, []).append(state)
    for link in plan.pending:
        pending.setdefault(link.source_id, []).append(link)
    return tuple(
        Assignment(s, tuple(feeds.get(s.id, ())), tuple(pending.get(s.id, ())), plan.memories.get(s.id))
        for s in sources
        if s.id in feeds or s.id in pending
    )


def shards(work: Sequence[T], most: int = MAX_SHARDS) -> tuple[tuple[T, ...], ...]:
    """The work dealt out to at most `most` shards, evenly."""
    count = min(most, len(work))
    return tuple(tuple(work[i::count]) for i in range(count))


@dataclass(slots=True)
class Round:
    """A round under way: its tools, opened, and what was met."""

    tools: Tools
    network_down: bool = False
    mishaps: list[tuple[str, str]] = field(default_factory=list)  # our own faults, by source
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SOURCES_AT_ONCE))

    async def harvest(self, shard: Sequence[Assignment]) -> None:
        """Harvest the sources of one shard side by side."""
        async with asyncio.TaskGroup() as group:
            for work in shard:
                group.create_task(self._harvest_source(work))

    async def _harvest_source(self, work: Assignment) -> None:
        async with self.gate:
            try:
                await harvest_source(work, self.tools)
            except (StorageError, CageError):
                raise
            except Exception as error:
                # A fault of ours at one source is told, and costs the others nothing.
                log.error("internal error at source %s: %r", work.source.id, error)
                log.debug("where", exc_info=error)
                self.mishaps.append((work.source.id, f"internal error: {error!r}"))


async def run_round(
    request: RoundRequest,
    *,
    progress: Progress,
    stop: Stop,
    step: Step = untracked,
    now: Callable[[], datetime] = now_utc,
) -> RoundResult:
    """One whole round, word of it to whom the config names, and the press review that is due.

    `step` takes each named step (Prefect makes a task run of it).

    A `stop` ends it early: what is done is kept, and nobody is told. Raises `StorageError` when the database can't be
    used or written, and nothing that a web site can cause.
    """
    try:
        result = await _take_round(request, progress=progress, stop=stop, step=step, now=now)
    except Exception as error:
        await _tell(request, error, step, now)
        raise
    if not result.stopped:
        await _tell(request, result, step, now)
        await _review(request, step, now())
    return result


async def _review(request: RoundRequest, step: Step, now: datetime) -> None:
    """Write the press review that is due, if one is."""
    plan = request.report
    if plan is None:
        return
    from flows.report.due import due_review, write_due_review

    if due_review(plan, request.published, now) is None:
        return
    watchlists = tuple(watchlist.id for watchlist in request.watchlists)
    work = partial(write_due_review, plan, request.published, watchlists, now)
    try:
        path = await step("review", lambda: asyncio.to_thread(work))
        log.info("press review: %s", path)
    except (OSError, StorageError) as error:  # the next round tries again
        log.warning("no press review: %s", error)
    except Exception as error:  # a fault of ours there is no fault of the round
        log.error("internal error in the press review: %r", error)
        log.debug("where", exc_info=error)


async def _tell(
    request: RoundRequest, ended: RoundResult | Exception, step: Step, now: Callable[[], datetime]
) -> None:
    if request.notices is None:
        return
    from flows.notices.conditions import failure_of
    from flows.notices.round_end import tell_notices

    if isinstance(ended, Exception):
        failure: str | None = str(ended) or repr(ended)
    else:
        status = ended.summary.run.status if ended.summary else None
        failure = failure_of(network_down=ended.network_down, status=status)
    work = partial(tell_notices, request.notices, request.database, request.published, failure, now())
    try:
        await step("notices", lambda: asyncio.to_thread(work))
    except Exception as error:  # a fault of ours there is no fault of the round
        log.error("internal error in notices: %r", error)
        log.debug("where", exc_info=error)


async def _take_round(
    request: RoundRequest, *, progress: Progress, stop: Stop, step: Step, now: Callable[[], datetime]
) -> RoundResult:
    store = Store(request.database, request.published)
    run = Run(new_run_id(now()), request.command, now())
    plan: Plan = await step("plan", lambda: asyncio.to_thread(_plan, request, store, run))
    try:
        round_ = await _harvest(request, store, plan, run, step=step, progress=progress, stop=stop, now=now)
    except BaseException:
        await asyncio.to_thread(store.finish_run, replace(run, status="failed", finished_at=now()))
        raise
    stopped = stop.event.is_set()
    ended = replace(
        run,
        status="stopped" if stopped else "failed" if round_.network_down else "done",
        finished_at=now(),
    )
    finished: Finished = await step("commit", lambda: asyncio.to_thread(store.finish_run, ended))
    published = await step("publish", lambda: asyncio.to_thread(_publish, request, store, now()))
    return RoundResult(
        run_id=run.run_id,
        feeds_polled=len(plan.feeds),
        summary=finished.summary,
        mishaps=tuple(round_.mishaps),
        waiting=finished.committed.waiting,
        stopped=stopped,
        network_down=round_.network_down,
        published=published,
    )


def _publish(request: RoundRequest, store: Store, now: datetime) -> bool:
    try:
        made = store.publish(now, pace=request.pace)
    except DatabaseBusy as error:
        log.warning("not published now: %s", error)
        return False
    if request.search:
        refresh_search(request.published)
    if made.postponed_until is not None:
        log.info("not published before %s: publish in the config", f"{made.postponed_until:%H:%M:%S} UTC")
    return made.changed


def _plan(request: RoundRequest, store: Store, run: Run) -> Plan:
    """What is due, and all that is known of it; what an earlier round left in the spool is committed first."""
    wanted = [
        (feed, source.id)
        for source in request.sources
        if not request.only or source.id in request.only
        for feed in source.feeds
    ]
    return store.begin_round(run, request.sources, wanted, all_feeds=request.all_feeds)


async def _harvest(
    request: RoundRequest,
    store: Store,
    plan: Plan,
    run: Run,
    *,
    step: Step,
    progress: Progress,
    stop: Stop,
    now: Callable[[], datetime],
) -> Round:
    async with opened_tools(
        request,
        store,
        plan.robots,
        run.run_id,
        progress=progress,
        stop=stop,
        now=now,
        patience_s=SLOW_HOST_S,
        feed_links=cache(lambda: frozenset(identity(feed) for s in request.sources for feed in s.feeds)),
    ) as shop:
        round_ = Round(shop.tools)
        dealt = shards(assignments(plan, request.sources))
        steps = [
            step(f"harvest {number} of {len(dealt)}", partial(round_.harvest, shard))
            for number, shard in enumerate(dealt, 1)
        ]
        await stop.bounded(steps, GRACE_S)
        round_.network_down = shop.web.network_down()
        settle_unreachable(shop.tools, network_down=round_.network_down)
        await shop.desk.close()
        return round_
