"""One page: from a file, from standard input or from the web, and through a worker process."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from extractors.cage import Cage
from extractors.jobs import page_job
from extractors.model import Extracted, FetchSettings, Page, Rejected, Request, Source
from flows.exits import CommandError
from flows.extraction.saved import NO_ADDRESS, UnreadableError, read_saved


async def found_page(name: str, url: str | None, fetch: FetchSettings) -> Page:
    """The page called `name`: a web address, a file, or "-". `url` is where a file was found.

    Raises `SourceError` for what the web did, `CommandError` for a file that can't be read.
    """
    if name.lower().startswith(("http://", "https://")):
        return await _fetched(name, fetch)
    address = url or NO_ADDRESS
    return Page(url=address, body=_read(name, fetch.max_bytes), found_url=address)


async def extracted_page(page: Page, timeout_s: float) -> Extracted | Rejected:
    """The article in `page`, from a worker that is killed when it takes longer than `timeout_s`."""
    async with Cage(workers=1, timeout_s=timeout_s) as cage:
        return await cage.run(page_job, page, url=page.url)


def with_source(page: Page, source: Source | None, timezone: str | None) -> Page:
    """The page with what is known of its source; a `timezone` that was asked for wins."""
    if source is None:
        return replace(page, timezone=timezone)
    return replace(
        page, timezone=timezone or source.timezone, language=source.language, site_name=source.name
    )


async def _fetched(url: str, fetch: FetchSettings) -> Page:
    from extractors.web.client import WebClient

    async with WebClient(fetch) as client:
        response = await client.get(Request(url, source_id=""))
    return Page(
        url=response.final_url,
        body=response.body,
        content_type=response.content_type,
        found_url=url,
        fetched_at=datetime.now(UTC),
    )


def _read(name: str, max_bytes: int) -> bytes:
    try:
        if name == "-":
            return read_saved(sys.stdin.buffer, max_bytes)
        with Path(name).open("rb") as stream:
            return read_saved(stream, max_bytes)
    except FileNotFoundError:
        raise click.UsageError(f"No such file: {name}") from None
    except OSError as error:
        raise CommandError(f"{name}: {(error.strerror or str(error)).lower()}") from None
    except UnreadableError as error:
        raise CommandError(f"{name}: {error}") from None
