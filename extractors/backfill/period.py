"""When an article was published, as far as its address or its entry tells before it is fetched. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from extractors.metadata.dates import Habits, date_in_path, zone_named
from extractors.model import Entry, Moment

_DAY = timedelta(days=1)
_YEAR, _MONTH = r"(?P<year>(?:19|20)\d\d)", r"(?P<month>0[1-9]|1[0-2])"
# /2024/05/some-words, and nothing that only looks like it
_MONTH_IN_ARTICLE = re.compile(rf"/{_YEAR}/{_MONTH}/")
# sitemap-2024-05.xml, sitemap_202405.xml.gz, /2024/05/sitemap.xml, sitemap.xml?yyyy=2024&mm=05
_MONTH_IN_SITEMAP = re.compile(rf"(?<!\d){_YEAR}(?:[-_/.]?|&\w+=){_MONTH}(?!\d)")


@dataclass(frozen=True, slots=True)
class Span:
    """The instants at which something may have been published, both ends included."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """What is asked for: from `since` on, and before `until`; None is without a bound."""

    since: datetime | None = None
    until: datetime | None = None

    def may_hold(self, span: Span | None) -> bool:
        """Whether something of that span may lie in the period; of what is not known, it may."""
        if span is None:
            return True
        if self.since is not None and span.latest < self.since:
            return False
        return self.until is None or span.earliest < self.until

    def holds(self, at: datetime | None) -> bool:
        """Whether the instant lies in the period; one that is not known does."""
        return at is None or self.may_hold(Span(at, at))


ALWAYS = Period()


def entry_span(entry: Entry, timezone: str | None = None) -> Span | None:
    """When the article of an entry was published: by its own word, its address, or its last change; else None.

    A last change stands for the publication where nothing better is known: most news articles are edited within
    their first day. `timezone` is the one that days are meant in.
    """
    if entry.published is not None:
        return _moment_span(entry.published)
    span = address_span(entry.url, timezone)
    if span is None and entry.updated is not None:
        return _moment_span(entry.updated)
    return span


def address_span(url: str, timezone: str | None = None) -> Span | None:
    """The day or the month that an article's address carries."""
    zone = zone_named(timezone) or UTC
    day = date_in_path(url, Habits(timezone=zone))
    if day is not None:
        return _moment_span(day)
    found = _MONTH_IN_ARTICLE.search(urlsplit(url).path)
    return _month_span(found, zone) if found else None


def sitemap_span(url: str) -> Span | None:
    """The month that the address of a sitemap carries, with a day of grace: nobody says in which zone it is."""
    parts = urlsplit(url)
    found = _MONTH_IN_SITEMAP.search(f"{parts.path}?{parts.query}")
    if found is None:
        return None
    span = _month_span(found, UTC)
    return Span(span.earliest - _DAY, span.latest + _DAY)


def _moment_span(moment: Moment) -> Span:
    """A day that carries no time is all of it."""
    return Span(moment.at, moment.at + _DAY if moment.precision == "day" else moment.at)


def _month_span(found: re.Match[str], zone: tzinfo) -> Span:
    first = datetime(int(found["year"]), int(found["month"]), 1, tzinfo=zone)
    return Span(first, (first + timedelta(days=31)).replace(day=1) - timedelta(microseconds=1))
