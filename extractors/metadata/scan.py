"""One pass over a page's tree: everything that may say something of the article, still raw.

The tree is only read. Counts are bounded, so that a page made of a million metas costs no more than a normal one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import cast

from lxml.etree import XPath
from lxml.html import HtmlElement

from extractors.metadata.prose import plain

MAX_METAS = 400  # the most of 956 real pages: 179
MAX_BLOCKS = 60  # of JSON-LD
MAX_SEEN = 60  # of each kind of visible clue
MAX_VALUE = 5_000  # characters of one attribute
MAX_PIECES = 2_000  # of text in one element
SAMPLE_CHARS = 3_000  # of running text, for its language
MIN_SAMPLE = 200  # characters of it; less says little
MIN_PARAGRAPH = 60  # characters; shorter ones are rather furniture


@dataclass(slots=True)
class Scan:
    """What the tags of a page hold, by kind, in the order of the document."""

    metas: list[tuple[str, str]] = field(default_factory=list)  # lower-case key, content
    blocks: list[str] = field(default_factory=list)  # JSON-LD
    canonicals: list[str] = field(default_factory=list)  # rel=canonical
    base: str = ""
    title: str = ""
    language: str = ""
    headings: list[tuple[str, HtmlElement]] = field(default_factory=list)  # h1
    times: list[tuple[HtmlElement, int]] = field(default_factory=list)  # <time>, and how many h1 precede it
    microdata: list[tuple[str, HtmlElement]] = field(default_factory=list)  # itemprop, element
    sample: str = ""


_ITEMPROPS = XPath("//*[@itemprop and not(self::meta)]")
_LINE_TAGS = (
    "a", "address", "b", "cite", "dd", "div", "em", "footer", "h4", "h5", "h6", "header", "i", "li", "p",
    "section", "small", "span", "strong", "td",
)  # fmt: skip
_CALLED_AUTHOR = ("byline", "author", "autor", "writer", "signature", "journalist", "redakt", "reporter")
_CALLED_DATE = ("date", "datum", "time", "publish", "posted", "fecha", "meta", "info", "byline")


def scan_page(tree: HtmlElement) -> Scan:
    """Read all tags of interest once."""
    scan = Scan(language=tree.get("lang") or tree.get("xml:lang") or "")
    for element in tree.iter("meta", "script", "link", "title", "h1", "time", "base"):
        _READERS[element.tag](scan, element)
    marked = cast("list[HtmlElement]", _ITEMPROPS(tree))
    scan.microdata = [(element.get("itemprop", ""), element) for element in marked[:MAX_METAS]]
    scan.sample = _running_text(tree)
    return scan


def find_lines(tree: HtmlElement) -> tuple[list[HtmlElement], list[HtmlElement]]:
    """Elements whose class, id or rel calls them an author's, and those called a date or the line of one."""
    bylines: list[HtmlElement] = []
    datelines: list[HtmlElement] = []
    known: dict[str, tuple[bool, bool]] = {" ": (False, False)}  # pages repeat few classes often
    for element in tree.iter(*_LINE_TAGS):
        if not element.keys():
            continue  # called nothing
        called = f"{element.get('class', '')[:300]} {element.get('id', '')[:100]}"
        if called not in known:
            words = called.lower()
            known[called] = any(w in words for w in _CALLED_AUTHOR), any(w in words for w in _CALLED_DATE)
        is_byline, is_dateline = known[called]
        if is_dateline and len(datelines) < MAX_SEEN:
            datelines.append(element)
        if is_byline or element.get("rel") == "author":
            bylines.append(element)
            if len(bylines) >= MAX_SEEN:
                break
    return bylines, datelines


def _read_meta(scan: Scan, element: HtmlElement) -> None:
    if len(scan.metas) >= MAX_METAS:
        return
    content = element.get("content") or element.get("value")
    if content:
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            key = element.get(attribute)
            if key:
                scan.metas.append((key[:100].strip().lower(), content[:MAX_VALUE]))


def _read_script(scan: Scan, element: HtmlElement) -> None:
    kind = element.get("type")
    if kind and "ld+json" in kind.lower() and len(scan.blocks) < MAX_BLOCKS and element.text:
        scan.blocks.append(element.text)


def _read_link(scan: Scan, element: HtmlElement) -> None:
    href = element.get("href")
    if href and len(scan.canonicals) < 3 and (element.get("rel") or "").lower() == "canonical":
        scan.canonicals.append(href[:MAX_VALUE])


def _read_title(scan: Scan, element: HtmlElement) -> None:
    parent = element.getparent()
    if not scan.title and (parent is None or parent.tag in ("head", "html", "body")):
        scan.title = plain(element.text_content()[:MAX_VALUE])


def _read_heading(scan: Scan, element: HtmlElement) -> None:
    if len(scan.headings) < MAX_SEEN:
        text = plain(visible_text(element))
        if text:
            scan.headings.append((text, element))


def _read_time(scan: Scan, element: HtmlElement) -> None:
    if len(scan.times) < MAX_SEEN:
        scan.times.append((element, len(scan.headings)))


def _read_base(scan: Scan, element: HtmlElement) -> None:
    scan.base = scan.base or (element.get("href") or "")[:MAX_VALUE]


_READERS = {
    "meta": _read_meta,
    "script": _read_script,
    "link": _read_link,
    "title": _read_title,
    "h1": _read_heading,
    "time": _read_time,
    "base": _read_base,
}


def elements_behind(element: HtmlElement) -> Iterator[HtmlElement]:
    """Elements behind one, in the order of the document."""
    node: HtmlElement | None = element
    while node is not None:
        for sibling in node.itersiblings():
            yield from sibling.iter()
        node = node.getparent()


def visible_text(element: HtmlElement, limit: int = MAX_VALUE) -> str:
    """The text inside an element, scripts and styles left out, pieces parted by a space where tags part them."""
    pieces, size, last = [], 0, ""
    for piece in islice(_pieces(element), MAX_PIECES):
        if last.islower() and piece[:1].isupper():
            pieces.append(" ")  # two spans set apart by style alone: "KickerHeadline"
        pieces.append(piece)
        last = piece[-1:]
        size += len(piece)
        if size > limit:
            break
    return "".join(pieces)


_HIDDEN = frozenset(("script", "style", "noscript", "svg", "template", "button"))
_INLINE = frozenset(
    ("a", "b", "i", "em", "strong", "span", "sup", "sub", "u", "mark", "small", "font", "wbr", "q", "abbr")
)


def _pieces(element: HtmlElement) -> Iterator[str]:
    """Text in order, without recursion: pages nest thousands of elements."""
    if element.text:
        yield element.text
    stack = [(element, iter(element))]
    while stack:
        parent, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if stack and parent.tail:
                yield parent.tail
            continue
        if child.tag in _HIDDEN or not isinstance(child.tag, str):
            if child.tail:
                yield child.tail
            continue
        if child.tag not in _INLINE:
            yield " "
        if child.text:
            yield child.text
        stack.append((child, iter(child)))


def _running_text(tree: HtmlElement) -> str:
    pieces, size = [], 0
    for paragraph in islice(tree.iter("p"), 300):
        text = paragraph.text_content()
        if len(text) >= MIN_PARAGRAPH:
            pieces.append(text[:500])
            size += min(len(text), 500)
            if size > SAMPLE_CHARS:
                break
    return " ".join(" ".join(pieces).split())
