"""The flow `monitor`: a round as a Prefect run. One of the few modules that import Prefect, which takes seconds.

Task runs are at the grain of stages and shards, some tens in a round whatever its size: one task run costs the
client 8 ms and the server 50 ms of CPU (measured on Prefect 3.8).
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from prefect import flow, task
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker

from extractors.ports import Progress
from flows.health.page import health_markdown
from flows.rounds.round import RoundRequest, RoundResult, now_utc, run_round
from flows.rounds.stopping import Stop
from flows.rounds.summary import headline, summary_rows
from storage.health import status_report

if TYPE_CHECKING:
    from flows.backfill.request import BackfillResult

log = logging.getLogger(__name__)


async def tracked(name: str, step: Callable[[], Awaitable[Any]]) -> Any:
    """Take a step as a task run called `name`. What it returns stays in this process."""

    @task(name=name.split()[0], task_run_name=name, cache_policy=NO_CACHE, persist_result=False)
    async def take() -> Any:
        return await step()

    return await take()


async def run_tracked(request: RoundRequest, *, progress: Progress, stop: Stop) -> RoundResult:
    """One round as a run of the flow `monitor`, with a table of what became of it as its artifact."""

    @flow(name="monitor", persist_result=False, validate_parameters=False)
    async def monitor() -> RoundResult:
        with stop.listening():
            result = await run_round(request, progress=progress, stop=stop, step=tracked)
            await keep_round_artifact(request, result)
            return result

    return await monitor()


@contextmanager
def artifact_kept() -> Iterator[None]:
    """A server that has gone meanwhile costs an artifact, and not what the run has done."""
    try:
        yield
    except Exception as error:  # of Prefect's client, of HTTP, of the network: all mean the same here
        log.warning("no artifact was kept: %r", error)


async def keep_round_artifact(request: RoundRequest, result: RoundResult) -> None:
    """A table of what became of a round, and a page of how all is, with the flow run that made them."""
    await _keep("presswatch-round", headline(result), summary_rows(result))
    with artifact_kept():
        page = await asyncio.to_thread(_health_of, request)
        await acreate_markdown_artifact(key="presswatch-health", markdown=page, description="How all is")


def _health_of(request: RoundRequest) -> str:
    return health_markdown(status_report(request.database, request.published), now_utc())


async def keep_backfill_artifact(result: BackfillResult) -> None:
    """The same of a backfill."""
    from flows.backfill import summary

    await _keep("presswatch-backfill", summary.headline(result), summary.summary_rows(result))


async def _keep(key: str, description: str, rows: Sequence[tuple[str, int]]) -> None:
    with artifact_kept():
        table = [{"what": what, "count": count} for what, count in rows]
        await acreate_table_artifact(key=key, table=table, description=description)


async def drain_reports(limit_s: float = 10.0) -> None:
    """Send what Prefect still has to tell its server: logs and events. To be awaited before that server is
    stopped, or Prefect tries to reach it for more than a minute when the process ends."""
    for worker in (APILogWorker, EventsWorker):
        drained = worker.drain_all(timeout=limit_s)
        if inspect.isawaitable(drained):
            try:
                await asyncio.wait_for(drained, limit_s)
            except TimeoutError:
                continue
