"""What can go wrong between us and a site: one tree.

Every error carries the URL it happened at, the `Status` that is recorded for it, and how soon another try makes
sense: "soft" (a passing fault), "hard" (likely to last) or "final" (the same request can't succeed). All of them
survive pickling, since some are raised in a worker process.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from extractors.model import Status

Retry = Literal["soft", "hard", "final"]


class SourceError(Exception):
    """A site, a feed or a page did something that ends this try.

    `detail` says in a few words what was met; `http_status` and `retry_after_s` are set where there was an answer.
    """

    status: ClassVar[Status] = "connection"
    retry: Retry = "soft"

    def __init__(
        self,
        url: str,
        detail: str = "",
        *,
        http_status: int | None = None,
        retry_after_s: int | None = None,
        elapsed_ms: int | None = None,
    ) -> None:
        super().__init__(url, detail)
        self.url = url
        self.detail = detail
        self.http_status = http_status
        self.retry_after_s = retry_after_s
        self.elapsed_ms = elapsed_ms

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.url, self.detail), self.__dict__)

    def __str__(self) -> str:
        return f"{self.status}: {self.detail}" if self.detail else self.status


class TimedOut(SourceError):
    status = "timeout"


class TooLarge(SourceError):
    status = "too_large"
    retry = "hard"


class BadRedirect(SourceError):
    """Too many, a loop, or to where no web page can be."""

    status = "redirect"
    retry = "hard"


class AddressBlocked(SourceError):
    """The guard refused the address that a name or redirect leads to."""

    status = "blocked"
    retry = "hard"


class RobotsForbidden(SourceError):
    """robots.txt disallows it, or could not be had. "hard" in the second case comes from the caller."""

    status = "robots"
    retry: Retry = "hard"


class RateLimited(SourceError):
    """429, or 503 with Retry-After."""

    status = "rate_limited"


class Http3xx(SourceError):
    status = "http_3xx"
    retry = "hard"


class Postponed(SourceError):
    """Not asked for yet, by our own decision: it counts against nobody. `retry_after_s`: from when on it may be."""

    status = "pending"


class Http4xx(SourceError):
    status = "http_4xx"
    retry: Retry = "hard"


class Gone(Http4xx):
    """410: the site says that it will not come back."""

    retry = "final"


class Http5xx(SourceError):
    status = "http_5xx"


class ConnectionFailed(SourceError):
    """No name, no route, refused, reset."""


class ProtocolBroken(SourceError):
    """The peer does not speak HTTP, or stopped in the middle of it."""

    status = "protocol"


class TlsFailed(SourceError):
    status = "tls"
    retry = "hard"


class DecodeFailed(SourceError):
    """Content-Encoding unknown, nested, or its stream broken or cut short."""

    status = "decode"
    retry = "hard"


class NotAFeed(SourceError):
    status = "not_a_feed"
    retry = "hard"


class ParseFailed(SourceError):
    status = "parse"
    retry = "hard"


class EmptyBody(SourceError):
    status = "empty"
    retry = "hard"


class ExtractionFailed(SourceError):
    """The worker hung, ran out of memory, or died at this page."""

    status = "extraction"
    retry = "hard"
