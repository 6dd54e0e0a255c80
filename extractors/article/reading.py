"""A page's tree -> its blocks of text in order, each with the elements around it. Reads, judges nothing.

A block is what a reader sees as one piece: a paragraph, heading, list item, table row, caption, button, or loose
text between such. Identical blocks stay apart, and nothing visible is left out, so that what is not article text
can be told as removed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from lxml.html import HtmlElement

from extractors.article.vocabulary import LAYOUT, TAG_BITS, Marker
from extractors.boilerplate.folding import fold_line

MAX_BLOCKS = 6_000  # the most of 956 real pages: 4,900; each costs 20 microseconds further on
MAX_DEPTH = 150  # of elements; deeper ones are read as text in the line of their ancestor
RUNNING_CHARS = 60  # a sentence; shorter paragraphs are as often labels
LAYOUT_SHARE = 0.4  # of the page's text from which an element is its layout
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
    "i", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike",
    "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "img", "picture", "source", "nobr",
))  # fmt: skip
_BOLD = frozenset(("b", "strong"))
_UNREAD = frozenset((
    "script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "video", "audio",
    "canvas", "head", "select", "option", "textarea", "input", "map", "math", "meta", "link", "progress",
    "datalist",
))  # fmt: skip
# Never article text, unless an unclosed tag has swallowed the page: with fewer paragraphs than that.
_AROUND = {"nav": 4, "footer": 12}
_ROW_IS_LAYOUT = ("p", "div", "table", "ul", "ol", "h2", "h3", "form", "article", "section")
_LINES = re.compile(r"\s*\n\s*")  # code stays in lines; an empty one would part its block
_GAP = re.compile(r"\n{2,}")


@dataclass(slots=True, eq=False)
class Node:
    """An element that makes blocks. `own` are the bits of its tag and attributes; `bits` has its parents' too."""

    number: int
    parent: Node | None
    element: HtmlElement
    tag: str
    own: int
    depth: int
    bits: int = 0
    chars: int = 0  # of all blocks within
    linked: int = 0  # of these, how many are in links
    blocks: int = 0


@dataclass(slots=True, eq=False)
class Block:
    """One piece of text. `bits` are those of its node and of the inline elements in it."""

    text: str
    node: Node
    tag: str
    linked: int  # characters in links
    bold: int
    inline: int  # bits of the inline elements
    folded: str  # the text by `fold_line`
    anchors: bool = False  # its links lead to places on the same page
    bits: int = 0

    @property
    def link_share(self) -> float:
        """How much of its text is in links, 0 to 1."""
        return self.linked / len(self.text)

    @property
    def is_running(self) -> bool:
        """Whether it is a paragraph: no heading, no label, no list of links."""
        return len(self.text) >= RUNNING_CHARS and self.link_share <= 0.4 and self.tag not in HEADINGS


@dataclass(slots=True)
class Reading:
    """All of a page's text."""

    nodes: list[Node] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


def read_page(tree: HtmlElement) -> Reading:
    """The blocks of a page. The tree is left as it is."""
    body = tree.find("body")
    body = tree if body is None else body
    reader = _Reader()
    root = reader.enter(None, body, "body", 0)
    reader.walk(body, root, False, False, 0)
    reader.flush(root)
    reading = reader.reading
    _count(reading)
    return reading


def _count(reading: Reading) -> None:
    """Sums of each element, and the bits that it inherits."""
    for block in reading.blocks:
        node: Node | None = block.node
        chars, linked = len(block.text), block.linked
        while node is not None:
            node.chars += chars
            node.linked += linked
            node.blocks += 1
            node = node.parent
    root = reading.nodes[0]
    much = LAYOUT_SHARE * max(1, root.chars - root.linked)
    for node in reading.nodes:  # parents come before their children
        own = node.own & ~LAYOUT if node.chars - node.linked >= much else node.own
        node.bits = own | node.parent.bits if node.parent is not None else own
    for block in reading.blocks:
        block.bits = block.node.bits | block.inline


