"""A backfill, from what is known to the published copy: its steps, and their order, tracked or not."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from extractors.backfill.walk import Errand, Quota
from extractors.errors import SourceError
from extractors.model import Run
from extractors.ports import Progress
from flows.backfill.belonging import Belonging
from flows.backfill.fieldwork import Fieldwork, Ground
from flows.backfill.lists import ListFile
from flows.backfill.request import BackfillRequest, BackfillResult, SourceShare
from flows.backfill.warc_work import WarcWork
from flows.rounds.round import GRACE_S, Step, new_run_id, now_utc, shards, untracked
from flows.rounds.stopping import Stop
from flows.rounds.workshop import WORKER_AFTER_S, Workshop, opened_tools
from storage.errors import DatabaseBusy
from storage.sites import known_sites
from storage.store import Finished, Store

log = logging.getLogger(__name__)

FLUSH_AFTER_S = 1.0  # a backfill is stopped more often than a round, and a kill should cost few pages
FLUSH_FILES_AFTER_S = 10.0  # of files they are read again, at nobody's cost; a batch takes 35 ms of CPU
LEAST_S = 0.05  # a page takes no less, whatever the pace of its host: it is extracted


async def run_backfill(
    request: BackfillRequest,
    *,
    progress: Progress,
    stop: Stop,
    step: Step = untracked,
    now: Callable[[], datetime] = now_utc,
) -> BackfillResult:
    """One backfill, or its rehearsal. `step` takes each named step (Prefect makes a task run of it).

    A `stop` ends it early, and the same request carries on from there. Raises `StorageError` when the database
    can't be used or written, `CommandError` for a list that can't be read, and nothing that a web site can cause.
    """
    run = Run(new_run_id(now()), request.command, now())
    with _store(request) as store:
        ground: Ground = await step("plan", lambda: asyncio.to_thread(_ground, request, store, run, now()))
        try:
            result = await _carried_out(
                request, store, ground, run, step=step, progress=progress, stop=stop, now=now
            )
        except BaseException:
            if not request.dry_run:
                await asyncio.to_thread(store.finish_run, replace(run, status="failed", finished_at=now()))
            raise
        if request.dry_run:
            return result
        return await _finished(result, store, run, step=step, stopped=stop.event.is_set(), now=now)


@contextmanager
def _store(request: BackfillRequest) -> Iterator[Store]:
    """The database; for a rehearsal without one an empty one that goes again."""
    if not request.dry_run or request.database.exists():
        yield Store(request.database, request.published)
        return
    with tempfile.TemporaryDirectory(prefix="presswatch-") as folder:
        yield Store(Path(folder) / "empty.duckdb", Path(folder) / "published.duckdb")


def _ground(request: BackfillRequest, store: Store, run: Run, now: datetime) -> Ground:
    """What is known; what an earlier run left in the spool is committed first."""
    if request.dry_run:
        store.commit(now)
    else:
        store.sync_sources(request.sources)
        store.start_run(run)
    return Ground(
        robots=store.plan([], now).robots,
        memories=store.memories([source.id for source in request.sources]),
        belonging=Belonging(request.sources, known_sites(store.live)),
    )


async def _carried_out(
    request: BackfillRequest,
    store: Store,
    ground: Ground,
    run: Run,
    *,
    step: Step,
    progress: Progress,
    stop: Stop,
    now: Callable[[], datetime],
) -> BackfillResult:
    is_from_disk = request.route == "warc"
    opened = opened_tools(
        request,
        store,
        ground.robots,
        run.run_id,
        progress=progress,
        stop=stop,
        now=now,
        flush_after_s=FLUSH_FILES_AFTER_S if is_from_disk else FLUSH_AFTER_S,
        worker_after_s=0.0 if is_from_disk else WORKER_AFTER_S,  # pages come as fast as they are extracted
    )
    with ExitStack() as files:
        listed = files.enter_context(ListFile(request.files[0])) if request.route == "urls" else None
        async with opened as shop:
            quota = Quota(request.limit)
            if is_from_disk:
                result = await _sorted_out(request, ground, shop, quota, step=step, stop=stop)
            else:
                result = await _fetched(request, ground, shop, quota, listed, step=step, stop=stop)
            await shop.desk.close()
            return replace(
                result,
                run_id=None if request.dry_run else run.run_id,
                stopped=stop.event.is_set(),
                network_down=shop.web.network_down(),
                limit_reached=quota.is_spent,
                workers=request.extract.workers,
            )


async def _sorted_out(
    request: BackfillRequest, ground: Ground, shop: Workshop, quota: Quota, *, step: Step, stop: Stop
) -> BackfillResult:
    """The way of WARC files."""
    work = WarcWork(request, ground, shop.tools, quota)
    await stop.bounded([step("extract", work.go)], GRACE_S)
    return BackfillResult(
        request.route, None, work.shares(), mishaps=tuple(work.mishaps), of_others=work.unwanted
    )


async def _fetched(
    request: BackfillRequest,
    ground: Ground,
    shop: Workshop,
    quota: Quota,
    listed: ListFile | None,
    *,
    step: Step,
    stop: Stop,
) -> BackfillResult:
    """The way of lists, sitemaps and archives."""
    work = Fieldwork(request, ground, shop.tools, listed, quota)
    dealt = shards(await asyncio.to_thread(work.deal))
    steps = [
        step(f"backfill {number} of {len(dealt)}", partial(work.go, shard))
        for number, shard in enumerate(dealt, 1)
    ]
    await stop.bounded(steps, GRACE_S)
    shares = [await _share(errand, shop, request) for errand in work.errands]
    return BackfillResult(
        request.route,
        None,
        tuple(shares),
        unmatched=work.unmatched,
        mishaps=tuple(work.mishaps),
        notes=tuple(work.notes),
    )


async def _share(errand: Errand, shop: Workshop, request: BackfillRequest) -> SourceShare:
    in_vain = errand.patience.last if errand.patience.is_over else ""
    share = SourceShare(errand.source.id, errand.tally, in_vain)
    if not request.dry_run:
        return share
    delays = {host: await _delay_s(errand, host, shop, request) for host in errand.hosts}
    seconds = [count * max(delays[host], LEAST_S) for host, count in errand.hosts.items()]
    return replace(share, examples=tuple(errand.examples), seconds=max(seconds, default=0.0))


async def _delay_s(errand: Errand, host: str, shop: Workshop, request: BackfillRequest) -> float:
    url = next((url for url in errand.examples if host in url), f"https://{host}/")
    try:
        return await shop.web.delay_s(url)
    except SourceError:
        return request.fetch.per_host_delay_s


async def _finished(
    result: BackfillResult, store: Store, run: Run, *, step: Step, stopped: bool, now: Callable[[], datetime]
) -> BackfillResult:
    ended = replace(run, status="stopped" if stopped else "done", finished_at=now())
    finished: Finished = await step("commit", lambda: asyncio.to_thread(store.finish_run, ended))
    await step("publish", lambda: asyncio.to_thread(_publish, store, now()))
    return replace(result, summary=finished.summary, waiting=finished.committed.waiting)


def _publish(store: Store, now: datetime) -> None:
    try:
        store.publish(now)
    except DatabaseBusy as error:
        log.warning("not published now: %s", error)
