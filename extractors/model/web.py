"""Over the wire: what is asked of a site and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes a request conditional (RFC 9110, section 13); empty strings are not sent."""

    etag: str = ""
    last_modified: str = ""


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class Request:
    """One GET. `source_id` says on whose behalf."""

    url: str
    source_id: str
    validators: Validators = Validators()
    kind: Literal["feed", "page", "sitemap"] = "page"


@dataclass(frozen=True, slots=True)
class Response:
    """A complete answer: 200 with its whole body, or 304 with none. All else is a `SourceError`."""

    url: str  # as asked for
    final_url: str  # after redirects
    http_status: int  # 200 or 304
    body: bytes  # decompressed, never over max_bytes
    content_type: str  # header as sent, "" when there was none
    validators: Validators  # of this answer; on a 304 those that were sent, where the answer repeats none
    permanent_url: str | None = None  # where an unbroken chain of 301/308 from `url` leads
    redirects: int = 0
    elapsed_ms: int = 0
    max_age_s: int | None = None  # Cache-Control, for the pace of polling
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class RobotsRecord:
    """One host's robots.txt, cached. `http_status` 0: it could not be had, and forbids until `expires_at`."""

    origin: str  # scheme://host[:port]
    http_status: int
    body: str
    fetched_at: datetime
    expires_at: datetime
