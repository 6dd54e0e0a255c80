"""A plain second reading of a page: every running block of the part that holds most of its running text.

It knows nothing of how articles look, and so it does not fail where trafilatura does: on articles that are cut
into many sections of equal rank. It is the witness to judge trafilatura by, and its stand-in where that read a
part only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

MIN_RUNNING_CHARS = 60  # a sentence; shorter paragraphs are as often labels
MAX_LINK_SHARE = 0.4  # of a block's text inside links, from which it is a list of links
HOLDS = 0.85  # share of the running text that the article's container must hold

_BLOCKS = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "pre", "dd", "dt", "blockquote", "td", "th")
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_SILENT = frozenset(
    ("script", "style", "noscript", "template", "svg", "iframe", "select", "textarea", "video", "audio")
)
_CONTAINERS = frozenset(
    ("p", "div", "ul", "ol", "table", "blockquote", "section", "li", "dl", "article", "h2", "h3")
)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the tree, with its text on one line and how much of it is links (0 to 1)."""

    element: HtmlElement
    text: str
    link_share: float

    @property
    def is_running(self) -> bool:
        return (
            len(self.text) >= MIN_RUNNING_CHARS
            and self.link_share <= MAX_LINK_SHARE
            and self.element.tag not in _HEADINGS
        )


def plain_blocks(tree: HtmlElement) -> list[Block]:
    """All blocks of the page that hold text of their own, in order."""
    body = tree.find("body")
    return [] if body is None else list(_blocks(body))


def running_text(tree: HtmlElement, blocks: Sequence[Block]) -> tuple[str, ...]:
    """Of these blocks those in the smallest part of the tree that holds most of the running text."""
    body = tree.find("body")
    if body is None:
        return ()
    container = _container(body, blocks)
    return tuple(_text_blocks([block for block in blocks if _is_inside(block.element, container)]))


def _blocks(body: HtmlElement) -> Iterator[Block]:
    for element in body.iter(*_BLOCKS):
        if any(child.tag in _CONTAINERS for child in element):
            continue
        text = _SPACE.sub(" ", element.text_content()).strip()
        if text:
            yield Block(element, text, _link_share(element, len(text)))


def _link_share(element: HtmlElement, chars: int) -> float:
    """How much of the block leads elsewhere: links in it, or a link around it."""
    if any(_leads_away(around) for around in element.iterancestors("a")):
        return 1.0
    linked = sum(len(a.text_content().strip()) for a in element.iter("a") if _leads_away(a))
    return min(1.0, linked / chars)


def _leads_away(link: HtmlElement) -> bool:
    return not (link.get("href") or "#").startswith("#")


def _container(body: HtmlElement, blocks: Sequence[Block]) -> HtmlElement:
    """The deepest element that holds `HOLDS` of the running text."""
    held: dict[HtmlElement, int] = {}
    total = 0
    for block in blocks:
        if not block.is_running:
            continue
        total += len(block.text)
        for ancestor in block.element.iterancestors():
            held[ancestor] = held.get(ancestor, 0) + len(block.text)
            if ancestor is body:
                break
    container = body
    while True:
        deeper = next((child for child in container if held.get(child, 0) >= HOLDS * total > 0), None)
        if deeper is None:
            return container
        container = deeper


def _is_inside(element: HtmlElement, container: HtmlElement) -> bool:
    return element is container or any(ancestor is container for ancestor in element.iterancestors())


def _text_blocks(blocks: list[Block]) -> Iterator[str]:
    """Running blocks, short ones that are no links, and headings that have something below them."""
    pending: list[str] = []
    for block in blocks:
        if block.link_share > MAX_LINK_SHARE:
            continue
        if block.element.tag in _HEADINGS:
            pending = [block.text]
            continue
        yield from pending
        pending = []
        yield block.text
