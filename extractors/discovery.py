"""The feeds and sitemaps of a site, found from one of its pages and tried out."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from extractors.backfill.sitemaps import robots_sitemaps
from extractors.errors import SourceError
from extractors.feed.entries import iso_language
from extractors.html import NotHtml, parse_html
from extractors.model import Entry, Feed, Request, Response, Source
from extractors.ports import Parsers, Web
from extractors.sitemap import Sitemap
from extractors.urls import identity, same_site, web_url

MAX_TRIED = 25  # feeds of one site; a page that links to more is a list of feeds
MAX_NEWS_SITEMAPS = 5  # of those that an index names
COMMON_PATHS = ("/feed/", "/rss.xml", "/rss", "/feed.xml", "/atom.xml", "/index.xml", "/feeds/posts/default")
_FEED_TYPES = frozenset(
    ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
)
_FEED_LINK = re.compile(r"(?:^|[/._?=&-])(?:rss2?|feeds?|atom|rdf)(?:$|[/._?=&-])", re.IGNORECASE)
_ASIDE = re.compile(r"comment|kommentar|podcast|(?:^|[/._?=&-])tags?(?:$|[/._?=&-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that was tried out. With an `error` nothing else is known.

    `moved_to`: where a permanent redirect leads. `dated`: how many of its entries say when they were published.
    `is_aside`: of comments, podcasts or tags, and not of the news.
    """

    url: str
    error: SourceError | None = None
    title: str = ""
    language: str | None = None
    entries: int = 0
    dated: int = 0
    newest_at: datetime | None = None
    full_text: bool = False
    moved_to: str | None = None
    is_aside: bool = False


@dataclass(frozen=True, slots=True)
class FoundSitemap:
    """A sitemap that was tried out. `is_news`: its entries have titles and times, as Google's news sitemaps do."""

    url: str
    error: SourceError | None = None
    entries: int = 0
    sitemaps: int = 0
    is_news: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """What was found of a site. `page_url`: the page it began with, where redirects led."""

    page_url: str
    name: str
    language: str | None
    feeds: tuple[FoundFeed, ...]
    sitemaps: tuple[FoundSitemap, ...]


@dataclass(frozen=True, slots=True)
class _Links:
    """What the first page says."""

    name: str = ""
    language: str | None = None
    stated: tuple[str, ...] = ()  # <link rel="alternate">
    linked: tuple[str, ...] = ()  # other links that look like feeds


async def discover_site(url: str, web: Web, parsers: Parsers) -> Site:
    """The feeds and sitemaps of the site that the page at `url` belongs to; `url` may be a feed itself.

    Feeds: those that the page states, those that it links to, and where there is none, the usual places. Sitemaps:
    those of robots.txt, else the usual place. All are tried out. Raises the `SourceError` of the page itself.
    """
    response = await web.get(Request(url, "", kind="page"))
    origin = _origin(response.final_url)
    links = page_links(response.body, response.final_url, response.content_type)
    first = await _as_feed(response, parsers) if not links.stated else None
    candidates = list(dict.fromkeys((*links.stated, *links.linked)))[:MAX_TRIED]
    feeds = [] if first is None else [first]
    feeds += await asyncio.gather(*(try_feed(each, web, parsers) for each in candidates))
    if not any(feed.error is None for feed in feeds):
        usual = [f"{origin}{path}" for path in COMMON_PATHS if f"{origin}{path}" not in candidates]
        feeds += await asyncio.gather(*(try_feed(each, web, parsers) for each in usual))
    stated = frozenset(links.stated)
    good = _once([feed for feed in feeds if feed.error is None or feed.url in stated])
    name = links.name or next(
        (feed.title for feed in good if feed.title), urlsplit(origin).hostname or origin
    )
    language = links.language or next((feed.language for feed in good if feed.language), None)
    return Site(response.final_url, name, language, good, await _sitemaps(origin, web, parsers))


def page_links(body: bytes, url: str, content_type: str = "") -> _Links:
    """The feeds that a page states or links to, the name of its site and its language."""
    tree = parse_html(body, content_type)
    if isinstance(tree, NotHtml):
        return _Links()
    base = _base(tree, url)
    stated = [
        (link.get("href") or "")
        for link in tree.iter("link")
        if "alternate" in (link.get("rel") or "").lower().split()
        and (link.get("type") or "").split(";")[0].strip().lower() in _FEED_TYPES
    ]
    linked = [href for a in tree.iter("a") if _FEED_LINK.search(href := (a.get("href") or "")[:2_000])]
    return _Links(
        _site_name(tree),
        iso_language(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""),
        _absolute(base, stated),
        tuple(link for link in _absolute(base, linked) if same_site(link, url)),
    )


