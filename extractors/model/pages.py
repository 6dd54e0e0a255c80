"""A page, and what is made of it: an article with its blocks, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from extractors.model.facts import Facts
from extractors.model.feeds import Entry
from extractors.model.outcomes import Status
from extractors.model.web import NO_VALIDATORS, Validators


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
    validators: Validators = NO_VALIDATORS
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
