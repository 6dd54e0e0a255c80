"""The flow `monitor`: a round as a Prefect run. One of the few modules that import Prefect, which takes seconds.

Task runs are at the grain of stages and shards, some tens in a round whatever its size: one task run costs the
client 8 ms and the server 50 ms of CPU (measured on Prefect 3.8).
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from prefect import flow, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker

from extractors.ports import Progress
from flows.rounds.round import RoundRequest, RoundResult, run_round
from flows.rounds.stopping import Stop
from flows.rounds.summary import headline, summary_rows


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
            await acreate_table_artifact(
                key="presswatch-round",
                table=[{"what": what, "count": count} for what, count in summary_rows(result)],
                description=headline(result),
            )
            return result

    return await monitor()


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
