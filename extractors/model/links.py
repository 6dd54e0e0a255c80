"""What becomes of each link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from extractors.model.feeds import Entry
from extractors.model.web import NO_VALIDATORS, Validators

LinkState = Literal["stored", "final", "pending"]


@dataclass(frozen=True, slots=True)
class Link:
    """What is remembered of one address found in a feed or sitemap, so that it is not fetched again for nothing.

    "stored": its article is in the database. "final": it will never be one (rejected). "pending": to be tried
    at `next_try_at`; `entry` is kept for that.
    """

    link_hash: int  # identity(url as found)
    source_id: str
    url: str
    feed_url: str | None
    state: LinkState
    fingerprint: int  # of what the entry says; a change means the article may have been edited
    first_seen_at: datetime
    updated_at: datetime
    article_id: int | None = None
    validators: Validators = NO_VALIDATORS  # of the page
    attempts: int = 0  # failures in a row
    next_try_at: datetime | None = None
    entry: Entry | None = None  # only while pending


@dataclass(frozen=True, slots=True)
class KnownLink:
    """What the plan knows of a link: enough to decide whether, and how, to fetch. `feed_url`: who named it when it
    was last fetched."""

    link_hash: int
    state: LinkState
    fingerprint: int
    attempts: int
    next_try_at: datetime | None
    first_seen_at: datetime
    article_id: int | None
    validators: Validators
    feed_url: str | None = None
