"""What is missing of each source, by its usual volume and its feeds' gaps, and which way it can be had. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from urllib.parse import urlsplit

from extractors.model import Source
from extractors.urls import host_of, registrable_domain
from storage.coverage import Coverage, DayCount

_DAY = timedelta(days=1)
MIN_SAMPLES = 3  # of one weekday, to tell its usual volume from that of all days


@dataclass(frozen=True, slots=True)
class MissingDay:
    """One day of a source with fewer articles than usual."""

    day: date
    articles: int
    usual: float
    missing: int
    why: str


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Days in a row of which something is missing."""

    source_id: str
    days: tuple[MissingDay, ...]
    routes: tuple[str, ...]

    @property
    def missing(self) -> int:
        return sum(day.missing for day in self.days)


def shortfalls(
    sources: Sequence[Source],
    known: Mapping[str, Coverage],
    sitemapped: Set[str],
    since: date,
    until: date,
) -> tuple[Shortfall, ...]:
    """What is missing of each source from `since` up to and with `until`. `sitemapped`: origins whose robots.txt
    names a sitemap."""
    found = []
    for source in sources:
        coverage = known.get(source.id, Coverage())
        routes = routes_for(source, sitemapped)
        usual = usual_volumes(coverage)
        judged = (_missing(coverage, usual[day.weekday()], day) for day in _days(since, until))
        short = [day for day in judged if day is not None]
        found += [Shortfall(source.id, run, routes) for run in _runs(short)]
    return tuple(found)


def usual_volumes(coverage: Coverage) -> tuple[float | None, ...]:
    """Articles that the source usually has on each weekday, from Monday on.

    The median of that weekday, else of all days, since the source is watched, days with a gap left out; else what
    its feeds publish; None where nothing is known.
    """
    whole = {day: count.articles for day, count in _filled(coverage).items() if not count.has_gap}
    every = float(median(whole.values())) if len(whole) >= MIN_SAMPLES else coverage.entries_per_day
    usual = []
    for weekday in range(7):
        same = [articles for day, articles in whole.items() if day.weekday() == weekday]
        usual.append(float(median(same)) if len(same) >= MIN_SAMPLES else every)
    return tuple(usual)


def routes_for(source: Source, sitemapped: Set[str]) -> tuple[str, ...]:
    """Which ways may have older articles of the source, the likeliest first."""
    routes = []
    sites = {registrable_domain(feed) for feed in source.feeds}
    if source.sitemaps or any(registrable_domain(origin) in sites for origin in sitemapped):
        routes.append("sitemap")
    if any(is_paged(feed) for feed in source.feeds):
        routes.append("archive")
    return (*routes, "warc")


def is_paged(feed_url: str) -> bool:
    """Whether the address looks like a feed of WordPress, which has older pages."""
    parts = urlsplit(feed_url)
    return (
        parts.path.rstrip("/").endswith("/feed")
        or "feed=rss" in parts.query
        or "wordpress" in host_of(feed_url)
    )


def _missing(coverage: Coverage, usual: float | None, day: date) -> MissingDay | None:
    """A day is short where its count is less than chance explains (two standard deviations of a Poisson count), or
    where a feed is known to have lost something."""
    count = coverage.days.get(day, DayCount(0))
    lacking = max(0.0, (usual or 0.0) - count.articles)
    is_low = usual is not None and count.articles < usual - 2 * math.sqrt(usual)
    if not is_low and not count.has_gap:
        return None
    missing = max(math.ceil(lacking) if is_low else 0, count.estimated_missing)
    return (
        MissingDay(day, count.articles, usual or 0.0, missing, _why(coverage, day, count))
        if missing
        else None
    )


def _why(coverage: Coverage, day: date, count: DayCount) -> str:
    if count.has_gap:
        return f"gap: {', '.join(coverage.gap_reasons)}" if coverage.gap_reasons else "gap"
    if coverage.watched_since is None or day <= coverage.watched_since:
        return "before it was watched"
    return "fewer than usual"


def _filled(coverage: Coverage) -> dict[date, DayCount]:
    """The days since the source is watched, those without articles included; not the first and the last one, which
    are no whole days."""
    if not coverage.days or coverage.watched_since is None:
        return {}
    first, last = coverage.watched_since + _DAY, max(coverage.days) - _DAY
    return {day: coverage.days.get(day, DayCount(0)) for day in _days(first, last)}


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += _DAY


def _runs(days: Sequence[MissingDay]) -> Iterator[tuple[MissingDay, ...]]:
    """Days in a row that are short for the same reason."""
    run: list[MissingDay] = []
    for day in days:
        if run and (day.day - run[-1].day > _DAY or day.why != run[-1].why):
            yield tuple(run)
            run = []
        run.append(day)
    if run:
        yield tuple(run)