class _Reader:
    """The walk: text is gathered until a block ends."""

    def __init__(self) -> None:
        self.reading = Reading()
        self._marker = Marker()
        self._pieces: list[str] = []
        self._linked = self._bold = self._inline = 0
        self._anchors = False
        self._in_code = False  # where class names are a highlighter's ("comment", "number")

    def enter(self, parent: Node | None, element: HtmlElement, tag: str, own: int) -> Node:
        depth = parent.depth + 1 if parent is not None else 0
        node = Node(len(self.reading.nodes), parent, element, tag, own, depth)
        self.reading.nodes.append(node)
        return node

    def walk(self, element: HtmlElement, node: Node, linked: bool, bold: bool, depth: int) -> None:
        text = element.text  # made anew each time that it is asked for
        if text:
            self._add(text, linked, bold)
        for child in element:
            tag = child.tag
            if tag in _INLINE and depth < MAX_DEPTH:
                self._inline |= TAG_BITS.get(tag, 0) if self._in_code else self._bits(child, tag)
                if tag == "a" and child.get("href", "").startswith("#"):
                    self._anchors = True
                self.walk(child, node, linked or tag == "a", bold or tag in _BOLD, depth + 1)
            elif tag == "br":
                self._pieces.append("\n")
            elif tag == "hr":
                self.flush(node)
            elif isinstance(tag, str) and tag not in _UNREAD:
                if depth < MAX_DEPTH:
                    self._block_child(child, tag, node, linked, bold, depth)
                else:
                    self._add(" ".join(child.itertext()), linked, bold)
            text = child.tail
            if text:
                self._add(text, linked, bold)

    def _block_child(
        self, child: HtmlElement, tag: str, node: Node, linked: bool, bold: bool, depth: int
    ) -> None:
        self.flush(node)
        if len(self.reading.blocks) >= MAX_BLOCKS or (tag in _AROUND and _is_around(child, tag)):
            return
        inner = self.enter(node, child, tag, self._bits(child, tag))
        was_in_code, self._in_code = self._in_code, self._in_code or tag == "pre"
        if tag == "tr" and next(child.iter(*_ROW_IS_LAYOUT), None) is None:
            inner.own |= TAG_BITS["table"]
            self._row(child, inner, linked, bold, depth)
        else:
            self.walk(child, inner, linked, bold, depth + 1)
        self.flush(inner)
        self._in_code = was_in_code

    def _bits(self, element: HtmlElement, tag: str) -> int:
        return self._marker.bits(element) | TAG_BITS.get(tag, 0)

    def _row(self, row: HtmlElement, node: Node, linked: bool, bold: bool, depth: int) -> None:
        for cell in row:
            if isinstance(cell.tag, str):
                if self._pieces:
                    self._pieces.append(" | ")
                self._inline |= self._marker.bits(cell)
                self.walk(cell, node, linked, bold, depth + 1)

    def _add(self, text: str, linked: bool, bold: bool) -> None:
        if not self._pieces and text.isspace():
            return  # nothing begins with a space: two thirds of the pieces of a page
        self._pieces.append(_LINES.sub("\n", text) if self._in_code else text.replace("\n", " "))
        if linked or bold:
            chars = len(text.strip())
            self._linked += chars if linked else 0
            self._bold += chars if bold else 0

    def flush(self, node: Node) -> None:
        """End the block: what was gathered since the last end, parted where it has an empty line."""
        if not self._pieces:
            self._inline, self._anchors = 0, False  # of elements without text
            return
        text = _spaced("".join(self._pieces))
        linked, bold, inline, anchors = self._linked, self._bold, self._inline, self._anchors
        self._pieces.clear()
        self._linked = self._bold = self._inline = 0
        self._anchors = False
        for part in (_GAP.split(text) if "\n" in text else (text,)) if text else ():
            chars = len(part)
            block = Block(
                part, node, node.tag, min(linked, chars), min(bold, chars), inline, fold_line(part), anchors
            )
            linked -= block.linked
            bold -= block.bold
            self.reading.blocks.append(block)


def _spaced(text: str) -> str:
    """Runs of spaces as one, and none at the edges of its lines. `split` takes a fifth of the time of `re`."""
    text = text.replace("\u200b", " ")
    if "\n" in text:
        return "\n".join([" ".join(line.split()) for line in text.split("\n")]).strip()
    return " ".join(text.split())


def _is_around(element: HtmlElement, tag: str) -> bool:
    return sum(1 for _ in islice(element.iter("p"), _AROUND[tag])) < _AROUND[tag]
