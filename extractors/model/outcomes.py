"""What became of each URL that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Status = Literal[
    "stored", "updated", "unchanged", "duplicate", "not_modified", "rejected",
    "timeout", "too_large", "redirect", "blocked", "robots", "rate_limited", "http_3xx", "http_4xx", "http_5xx",
    "connection", "protocol", "tls", "decode", "encoding", "empty", "not_a_feed", "parse", "extraction", "pending",
]  # fmt: skip


GOOD: frozenset[Status] = frozenset(
    ("stored", "updated", "unchanged", "duplicate", "not_modified", "rejected")
)


Stage = Literal["feed", "page", "sitemap", "robots", "extract", "archive", "warc"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one URL in one run: exactly one for each URL and run."""

    run_id: str
    source_id: str
    url: str
    stage: Stage
    status: Status
    at: datetime
    detail: str = ""
    http_status: int | None = None
    bytes: int | None = None
    elapsed_ms: int | None = None
    article_id: int | None = None  # of the version it carries; the committer settles stored/updated/unchanged
