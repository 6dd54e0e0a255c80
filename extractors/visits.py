"""Visiting the pages of a source: fetch, extract, and, where a page can't be had, the feed's own text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from extractors.errors import ExtractionFailed, SourceError
from extractors.model import Extracted, KeptPage, Page, Rejected, Request, Response, Source
from extractors.ports import Tools
from extractors.selection import Wanted
from extractors.urls import is_home


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of one page.

    `result` is None for a 304, and where nothing could be had. With an `error` a result is the feed's own text.
    `fetched_at`: when somebody had it from the web, where that was not `at`. The body of `response` is let go of,
    since visits wait for others of their source to be recorded; `body_bytes` was its size.
    """

    wanted: Wanted
    at: datetime
    response: Response | None = None
    result: Extracted | Rejected | None = None
    error: SourceError | None = None
    fetched_at: datetime | None = None
    body_bytes: int | None = None


async def visit_page(wanted: Wanted, source: Source, tools: Tools) -> Visit:
    """Fetch and extract one page. Never raises what a site can cause."""
    response = None
    try:
        response = await tools.web.get(Request(wanted.url, source.id, wanted.validators))
        if response.http_status == 304:
            return Visit(wanted, tools.now(), response, body_bytes=0)
        if tools.keeper is not None:
            await tools.keeper.keep(kept_page(wanted, response, source, tools.now()))
        result = await _extract(wanted, response, source, tools)
        return Visit(wanted, tools.now(), replace(response, body=b""), result, body_bytes=len(response.body))
    except SourceError as error:
        left = replace(response, body=b"") if response else None
        return Visit(wanted, tools.now(), left, await _from_feed(wanted, source, tools), error)


async def _extract(wanted: Wanted, response: Response, source: Source, tools: Tools) -> Extracted | Rejected:
    if is_home(response.final_url) and not is_home(wanted.url):
        return Rejected(wanted.url, "redirects to a home page")
    result = await tools.parsers.page(page_of(wanted, response, source, tools.now()))
    if isinstance(result, Rejected) and result.status == "extraction":
        # Our own failure says nothing of the page: the next release may read it, so it isn't final.
        raise ExtractionFailed(wanted.url, result.detail)
    return result


def page_of(wanted: Wanted, response: Response, source: Source, fetched_at: datetime) -> Page:
    """What the extractor is told of a page."""
    return Page(
        url=response.final_url,
        body=response.body,
        content_type=response.content_type,
        found_url=wanted.url,
        fetched_at=fetched_at,
        entry=wanted.candidate.entry,
        timezone=source.timezone,
        language=source.language,
        site_name=source.name,
    )


def kept_page(wanted: Wanted, response: Response, source: Source, fetched_at: datetime) -> KeptPage:
    """The page as it is kept, whatever is made of it."""
    return KeptPage(
        link=wanted.url,
        url=response.final_url,
        body=response.body,
        content_type=response.content_type,
        fetched_at=fetched_at,
        source_id=source.id,
        validators=response.validators,
        entry=wanted.candidate.entry,
    )


async def _from_feed(wanted: Wanted, source: Source, tools: Tools) -> Extracted | None:
    """The article as the feed carries it, if it carries the text at all."""
    entry = wanted.candidate.entry
    if not entry.content_html:
        return None
    page = page_of(
        wanted, Response(wanted.url, wanted.url, 200, b"", "", wanted.validators), source, tools.now()
    )
    try:
        result = await tools.parsers.page(replace(page, body=b""))
    except SourceError:
        return None
    return result if isinstance(result, Extracted) else None
