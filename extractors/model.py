"""The records that travel: one frozen dataclass for each stage of an article's way.

Times are aware ``datetime``; identities are signed 64-bit integers (`extractors.urls.identity`), so that
the database can join on them. Nothing here imports anything of the project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Generic, Literal, TypeVar

T = TypeVar("T")

# ------------------------------------------------------------------------------------------- what is asked for


@dataclass(frozen=True, slots=True)
class Source:
    """One outlet, as the config names it."""

    id: str
    name: str
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    language: str | None = None  # ISO 639-1
    timezone: str | None = None  # IANA name, for dates that carry no offset
    tags: tuple[str, ...] = ()
    protect: tuple[str, ...] = ()  # lines never taken for boilerplate, compared folded
    drop: tuple[str, ...] = ()  # lines always taken for boilerplate, compared folded


@dataclass(frozen=True, slots=True)
class Watchlist:
    """What somebody watches for: any of these, all of those, none of the others."""

    id: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """`fetch:` of the config; what each means is said there and in docs/configuration.md."""

    user_agent: str = "presswatch (+https://example.org/about-our-crawler)"
    timeout_s: float = 20.0
    max_bytes: int = 10_000_000
    max_redirects: int = 5
    max_entries: int = 500
    per_host_connections: int = 2
    per_host_delay_s: float = 0.5
    concurrency: int = 64
    respect_robots: bool = True
    allow_networks: tuple[str, ...] = ()  # CIDRs


@dataclass(frozen=True, slots=True)
class ExtractSettings:
    """`extract:` of the config, with "auto" already resolved to a number of processes."""

    workers: int = 2
    timeout_s: float = 15.0


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """`archive:` of the config: where pages are kept as they were fetched, in files of `rotate_bytes`, and for how
    many days; None for ever."""

    folder: Path
    rotate_bytes: int = 1_000_000_000
    keep_days: int | None = None


# ------------------------------------------------------------------------------------------------ over the wire


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes a request conditional (RFC 9110, section 13); empty strings are not sent."""

    etag: str = ""
    last_modified: str = ""


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


# -------------------------------------------------------------------------------------------------------- facts

Precision = Literal["second", "minute", "day"]
Offset = Literal["stated", "assumed"]


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, with how well it is known. `at` keeps the offset of its source."""

    at: datetime
    precision: Precision = "second"
    offset: Offset = "stated"


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """A decided value, where it came from, and what spoke against it.

    `origin` is a short fixed word ("jsonld", "og", "h1", "feed", "dateline", "trafilatura", ...), "" when
    unknown. `losers` are "origin=value" of the candidates that said something else, each cut to 200 characters.
    """

    value: T
    origin: str = ""
    losers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of an article but its text."""

    title: Fact[str]
    authors: Fact[tuple[str, ...]] = Fact(())
    published: Fact[Moment | None] = Fact(None)
    modified: Fact[Moment | None] = Fact(None)
    language: Fact[str | None] = Fact(None)  # ISO 639-1
    section: Fact[str | None] = Fact(None)
    tags: Fact[tuple[str, ...]] = Fact(())
    image_url: Fact[str | None] = Fact(None)
    paywalled: Fact[bool | None] = Fact(None)
    canonical_url: Fact[str] = Fact("")


# ------------------------------------------------------------------------------------------------ feed -> entries


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


# ------------------------------------------------------------------------------------------------ page -> article


@dataclass(frozen=True, slots=True)
class Page:
    """What the extractor is given: bytes, and all that is known from outside of them."""

    url: str  # where the bytes came from, after redirects; base of relative links
    body: bytes
    content_type: str = ""
    found_url: str = ""  # the link as found, before redirects
    fetched_at: datetime | None = None
    entry: Entry | None = None
    timezone: str | None = None  # of the source
    language: str | None = None  # of the source
    site_name: str = ""  # of the source


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as it was fetched, with what it takes to read it again: `link` as found, and what its feed said."""

    link: str
    url: str  # where the bytes came from, after redirects
    body: bytes
    content_type: str
    fetched_at: datetime
    source_id: str
    validators: Validators = Validators()
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """A block that is not part of the article, why, and its place among the extracted blocks (from 0)."""

    text: str
    reason: str
    position: int


@dataclass(frozen=True, slots=True)
class Extracted:
    """An article before boilerplate is judged: facts, and the blocks of its text in order.

    A block is a paragraph, heading, list item or table row: non-empty, without a blank line in it. `furniture`
    are blocks that the page's own markup shows to be no article text, with the positions that they would have
    among `blocks` + `furniture` together.
    """

    url: str
    facts: Facts
    blocks: tuple[str, ...]
    furniture: tuple[Removed, ...] = ()
    text_origin: str = "trafilatura"  # or "jsonld", "feed", "resiliparse", ...
    extractor: str = ""  # its name and version

    @property
    def chars(self) -> int:
        """The length of all that was extracted."""
        return sum(map(len, self.blocks)) + sum(len(each.text) for each in self.furniture)


@dataclass(frozen=True, slots=True)
class Rejected:
    """Not an article. A return value and not an error: nothing went wrong.

    `status` is "rejected", "empty", "encoding", "parse" or "extraction" of `Status`.
    """

    url: str
    detail: str
    status: Status = "rejected"


@dataclass(frozen=True, slots=True)
class Stripped:
    """The result of cleaning: `kept` and `removed` together are what was extracted, nothing is destroyed."""

    kept: tuple[str, ...]
    removed: tuple[Removed, ...]


# ---------------------------------------------------------------------------------------------------- boilerplate


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


# ------------------------------------------------------------------------------------------------ what is kept

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


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the facts of one row came from: the STRUCT in `articles.provenance`."""

    title: str
    authors: str
    text: str
    published_at: str
    time_precision: str  # second, minute, day, "" when there is no time
    time_offset: str  # stated, assumed, ""
    language: str
    canonical_url: str
    losers: tuple[str, ...]  # "fact:origin=value"
    extractor: str


