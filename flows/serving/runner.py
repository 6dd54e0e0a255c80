"""The process that serves the deployments, on its supervisor's leash: its one argument is the order as JSON.

Each flow run is a process of its own below it. SIGTERM stops them in good order, and then this one.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from prefect.client.orchestration import get_client
from prefect.runner import Runner

from flows.event_loop import run_async
from flows.serving.children import OURS
from flows.serving.deployments import HEARTBEAT_S, deployments, install_automation, zombie_automation
from flows.serving.order import Order
from flows.serving.zombies import Zombies
from storage.presence import living, signal_all

RUNS_AT_ONCE = 4  # a round, the night's upkeep, and two backfills
STOP_LIMIT_S = 7.0  # for the flow runs under way: a round has 5 s of grace, then commits and publishes


def query_seconds(interval_s: int | None) -> float:
    """How often to ask for scheduled runs: often enough that a round is not late by more than a tenth of its pace."""
    return min(10.0, max(2.0, (interval_s or 600) / 10))


async def serve(order: Order) -> None:
    """Deploy, clear what an earlier runner left, and serve until SIGTERM."""
    runner = Runner(
        name=f"presswatch-{order.name}",
        query_seconds=query_seconds(order.schedule.interval_s),
        prefetch_seconds=0,  # a run begins when its process does: not before its time
        heartbeat_seconds=HEARTBEAT_S,
        limit=RUNS_AT_ONCE,
        pause_on_shutdown=False,
    )
    started_at = datetime.now(UTC)
    ids = [await runner.aadd_deployment(each) for each in await deployments(order)]
    async with get_client() as client:
        await install_automation(client, zombie_automation(order.name, ids))
        clearing = asyncio.create_task(Zombies(ids, order.running, started_at, _say).clear_for_ever(client))
        serving = asyncio.create_task(runner.start())
        stopped = asyncio.Event()
        await asyncio.sleep(0)  # the runner sets a handler of its own first, which would end runs as crashed
        for signum in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signum, stopped.set)
        _say("serving")
        await _first_of(serving, stopped)
        clearing.cancel()
        if stopped.is_set():
            await wait_for_end(order.running)
            serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


async def _first_of(serving: asyncio.Task[None], stopped: asyncio.Event) -> None:
    waiting = asyncio.create_task(stopped.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


async def wait_for_end(
    running: Path,
    limit_s: float = STOP_LIMIT_S,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> bool:
    """Ask the flow runs on this machine to stop; whether all of them did so within `limit_s`."""
    signal_all(running, signal.SIGTERM)
    deadline = clock() + limit_s
    while living(running):
        if clock() >= deadline:
            return False
        await sleep(0.1)
    return True


def _say(line: str) -> None:
    """For whoever looks at `presswatch serve`."""
    sys.stdout.write(f"{OURS}{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    run_async(serve(Order.from_json(sys.argv[1])))
