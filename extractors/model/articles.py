"""An article as it is stored, and what is found in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from extractors.model.pages import Removed


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
