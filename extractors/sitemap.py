"""Sitemaps (sitemaps.org 0.9, with Google's news extension): bytes -> entries and further sitemaps. Pure.

Read as a stream: a sitemap may have 50,000 addresses and 50 MB. What is not well-formed is recovered; namespaces
are not asked for, since many get them wrong; nothing is expanded, and nothing outside of the bytes is opened.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from lxml import etree

from extractors.errors import DecodeFailed, EmptyBody, NotAFeed, ParseFailed, TooLarge
from extractors.feed import parse_feed
from extractors.feed.cut import newest_first
from extractors.feed.dates import MAX_AHEAD, DateRules, read_moment
from extractors.feed.entries import iso_language
from extractors.feed.repair import from_root, mended, read_text, what_it_is, without_comments
from extractors.feed.text import plain_title
from extractors.metadata.dates import zone_named
from extractors.model import Entry, Moment
from extractors.urls import web_url

MAX_BYTES = 50_000_000  # sitemaps.org: no sitemap is larger when unpacked
MAX_ADDRESSES = 100_000  # sitemaps.org allows 50,000; what is beyond twice that is left
_MAX_KEYWORDS = 50
_MAX_TEXT_CHARS = 20_000  # of one element
_GZIP_MAGIC = b"\x1f\x8b"
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ChildSitemap:
    """A sitemap that an index names, and when it changed, if it says so."""

    url: str
    lastmod: Moment | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a sitemap lists: entries, newest first, or further sitemaps, in the order of the index.

    An entry's `updated` is its lastmod; its `published`, what a news sitemap says. `truncated`: it had more than
    was asked for, or than is taken of any.
    """

    url: str
    entries: tuple[Entry, ...] = ()
    sitemaps: tuple[ChildSitemap, ...] = ()
    truncated: bool = False


@dataclass(slots=True)
class _Record:
    """What stands in one <url> or <sitemap>: "loc", "lastmod", "news/title" and so on."""

    kind: str
    texts: dict[str, str] = field(default_factory=dict)


def parse_sitemap(
    body: bytes,
    url: str,
    *,
    content_type: str = "",
    max_entries: int = 50_000,
    timezone: str | None = None,
    fetched_at: datetime | None = None,
) -> Sitemap:
    """The sitemap in `body`, packed with gzip or not: a urlset, an index, a list of addresses, or a feed.

    Of more than `max_entries` the newest are kept. Dates and links are read as by `parse_feed`.

    Raises `EmptyBody`, `NotAFeed`, `ParseFailed`, `DecodeFailed` or `TooLarge`, and nothing else.
    """
    text = read_text(_unpacked(body, url), content_type).lstrip("\ufeff \t\r\n")
    if not text.strip():
        raise EmptyBody(url, "no text in it")
    rules = DateRules(zone_named(timezone), fetched_at + MAX_AHEAD if fetched_at else None)
    if _ADDRESS.match(text):
        return _listed(text, url, max_entries)
    text = without_comments(text)
    found = from_root(text, ("urlset", "sitemapindex"))
    if found is not None:
        return _xml_sitemap(found[1], url, max_entries, rules)
    if from_root(text, ("rss", "feed", "RDF")) is None:
        raise NotAFeed(url, f"no sitemap: {what_it_is(text)}")
    feed = parse_feed(text.encode(), url, max_entries=max_entries, timezone=timezone, fetched_at=fetched_at)
    return Sitemap(url, feed.entries, truncated=feed.truncated)


def _unpacked(body: bytes, url: str) -> bytes:
    """`body`, or what it holds if it is gzip: never more than `MAX_BYTES`, whatever its size."""
    if not body.startswith(_GZIP_MAGIC):
        return body
    unpacker = zlib.decompressobj(31)
    try:
        data = unpacker.decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        raise DecodeFailed(url, f"gzip: {error}") from None
    if len(data) > MAX_BYTES:
        raise TooLarge(url, f"more than {MAX_BYTES} bytes when unpacked")
    if not unpacker.eof:
        raise DecodeFailed(url, "gzip: cut short")
    return data


