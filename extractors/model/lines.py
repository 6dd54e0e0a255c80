"""Lines that a site repeats: met, counted, remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Line:
    """A block that stands in several articles of one source, digits, dates and names folded in its digest."""

    digest: int
    sample: str
    articles: int
    first_seen_at: datetime
    last_seen_at: datetime
    state: Literal["candidate", "known", "forgotten"] = "candidate"


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of one source's repeated lines. `articles`: how many of its articles were counted."""

    source_id: str
    articles: int = 0
    lines: Mapping[int, Line] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One line seen in one article; the committer counts it when, and only when, the article is new."""

    source_id: str
    digest: int
    sample: str
    article_id: int
    at: datetime
