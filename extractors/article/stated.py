"""What a page's tags say of its article, folded for comparing with its blocks."""

from __future__ import annotations

from lxml.html import HtmlElement

from extractors.article.evidence import Stated
from extractors.boilerplate.folding import fold_line
from extractors.metadata.clues import Clues

MIN_NAME_CHARS = 5  # of an author; shorter ones ("AFP", "Max") stand in many words
MAX_DESCRIPTION = 2_000
_DESCRIPTIONS = frozenset(("og:description", "description"))


def stated_of(tree: HtmlElement, clues: Clues) -> Stated:
    """The statements of a page by which its blocks are judged."""
    names = {fold_line(clue.text) for clue in clues.of("author")}
    described = [
        (meta.get("content") or "")[:MAX_DESCRIPTION]
        for meta in tree.iter("meta")
        if (meta.get("property") or meta.get("name") or "").lower() in _DESCRIPTIONS
    ]
    return Stated(
        titles=frozenset(fold_line(clue.text) for clue in clues.of("title")) - {""},
        headlines=frozenset(fold_line(clue.text) for clue in clues.of("title") if clue.origin != "h1") - {""},
        authors=tuple(name for name in names if len(name) >= MIN_NAME_CHARS),
        description=fold_line(" ".join(described[:4])),
        body=fold_line(clues.article_body),
    )