@dataclass(frozen=True, slots=True)
class ArticleVersion:
    """One text of one article, ready to be stored."""

    article_id: int  # identity(canonical_url)
    source_id: str
    url: str  # as found
    canonical_url: str
    title: str
    authors: tuple[str, ...]
    published_at: datetime | None
    modified_at: datetime | None
    language: str | None
    text: str  # kept blocks joined by a blank line
    word_count: int
    section: str | None
    tags: tuple[str, ...]
    image_url: str | None
    paywalled: bool | None
    feed_url: str | None
    first_seen_at: datetime
    fetched_at: datetime
    content_hash: int  # of title and text
    removed: tuple[Removed, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Mention:
    """A term of a watchlist in an article: `text[start_char:end_char]` of the stored text, or of the title
    when `in_title`."""

    article_id: int
    watchlist_id: str
    term: str
    start_char: int
    end_char: int
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """By what copies of one text are known: `keys` are signed 32-bit hashes of word sequences, of each `spacing` of
    them in a row one at least. `agency`: the one that the article credits."""

    article_id: int
    content_hash: int
    spacing: int
    keys: tuple[int, ...]
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Rematch:
    """A stored text that was matched against watchlists anew; its mentions of these take the place of the old."""

    article_id: int
    content_hash: int
    watchlist_ids: tuple[str, ...]


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
    validators: Validators = Validators()  # of the page
    attempts: int = 0  # failures in a row
    next_try_at: datetime | None = None
    entry: Entry | None = None  # only while pending


FeedCondition = Literal["ok", "failing", "gone"]


@dataclass(frozen=True, slots=True)
class FeedState:
    """One feed: where it stands, and when it is asked again."""

    feed_url: str  # as in the config: the key
    source_id: str
    validators: Validators = Validators()
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
class RobotsRecord:
    """One host's robots.txt, cached. `http_status` 0: it could not be had, and forbids until `expires_at`."""

    origin: str  # scheme://host[:port]
    http_status: int
    body: str
    fetched_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """A span in which articles of a feed were probably missed."""

    feed_url: str
    from_at: datetime
    to_at: datetime
    estimated_articles: int
    reason: str


@dataclass(frozen=True, slots=True)
class Record:
    """What leaves a stage together and is committed in one transaction, once (`batch_id`)."""

    batch_id: str
    run_id: str
    versions: tuple[ArticleVersion, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    links: tuple[Link, ...] = ()
    feeds: tuple[FeedState, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    mentions: tuple[Mention, ...] = ()
    robots: tuple[RobotsRecord, ...] = ()
    gaps: tuple[Gap, ...] = ()
    fingerprints: tuple[Fingerprint, ...] = ()
    rematches: tuple[Rematch, ...] = ()
    watched: int | None = None  # hash of the watchlists that the versions were matched by


@dataclass(frozen=True, slots=True)
class Run:
    """One round, backfill or other command that wrote."""

    run_id: str
    command: str
    started_at: datetime
    finished_at: datetime | None = None
    status: Literal["running", "done", "failed", "stopped"] = "running"
    articles_new: int = 0
    articles_updated: int = 0
    errors: int = 0


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


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a round needs to know, read once and frozen."""

    feeds: tuple[FeedState, ...]  # the due ones
    pending: tuple[Link, ...]  # links whose next try is due
    memories: Mapping[str, Memory]  # by source_id
    robots: Mapping[str, RobotsRecord]  # by origin
