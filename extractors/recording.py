"""Chunks of visits on their way to the recorder: cleaned page by page, in the order in which they came."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from extractors.cleaning import NOTHING, Cleaner
from extractors.ports import Part, Tools
from extractors.visits import Visit

Chunk = tuple[Cleaner, Sequence[Visit]]


class Recording:
    """What one source's visiting, or one file's reading, has to record.

    Cleaning is work of the main process, some milliseconds a page. Were a chunk cleaned in one go, or those of several
    sources side by side, the workers would stand still meanwhile: nobody hands them pages.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._open: list[Iterator[Part]] = []

    async def record(self, *chunks: Chunk) -> None:
        """Clean chunks when it is their turn, and record them; others are served after each page.

        Cancelled, they are left for `close`. Those of one cleaner are to be given in their order.
        """
        opened = self._opened(chunks)
        if not opened:
            return
        async with self._tools.cleaning:
            for steps in opened:
                part = await self._cleaned(steps)
                self._open.remove(steps)
                self._tools.recorder.add(part)

    async def _cleaned(self, steps: Iterator[Part]) -> Part:
        part = NOTHING
        try:
            for part in steps:
                if part is NOTHING:
                    await asyncio.sleep(0)
        except Exception:  # a bug of ours: the pages of this chunk are visited again
            self._open.remove(steps)
            raise
        return part

    def close(self, *chunks: Chunk) -> None:
        """Record at once what was begun or waits for its turn, and then these."""
        self._opened(chunks)
        for steps in self._open:
            *_, part = steps
            self._tools.recorder.add(part)
        self._open.clear()

    def _opened(self, chunks: Sequence[Chunk]) -> list[Iterator[Part]]:
        opened = [cleaner.steps(visits, self._tools.now()) for cleaner, visits in chunks if visits]
        self._open += opened
        return opened
