"""Ending early, on a signal: once to stop in good order, twice to stop at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flows.signals import SIGNALS


class Stop:
    """Set by the first SIGINT or SIGTERM; `signal` says by which."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.signal: signal.Signals | None = None
        self._at_once = asyncio.Event()

    def set(self, signum: signal.Signals | None = None) -> None:
        """Ask for an end; asked twice, for one at once."""
        if self.event.is_set():
            self._at_once.set()
        self.signal = self.signal or signum
        self.event.set()

    @property
    def at_once(self) -> bool:
        """Whether it was asked for twice."""
        return self._at_once.is_set()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear the signals while the block runs. Whatever handled them before does so again afterwards.

        To be entered inside a Prefect flow's own function: Prefect puts a handler of its own around it, which
        would end the flow by an exception in the middle of things.
        """
        loop = asyncio.get_running_loop()
        before = {signum: signal.getsignal(signum) for signum in SIGNALS}
        for signum in SIGNALS:
            loop.add_signal_handler(signum, self.set, signum)
        try:
            yield
        finally:
            for signum, handler in before.items():
                loop.remove_signal_handler(signum)
                signal.signal(signum, handler)

    async def bounded(self, work: Sequence[Awaitable[Any]], grace_s: float) -> None:
        """Wait for all of `work`; after a stop for `grace_s` seconds at most, then it is cancelled.

        Raises the first exception of it, once the others are cancelled and gone.
        """
        tasks = {asyncio.ensure_future(each) for each in work}
        hurry = asyncio.create_task(self._hurry(grace_s))
        try:
            remaining = set(tasks)
            while remaining and not hurry.done():
                done, remaining = await asyncio.wait(remaining | {hurry}, return_when=asyncio.FIRST_COMPLETED)
                remaining.discard(hurry)
                if any(not t.cancelled() and t.exception() for t in done - {hurry}):
                    break
        finally:
            hurry.cancel()
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _hurry(self, grace_s: float) -> None:
        await self.event.wait()
        try:
            async with asyncio.timeout(grace_s):
                await self._at_once.wait()
        except TimeoutError:
            pass
