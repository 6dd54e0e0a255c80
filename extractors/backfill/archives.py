"""The older pages of a feed: archived feeds and paged feeds (RFC 5005), and WordPress's `?paged=N`."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from extractors.backfill.period import Period, entry_span
from extractors.backfill.walk import Offer, Offers
from extractors.errors import Http4xx, NotAFeed, SourceError
from extractors.model import Entry, Feed, Request, Source
from extractors.ports import Tools
from extractors.urls import identity

MAX_PAGES = 20_000  # of one feed: ten entries a page, twenty years of a busy paper


async def archive_offers(source: Source, feed_url: str, period: Period, tools: Tools) -> Offers:
    """An offer for each page of a feed, from the newest back: along the links "prev-archive" or "next" as far as
    they lead; of a feed that has none, as WordPress numbers its pages, until a page has nothing that is new.

    Pages that are all older than the period end it. The feed's validators are neither sent nor kept.
    """
    walk = _Walk(period, source.timezone)
    url: str | None = feed_url
    number = 1
    while url is not None and walk.enter(url):
        guessed = number > 1 and not walk.has_links
        try:
            response = await tools.web.get(Request(url, source.id, kind="feed"))
            feed = await tools.parsers.feed(response, source)
        except SourceError as error:
            # WordPress answers 404 behind the last page; a feed that knows no paging, anything it likes.
            if not (guessed and isinstance(error, Http4xx | NotAFeed)):
                yield Offer(url, error=error)
            return
        if guessed and not walk.has_news(feed.entries):
            return
        walk.note(feed)
        yield Offer(url, feed.entries, response=response)
        if walk.is_over(feed.entries):
            return
        number += 1
        url = feed.next_url if walk.has_links else paged_url(feed_url, number)


def paged_url(feed_url: str, number: int) -> str:
    """The address of a page of a WordPress feed, from 2 on."""
    parts = urlsplit(feed_url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "paged"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("paged", str(number))])))


class _Walk:
    """What was met on the way back through one feed."""

    def __init__(self, period: Period, timezone: str | None) -> None:
        self._period = period
        self._timezone = timezone
        self._pages: set[str] = set()
        self._links: set[int] = set()
        self.has_links = False  # the feed itself says where its older pages are

    def enter(self, url: str) -> bool:
        """Whether the page is to be read: it was not yet, and there is an end to everything."""
        if url in self._pages or len(self._pages) >= MAX_PAGES:
            return False
        self._pages.add(url)
        return True

    def has_news(self, entries: Iterable[Entry]) -> bool:
        return any(identity(entry.url) not in self._links for entry in entries)

    def note(self, feed: Feed) -> None:
        self.has_links = self.has_links or feed.next_url is not None
        self._links.update(identity(entry.url) for entry in feed.entries)

    def is_over(self, entries: Iterable[Entry]) -> bool:
        """Whether all of a page is older than what is asked for."""
        since = self._period.since
        if since is None:
            return False
        spans = [entry_span(entry, self._timezone) for entry in entries]
        return bool(spans) and all(span is not None and span.latest < since for span in spans)
