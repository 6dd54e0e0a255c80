"""The worker processes as the stages see them: feeds and pages in, records or errors out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from extractors.cage import Cage
from extractors.model import Extracted, Feed, Page, Rejected, Response, Source

if TYPE_CHECKING:
    from extractors.jobs import FeedJob
    from extractors.sitemap import Sitemap

PARSED_PER_TAKEN = 10  # entries parsed for each that is taken: of a long feed later rounds take the rest
SITEMAP_ENTRIES = 50_000  # sitemaps.org: no sitemap has more


class CageParsers:
    """Parses in the cage, where what hangs is killed and costs only itself.

    The jobs are imported for the first answer that has something to parse: a feed with nothing new has nothing.
    """

    def __init__(self, cage: Cage, max_entries: int, now: Callable[[], datetime]) -> None:
        self._cage = cage
        self._now = now
        self._max_entries = max_entries * PARSED_PER_TAKEN

    async def feed(self, response: Response, source: Source) -> Feed:
        from extractors.jobs import feed_job

        job = self._job(response, source, self._max_entries)
        return await self._cage.run(feed_job, job, url=response.url)

    async def sitemap(self, response: Response, source: Source) -> Sitemap:
        from extractors.jobs import sitemap_job

        job = self._job(response, source, SITEMAP_ENTRIES)
        return await self._cage.run(sitemap_job, job, url=response.url)

    async def page(self, page: Page) -> Extracted | Rejected:
        from extractors.jobs import page_job

        return await self._cage.run(page_job, page, url=page.found_url or page.url)

    def _job(self, response: Response, source: Source, max_entries: int) -> FeedJob:
        from extractors.jobs import FeedJob

        return FeedJob(
            body=response.body,
            url=response.final_url,
            content_type=response.content_type,
            max_entries=max_entries,
            timezone=source.timezone,
            fetched_at=self._now(),
        )
