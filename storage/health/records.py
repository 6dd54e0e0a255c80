"""What `presswatch status` knows: records without a decision in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class RunLine:
    """One of the last runs."""

    run_id: str
    command: str
    started_at: datetime
    finished_at: datetime | None
    status: str
    articles_new: int
    articles_updated: int
    errors: int


@dataclass(frozen=True, slots=True)
class FailingFeed:
    """A feed that fails, or is gone, since when, and why: `detail` is that of its last poll, from the web."""

    feed_url: str
    source_id: str
    state: str
    last_status: str
    failing_since: datetime | None
    consecutive_failures: int
    next_poll_at: datetime | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class QuietSource:
    """A source that has published next to nothing for `window_h` hours: `articles`, where `expected` are usual in
    these hours of these weekdays."""

    source_id: str
    articles_24h: int
    usual_per_day: float
    window_h: int = 24
    articles: int = 0
    expected: float = 0.0
    last_article_at: datetime | None = None


TemplateSign = Literal["shorter", "longer", "undated", "unsigned", "removed", "rejected"]


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """One sign that the pages of a source are made in another way: `now` in its last `articles`, where it lay
    between `low` and `high` before.

    `shorter`, `longer`: median words of an article. `undated`, `unsigned`: the share without a date, without authors.
    `removed`: median blocks taken out of an article. `rejected`: the share of fetched pages that are no article.
    """

    source_id: str
    sign: TemplateSign
    now: float
    low: float
    high: float
    articles: int


@dataclass(frozen=True, slots=True)
class GapLine:
    """A span in which articles of a feed were probably missed."""

    feed_url: str
    source_id: str | None
    from_at: datetime
    to_at: datetime
    estimated_articles: int
    reason: str


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk of one of our files: bytes that are free, and that must be for the work to go on."""

    folder: str
    free_bytes: int
    needed_bytes: int

    @property
    def is_low(self) -> bool:
        return self.free_bytes < self.needed_bytes


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What `presswatch status` shows.

    `as_of`: the last poll that the copy knows of. `hourly`: articles that rounds found in each of the 24 hours before
    it, oldest first. `lag_s`, `lag_p95_s`: seconds from publication to first sight of those of the last day, median
    and 95th percentile; articles that were out before their source was watched, and those with a day for a time, are
    left out. `network_down`: the last round failed, and most of what it asked for could not be reached. All lists
    are complete but `runs`, which are the last ones.
    """

    published_at: datetime | None  # when the copy was made that this is read from; None where there is none
    articles: int
    articles_24h: int
    lag_s: float | None
    feeds: int
    feeds_ok: int
    feeds_failing: int
    feeds_gone: int
    pages_pending: int
    batches_waiting: int
    batches_broken: int
    gaps_7d: int
    missed_7d: int
    live_bytes: int
    published_bytes: int
    free_bytes: int
    runs: tuple[RunLine, ...]
    failing: tuple[FailingFeed, ...]
    quiet: tuple[QuietSource, ...]
    network_down: bool = False
    as_of: datetime | None = None
    lag_p95_s: float | None = None
    hourly: tuple[int, ...] = ()
    changed: tuple[TemplateChange, ...] = ()
    gaps: tuple[GapLine, ...] = ()  # of the last seven days, latest first
    spool_bytes: int = 0
    oldest_batch_at: datetime | None = None
    disks: tuple[Disk, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One source as the copy knows it: what its feeds say, and how much it published."""

    source_id: str
    feeds: int
    feeds_failing: int
    failing_since: datetime | None
    last_status: str  # of a feed that fails, "" when none does
    last_polled_at: datetime | None
    last_article_at: datetime | None
    articles: int
    articles_24h: int
    usual_per_day: float
