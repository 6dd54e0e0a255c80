"""What the worker processes are asked to do: functions at the top of a module, that pickle by name.

Who asks imports this too, and needs none of the readers: they are imported in the worker, before its first job.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from extractors.model import Extracted, Feed, Page, Rejected

if TYPE_CHECKING:
    from extractors.sitemap import Sitemap

READERS = ("extractors.article.page", "extractors.feed", "extractors.sitemap")

# Of one article, with what was removed from it: 80,000 words. It is cleaned in the main process, at 0.3 s a million.
MAX_TEXT_CHARS = 500_000


@dataclass(frozen=True, slots=True)
class FeedJob:
    """The body of a feed or sitemap, and what is known of it."""

    body: bytes
    url: str
    content_type: str
    max_entries: int
    timezone: str | None
    fetched_at: datetime


def page_job(page: Page) -> Extracted | Rejected:
    """One page read to the end; of a page without a body, what its feed carries of it. Never raises."""
    from extractors.article.page import extract_entry, extract_page

    if not page.body and page.entry is not None and page.entry.content_html:
        return _bounded(extract_entry(page.entry, page))
    return _bounded(extract_page(page))


def _bounded(result: Extracted | Rejected) -> Extracted | Rejected:
    if isinstance(result, Rejected) or (chars := result.chars) <= MAX_TEXT_CHARS:
        return result
    return Rejected(result.url, f"a text of {chars:,} characters is no article")


def feed_job(job: FeedJob) -> Feed:
    """One feed parsed. Raises the `SourceError` that says why it can't be."""
    from extractors.feed import parse_feed

    return parse_feed(
        job.body,
        job.url,
        content_type=job.content_type,
        max_entries=job.max_entries,
        timezone=job.timezone,
        fetched_at=job.fetched_at,
    )


def sitemap_job(job: FeedJob) -> Sitemap:
    """One sitemap parsed. Raises the `SourceError` that says why it can't be."""
    from extractors.sitemap import parse_sitemap

    return parse_sitemap(
        job.body,
        job.url,
        content_type=job.content_type,
        max_entries=job.max_entries,
        timezone=job.timezone,
        fetched_at=job.fetched_at,
    )
