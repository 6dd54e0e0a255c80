"""The articles that a site's sitemaps list: the index followed, newest first, one sitemap in memory at a time."""

from __future__ import annotations

import asyncio
import heapq
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from extractors.backfill.period import Period, sitemap_span
from extractors.backfill.walk import Offer, Offers
from extractors.errors import SourceError
from extractors.model import Request, Source
from extractors.ports import Tools
from extractors.sitemap import ChildSitemap, Sitemap
from extractors.urls import web_url

MAX_DEPTH = 4  # an index of indexes is forbidden by sitemaps.org and met all the same; a loop ends here
MAX_SITEMAPS = 100_000  # of one source: an index may name 50,000
READ_AT_ONCE = 4  # sitemaps of all sources: each may be 50 MB when unpacked

_SITEMAP_LINE = re.compile(r"^[ \t]*site-?map[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
# By their names: what lists no articles. "page" is not among them: sitemap-page-3.xml is the third of a series.
_OTHER_LISTS = frozenset(
    ("author", "authors", "categories", "category", "image", "images", "tag", "tags", "taxonomy", "topic",
     "topics", "video", "videos")
)  # fmt: skip
_ARTICLE_LISTS = frozenset(("article", "articles", "blog", "news", "post", "posts", "stories", "story"))
_WORDS = re.compile(r"[a-z]+")


def robots_sitemaps(body: bytes, url: str) -> tuple[str, ...]:
    """The sitemaps that a robots.txt at `url` names, absolute, each once."""
    text = body.decode("utf-8", "replace")
    links = (web_url(url, found) for found in _SITEMAP_LINE.findall(text))
    return tuple(dict.fromkeys(link for link in links if link))


def lists_no_articles(url: str) -> bool:
    """Whether the sitemap's name says that it lists categories, tags, authors, pictures or the like."""
    name = urlsplit(url).path.rpartition("/")[2].lower().removesuffix(".gz").removesuffix(".xml")
    words = frozenset(_WORDS.findall(name.replace("post_tag", "tag")))  # as WordPress calls them
    return bool(words & _OTHER_LISTS) and not words & _ARTICLE_LISTS


async def sitemap_roots(source: Source, origins: Iterable[str], tools: Tools) -> tuple[str, ...]:
    """Where to begin: the sitemaps of the config; else what the robots.txt of the source's sites (`origins`,
    such as https://example.org) names; else /sitemap.xml on each of them."""
    if source.sitemaps:
        return source.sitemaps
    roots: dict[str, None] = {}
    for origin in origins:
        try:
            response = await tools.web.get(Request(f"{origin}/robots.txt", source.id, kind="sitemap"))
            named = robots_sitemaps(response.body, response.final_url)
        except SourceError:
            named = ()
        roots.update(dict.fromkeys(named or (f"{origin}/sitemap.xml",)))
    return tuple(roots)


async def sitemap_offers(
    source: Source, roots: Sequence[str], period: Period, tools: Tools, gate: asyncio.Semaphore
) -> Offers:
    """An offer for each sitemap, those of an index in the order of their last change, the newest first.

    A sitemap is read when the one before has been taken care of. Left out are those that did not change since the
    period began, those whose name carries a month outside of it, and those that list no articles by their names.
    `gate` bounds how many are read at once, all sources together.
    """
    queue = _Queue(period)
    for url in roots:
        queue.add(ChildSitemap(url), depth=0)
    while (place := queue.next()) is not None:
        url, depth = place
        try:
            async with gate:
                response = await tools.web.get(Request(url, source.id, kind="sitemap"))
                sitemap = await tools.parsers.sitemap(response, source)
        except SourceError as error:
            yield Offer(url, error=error)
            continue
        remark = _followed(sitemap, depth, queue)
        yield Offer(url, sitemap.entries, response=response, remark=remark)


def _followed(sitemap: Sitemap, depth: int, queue: _Queue) -> str:
    """Put the sitemaps that this one names in line; what is to be said of it."""
    taken = sum(queue.add(child, depth + 1) for child in sitemap.sitemaps)
    parts = []
    if sitemap.sitemaps:
        parts.append(f"{taken} of {len(sitemap.sitemaps)} sitemaps followed")
    if sitemap.truncated:
        parts.append("the rest left out")
    return ", ".join(parts)


class _Queue:
    """Sitemaps still to be read, the one that changed last first; each once."""

    def __init__(self, period: Period) -> None:
        self._period = period
        self._seen: set[str] = set()
        self._heap: list[tuple[float, int, str, int]] = []

    def add(self, child: ChildSitemap, depth: int) -> bool:
        """Whether it will be read."""
        if child.url in self._seen or depth > MAX_DEPTH or len(self._seen) >= MAX_SITEMAPS:
            return False
        if depth and (lists_no_articles(child.url) or not self._may_matter(child)):
            return False
        self._seen.add(child.url)
        place = (-_time_of(child).timestamp(), len(self._seen), child.url, depth)
        heapq.heappush(self._heap, place)
        return True

    def next(self) -> tuple[str, int] | None:
        """Address and depth of the next one."""
        if not self._heap:
            return None
        _, _, url, depth = heapq.heappop(self._heap)
        return url, depth

    def _may_matter(self, child: ChildSitemap) -> bool:
        since = self._period.since
        if since is not None and child.lastmod is not None and child.lastmod.at < since:
            return False
        return self._period.may_hold(sitemap_span(child.url))


def _time_of(child: ChildSitemap) -> datetime:
    """When it changed last, as far as it says so itself; of the others nothing is known, and they come last."""
    if child.lastmod is not None:
        return child.lastmod.at
    span = sitemap_span(child.url)
    return span.latest if span else datetime(1970, 1, 1, tzinfo=UTC)