def _listed(text: str, url: str, max_entries: int) -> Sitemap:
    """A sitemap of one address a line."""
    lines = (line.strip() for line in text.splitlines())
    links = dict.fromkeys(link for line in lines if line and (link := web_url(url, line)))
    entries = tuple(Entry(url=link) for link in islice(links, max_entries))
    return Sitemap(url, entries, truncated=len(links) > max_entries)


def _xml_sitemap(text: str, url: str, max_entries: int, rules: DateRules) -> Sitemap:
    records = list(islice(_records(mended(text).encode()), MAX_ADDRESSES + 1))
    if not records and "loc" in text:
        raise ParseFailed(url, "not one of its addresses can be read")
    children = [record for record in records if record.kind == "sitemap"][:MAX_ADDRESSES]
    sitemaps = (
        ChildSitemap(link, read_moment(record.texts.get("lastmod", ""), rules))
        for record in children
        if (link := web_url(url, record.texts["loc"]))
    )
    pages = [record for record in records if record.kind == "url"][:MAX_ADDRESSES]
    entries: dict[str, Entry] = {}
    for place in newest_first([_time_of(record, rules) for record in pages]):
        if len(entries) == max_entries:
            break
        entry = _entry(pages[place], url, rules)
        if entry is not None:
            entries.setdefault(entry.url, entry)
    truncated = len(records) > MAX_ADDRESSES or len(pages) > max_entries
    return Sitemap(url, tuple(entries.values()), tuple(sitemaps), truncated)


def _records(data: bytes) -> Iterator[_Record]:
    """The records of a document with a <loc>; one that is not closed ends where the next begins."""
    events = etree.iterparse(
        io.BytesIO(data),
        ("start", "end"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )
    record: _Record | None = None
    try:
        for event, element in events:
            name = _local_name(element)
            if name in {"url", "sitemap"}:
                if record is not None and "loc" in record.texts:
                    yield record
                record = _Record(name) if event == "start" else None
            elif event == "end" and record is not None:
                _note(record, name, element)
            if event == "end":
                _release(element)
    except etree.XMLSyntaxError:  # even recovery has its end; what was read until there, is read
        pass
    if record is not None and "loc" in record.texts:
        yield record


def _note(record: _Record, name: str, element: etree._Element) -> None:
    parent = element.getparent()
    above = _local_name(parent) if parent is not None else ""
    key = name if above in {"url", "sitemap"} else f"{above}/{name}"
    if element.text and key not in record.texts and len(record.texts) < _MAX_KEYWORDS:
        record.texts[key] = element.text[:_MAX_TEXT_CHARS].strip()


def _release(element: etree._Element) -> None:
    """Let go of what has been read: the children of `element`, and what stands before it."""
    for child in list(element):
        element.remove(child)
    parent = element.getparent()
    if parent is not None and _local_name(parent) in {"urlset", "sitemapindex"}:
        while element.getprevious() is not None:
            del parent[0]


def _local_name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(element.tag, str) else ""


def _time_of(record: _Record, rules: DateRules) -> datetime | None:
    for key in ("news/publication_date", "lastmod"):
        if key in record.texts and (moment := read_moment(record.texts[key], rules)):
            return moment.at
    return None


def _entry(record: _Record, base_url: str, rules: DateRules) -> Entry | None:
    texts = record.texts
    url = web_url(base_url, texts["loc"])
    if url is None:
        return None
    keywords = (plain_title(word, 200) for word in texts.get("news/keywords", "").split(",")[:_MAX_KEYWORDS])
    return Entry(
        url=url,
        title=plain_title(texts.get("news/title", "")),
        published=read_moment(texts.get("news/publication_date", ""), rules),
        updated=read_moment(texts.get("lastmod", ""), rules),
        tags=tuple(dict.fromkeys(word for word in keywords if word)),
        language=iso_language(texts.get("publication/language", "")),
        image_url=web_url(base_url, texts["image/loc"]) if texts.get("image/loc") else None,
    )
