"""What is deployed to a Prefect server: three deployments, and the automation that clears zombie runs.

Imports Prefect, which takes seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from prefect.automations import AutomationCore
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, StateType
from prefect.deployments.runner import RunnerDeployment
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.flows import Flow
from prefect.schedules import Cron, Interval, Schedule
from prefect.types.entrypoint import EntrypointType

from flows import deployed
from flows.schedule import ANCHOR
from flows.serving.order import Order

NIGHTLY = "17 3 * * *"  # UTC; no full hour, when everybody's jobs start
HEARTBEAT_S = 30  # the least that Prefect 3.8 takes
SILENT_S = 3 * HEARTBEAT_S  # one lost heartbeat is no death; docs.prefect.io, "detect zombie flows"

# A round that comes while one is under way is not started: the next one has its work.
ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)


async def deployments(order: Order) -> tuple[RunnerDeployment, ...]:
    """`monitor`, `maintain` and `backfill`, under the name of the order."""
    return (
        await _deployment(
            deployed.monitor, order, _ROUNDS, schedule=_of_rounds(order), concurrency_limit=ONE_AT_A_TIME
        ),
        await _deployment(deployed.maintain, order, _UPKEEP, schedule=Cron(NIGHTLY)),
        await _deployment(deployed.backfill, order, _OLDER),
    )


async def _deployment(
    flow: Flow[..., Any],
    order: Order,
    description: str,
    *,
    schedule: Schedule | None = None,
    concurrency_limit: ConcurrencyLimitConfig | None = None,
) -> RunnerDeployment:
    return await flow.ato_deployment(
        order.name,
        description=description,
        schedule=schedule,
        concurrency_limit=concurrency_limit,
        parameters={"config": str(order.config)},
        tags=["presswatch"],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


_ROUNDS = (
    "Polls the feeds that are due, fetches new pages, extracts, cleans, stores and publishes. "
    "One round at a time: a run that finds another under way is cancelled, and nothing is lost by it."
)
_UPKEEP = (
    "Once a night: stored text judged again, old rows dropped, the copy published, and a page on how all is."
)
_OLDER = (
    "Older articles, on demand: *Run*, then *Custom run* asks where from. Repeated or interrupted, it goes on where "
    "it was, and adds nothing twice."
)


def _of_rounds(order: Order) -> Schedule:
    if order.schedule.cron is not None:
        return Cron(order.schedule.cron, timezone="UTC")
    return Interval(timedelta(seconds=order.schedule.interval_s or 0), anchor_date=ANCHOR, timezone="UTC")


def zombie_automation(name: str, deployment_ids: Sequence[UUID]) -> AutomationCore:
    """A run of ours that sends no heartbeat any more is marked as crashed, which frees its place.

    For runs of these deployments only: other people's may send theirs more seldom.
    """
    return AutomationCore(
        name=f"presswatch: crash zombie runs of {name}",
        description="A flow run that was killed with its runner is marked as crashed.",
        trigger=EventTrigger(
            after={"prefect.flow-run.heartbeat"},
            expect={
                f"prefect.flow-run.{event}"
                for event in ("heartbeat", "Completed", "Failed", "Cancelled", "Crashed")
            },
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            match_related=ResourceSpecification(
                {
                    "prefect.resource.role": "deployment",
                    "prefect.resource.id": [f"prefect.deployment.{each}" for each in deployment_ids],
                }
            ),
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=SILENT_S),
        ),
        actions=[
            ChangeFlowRunState(
                name=None,
                state=StateType.CRASHED,
                message=f"no heartbeat for {SILENT_S} s: it was killed",
                force=False,
            )
        ],
    )


async def install_automation(client: PrefectClient, automation: AutomationCore) -> None:
    """Make the automation, or bring the one of that name up to date."""
    for known in await client.read_automations_by_name(automation.name):
        await client.update_automation(known.id, automation)
        return
    await client.create_automation(automation)
