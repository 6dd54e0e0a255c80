"""What is wrong with a feed or sitemap, in words, and what to do about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from extractors.discovery import FoundFeed, FoundSitemap
from extractors.errors import SourceError
from flows.moments import ago

Grade = Literal["ok", "warn", "fail"]
QUIET_AFTER = timedelta(days=30)  # of a feed: longer than any holiday of a newsroom


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one address. `advice` is "" where nothing is to be done."""

    source_id: str
    url: str
    grade: Grade
    found: str
    advice: str = ""


def feed_verdict(source_id: str, feed: FoundFeed, now: datetime) -> Verdict:
    """A feed fails when it gives no entries; it is warned of when it may not go on so."""
    if feed.error is not None:
        return Verdict(source_id, feed.url, "fail", *error_words(feed.error))
    if not feed.entries:
        return Verdict(
            source_id, feed.url, "warn", "it is a feed without entries", "is it still the right one?"
        )
    contents = _contents(feed, now)
    if feed.moved_to is not None and feed.moved_to != feed.url:
        advice = f"put {feed.moved_to} in the config"
        return Verdict(source_id, feed.url, "warn", f"it has moved for good; {contents}", advice)
    if feed.newest_at is not None and now - feed.newest_at > QUIET_AFTER:
        advice = "look whether the site has another one: presswatch sources discover"
        return Verdict(source_id, feed.url, "warn", f"nothing new for a long time; {contents}", advice)
    if not feed.dated:
        return Verdict(
            source_id, feed.url, "warn", f"no entry says when it was published; {contents}",
            "nothing: dates are read from the pages",
        )  # fmt: skip
    return Verdict(source_id, feed.url, "ok", contents)


def sitemap_verdict(source_id: str, sitemap: FoundSitemap) -> Verdict:
    """A sitemap fails when it can't be read."""
    if sitemap.error is not None:
        return Verdict(source_id, sitemap.url, "fail", *error_words(sitemap.error))
    if not sitemap.entries and not sitemap.sitemaps:
        return Verdict(source_id, sitemap.url, "warn", "it lists nothing", "is it still the right one?")
    return Verdict(source_id, sitemap.url, "ok", sitemap_contents(sitemap))


def sitemap_contents(sitemap: FoundSitemap) -> str:
    """ "1,000 addresses", "an index of 12 sitemaps"."""
    if sitemap.sitemaps:
        return f"an index of {sitemap.sitemaps:,} sitemaps"
    return f"{sitemap.entries:,} addresses{' of news' if sitemap.is_news else ''}"


def _contents(feed: FoundFeed, now: datetime) -> str:
    parts = [f"{feed.entries:,} entries"]
    if feed.newest_at is not None:
        parts.append(f"the newest {ago(feed.newest_at, now)}")
    if feed.full_text:
        parts.append("with full text")
    return ", ".join(parts)


_WORDS: dict[str, tuple[str, str]] = {
    "timeout": ("it does not answer in time", "try again; fetch.timeout_s may be longer"),
    "too_large": ("its answer is larger than fetch.max_bytes", "raise fetch.max_bytes if it is meant"),
    "redirect": ("it redirects to nowhere", "open it in a browser, and put its address there in the config"),
    "blocked": (
        "its address is private, and may not be fetched",
        "if it is meant, name its network in fetch.allow_networks",
    ),
    "robots": ("its robots.txt forbids it to us", "ask the site, or leave it out"),
    "rate_limited": ("it says: not now", "try again later; others may use the same address of yours"),
    "http_5xx": ("its server has a fault", "try again later"),
    "connection": ("it can't be reached", "is the name right, and is it up?"),
    "protocol": ("what answers there does not speak HTTP", "is the address right?"),
    "tls": ("its certificate or encryption is not right", "open it in a browser; is it http and not https?"),
    "decode": ("its answer can't be unpacked", "try again later"),
    "empty": ("its answer is empty", "try again later"),
    "not_a_feed": (
        "what is there is no feed or sitemap",
        "presswatch sources discover finds those of the site",
    ),
    "parse": ("what is there can't be read", "look at it; has it been cut short?"),
    "extraction": ("it takes too long to read", "leave it out"),
}


def error_words(error: SourceError) -> tuple[str, str]:
    """What happened, and what to do."""
    found, advice = _http_words(error) or _WORDS.get(error.status, (error.status.replace("_", " "), ""))
    return (f"{found} ({error.detail})" if error.detail else found), advice


def _http_words(error: SourceError) -> tuple[str, str] | None:
    discover = "presswatch sources discover finds what the site has now"
    if error.http_status in (401, 403):
        return "it refuses us", "name yourself in fetch.user_agent, or ask the site"
    if error.http_status == 404:
        return "there is nothing at this address", discover
    if error.http_status == 410:
        return "it is gone for good", discover
    return None
