"""The one door to the web.

`WebClient.get` gives a complete answer or raises a `SourceError`; nothing else that a site does comes out of it.
How a request gets there: a URL is taken apart (`target`), its robots.txt asked (`robots_book`), a connection to its
host waited for (`connections`), then its turn (`pacing`), in this process and in others (`sharing`), then one of
the places that all hosts share; a connection is made past the guard (`dialling`), and one exchange takes place
(`exchange`). Redirects, and what is tried once more, go the same way again from the start.
"""

from __future__ import annotations

import math
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from extractors.errors import Postponed, SourceError
from extractors.model import FetchSettings, Request, Response, RobotsRecord, Validators
from extractors.web.carrying import Header
from extractors.web.decoding import ACCEPTED
from extractors.web.dialling import Resolver, system_addresses
from extractors.web.exchange import Answer, BodyLimit, Budget
from extractors.web.headers import sendable
from extractors.web.redirects import FOLLOWED, Trail
from extractors.web.responses import response_of
from extractors.web.robots import MAX_BYTES as MAX_ROBOTS_BYTES
from extractors.web.robots import product_token
from extractors.web.robots_book import RobotsBook
from extractors.web.sending import Host, Sender
from extractors.web.target import Target, read_target

SITEMAP_BYTES = 50_000_000  # sitemaps.org: none is larger when unpacked; a page of that size is none

_ACCEPT = {
    "feed": b"application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5",
    "page": b"text/html, application/xhtml+xml;q=0.9, */*;q=0.5",
    "sitemap": b"application/xml, text/xml;q=0.9, */*;q=0.5",
    "robots": b"text/plain, */*;q=0.5",
}


def _utc_now() -> datetime:
    return datetime.now(UTC)


class WebClient:
    """An HTTP client with manners; an async context manager, in which all of its requests take place.

    For each host (name and port; http and https together): at most `per_host_connections` connections, idle ones
    included, and at least `per_host_delay_s`, or its Crawl-delay, between two starts, be they pages, robots.txt,
    redirects or second tries. With `pace_file` these two hold across all processes that name the same file.

    `patience_s`: what the Crawl-delay of one host may cost in all, beyond our own delay; what comes then is
    `Postponed`. None: as long as it takes. `robots`: what is remembered, by origin. `resolver`: host, port ->
    addresses. `clock`: monotonic seconds.
    ValueError for a user agent or a network that is none; OSError on entering, where `pace_file` can't be used.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        robots: Mapping[str, RobotsRecord] | None = None,
        pace_file: Path | None = None,
        patience_s: float | None = None,
        now: Callable[[], datetime] = _utc_now,
        clock: Callable[[], float] = time.monotonic,
        resolver: Resolver = system_addresses,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        if not settings.user_agent.isascii() or not settings.user_agent.isprintable():
            raise ValueError("user_agent must be printable ASCII")
        self._settings = settings
        self._patience_s = patience_s
        self._now = now
        self._clock = clock
        self._sender = Sender(
            settings, pace_file=pace_file, now=now, clock=clock, resolver=resolver, ssl_context=ssl_context
        )
        self._robots = RobotsBook(product_token(settings.user_agent), robots or {}, now, self._send_robots)
        self._limits = dict.fromkeys(_ACCEPT, BodyLimit(settings.max_bytes))
        self._limits["sitemap"] = BodyLimit(max(settings.max_bytes, SITEMAP_BYTES))
        self._headers: dict[str, tuple[Header, ...]] = {
            kind: (
                (b"User-Agent", settings.user_agent.encode("ascii")),
                (b"Accept", accept),
                (b"Accept-Encoding", ACCEPTED.encode("ascii")),
            )
            for kind, accept in _ACCEPT.items()
        }

    async def __aenter__(self) -> WebClient:
        await self._sender.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._robots.close()
        await self._sender.close()

    async def get(self, request: Request) -> Response:
        """Fetch one URL, redirects included: 200 with its whole body, or 304 where validators were sent.

        Takes at most `timeout_s`, not counting the waiting for its turn. Raises a SourceError for every other end:
        BadRedirect also for a URL that is none, or is longer than 8,192 characters.
        """
        budget = Budget(self._settings.timeout_s, self._clock)
        headers = self._headers[request.kind] + _conditions(request.validators)
        try:
            trail = Trail(read_target(request.url), self._settings.max_redirects)
            while True:
                answer = await self._fetch(trail.target, headers, self._limits[request.kind], budget)
                if answer.http_status not in FOLLOWED:
                    return response_of(request, trail, answer, budget.spent_ms, self._now())
                trail.follow(answer.http_status, answer.fields.get("location", ""))
        except SourceError as error:
            if error.elapsed_ms is None:
                error.elapsed_ms = budget.spent_ms
            raise

    def learned_robots(self) -> tuple[RobotsRecord, ...]:
        """The robots.txt files fetched since the last call, to be remembered."""
        return self._robots.drain()

    def network_down(self) -> bool:
        """Whether it is our own network that fails: several hosts were tried, and none can be connected to."""
        return self._sender.reach.network_down

    async def delay_s(self, url: str) -> float:
        """Seconds between two starts at the host of `url`: our own delay, or the Crawl-delay of its robots.txt,
        which is fetched for it. What forbids the page, or keeps robots.txt from us, is raised as by `get`."""
        target = read_target(url)
        host = self._sender.host(target)
        if self._settings.respect_robots:
            host.pace.at_least((await self._robots.check(target)).crawl_delay_s)
        return host.pace.gap.delay_s

    async def _fetch(
        self, target: Target, headers: tuple[Header, ...], limit: BodyLimit, budget: Budget
    ) -> Answer:
        host = self._sender.host(target)
        host.pace.check(target.url)
        if self._settings.respect_robots:
            rules = await self._robots.check(target)
            host.pace.at_least(rules.crawl_delay_s)
            self._spend_patience(host, target)
        return await self._sender.send(host, target, headers, limit, budget)

    def _spend_patience(self, host: Host, target: Target) -> None:
        """A slow host gets some of our time and not all of it: a round must end."""
        delay_s = host.pace.gap.delay_s
        cost_s = delay_s - self._settings.per_host_delay_s
        if self._patience_s is not None and cost_s > 0 and host.slowed_s + cost_s > self._patience_s:
            detail = f"its host wants {delay_s:g} s between requests"
            raise Postponed(target.url, detail, retry_after_s=math.ceil(delay_s))
        host.slowed_s += max(cost_s, 0.0)

    async def _send_robots(self, target: Target) -> Answer:
        budget = Budget(self._settings.timeout_s, self._clock)
        limit = BodyLimit(MAX_ROBOTS_BYTES, truncate=True)
        try:
            host = self._sender.host(target)
            return await self._sender.send(host, target, self._headers["robots"], limit, budget)
        except SourceError as error:
            error.elapsed_ms = budget.spent_ms
            raise


def _conditions(validators: Validators) -> tuple[Header, ...]:
    sent = sendable(validators)
    headers: tuple[Header, ...] = ()
    if sent.etag:
        headers += ((b"If-None-Match", sent.etag.encode("ascii")),)
    if sent.last_modified:
        headers += ((b"If-Modified-Since", sent.last_modified.encode("ascii")),)
    return headers
