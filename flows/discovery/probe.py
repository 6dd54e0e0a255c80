"""The door to the web for commands that look at sites and store nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from extractors.cage import Cage
from extractors.discovery import Site, discover_site, try_feed, try_sitemap
from extractors.errors import ConnectionFailed, TlsFailed
from extractors.model import ExtractSettings, FetchSettings, Source
from extractors.ports import Parsers, Web
from extractors.web.client import WebClient
from flows.discovery.verdicts import Verdict, feed_verdict, sitemap_verdict
from flows.rounds.parsers import CageParsers
from flows.rounds.workshop import pace_file

SOURCES_AT_ONCE = 64


def pace_of(database: Path) -> Path | None:
    """What keeps the limits of hosts across processes; only where there is a database can there be others."""
    return pace_file(database) if database.exists() else None


async def found_site(url: str, fetch: FetchSettings, extract: ExtractSettings, pace: Path | None) -> Site:
    """What the site at `url` has; without a scheme https is tried, then http. Raises `SourceError`."""
    async with _doors(fetch, extract, pace) as (web, parsers):
        if "://" in url:
            return await discover_site(url, web, parsers)
        try:
            return await discover_site(f"https://{url}", web, parsers)
        except (ConnectionFailed, TlsFailed):
            return await discover_site(f"http://{url}", web, parsers)


async def checked_sources(
    sources: Sequence[Source], fetch: FetchSettings, extract: ExtractSettings, pace: Path | None
) -> list[Verdict]:
    """What is to be said of each feed and sitemap of the sources, in their order."""
    gate = asyncio.Semaphore(SOURCES_AT_ONCE)
    async with _doors(fetch, extract, pace) as (web, parsers):

        async def check(source: Source) -> list[Verdict]:
            async with gate:
                now = datetime.now(UTC)
                feeds = [await try_feed(url, web, parsers, source) for url in source.feeds]
                sitemaps = [await try_sitemap(url, web, parsers, source) for url in source.sitemaps]
                return [
                    *(feed_verdict(source.id, feed, now) for feed in feeds),
                    *(sitemap_verdict(source.id, sitemap) for sitemap in sitemaps),
                ]

        return [verdict for found in await asyncio.gather(*map(check, sources)) for verdict in found]


@asynccontextmanager
async def _doors(
    fetch: FetchSettings, extract: ExtractSettings, pace: Path | None
) -> AsyncIterator[tuple[Web, Parsers]]:
    async with WebClient(fetch, pace_file=pace) as web, Cage(extract.workers, extract.timeout_s) as cage:
        yield web, CageParsers(cage, fetch.max_entries, lambda: datetime.now(UTC))
