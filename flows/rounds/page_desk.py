"""The desk that keeps pages as they were fetched: in a thread of its own, so that no disk holds up the round."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime

from extractors.model import ArchiveSettings, KeptPage
from storage.pages.writer import PageWriter, prune

log = logging.getLogger(__name__)

WAITING_BYTES = 32_000_000  # of bodies that the disk has not taken yet; whoever fetches more, waits


class PageDesk:
    """Keeps pages in the archive; an async context manager.

    What goes wrong with the disk is said once, and no page is kept from then on: articles are worth more. Pages
    older than the archive keeps them go at its beginning.
    """

    def __init__(self, settings: ArchiveSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._writer = PageWriter(settings, now)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pages")
        self._waiting_bytes = 0
        self._room = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self.broken = False

    async def __aenter__(self) -> PageDesk:
        loop = asyncio.get_running_loop()
        with suppress(OSError):  # a folder that is not there yet, or can't be read: writing will tell
            await loop.run_in_executor(self._thread, prune, self._settings, self._now())
        return self

    async def __aexit__(self, *_exc: object) -> None:
        """What was handed in is written."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    async def keep(self, page: KeptPage) -> None:
        """Hand in a page. Waits only where the disk is far behind."""
        async with self._room:
            await self._room.wait_for(lambda: self._waiting_bytes < WAITING_BYTES or self.broken)
        if self.broken:
            return
        self._waiting_bytes += len(page.body)
        task = asyncio.create_task(self._written(page))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _written(self, page: KeptPage) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._write, page)
        finally:
            self._waiting_bytes -= len(page.body)
            async with self._room:
                self._room.notify_all()

    def _write(self, page: KeptPage) -> None:
        if self.broken:
            return
        try:
            self._writer.write(page)
        except OSError as error:
            self.broken = True
            log.error("pages are not kept any more: %s: %s", self._settings.folder, error.strerror or error)

    def _close(self) -> None:
        with suppress(OSError):
            self._writer.close()
