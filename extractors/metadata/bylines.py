"""Bylines: the visible line that names the author, for pages whose tags don't.

Only elements that a page itself calls an author's (rel, class), and the short lines right behind the headline that
begin with "By" in some language. A line must hold something that is shaped like a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from lxml.html import HtmlElement

from extractors.metadata.clues import Clue
from extractors.metadata.names import author_names, is_name_like
from extractors.metadata.prose import plain
from extractors.metadata.scan import visible_text

MAX_LINE = 160  # characters; a longer "byline" is an author's biography
MAX_AFTER = 60  # elements behind the headline that are looked at

_BY = re.compile(
    r"^\s*(?:by|words by|written by|story by|von|par|por|di|door|av|af|text|texte|texto|testo|tekst|autor|autora|"
    r"autorin|auteur|author|written|автор|авторы|текст|द्वारा|लेखक|بقلم|كتب|文|記者|记者|作者|撰文|글|מאת|oleh|yazan|"
    r"συντάκτης|γράφει|przez|skrevet af|skriven av|tekijä|szerző)(?:\s*[:：／/]\s*|\s+)(?=\S)",
    re.IGNORECASE,
)
_REPORTER = re.compile(r"^\S{2,4}\s*(?:기자|記者|记者|특파원)")
_AUTHOR_LINK = re.compile(
    r"/(?:author|authors|autor|autoren|autore|autori|auteur|redakt|profile?|people|staff|journalist|reporter|by|writers?|team|contributors?|yazar|impressum/autor)s?/",
    re.IGNORECASE,
)
_NOT_BYLINE = re.compile(
    r"avatar|image|img|photo|icon|date|time|share|social|comment|related|widget|follow|desc|bio|about|footer|newsletter|recommend|teaser|card|list|box-more|sidebar",
    re.IGNORECASE,
)


def clues_of_bylines(elements: Sequence[HtmlElement]) -> Iterator[Clue]:
    """The names of the first byline among elements that the page calls an author's, and of its likes."""
    for index, element in enumerate(elements):
        names = _names_of(element)
        if names:
            for name in dict.fromkeys((*names, *_names_of_likes(element, elements[index + 1 :]))):
                yield Clue("author", "byline", name)
            return


def clues_behind(heading: HtmlElement | None) -> Iterator[Clue]:
    """The names in a short line soon behind the headline that says "By"."""
    if heading is None:
        return
    for element in islice(_following(heading), MAX_AFTER):
        text = element.text
        if not text or not text.strip() or not isinstance(element.tag, str):
            continue
        line = plain(visible_text(element, MAX_LINE * 2), MAX_LINE * 2)
        if len(line) <= MAX_LINE and (_BY.match(line) or _REPORTER.match(line)):
            names = [name for name in author_names([line]) if is_name_like(name)]
            if names:
                yield from (Clue("author", "byline", name) for name in names)
                return


def _following(element: HtmlElement) -> Iterator[HtmlElement]:
    """Elements behind one in the order of the document."""
    node: HtmlElement | None = element
    while node is not None:
        sibling = node.getnext()
        while sibling is not None:
            yield from sibling.iter()
            sibling = sibling.getnext()
        node = node.getparent()


def _names_of(element: HtmlElement) -> tuple[str, ...]:
    if _is_elsewhere(element):
        return ()
    linked = [
        plain(visible_text(link), MAX_LINE)
        for link in element.iter("a")
        if link.get("rel") == "author" or _AUTHOR_LINK.search(link.get("href") or "")
    ]
    lines = [line for line in linked if line] or [plain(visible_text(element, MAX_LINE * 3), MAX_LINE * 3)]
    if len(lines[0]) > MAX_LINE:
        return ()
    return tuple(name for name in author_names(lines) if is_name_like(name))


def _is_elsewhere(element: HtmlElement) -> bool:
    """In a comment, a teaser, the furniture; or a part of a byline that is no name."""
    if _NOT_BYLINE.search(element.get("class") or ""):
        return True
    for depth, parent in enumerate(element.iterancestors()):
        if parent.tag in ("aside", "nav", "footer"):
            return True
        if depth < 6 and re.search(
            r"comment|related|recommend|teaser|sidebar|more-|footer|widget",
            parent.get("class") or "",
            re.IGNORECASE,
        ):
            return True
    return False


def _names_of_likes(element: HtmlElement, others: Sequence[HtmlElement]) -> Iterator[str]:
    """Names of the elements of the same kind close by: each author of several may have an own one."""
    kind, parent = element.get("class"), element.getparent()
    for other in others[:12]:
        if other.get("class") == kind and other.tag == element.tag and _is_near(other, parent):
            yield from _names_of(other)


def _is_near(element: HtmlElement, place: HtmlElement | None) -> bool:
    return any(
        ancestor is place or ancestor is (place.getparent() if place is not None else None)
        for ancestor in islice(element.iterancestors(), 3)
    )
