"""What is remembered of a host's troubles, so that five hundred pages of a dead host cost three attempts."""

from __future__ import annotations

import math
from typing import Final

from extractors.errors import ConnectionFailed, RateLimited, SourceError, TimedOut
from extractors.web.dialling import Unreachable, UnreachableInTime

SKIP_AFTER = 3  # failures in a row: one may be chance, two may be the two connections at once
SKIP_S = 600.0  # then it is left alone for what is mostly the rest of a round; the next try decides again
PAUSE_S = (
    10  # a Retry-After up to this is like a delay of the host: others wait for it; a longer one ends them
)
UNSTATED_RETRY_S = 5  # "too many requests", without a word on when to come back
LIMITED_S = 60  # the least that a host is left alone after `SKIP_AFTER` answers of "not now" in a row

MIN_HOSTS_DOWN = 3  # fewer may be down by themselves
MIN_HOSTS_LOST = 10  # dead hosts take longest, so that a round ends with theirs: more is needed to tell


class HostHealth:
    """One host: whether to try it at all. Times are of a monotonic clock, in seconds."""

    __slots__ = ("_failures", "_last", "_limited_until", "_limits", "_skip_until", "paused_until")

    def __init__(self) -> None:
        self._failures = 0
        self._last: SourceError | None = None
        self._skip_until = -math.inf
        self._limits = 0
        self._limited_until = -math.inf
        self.paused_until: float = -math.inf

    def refusal(self, url: str, now: float) -> SourceError | None:
        """Why a request must not be sent now, as the error to raise; None where it may."""
        if now < self._limited_until:
            return RateLimited(
                url, "host asked to be left alone", retry_after_s=math.ceil(self._limited_until - now)
            )
        if self._last is not None and now < self._skip_until:
            detail = f"host skipped after {self._failures} failures: {self._last.detail}"
            kind = UnreachableInTime if isinstance(self._last, TimedOut) else Unreachable
            return kind(url, detail, retry_after_s=math.ceil(self._skip_until - now))
        return None

    def answered(self) -> None:
        """The host gave an answer, whatever it was."""
        self._failures = 0
        self._last = None
        self._limits = 0

    def failed(self, error: SourceError, now: float) -> None:
        """The host could not be reached, broke the connection or took too long. Other failures are answers."""
        if isinstance(error, _FAILURES):
            self._failures += 1
            self._last = error
            if self._failures >= SKIP_AFTER:
                self._skip_until = now + SKIP_S

    def limited(self, retry_after_s: int | None, now: float) -> None:
        """The host said "not now"."""
        self._failures = 0
        self._last = None
        self._limits += 1
        wait_s = UNSTATED_RETRY_S if retry_after_s is None else retry_after_s
        if wait_s <= PAUSE_S and self._limits < SKIP_AFTER:
            self.paused_until = now + wait_s
        else:
            self._limited_until = now + (max(wait_s, LIMITED_S) if self._limits >= SKIP_AFTER else wait_s)


class Reach:
    """Which hosts could be connected to: an outage of one's own network shows as all of them failing at once."""

    def __init__(self) -> None:
        self._tried: set[str] = set()
        self._reached = False
        self._failed_since: set[str] = set()

    def reached(self, host: str) -> None:
        """A connection to the host came about."""
        self._tried.add(host)
        self._reached = True
        self._failed_since.clear()

    def failed(self, host: str) -> None:
        """None came about."""
        self._tried.add(host)
        self._failed_since.add(host)

    @property
    def network_down(self) -> bool:
        """Whether no host could be reached, or since some moment none any more, half of all hosts among them."""
        failed = len(self._failed_since)
        if not self._reached:
            return failed >= MIN_HOSTS_DOWN
        return failed >= MIN_HOSTS_LOST and failed * 2 >= len(self._tried)


_FAILURES: Final = (ConnectionFailed, TimedOut)
