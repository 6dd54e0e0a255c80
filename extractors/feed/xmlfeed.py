"""RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0 -> raw items. The only place that knows feedparser.

feedparser is given a stream and never bytes: of bytes that look like a path it opens the file. Its cleaning of
markup is off (4 of 5 parts of its time): text is made plain here, and full text goes to the extractor.
"""

from __future__ import annotations

import html
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import feedparser

from extractors.feed.cut import Items
from extractors.feed.entries import RawItem
from extractors.feed.rebuild import rebuild

_MARKUP_TYPES = ("text/html", "application/xhtml+xml", "")
_NO_PAGE = ("image/", "audio/", "video/", "application/")
_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_PERIODS_S = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_MAX_TTL_S = 31_536_000

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class XmlFeed:
    """A document that feedparser took for a feed. `broken`: items that it could not read."""

    version: str
    title: str
    items: tuple[RawItem, ...]
    broken: int
    language: str
    ttl_s: int | None
    next_url: str
    self_url: str
    site_url: str


def read_xml_feed(document: Items) -> XmlFeed:
    """Parse a document; should feedparser fail at it as a whole, then item by item.

    Raises ValueError when not even the frame can be read.
    """
    rebuilt = rebuild(document)
    broken = rebuilt.broken
    whole = _parsed(rebuilt.xml())
    if whole is None:
        whole = _parsed(rebuilt.xml(()))
        if whole is None:
            raise ValueError("the parser failed")
        alone = [_parsed(rebuilt.xml((item,))) for item in rebuilt.items]
        broken += sum(parsed is None for parsed in alone)
        whole = whole[0], [entry for parsed in alone if parsed is not None for entry in parsed[1]], whole[2]
    channel, entries, version = whole
    links = tuple(_links(channel))
    return XmlFeed(
        version=version,
        title=_text(channel, "title"),
        items=tuple(_item(entry, version) for entry in entries),
        broken=broken,
        language=_text(channel, "language"),
        ttl_s=_ttl_s(channel),
        next_url=_related(links, "prev-archive") or _related(links, "next"),
        self_url=_related(links, "self"),
        site_url=_text(channel, "link"),
    )


def _parsed(xml: bytes) -> tuple[Record, list[Record], str] | None:
    """The channel, the entries and the version; None where feedparser raises, as it does on what it never met."""
    try:
        parsed: Record = feedparser.parse(
            io.BytesIO(xml), response_headers=_HEADERS, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception:  # a mixed bag: KeyError, AttributeError, UnicodeError, OverflowError ...
        return None
    return _record(parsed, "feed"), list(_records(parsed, "entries")), _text(parsed, "version")


def _item(entry: Record, version: str) -> RawItem:
    published = _text(entry, "published") or _text(entry, "created")
    updated = _text(entry, "updated")
    if version.startswith("rss") and not published:
        published, updated = updated, ""  # dc:date, which feedparser takes for an update
    return RawItem(
        links=tuple(_entry_links(entry)),
        entry_id=_text(entry, "id"),
        title=_text(entry, "title"),
        authors=tuple(_authors(entry)),
        published=published,
        updated=updated,
        summary=_markup(_record(entry, "summary_detail")) or _text(entry, "summary"),
        content=max((_markup(content) for content in _records(entry, "content")), key=len, default=""),
        tags=tuple(_text(tag, "label") or _text(tag, "term") for tag in _records(entry, "tags")),
        language=_text(entry, "language") or _text(_record(entry, "title_detail"), "language"),
        images=tuple(_images(entry)),
    )


def _entry_links(entry: Record) -> Iterator[str]:
    """Where the article may be, the likeliest first: FeedBurner's original, a page, any alternate, a permalink."""
    yield from filter(None, (_text(entry, "feedburner_origlink"),))
    alternates = [link for link in _links(entry) if link.rel == "alternate"]
    yield from (link.href for link in alternates if link.type in _MARKUP_TYPES)
    yield from (link.href for link in alternates if not link.type.startswith(_NO_PAGE))
    link = _text(entry, "link")
    entry_id = _text(entry, "id")
    if link and link != entry_id:
        yield link
    elif entry.get("guidislink") and entry_id.lower().startswith(("http://", "https://")):
        yield entry_id


@dataclass(frozen=True, slots=True)
class _FeedLink:
    rel: str
    href: str
    type: str


def _links(record: Record) -> Iterator[_FeedLink]:
    for link in _records(record, "links"):
        href = _text(link, "href").strip()
        if href:
            yield _FeedLink(_text(link, "rel") or "alternate", href, _text(link, "type").lower())


def _related(links: Sequence[_FeedLink], rel: str) -> str:
    return next((link.href for link in links if link.rel == rel), "")


def _authors(entry: Record) -> Iterator[str]:
    """The names; of a single author with a mail address all that was written, since feedparser cuts such apart
    at top-level domains that it doesn't know."""
    names = [_text(author, "name") for author in _records(entry, "authors")]
    written = _text(entry, "author")
    yield from [written] if len(names) <= 1 and ("@" in written or not any(names)) else names


def _images(entry: Record) -> Iterator[str]:
    """Media RSS first, the widest of them; then thumbnails, enclosures and what podcasts use."""
    media = [
        content
        for content in _records(entry, "media_content")
        if _text(content, "medium") == "image" or _text(content, "type").startswith("image/")
    ]
    for content in sorted(media, key=lambda content: -_number(content, "width")):
        yield _text(content, "url")
    for thumbnail in _records(entry, "media_thumbnail"):
        yield _text(thumbnail, "url")
    for link in _links(entry):
        if link.rel == "enclosure" and link.type.startswith("image/"):
            yield link.href
    yield _text(_record(entry, "image"), "href")


def _markup(content: Record) -> str:
    """A text construct as markup; "" for what is no text at all, such as a picture in base64."""
    value, kind = _text(content, "value"), _text(content, "type").lower()
    if kind == "text/plain" and "<" not in value:  # "plain" text with tags in it is markup nearly always
        return html.escape(value, quote=False)
    return value if kind.startswith("text/") or kind.endswith("xml") or not kind else ""


def _ttl_s(channel: Record) -> int | None:
    """How long the publisher wants to be left alone: ttl in minutes, or the syndication module's period."""
    ttl = _number(channel, "ttl")
    if 0 < ttl * 60 <= _MAX_TTL_S:
        return ttl * 60
    period_s = _PERIODS_S.get(_text(channel, "sy_updateperiod").strip().lower())
    return period_s // max(_number(channel, "sy_updatefrequency"), 1) if period_s else None


# ------------------------------------------------------------------- feedparser's dictionaries, without their magic


def _text(record: Record, key: str) -> str:
    value = dict.get(record, key) if isinstance(record, dict) else None
    return value if isinstance(value, str) else ""


def _number(record: Record, key: str) -> int:
    digits = _text(record, key).strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0


def _record(record: Record, key: str) -> Record:
    value = dict.get(record, key) if isinstance(record, dict) else None
    return value if isinstance(value, dict) else {}


def _records(record: Record, key: str) -> Iterator[Record]:
    value = dict.get(record, key) if isinstance(record, dict) else None
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))
