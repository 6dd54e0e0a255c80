"""Feeds: bytes -> `Feed`. RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed 1.0 and 1.1, well-formed or not."""

from __future__ import annotations

from datetime import datetime

from extractors.errors import EmptyBody, NotAFeed, ParseFailed
from extractors.feed.cut import choose_items, is_frame_oversized, split_items
from extractors.feed.dates import MAX_AHEAD, DateRules
from extractors.feed.entries import iso_language, settle_items
from extractors.feed.jsonfeed import JsonFeed, read_json_feed
from extractors.feed.repair import from_root, read_text, what_it_is, without_comments
from extractors.feed.text import plain_title
from extractors.feed.xmlfeed import read_xml_feed
from extractors.metadata.dates import zone_named
from extractors.model import Feed, Skipped
from extractors.urls import web_url

__all__ = ["parse_feed"]

_ROOTS = ("rss", "feed", "RDF", "channel")


def parse_feed(
    body: bytes,
    url: str,
    *,
    content_type: str = "",
    max_entries: int = 500,
    timezone: str | None = None,
    fetched_at: datetime | None = None,
) -> Feed:
    """The feed in `body`, which came from `url` with the header Content-Type `content_type`.

    Of more than `max_entries` items the newest are kept. Dates without an offset are read in `timezone` (an IANA
    name; else UTC); those more than two days after `fetched_at` are not believed. Links are absolute, but as
    found: not canonical. Nothing is expanded, opened or fetched.

    Raises `EmptyBody`, `NotAFeed` or `ParseFailed`, and nothing else.
    """
    text = read_text(body, content_type)
    if not text.strip("\ufeff \t\r\n"):
        raise EmptyBody(url, "no text in it")
    rules = DateRules(zone_named(timezone), fetched_at + MAX_AHEAD if fetched_at else None)
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return _json_feed(text.lstrip("\ufeff \t\r\n"), url, max_entries, rules)
    return _xml_feed(without_comments(text), url, max_entries, rules)


def _json_feed(text: str, url: str, max_entries: int, rules: DateRules) -> Feed:
    document: JsonFeed | None = read_json_feed(text)
    if document is None:
        raise NotAFeed(url, "JSON, but no JSON Feed")
    settled = settle_items(document.items, url, max_entries, rules)
    return Feed(
        url=url,
        title=plain_title(document.title),
        entries=settled.entries,
        skipped=settled.skipped,
        language=iso_language(document.language),
        truncated=settled.truncated,
        next_url=_address(url, document.next_url),
        self_url=_address(url, document.self_url),
        site_url=_address(url, document.site_url),
    )


def _xml_feed(text: str, url: str, max_entries: int, rules: DateRules) -> Feed:
    found = from_root(text, _ROOTS)
    if found is None:
        raise NotAFeed(url, what_it_is(text))
    root, text = found
    document = split_items(text, root)
    if is_frame_oversized(document.before) or is_frame_oversized(document.after):
        raise ParseFailed(url, "too many elements outside of its items")
    chosen = choose_items(document.items, max_entries, rules)
    try:
        parsed = read_xml_feed(document.with_items(chosen.items))
    except ValueError as error:
        raise ParseFailed(url, str(error)) from error
    if not parsed.version:
        raise NotAFeed(url, f"<{root}>, but no version of RSS or Atom")
    settled = settle_items(parsed.items, url, max_entries, rules)
    unread = [
        (chosen.oversized, "an item of too many elements"),
        (parsed.broken, "an item that can't be parsed"),
    ]
    return Feed(
        url=url,
        title=plain_title(parsed.title),
        entries=settled.entries,
        skipped=settled.skipped
        + tuple(Skipped(f"{url}#{why.replace(' ', '-')}", why) for n, why in unread if n),
        language=iso_language(parsed.language),
        truncated=chosen.truncated or settled.truncated,
        ttl_s=parsed.ttl_s,
        next_url=_address(url, parsed.next_url),
        self_url=_address(url, parsed.self_url),
        site_url=_address(url, parsed.site_url),
    )


def _address(base: str, link: str) -> str | None:
    return web_url(base, link) if link else None
