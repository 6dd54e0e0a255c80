"""Titles without the name of the site, and which of a page's titles is the headline.

A page has up to a dozen titles: JSON-LD's headline, og:title, <title>, h1 and others. They differ in what a
system adds (the site, the section, the date) and in what an editor writes for another place (a search engine, a
social network). The first is cut off here; for the second there is `choose_title`, a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractors.metadata.clues import Clue
from extractors.metadata.prose import fold, squeeze
from extractors.metadata.slugs import spells
from extractors.urls import host_of

MAX_SITE_WORDS = 6
MIN_SHARED = 20  # characters of a headline that two titles have behind different kickers
MIN_LEFT = 8  # characters that must be left of a title

_SEPARATOR = re.compile(
    r"\s+[|｜•·»«‹›/:–—-]{1,2}\s+|\s*[|｜]\s*|\s*--\s*|\s+[-–—](?=\w)"
    r"|(?<=[\u3040-\u9fff\uac00-\ud7a3\w）」])[_＿](?=[\u3040-\u9fff\uac00-\ud7a3])"
    r"|[：:]\s+(?=\S+$)"
)
_TAIL = re.compile(
    r"\s*[|｜：]|\s+[»«·•]\s|\s+[-–—]{1,2}\s|\s*(?:--|__|_)|\s*[（(\[【]"
)  # what joins a headline and an addition
_BAR = re.compile(r"\s*[|｜]|\s+[»«]\s")
_KICKER = re.compile(r"\s*:\s+|\s+[-–—]\s+|\s*[|｜]\s*")  # what joins a kicker and its headline
_DATE_TAIL = re.compile(r"(?:\d{1,2}[./-]){2}\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}")


def site_keys(names: Iterable[str], url: str) -> frozenset[str]:
    """What names the site: its names and the labels of its host, without spaces."""
    host = host_of(url).removeprefix("www.")
    labels = [label for label in host.split(".")[:3] if len(label) > 2]
    keys = {squeeze(name) for name in (*names, *labels, host)}
    return frozenset(key for key in keys if len(key) >= 2)


def cut_site(title: str, keys: frozenset[str], sections: frozenset[str] = frozenset()) -> str:
    """A title without the site's name at its end or start, and without a section or date beside that name."""
    title = _cut_end(title, keys, sections)
    first = _SEPARATOR.search(title)
    if first and names_site(title[: first.start()], keys) and len(title) - first.end() >= MIN_LEFT:
        title = title[first.end() :]
    return title.strip()


def _cut_end(title: str, keys: frozenset[str], sections: frozenset[str]) -> str:
    best, named = title, False
    for cut in reversed(list(_SEPARATOR.finditer(title))):
        tail, left = title[cut.end() :], title[: cut.start()]
        if _is_too_short(left):
            break
        if names_site(tail, keys):
            best, named = left, True
        elif named and _is_section(tail, sections, cut.group()):
            best = left
        elif not _DATE_TAIL.fullmatch(tail.strip()):
            break
        title = left
    return best


def _is_too_short(left: str) -> bool:
    """Not for Chinese, Japanese and Korean, whose titles have few characters."""
    wide = len(left) >= 4 and any(char >= "\u3040" for char in left)
    return not wide and (len(left) < MIN_LEFT or len(left.split()) < 2)


def names_site(text: str, keys: frozenset[str]) -> bool:
    """Whether a piece of a title is the name of the site, with a word more or less at an end."""
    if not text or len(text.split()) > MAX_SITE_WORDS:
        return False
    key = squeeze(text)
    return bool(key) and (key in keys or any(_is_name_like(key, name) for name in keys))


def _is_name_like(piece: str, name: str) -> bool:
    """ "SRF" of "Schweizer Radio und Fernsehen (SRF)", "CBC News" of "CBC", "Het Nieuwsblad" of nieuwsblad.be."""
    if len(piece) <= len(name):
        return len(piece) >= 3 and (name.startswith(piece) or name.endswith(piece))
    return len(name) >= max(3, len(piece) * 0.4) and (piece.startswith(name) or piece.endswith(name))


def _is_section(text: str, sections: frozenset[str], separator: str) -> bool:
    return fold(text) in sections or ("|" in separator and len(text.split()) <= 2)


# ------------------------------------------------------------------------------------------------- the decision


@dataclass(frozen=True, slots=True)
class Title:
    """One title of a page, cleaned. `touched`: the site's name was cut off, so it was made by a template."""

    origin: str
    text: str
    touched: bool

    @property
    def key(self) -> str:
        return fold(self.text)


# Titles beyond headline, og, h1 and <title>, in the order in which they are asked.
_OTHERS = (
    "microdata",
    "parsely",
    "sailthru",
    "cxense",
    "twitter",
    "webpage",
    "jsonld-name",
    "meta",
    "dc",
    "citation",
    "feed",
)


def clean_titles(clues: Sequence[Clue], keys: frozenset[str], sections: frozenset[str]) -> tuple[Title, ...]:
    """All titles without what is not theirs; those that are only the site's name are left out."""
    titles = []
    for clue in clues:
        text = cut_site(clue.text, keys, sections)
        if fold(text) and squeeze(text) not in keys:
            titles.append(Title(clue.origin, text, text != clue.text))
    return tuple(_without_tail(title, titles) for title in titles)


