"""A backfill as a run of the Prefect flow `backfill`. Imports Prefect, which takes seconds."""

from __future__ import annotations

from prefect import flow

from extractors.ports import Progress
from flows.backfill.request import BackfillRequest, BackfillResult
from flows.backfill.run import run_backfill
from flows.monitor import keep_backfill_artifact, tracked
from flows.rounds.stopping import Stop


async def run_tracked_backfill(request: BackfillRequest, *, progress: Progress, stop: Stop) -> BackfillResult:
    """One backfill as a flow run, with a table of what became of it as its artifact."""

    @flow(name="backfill", flow_run_name=request.command, persist_result=False, validate_parameters=False)
    async def backfill() -> BackfillResult:
        with stop.listening():
            result = await run_backfill(request, progress=progress, stop=stop, step=tracked)
            await keep_backfill_artifact(result)
            return result

    return await backfill()
