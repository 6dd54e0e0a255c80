"""Facts of an article, each with its origin and what spoke against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

Precision = Literal["second", "minute", "day"]


Offset = Literal["stated", "assumed"]


T = TypeVar("T")


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
