"""Articles as an RSS 2.0 feed (rssboard.org/rss-specification) that any reader can follow. Pure.

Texts are from the web: what XML can't carry is dropped, the rest escaped, and in a description escaped twice, as it
is HTML within XML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from storage.export import Item

LEAD_CHARS = 600  # of a text, in a feed: enough to know what it is about, and not a copy of the article
MAX_TAGS = 20
# XML 1.0, production 2: everything else is no character of XML, not even as a reference.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Channel:
    """The feed itself. `link`: the page that it belongs to."""

    title: str
    link: str
    description: str


def rss_lines(channel: Channel, items: Iterable[Item]) -> Iterator[str]:
    """The feed, line by line. The same articles make the same bytes."""
    listed = tuple(items)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    yield "<channel>"
    yield f"<title>{_text(channel.title)}</title>"
    yield f"<link>{_text(channel.link)}</link>"
    yield f"<description>{_text(channel.description)}</description>"
    yield "<generator>presswatch</generator>"
    if listed:
        newest = max(item.first_seen_at for item in listed)
        yield f"<lastBuildDate>{format_datetime(newest.astimezone(UTC))}</lastBuildDate>"
    for item in listed:
        yield from _item_lines(item)
    yield "</channel>"
    yield "</rss>"


def _item_lines(item: Item) -> Iterator[str]:
    yield "<item>"
    yield f"<title>{_text(item.title or '(no title)')}</title>"
    yield f"<link>{_text(item.url)}</link>"
    yield f'<guid isPermaLink="false">presswatch:{item.article_id}</guid>'
    yield f"<pubDate>{format_datetime(item.at.astimezone(UTC))}</pubDate>"
    yield f'<source url="{_text(item.feed_url or _site_of(item.url))}">{_text(item.source_name)}</source>'
    for author in item.authors:
        yield f"<dc:creator>{_text(author)}</dc:creator>"
    for tag in item.tags[:MAX_TAGS]:
        yield f"<category>{_text(tag)}</category>"
    paragraphs = (escape(part.strip()) for part in _cut(item.lead).split("\n\n") if part.strip())
    html = "".join(f"<p>{part}</p>" for part in paragraphs)
    yield f"<description>{_text(html)}</description>"
    yield "</item>"


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text))


def _cut(lead: str) -> str:
    """The lead up to its last space, where it was cut."""
    if len(lead) <= LEAD_CHARS:
        return lead
    shorter = lead[:LEAD_CHARS]
    return (shorter.rpartition(" ")[0] or shorter) + "…"


def _site_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"
