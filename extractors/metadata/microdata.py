"""Clues in microdata: itemprop on elements of the visible page."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

from extractors.metadata.clues import Clue, FactName
from extractors.metadata.prose import plain
from extractors.metadata.scan import Scan, visible_text

MAX_AUTHOR_LINE = 120  # characters; a longer "author" is a biography

_MEANINGS: dict[str, FactName] = {
    "headline": "title",
    "author": "author",
    "datepublished": "published",
    "datemodified": "modified",
    "articlesection": "section",
    "inlanguage": "language",
    "isaccessibleforfree": "paywall",
    "keywords": "tag",
}
# Items that stand on the page of an article, and are not it.
_OTHERS = (
    "Comment", "Review", "WebSite", "ListItem", "ImageObject", "VideoObject", "Question", "Answer",
    "Organization", "Person",
)  # fmt: skip


def clues_of_microdata(scan: Scan, heading: HtmlElement | None) -> Iterator[Clue]:
    """The properties of one item: the one that holds the headline, or else the first that says anything.

    Pages mark up their comments, teasers and pictures as well.
    """
    owned = [(names, element, _item_of(element)) for names, element in scan.microdata]
    items = [item for names, _, item in owned if _MEANINGS.keys() & set(names.lower().split())]
    around = set(heading.iterancestors()) if heading is not None else set()
    chosen = next((item for item in items if item in around), items[0] if items else None)
    if chosen is not None and (chosen.get("itemtype") or "").rstrip("/").endswith(_OTHERS):
        return
    for names, element, item in owned:
        if item is chosen:
            yield from _clues_of_property(names, element)


def _item_of(element: HtmlElement) -> HtmlElement | None:
    """The item that a property belongs to: the closest element around it with itemscope."""
    return next((parent for parent in element.iterancestors() if parent.get("itemscope") is not None), None)


def _clues_of_property(names: str, element: HtmlElement) -> Iterator[Clue]:
    for name in names.lower().split()[:4]:
        fact = _MEANINGS.get(name)
        if fact:
            text = plain(_name_in(element) if fact == "author" else _value_of(element))
            if text:
                yield Clue(fact, "microdata", text)


def _name_in(element: HtmlElement) -> str:
    named = next((inner for inner in element.iterdescendants() if inner.get("itemprop") == "name"), element)
    text = _value_of(named)
    return text if len(text) <= MAX_AUTHOR_LINE else ""


def _value_of(element: HtmlElement) -> str:
    return element.get("content") or element.get("datetime") or visible_text(element, 1_000)
