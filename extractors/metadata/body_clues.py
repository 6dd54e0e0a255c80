"""Clues in the visible page: headings, <time>, microdata, bylines and datelines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from extractors.metadata.clues import Clue, FactName
from extractors.metadata.prose import plain
from extractors.metadata.scan import Scan, visible_text

_MICRODATA: dict[str, FactName] = {
    "headline": "title",
    "datepublished": "published",
    "datemodified": "modified",
    "articlesection": "section",
    "inlanguage": "language",
    "isaccessibleforfree": "paywall",
    "keywords": "tag",
}


def clues_of_headings(scan: Scan) -> Iterator[Clue]:
    """Each h1, and the <title>."""
    for heading, _ in scan.headings:
        yield Clue("title", "h1", heading)
    if scan.title:
        yield Clue("title", "title", scan.title)
    if scan.language.strip():
        yield Clue("language", "html", plain(scan.language, 40))


def clues_of_microdata(scan: Scan) -> Iterator[Clue]:
    """itemprop of elements that are no <meta>; those inside of a comment, a list or another item are left."""
    for names, element in scan.microdata:
        for name in names.lower().split()[:4]:
            fact = _MICRODATA.get(name)
            if fact and not _is_of_another(element):
                yield from _clue(fact, "microdata", _value_of(element))
            elif name == "author" and not _is_of_another(element):
                yield from _clue("author", "microdata", _name_in(element))


_OTHERS = (
    "Comment",
    "Review",
    "WebSite",
    "ListItem",
    "ImageObject",
    "VideoObject",
    "Question",
    "Answer",
    "Organization",
)


def _is_of_another(element: HtmlElement) -> bool:
    for parent in element.iterancestors():
        kind = parent.get("itemtype")
        if kind:
            return kind.rstrip("/").endswith(_OTHERS)
    return False


def _value_of(element: HtmlElement) -> str:
    return element.get("content") or element.get("datetime") or visible_text(element, 1000)


def _name_in(element: HtmlElement) -> str:
    for inner in element.iterdescendants():
        if inner.get("itemprop") == "name":
            return _value_of(inner)
    return _value_of(element)


def _clue(fact: FactName, origin: str, text: str) -> Iterator[Clue]:
    text = plain(text)
    if text:
        yield Clue(fact, origin, text)


_PUBLISHED = re.compile(
    r"publi|pubdate|posted|entry-date|created|issued|erschienen|veröffentlicht|fecha|dato", re.IGNORECASE
)
_MODIFIED = re.compile(
    r"updat|modif|aktualisiert|actualiz|mis à jour|aggiornat|bijgewerkt|обновл|изменен|更新|수정|güncel|oppdatert|uppdaterad|päivitetty",
    re.IGNORECASE,
)
MAX_TIMES = 4


def clues_of_times(scan: Scan, heading: HtmlElement | None) -> Iterator[Clue]:
    """<time> elements near the headline, those that call themselves the publication's first."""
    rank = next((index for index, (_, element) in enumerate(scan.headings, 1) if element is heading), 0)
    near = [element for element, before in scan.times if before == rank and not _in_furniture(element)]
    far = [element for element, before in scan.times if before != rank and _PUBLISHED.search(_label(element))]
    marked = [element for element in near if _PUBLISHED.search(_label(element))]
    for element in (marked + [one for one in near if one not in marked] + far)[:MAX_TIMES]:
        text = element.get("datetime") or visible_text(element, 200)
        fact: FactName = "modified" if _is_update(element) else "published"
        yield from _clue(fact, "time", text)


def _label(element: HtmlElement) -> str:
    """What an element is called: its class, itemprop, id and those of its parent."""
    words = [element.get(name) or "" for name in ("class", "itemprop", "id", "pubdate")]
    if element.get("pubdate") is not None:
        words.append("pubdate")
    parent = element.getparent()
    if parent is not None:
        words.extend(parent.get(name) or "" for name in ("class", "itemprop", "id"))
    return " ".join(words)


def _is_update(element: HtmlElement) -> bool:
    before = element.getprevious()
    parent = element.getparent()
    said = (
        (before.text or "") + (before.tail or "")
        if before is not None
        else (parent.text or "" if parent is not None else "")
    )
    return bool(_MODIFIED.search(f"{_label(element)} {said[:60]} {(element.text or '')[:60]}"))


_FURNITURE = re.compile(
    r"comment|related|recommend|teaser|sidebar|widget|more-|latest|popular|ticker|card|list", re.IGNORECASE
)


def _in_furniture(element: HtmlElement) -> bool:
    for depth, parent in enumerate(element.iterancestors()):
        if parent.tag in ("aside", "nav", "footer", "a"):
            return True
        if depth < 6 and _FURNITURE.search(parent.get("class") or ""):
            return True
    return False


MAX_DATELINE = 150  # characters


def clues_of_datelines(elements: Iterable[HtmlElement]) -> Iterator[Clue]:
    """Short texts that hold a date, in elements that are called one."""
    found = 0
    for element in elements:
        if found >= MAX_TIMES:
            return
        text = plain(visible_text(element, MAX_DATELINE * 2), MAX_DATELINE * 2)
        if 6 <= len(text) <= MAX_DATELINE and any(c.isdigit() for c in text) and not _in_furniture(element):
            found += 1
            yield Clue("modified" if _MODIFIED.search(text[:40]) else "published", "dateline", text)
