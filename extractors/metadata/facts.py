"""A page's tree -> its facts."""

from __future__ import annotations

from lxml.html import HtmlElement

from extractors.metadata.collection import collect
from extractors.metadata.decisions import Guess, decide
from extractors.model import Facts, Page


def read_facts(tree: HtmlElement, page: Page, *, guess: Guess | None = None) -> Facts:
    """Title, authors, dates, language and the rest, each with its origin and what spoke against it.

    The tree is left as it is. `guess("title" | "date")` is asked, at most once each, for what nothing
    else tells; it returns "" when it does not know. No page makes this raise.
    """
    return decide(collect(tree, page), guess=guess)
