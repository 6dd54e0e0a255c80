"""Runs that a server believes to be under way, though nobody carries them out any more.

Prefect never clears them by itself, and with rounds limited to one at a time such a run would keep all others from
starting: for five minutes when its lease runs out, and for ever where the server has forgotten the lease.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
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

from storage.presence import living

log = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0
UNDER_WAY = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
STARTING_S = 120.0  # from pending to a process that is present: 3 s, and 20 on a machine that has more to do


@dataclass(slots=True)
class Zombies:
    """The runs of these deployments that are under way, against the processes that are present on this machine.

    `started_at`: when this runner began. What was under way before that is judged at once; what this runner started
    is given the time to become present, and two looks.
    """

    deployment_ids: Sequence[UUID]
    running: Path
    started_at: datetime
    note: Callable[[str], None]
    _missed: set[UUID] = field(default_factory=set)

    async def clear_for_ever(self, client: PrefectClient) -> None:
        """Look every ten seconds. A server that is away is asked again later."""
        while True:
            try:
                await self.clear(client, datetime.now(UTC))
            except Exception as error:  # of Prefect's client, of HTTP, of the network: all mean the same here
                log.info("not looked for zombie runs: %r", error)
            await asyncio.sleep(LOOK_EVERY_S)

    async def clear(self, client: PrefectClient, now: datetime) -> None:
        """Mark as crashed what nobody carries out any more."""
        runs = await _under_way(client, self.deployment_ids)
        alive = living(self.running)
        missed = {run.id for run in runs if str(run.id) not in alive}
        for run in runs:
            if run.id in missed and self._is_dead(run, now):
                await client.set_flow_run_state(
                    run.id, Crashed(message="its process was killed, or its machine"), force=True
                )
                self.note(f"cleared the zombie run {run.name}")
        self._missed = missed

    def _is_dead(self, run: FlowRun, now: datetime) -> bool:
        """Of a run that has no process."""
        since = run.state.timestamp if run.state is not None else self.started_at
        if since <= self.started_at:
            return True
        if run.state is not None and run.state.type is StateType.PENDING:
            return (now - since).total_seconds() > STARTING_S
        return run.id in self._missed


async def _under_way(client: PrefectClient, deployment_ids: Sequence[UUID]) -> list[FlowRun]:
    return await client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=list(deployment_ids))),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(UNDER_WAY)))
        ),
    )
