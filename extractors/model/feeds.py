"""A feed and its entries, and what is remembered of it between polls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from extractors.model.facts import Moment
from extractors.model.web import NO_VALIDATORS, Validators


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed or sitemap, as it says itself; nothing of it is believed yet."""

    url: str  # absolute http(s), as found; the link that will be fetched
    entry_id: str = ""  # guid/id as found
    title: str = ""
    authors: tuple[str, ...] = ()
    published: Moment | None = None
    updated: Moment | None = None
    summary: str = ""  # plain text
    content_html: str = ""  # the feed's full text, if it carries one
    tags: tuple[str, ...] = ()
    language: str | None = None
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that can't become an article, e.g. for want of a link."""

    url: str
    detail: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A parsed feed: newest entries first, in the order of the document where dates are missing."""

    url: str
    title: str
    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...] = ()
    language: str | None = None
    truncated: bool = False  # there were more than max_entries
    ttl_s: int | None = None  # ttl, sy:updatePeriod / updateFrequency, as seconds
    next_url: str | None = None  # RFC 5005 "next" or "prev-archive"
    self_url: str | None = None
    site_url: str | None = None


FeedCondition = Literal["ok", "failing", "gone"]


@dataclass(frozen=True, slots=True)
class FeedState:
    """One feed: where it stands, and when it is asked again."""

    feed_url: str  # as in the config: the key
    source_id: str
    validators: Validators = NO_VALIDATORS
    last_polled_at: datetime | None = None
    next_poll_at: datetime | None = None
    poll_interval_s: int = 600
    consecutive_failures: int = 0
    last_status: str = ""
    state: FeedCondition = "ok"
    failing_since: datetime | None = None
    fetch_url: str | None = None  # where a permanent redirect has moved it
    moved_to: str | None = None  # a permanent redirect seen, not yet believed
    moved_count: int = 0  # valid feeds that came from there
    newest_entry_at: datetime | None = None
    entries_per_day: float | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A span in which articles of a feed were probably missed."""

    feed_url: str
    from_at: datetime
    to_at: datetime
    estimated_articles: int
    reason: str