async def try_feed(url: str, web: Web, parsers: Parsers, source: Source | None = None) -> FoundFeed:
    """Fetch and parse a feed. Never raises what a site can cause."""
    source = source or Source("", "")
    try:
        response = await web.get(Request(url, source.id, kind="feed"))
        feed = await parsers.feed(response, source)
    except SourceError as error:
        return FoundFeed(url, error)
    found = _found_feed(url, feed)
    return replace(found, moved_to=response.permanent_url)


async def try_sitemap(url: str, web: Web, parsers: Parsers, source: Source | None = None) -> FoundSitemap:
    """Fetch and parse a sitemap. Never raises what a site can cause."""
    return (await _tried_sitemap(url, web, parsers, source or Source("", "")))[0]


async def _tried_sitemap(
    url: str, web: Web, parsers: Parsers, source: Source
) -> tuple[FoundSitemap, tuple[str, ...]]:
    """The sitemap, and those that it names."""
    try:
        response = await web.get(Request(url, source.id, kind="sitemap"))
        sitemap = await parsers.sitemap(response, source)
    except SourceError as error:
        return FoundSitemap(url, error), ()
    found = FoundSitemap(url, None, len(sitemap.entries), len(sitemap.sitemaps), _is_news(sitemap))
    return found, tuple(child.url for child in sitemap.sitemaps)


async def _sitemaps(origin: str, web: Web, parsers: Parsers) -> tuple[FoundSitemap, ...]:
    """Those of robots.txt, else the one at the usual place if it is there; and of an index those named for news."""
    try:
        response = await web.get(Request(f"{origin}/robots.txt", "", kind="sitemap"))
        named = robots_sitemaps(response.body, response.final_url)[:MAX_TRIED]
    except SourceError:
        named = ()
    wanted = named or (f"{origin}/sitemap.xml",)
    tried = await asyncio.gather(*(_tried_sitemap(url, web, parsers, Source("", "")) for url in wanted))
    children = dict.fromkeys(
        child for _, urls in tried for child in urls if "news" in child and child not in wanted
    )
    news = await asyncio.gather(
        *(try_sitemap(url, web, parsers) for url in list(children)[:MAX_NEWS_SITEMAPS])
    )
    return (
        *(found for found, _ in tried if found.error is None or named),
        *(each for each in news if each.is_news),
    )


async def _as_feed(response: Response, parsers: Parsers) -> FoundFeed | None:
    """The page itself, if it is a feed."""
    try:
        return _found_feed(response.final_url, await parsers.feed(response, Source("", "")))
    except SourceError:
        return None


def _found_feed(url: str, feed: Feed) -> FoundFeed:
    times = [time for entry in feed.entries if (time := _time_of(entry)) is not None]
    return FoundFeed(
        url,
        title=feed.title,
        language=feed.language,
        entries=len(feed.entries),
        dated=len(times),
        newest_at=max(times, default=None),
        full_text=bool(feed.entries) and all(entry.content_html for entry in feed.entries),
        is_aside=bool(_ASIDE.search(urlsplit(url).path) or _ASIDE.search(feed.title)),
    )


def _time_of(entry: Entry) -> datetime | None:
    moment = entry.published or entry.updated
    return moment.at if moment else None


def _once(feeds: Sequence[FoundFeed]) -> tuple[FoundFeed, ...]:
    """Each feed once, whatever its spelling; those that answer first, those beside the news last."""
    seen: dict[int, FoundFeed] = {}
    for feed in feeds:
        seen.setdefault(identity(feed.moved_to or feed.url), feed)
    return tuple(sorted(seen.values(), key=lambda feed: (feed.error is not None, feed.is_aside)))


def _is_news(sitemap: Sitemap) -> bool:
    return bool(sitemap.entries) and all(entry.title and entry.published for entry in sitemap.entries[:20])


def _site_name(tree: HtmlElement) -> str:
    for meta in tree.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() == "og:site_name":
            return " ".join((meta.get("content") or "").split())[:100]
    return ""


def _base(tree: HtmlElement, url: str) -> str:
    for base in tree.iter("base"):
        return web_url(url, base.get("href") or "") or url
    return url


def _absolute(base: str, links: Iterable[str]) -> tuple[str, ...]:
    found = (web_url(base, link) for link in links)
    return tuple(dict.fromkeys(link for link in found if link))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
