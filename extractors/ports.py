"""The seams of a harvest: what is handed in, and what is passed on. Protocols and plain records, no code."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from extractors.errors import SourceError
from extractors.model import (
    ArticleVersion,
    Extracted,
    Feed,
    FeedState,
    Fingerprint,
    Gap,
    KeptPage,
    KnownLink,
    Link,
    Memory,
    Mention,
    Outcome,
    Page,
    Rejected,
    Request,
    Response,
    Sighting,
    Source,
)

if TYPE_CHECKING:
    from extractors.sitemap import Sitemap  # the parsers are imported by who parses


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll of one feed brought: an error, or an answer, with its feed unless it was a 304."""

    before: FeedState
    response: Response | None = None
    feed: Feed | None = None
    error: SourceError | None = None


class Web(Protocol):
    """The door to the web: a complete answer, or a `SourceError`."""

    async def get(self, request: Request) -> Response: ...


class Parsers(Protocol):
    """The worker processes. A feed that is none is a `SourceError`; so is what hangs or kills a worker."""

    async def feed(self, response: Response, source: Source) -> Feed: ...

    async def sitemap(self, response: Response, source: Source) -> Sitemap: ...

    async def page(self, page: Page) -> Extracted | Rejected: ...


class Archive(Protocol):
    """What the database knows of links, by their identities."""

    async def known_links(self, hashes: Sequence[int]) -> Mapping[int, KnownLink]: ...


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a record: what one source wants kept, together and in this order of pieces."""

    versions: tuple[ArticleVersion, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    links: tuple[Link, ...] = ()
    feeds: tuple[FeedState, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    mentions: tuple[Mention, ...] = ()
    gaps: tuple[Gap, ...] = ()
    fingerprints: tuple[Fingerprint, ...] = ()


class Recorder(Protocol):
    """Takes what is to be kept, and keeps its order: a later part is never kept without the earlier ones."""

    def add(self, part: Part) -> None: ...


class Progress(Protocol):
    """Told of what is done, for people to see."""

    def feed_done(self) -> None: ...

    def pages_found(self, count: int) -> None: ...

    def page_done(self) -> None: ...

    def place(self, bar: str, done: int, total: int) -> None: ...


class PageKeeper(Protocol):
    """Keeps pages as they were fetched. Never raises what a disk can do, and waits only when it can't keep up."""

    async def keep(self, page: KeptPage) -> None: ...


@dataclass(frozen=True, slots=True)
class Assignment:
    """One source's part of a round."""

    source: Source
    feeds: tuple[FeedState, ...] = ()
    pending: tuple[Link, ...] = ()
    memory: Memory | None = None


FindMentions = Callable[[int, str, str], tuple[Mention, ...]]  # article_id, title, text


@dataclass(frozen=True, slots=True)
class Tools:
    """All that a harvest is handed in."""

    web: Web
    parsers: Parsers
    archive: Archive
    recorder: Recorder
    progress: Progress
    find_mentions: FindMentions
    run_id: str
    max_entries: int
    page_tasks: int  # pages of one source on their way at once
    now: Callable[[], datetime]
    rng: random.Random
    stop: asyncio.Event
    claimed: set[int]  # links that some source of this round already takes care of
    unreachable: list[
        tuple[Source, Polled]
    ]  # feeds whose hosts could not be reached, to be settled at the end
    keeper: PageKeeper | None = None  # where there is an archive of pages
    # Links that are feeds of this round, and no pages; asked for when a link is met: reading 1,000 takes 16 ms.
    feed_links: Callable[[], frozenset[int]] = frozenset
    cleaning: asyncio.Lock = field(default_factory=asyncio.Lock)  # held by who cleans: one at a time
