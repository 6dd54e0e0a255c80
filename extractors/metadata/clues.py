"""What speaks for a fact: the clues of a page, each with its origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from extractors.model import Page

FactName = Literal[
    "title", "author", "published", "modified", "language", "section", "tag", "image", "paywall", "canonical",
    "site",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clue:
    """One thing that a page says of one fact. Several of one origin belong together (a list of authors)."""

    fact: FactName
    origin: str  # a short fixed word: docs/facts.md lists them
    text: str  # plain, on one line, bounded


@dataclass(frozen=True, slots=True)
class Clues:
    """All that was found, in the order of the document within each origin."""

    page: Page
    clues: tuple[Clue, ...]
    base_url: str  # what relative addresses of the page are relative to
    sample: str = ""  # running text, for its language
    article_body: str = ""  # JSON-LD's articleBody, plain, paragraphs parted by newlines; may be long
    article_types: tuple[str, ...] = ()  # schema.org types of the page's own node, e.g. ("NewsArticle",)
    live_updates: tuple[str, ...] = ()  # of a live blog's latest entries, where the page has no others

    def of(self, fact: FactName) -> tuple[Clue, ...]:
        return tuple(clue for clue in self.clues if clue.fact == fact)
