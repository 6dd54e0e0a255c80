"""Runs that a server believes to be under way, though nobody carries them out any more.

Prefect never clears them by itself, and with rounds limited to one at a time such a run would keep all others from
starting: for five minutes when its lease runs out, and for ever where the server has forgotten the lease.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Crashed

from flows.serving.presence import living

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
UNDER_WAY = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)


async def clear_inherited(
    client: PrefectClient, deployment_ids: Sequence[UUID], running: Path, started_at: datetime
) -> None:
    """Mark as crashed what an earlier runner left under way, as soon as its process is gone.

    A process that outlived its runner ends its run itself; it is waited for. What this runner starts, after
    `started_at`, is its own affair. To be awaited before this runner starts anything, or beside it.
    """
    inherited = {run.id for run in await _under_way(client, deployment_ids) if _older(run, started_at)}
    while inherited:
        alive = living(running)
        still = {run.id: run for run in await _under_way(client, deployment_ids) if run.id in inherited}
        for run_id, run in still.items():
            if str(run_id) not in alive:
                await client.set_flow_run_state(
                    run_id, Crashed(message="its process was killed, or its machine"), force=True
                )
                log.warning("cleared the zombie run %s", run.name)
        inherited = {run_id for run_id in still if str(run_id) in alive}
        if inherited:
            await asyncio.sleep(LOOK_EVERY_S)


def _older(run: FlowRun, started_at: datetime) -> bool:
    return run.state is None or run.state.timestamp <= started_at


async def _under_way(client: PrefectClient, deployment_ids: Sequence[UUID]) -> list[FlowRun]:
    return await client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=list(deployment_ids))),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(UNDER_WAY)))
        ),
    )
