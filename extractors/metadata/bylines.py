"""Bylines: the visible line that names the author, for pages whose tags don't.

Only elements that a page itself calls an author's (rel, class, a label beside), and the short lines right behind
the headline that begin with "By" in some language. A line must hold something that is shaped like a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from lxml.html import HtmlElement

from extractors.metadata.clues import Clue
from extractors.metadata.datelines import in_furniture
from extractors.metadata.lexicon import DATED, WRITTEN_BY
from extractors.metadata.names import author_names, has_lead, is_name_like, labelled_names
from extractors.metadata.prose import plain
from extractors.metadata.scan import elements_behind, visible_text

MAX_LINE = 160  # characters; a longer "byline" is an author's biography
MAX_AFTER = 60  # elements behind the headline that are looked at
MAX_LIKES = 12  # authors of one article with an element each
MAX_LABEL = 30  # characters

_AUTHOR_LINK = re.compile(
    r"/(?:author|autor|autoren|autore|autori|auteur|redakt|profile?|people|staff|journalist|reporter|by|writer|team|"
    r"contributor|yazar)s?/",
    re.IGNORECASE,
)
# Parts of a byline, and lines near it, that hold no name.
_NO_NAME = re.compile(
    r"avatar|image|img|photo|icon|date|time|share|social|follow|desc|bio|about|newsletter|comment|related|recommend|"
    r"teaser|sidebar|widget|card|footer",
    re.IGNORECASE,
)


def clues_of_bylines(elements: Sequence[HtmlElement]) -> Iterator[Clue]:
    """The names of the first byline among elements that the page calls an author's, and of its likes beside it."""
    for index, element in enumerate(elements):
        names = _names_of(element)
        if names:
            likes = (name for other in _likes_of(element, elements[index + 1 :]) for name in _names_of(other))
            for name in dict.fromkeys((*names, *likes)):
                yield Clue("author", "byline", name)
            return


def clues_behind(heading: HtmlElement | None) -> Iterator[Clue]:
    """The names in the first short line soon behind the headline that begins like a byline."""
    if heading is None:
        return
    for element in islice(elements_behind(heading), MAX_AFTER):
        if not (isinstance(element.tag, str) and element.text and element.text.strip()):
            continue
        line = plain(visible_text(element, MAX_LINE * 2), MAX_LINE * 2)
        if len(line) <= MAX_LINE and not in_furniture(element):
            names = labelled_names(line) or (author_names([line]) if has_lead(line) else ())
            names = tuple(name for name in names if is_name_like(name))
            if names:
                yield from (Clue("author", "byline", name) for name in names)
                return


def clues_of_labels(tree: HtmlElement) -> Iterator[Clue]:
    """Lists of facts that a page prints, e.g. <dt>Author</dt><dd>...</dd> or <b>Datum</b> 28.04.2023."""
    for element in tree.iter("strong", "b", "dt", "th", "label"):
        label = element.text
        if not label or len(label) > MAX_LABEL:
            continue
        label = label.strip(" :：\n\t").lower()
        if label in WRITTEN_BY:
            name = _value_beside(element)
            if is_name_like(name):
                yield Clue("author", "byline", name)
        elif label in DATED:
            yield Clue("published", "dateline", _value_beside(element))


def _value_beside(label: HtmlElement) -> str:
    if label.tail and label.tail.strip(" :：\n\t"):
        return plain(label.tail, MAX_LINE).strip(" :：")
    following = label.getnext()
    return plain(visible_text(following, MAX_LINE), MAX_LINE) if following is not None else ""


def _names_of(element: HtmlElement) -> tuple[str, ...]:
    if _NO_NAME.search(element.get("class", "")[:300]) or in_furniture(element):
        return ()
    linked = [
        plain(visible_text(link, MAX_LINE), MAX_LINE)
        for link in element.iter("a")
        if link.get("rel") == "author" or _AUTHOR_LINK.search(link.get("href", "")[:300])
    ]
    lines = [line for line in linked if line] or [plain(visible_text(element, MAX_LINE * 3), MAX_LINE * 3)]
    if len(lines[0]) > MAX_LINE:
        return ()
    signed = bool(linked) or element.get("rel") == "author" or has_lead(lines[0])
    names = (name for name in author_names(lines) if is_name_like(name))
    return tuple(name for name in names if signed or " " in name)  # one word alone may as well be a section


def _likes_of(element: HtmlElement, others: Sequence[HtmlElement]) -> Iterator[HtmlElement]:
    """Elements of the same kind close by: each of several authors may have an own one."""
    kind, parent = element.get("class"), element.getparent()
    around = {parent, parent.getparent() if parent is not None else None} - {None}
    for other in others[:MAX_LIKES]:
        is_like = other.get("class") == kind and other.tag == element.tag
        if is_like and around & set(islice(other.iterancestors(), 3)):
            yield other