def _without_tail(title: Title, others: Sequence[Title]) -> Title:
    """The title without an addition that another origin's title shows to be one."""
    for other in others:
        if other.origin != title.origin and len(other.text) >= MIN_LEFT and title.text.startswith(other.text):
            rest = title.text[len(other.text) :]
            if (_BAR if title.origin == "jsonld" else _TAIL).match(rest):
                return Title(title.origin, other.text, True)
    return title


def choose_title(
    titles: Sequence[Title], article_types: Sequence[str] = (), *, url: str = ""
) -> Title | None:
    """The headline. The rule, and what each line of it is worth, is the table in docs/facts.md."""
    headline, social, page = (_first(titles, origin) for origin in ("jsonld", "og", "title"))
    heading = _main_heading(titles)
    if headline is None:
        chosen = _without_headline(social, heading, page, _first(titles, "microdata"))
    else:
        chosen = _with_headline(headline, social, heading, page, _is_news(article_types))
        if chosen is social and (
            _sides_with(titles, "twitter", headline, heading) or _is_first(headline, social, heading, url)
        ):
            chosen = headline
    chosen = chosen or _first_of(titles, _OTHERS)
    return chosen and _without_kicker(_whole(chosen, titles), titles)


def _with_headline(
    headline: Title, social: Title | None, heading: Title | None, page: Title | None, is_news: bool
) -> Title:
    """JSON-LD's headline, but for two cases.

    og:title differs from it, and <title> and h1 agree with each other: they are one field then, and what differs
    was written by hand for readers. Or the type is not of news, and h1 alone differs: systems of shops and blogs
    fill the rest from a field for search engines.
    """
    if social is None or page is None or heading is None or social.touched:
        return headline
    if social.key != headline.key and heading.key == page.key:
        return social
    if not is_news and social.key == headline.key == page.key and _are_alike(heading, social):
        return heading
    return headline


def _without_headline(
    social: Title | None, heading: Title | None, page: Title | None, marked: Title | None
) -> Title | None:
    """og:title; but h1, if microdata or <title> says the same, or if a template has made og:title."""
    if social is None or heading is None or heading.key == social.key:
        return social or _heading_or_page(heading, page)
    rest = _shared_rest(social, heading)
    if rest:
        return Title(heading.origin, rest, True)
    confirmed = any(other and other.key == heading.key for other in (marked, page))
    return heading if confirmed or (social.touched and _are_alike(heading, social)) else social


def _is_news(article_types: Sequence[str]) -> bool:
    return any("news" in kind.lower() or "live" in kind.lower() for kind in article_types)


def _sides_with(titles: Sequence[Title], origin: str, headline: Title, heading: Title | None) -> bool:
    """Whether one more title says what headline and h1 say, so that og:title is alone."""
    other = _first(titles, origin)
    return bool(other and heading and other.key == headline.key == heading.key)


def _is_first(headline: Title, social: Title, heading: Title | None, url: str) -> bool:
    """Whether the address was made of the headline, before h1, <title> and og:title were rewritten in one go.

    A headline that is theirs without its kicker is none of its own.
    """
    alone = heading is not None and heading.key == social.key and headline.key not in social.key
    return alone and spells(url, headline.text) and not spells(url, social.text)


def _are_alike(one: Title, other: Title) -> bool:
    """Half of the words of the shorter stand in the other."""
    first, second = set(one.key.split()), set(other.key.split())
    return len(first & second) * 2 >= min(len(first), len(second))


def _shared_rest(social: Title, heading: Title) -> str:
    """The headline that two titles have behind different kickers, or ""."""
    for link in _KICKER.finditer(social.text):
        rest = social.text[link.end() :]
        before = heading.text[: -len(rest)] if heading.text.endswith(rest) else ""
        if len(rest) >= MIN_SHARED and re.search(r"(?::|\s[-–—]|[|｜])\s*$", before):
            return rest
    return ""


def _first(titles: Sequence[Title], origin: str) -> Title | None:
    return next((title for title in titles if title.origin == origin), None)


def _first_of(titles: Sequence[Title], origins: Iterable[str]) -> Title | None:
    return next((title for origin in origins if (title := _first(titles, origin))), None)


def _main_heading(titles: Sequence[Title]) -> Title | None:
    """The h1 that another title repeats, or else the first: pages give h1 to logos and teasers too."""
    headings = [title for title in titles if title.origin == "h1"]
    others = {title.key for title in titles if title.origin != "h1"}
    return next((heading for heading in headings if heading.key in others), headings[0] if headings else None)


def _heading_or_page(heading: Title | None, page: Title | None) -> Title | None:
    if heading and page and heading.key not in page.key and page.key not in heading.key:
        shared = set(heading.key.split()) & set(page.key.split())
        if len(shared) < 2:
            return page  # the h1 is about something else
    return heading or page


def _whole(title: Title, titles: Sequence[Title]) -> Title:
    """The full form of a headline that was cut short (Google asked for 110 characters at most)."""
    stem = title.text.rstrip(" .…")
    if title.text.endswith(("...", "…")) or 100 <= len(title.text) <= 115:
        for other in titles:
            if len(other.text) > len(title.text) and other.text.startswith(stem):
                return other
    return title


def _without_kicker(title: Title, titles: Sequence[Title]) -> Title:
    """The headline alone, where og:title shows that what stands before it is a kicker."""
    social = _first(titles, "og")
    for link in _KICKER.finditer(title.text):
        rest = title.text[link.end() :]
        if social and social.key == fold(rest):
            return Title(social.origin, rest, title.touched)
    return title
