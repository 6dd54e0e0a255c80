"""Clues to dates in the visible page: <time>, lines that are called dates, and bare dates beside the headline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from lxml.html import HtmlElement

from extractors.metadata.clues import Clue
from extractors.metadata.dates import parse_moment
from extractors.metadata.lexicon import FURNITURE, MODIFIED, PUBLISHED
from extractors.metadata.prose import plain
from extractors.metadata.scan import Scan, elements_behind, visible_text

MAX_FOUND = 4  # of each kind
MAX_CALLED = 150  # characters of an element that is called a date
MAX_BARE = 60  # characters of one that is not, and stands beside the headline
AFTER, BEFORE = 60, 25  # elements behind and before the headline that are looked at


def clues_of_times(scan: Scan, heading: HtmlElement | None) -> Iterator[Clue]:
    """<time> elements behind the headline, those that call themselves the publication's first.

    Further away only those that do: teasers and comments have their times too.
    """
    rank = next((index for index, (_, element) in enumerate(scan.headings, 1) if element is heading), 0)
    near = [element for element, before in scan.times if before == rank and not in_furniture(element)]
    far = [element for element, before in scan.times if before != rank]
    called = [element for element in (*near, *far) if PUBLISHED.search(_label(element))]
    for element in tuple(dict.fromkeys((*called, *near)))[:MAX_FOUND]:
        text = plain(element.get("datetime") or visible_text(element, 200))
        if text:
            yield Clue("modified" if _is_change(element) else "published", "time", text)


def clues_of_datelines(called: Iterable[HtmlElement], heading: HtmlElement | None) -> Iterator[Clue]:
    """Short texts that hold a date: those beside the headline, then those in elements that are called one."""
    beside = (text for element in _beside(heading) for text in _own_texts(element) if len(text) <= MAX_BARE)
    lines = (
        plain(visible_text(element, MAX_CALLED * 2), MAX_CALLED * 2)
        for element in called
        if not in_furniture(element)
    )
    dated = (text for text in chain(beside, lines) if 6 <= len(text) <= MAX_CALLED and parse_moment(text))
    for text in islice(dated, MAX_FOUND):
        yield Clue("modified" if MODIFIED.search(text[:40]) else "published", "dateline", text)


def in_furniture(element: HtmlElement) -> bool:
    """Whether an element stands in what surrounds an article, by the tags and classes around it."""
    for depth, parent in enumerate(element.iterancestors()):
        if parent.tag in ("aside", "nav", "footer", "a"):
            return True
        if depth < 6 and FURNITURE.search(parent.get("class", "")[:300]):
            return True
    return False


def _label(element: HtmlElement) -> str:
    """What an element is called: its class, itemprop and id, and those of its parent."""
    words = [element.get(name, "")[:300] for name in ("class", "itemprop", "id")]
    parent = element.getparent()
    if parent is not None:
        words.extend(parent.get(name, "")[:300] for name in ("class", "itemprop", "id"))
    if element.get("pubdate") is not None:
        words.append("pubdate")
    return " ".join(words)


def _is_change(element: HtmlElement) -> bool:
    before, parent = element.getprevious(), element.getparent()
    said = (parent.text or "") if parent is not None else ""
    if before is not None:
        said = f"{before.text or ''} {before.tail or ''}"
    return bool(MODIFIED.search(f"{_label(element)} {said[:60]} {(element.text or '')[:60]}"))


def _beside(heading: HtmlElement | None) -> Iterator[HtmlElement]:
    if heading is None:
        return iter(())
    return chain(islice(elements_behind(heading), AFTER), islice(_elements_before(heading), BEFORE))


def _own_texts(element: HtmlElement) -> Iterator[str]:
    """What stands directly in an element, in pieces parted by its children."""
    if isinstance(element.tag, str) and element.tag not in ("script", "style"):
        yield plain(element.text, MAX_BARE * 2)
        for child in islice(element, 5):
            yield plain(child.tail, MAX_BARE * 2)


def _elements_before(element: HtmlElement) -> Iterator[HtmlElement]:
    """Elements before one, the nearest first, within its closest ancestors."""
    for node in (element, *islice(element.iterancestors(), 3)):
        for sibling in node.itersiblings(preceding=True):
            yield from reversed(list(islice(sibling.iter(), BEFORE)))
