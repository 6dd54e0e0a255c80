"""What `presswatch serve` is: it starts a Prefect server and the runner, restarts what dies, and ends all.

Prefect is a convenience here, and no condition: while it is away for longer than a minute, for whatever reason,
rounds are made at their times all the same, untracked. This process imports no Prefect and holds no state but
processes, so there is little that could end it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flows.moments import span
from flows.rounds.stopping import Stop
from flows.schedule import next_moment
from flows.server import PrefectServer, shorten, start_server
from flows.serving.children import Child, start_round, start_runner
from flows.serving.order import Order
from flows.tracking import server_answers
from storage.presence import living

TICK_S = 0.5
ASK_EVERY_S = 3.0  # whether the server answers: 2 ms of its CPU
BUSY_S = 10.0  # a server that has so much to do that it answers late is not away
START_LIMIT_S = 180.0  # of our server, then it is started again; 11 to 22 s on two idle cores
AWAY_S = 60.0  # our own server is back in 20 s; a round of ten minutes' pace can wait for a minute
LONGEST_PAUSE_S = 60.0  # between two starts of what dies at once
STEADY_S = 120.0  # what has run for so long did not die at once
END_S = 8.0  # for the flow runs and the runner, of the 10 s within which a command ends
SERVER_END_S = 1.5

Note = Callable[[str], None]


@dataclass(slots=True)
class Patience:
    """When what died may be started again: at once, and then after pauses that double."""

    clock: Callable[[], float]
    pause_s: float = 0.0
    started_at: float = float("-inf")
    not_before: float = float("-inf")

    def died(self) -> float:
        """Note a death; the pause before the next start, in seconds."""
        lived_s = self.clock() - self.started_at
        longer_s = min(2 * self.pause_s, LONGEST_PAUSE_S) or 1.0
        self.pause_s = 0.0 if lived_s > STEADY_S else longer_s
        self.not_before = self.clock() + self.pause_s
        return self.pause_s

    def may_start(self) -> bool:
        """Whether the pause is over."""
        return self.clock() >= self.not_before

    def started(self) -> None:
        """Note a start."""
        self.started_at = self.clock()


@dataclass(slots=True)
class Supervisor:
    """Tends one order. `api_url`: of the Prefect server; `port`: of our own there, None where it is not ours."""

    order: Order
    api_url: str
    port: int | None
    note: Note
    away_s: float = AWAY_S
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    server: PrefectServer | None = None
    runner: Child | None = None
    round: Child | None = None
    answers: bool = False
    _asked_at: float = float("-inf")
    _answered_at: float = field(init=False)
    _tracked_at: float = field(init=False)
    _next_round: datetime | None = None
    _patience_server: Patience = field(init=False)
    _patience_runner: Patience = field(init=False)

    def __post_init__(self) -> None:
        self._answered_at = self._tracked_at = self.clock()
        self._patience_server, self._patience_runner = Patience(self.clock), Patience(self.clock)

    async def tend(self, stop: Stop) -> None:
        """Until `stop`: look after all, every half second. Then end all, within ten seconds."""
        if self.port is None:
            self.note(f"the Prefect server is that of {self.api_url}")
        try:
            while not stop.event.is_set():
                await self._ask()
                self._tend_server()
                self._tend_runner()
                self._tend_rounds()
                await _wait(stop.event, TICK_S)
        finally:
            await self._end(stop)

    # ------------------------------------------------------------------------------------------------ the server

    async def _ask(self) -> None:
        """Whether the server answers."""
        if self.clock() - self._asked_at < ASK_EVERY_S and self._has_process:
            return
        self._asked_at = self.clock()
        answers = self._has_process and await asyncio.to_thread(server_answers, self.api_url)
        if answers:
            self._answered_at = self.clock()
        elif self.answers and self._has_process:
            answers = self.clock() - self._answered_at < BUSY_S
        if answers != self.answers:
            ui = self.api_url.removesuffix("/api")
            self.note(f"Prefect: {ui}" if answers else f"Prefect: no answer from {ui}")
        self.answers = answers

    @property
    def _has_process(self) -> bool:
        return self.port is None or (self.server is not None and self.server.is_running())

    def _tend_server(self) -> None:
        if self.port is None:
            return
        if self.server is not None:
            hangs = self.clock() - max(self._answered_at, self._patience_server.started_at) > START_LIMIT_S
            if self.server.is_running() and not hangs:
                shorten(self.server.log)
                return
            pause_s = self._patience_server.died()
            what = "hangs" if hangs else "has ended"
            self.note(f"the Prefect server {what} (its log: {self.server.log}); {_again(pause_s)}")
            self.server.stop(SERVER_END_S)
            self.server, self.answers = None, False
        if self._patience_server.may_start():
            self._patience_server.started()
            self.note("starting a Prefect server, which takes 10 to 20 s")
            self.server = start_server(self.order.home, self.port)

    # ------------------------------------------------------------------------------------------------ the runner

    def _tend_runner(self) -> None:
        if self.runner is not None and self.runner.code() is not None:
            pause_s = self._patience_runner.died()
            self.note(f"the runner has ended ({self.runner.code()}); {_again(pause_s)}")
            self.runner = None
        if (
            self.runner is None
            and self.answers
            and self._patience_runner.may_start()
            and (self.round is None or self.round.code() is not None)
        ):
            self._patience_runner.started()
            self.runner = start_runner(self.order, self._environment(), self.note)

    def _environment(self) -> dict[str, str]:
        return self.server.environment() if self.server is not None else {"PREFECT_API_URL": self.api_url}

    # ------------------------------------------------------------------------------------ rounds without Prefect

    def _tend_rounds(self) -> None:
        """Make the rounds that are due while Prefect can't."""
        if self.round is not None and self.round.code() is not None:
            self.round = None
        if self.answers and self.runner is not None:
            self._tracked_at, self._next_round = self.clock(), None
            return
        if self.clock() - self._tracked_at < self.away_s:
            return
        now = self.now()
        if self._next_round is None:
            self._next_round = next_moment(self.order.schedule, now)
            self.note("Prefect is away: rounds are made untracked meanwhile")
        if now >= self._next_round:
            self._next_round = next_moment(self.order.schedule, now)
            if self.round is None and not living(self.order.running):
                self.round = start_round(self.order, self.note)

    # --------------------------------------------------------------------------------------------------- the end

    async def _end(self, stop: Stop) -> None:
        """End all: the rounds in good order, then the runner, then the server. A second signal ends them at once."""
        deadline = self.clock() + END_S
        children = [child for child in (self.round, self.runner) if child is not None]
        for child in children:
            child.terminate()
        await _until(
            lambda: (
                stop.at_once or self.clock() > deadline or all(child.code() is not None for child in children)
            )
        )
        for child in children:
            child.kill()
        if self.server is not None:
            await asyncio.to_thread(self.server.stop, SERVER_END_S)


def _again(pause_s: float) -> str:
    return f"started again in {span(pause_s)}" if pause_s else "started again"


async def _until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - the end of a process is no event
        await asyncio.sleep(0.05)


async def _wait(event: asyncio.Event, limit_s: float) -> None:
    try:
        async with asyncio.timeout(limit_s):
            await event.wait()
    except TimeoutError:
        pass
