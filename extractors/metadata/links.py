"""The addresses a page names: its own canonical one, and its lead image."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.metadata.clues import Clue, Clues
from extractors.urls import BadUrl, canonical_url, is_home, publisher_url, same_site, web_url

CANONICAL = ("link", "og", "jsonld", "webpage", "parsely")
IMAGE = ("og", "jsonld", "twitter", "parsely", "sailthru", "microdata", "feed", "meta")


def choose_canonical(clues: Clues) -> tuple[str, str, tuple[Clue, ...]]:
    """(address, origin, what else was said). A page's word is believed only within its own site.

    Never a home page for a page that is none, and never another host's: a canonical link must not merge sites.
    Where nothing is believed, the address that the page came from.
    """
    url = clues.page.url
    said = _ranked(clues.of("canonical"), CANONICAL)
    for clue in said:
        target = _believed(clue.text, clues.base_url, url)
        if target:
            return target, clue.origin, said
    return _own(url), "url", said


def _believed(href: str, base: str, url: str) -> str | None:
    target = web_url(base, href)
    if target is None:
        return None
    target = publisher_url(target)
    if not same_site(target, publisher_url(url)) or (is_home(target) and not is_home(url)):
        return None
    try:
        return canonical_url(target)
    except BadUrl:
        return None


def _own(url: str) -> str:
    try:
        return canonical_url(publisher_url(url))
    except BadUrl:
        return url


def choose_image(clues: Clues) -> tuple[str | None, str, tuple[Clue, ...]]:
    """(address, origin, what else was said) of the lead image; data: and other schemes are none."""
    said = _ranked(clues.of("image"), IMAGE)
    for clue in said:
        target = web_url(clues.base_url, clue.text)
        if target is not None:
            return target, clue.origin, said
    return None, "", said


def _ranked(clues: Sequence[Clue], order: Sequence[str]) -> tuple[Clue, ...]:
    return tuple(
        sorted((clue for clue in clues if clue.origin in order), key=lambda clue: order.index(clue.origin))
    )
