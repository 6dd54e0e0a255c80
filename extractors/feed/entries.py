"""What all kinds of feeds have in common: raw items -> `Entry`, in order, each article once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from extractors.feed.cut import newest_first
from extractors.feed.dates import DateRules, read_moment
from extractors.feed.people import names_in
from extractors.feed.text import plain_text, plain_title
from extractors.model import Entry, Skipped
from extractors.urls import identity, publisher_url, web_url

MAX_CONTENT_CHARS = 1_000_000
MAX_ID_CHARS = 2_000
MAX_TAGS = 50
MAX_TAG_CHARS = 200
# A description of more text than this is no teaser: it may be all there is of the article.
MIN_FULL_TEXT_CHARS = 600

_LANGUAGE = re.compile(r"\s*([A-Za-z]{2})(?:[-_][\w-]*)?\s*")


@dataclass(frozen=True, slots=True)
class RawItem:
    """One item as its document has it, nothing judged: texts with their markup, dates and links as written."""

    links: tuple[str, ...]  # the likeliest first
    entry_id: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    updated: str = ""
    summary: str = ""
    content: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""
    images: tuple[str, ...] = ()  # the likeliest first


@dataclass(frozen=True, slots=True)
class Settled:
    """The entries of a document, newest first, and what could not become one."""

    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...]
    truncated: bool


def settle_items(items: Iterable[RawItem], base_url: str, max_entries: int, rules: DateRules) -> Settled:
    """Judge `items`; links that lead to one article make one entry, the newest of them."""
    entries: list[Entry] = []
    skipped: list[Skipped] = []
    for place, item in enumerate(items):
        settled = _settled(item, place, base_url, rules)
        if isinstance(settled, Entry):
            entries.append(settled)
        else:
            skipped.append(settled)
    ordered = [entries[place] for place in newest_first([_time_of(entry) for entry in entries])]
    first: dict[int, Entry] = {}
    for entry in ordered:
        first.setdefault(identity(entry.url), entry)
    kept = tuple(first.values())
    return Settled(kept[:max_entries], tuple(skipped), len(kept) > max_entries)


def iso_language(text: str) -> str | None:
    """The ISO 639-1 code in a language tag ("en-GB" -> "en"); None for anything else."""
    found = _LANGUAGE.fullmatch(text[:40])
    return found[1].lower() if found else None


def _settled(item: RawItem, place: int, base_url: str, rules: DateRules) -> Entry | Skipped:
    url = _first_address(item.links, base_url)
    entry_id = item.entry_id.strip()[:MAX_ID_CHARS]
    if url is None:
        named = next((link.strip() for link in item.links if link.strip()), "")
        where = (named or entry_id)[:500] or f"{base_url}#entry-{place + 1}"
        return Skipped(where, "its link leads nowhere" if named else "it has no link")
    summary = plain_text(item.summary)
    content = item.content
    if not content and len(summary) >= MIN_FULL_TEXT_CHARS:
        content = item.summary
    return Entry(
        url=publisher_url(url),
        entry_id=entry_id,
        title=plain_title(item.title),
        authors=names_in(item.authors),
        published=read_moment(item.published, rules),
        updated=read_moment(item.updated, rules),
        summary=summary,
        content_html=content[:MAX_CONTENT_CHARS],
        tags=_tags(item.tags),
        language=iso_language(item.language),
        image_url=_first_address(item.images, base_url),
    )


def _first_address(links: Sequence[str], base_url: str) -> str | None:
    return next((url for link in links if (url := web_url(base_url, link)) is not None), None)


def _tags(terms: Iterable[str]) -> tuple[str, ...]:
    found = (plain_title(term, MAX_TAG_CHARS) for term in terms)
    return tuple(dict.fromkeys(tag for tag in found if tag))[:MAX_TAGS]


def _time_of(entry: Entry) -> datetime | None:
    moment = entry.published or entry.updated
    return moment.at if moment else None
