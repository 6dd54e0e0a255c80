"""When the next request to a host may start.

What counts is the gap that the host sees, between the arrivals of two requests. So the clock starts when a request
has really been sent, not when it was planned or its connection began to be made; and since a request may be seen a
little later than it was sent (a busy server, a slow network), the answer, which proves that it was, moves the
start to itself - by a tenth of the delay or a tenth of a second at most, since slow answers must not slow us down;
where the delay itself is short, by somewhat more.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from types import TracebackType

from extractors.errors import SourceError
from extractors.web.health import HostHealth
from extractors.web.sharing import MAX_SLACK_S, SharedLimits

SLACK_SHARE = 0.1
SHORT_SHARE = 2.5  # of a short delay
SHORT_S = 0.1
# Until here from a sending, the next start waits for the answer. Busy servers on loopback, with 2 cores that all others
# kept busy too, noted requests 120 and 190 ms after their sending: more than a short delay. It costs nothing where the
# answer comes sooner, and nothing where the delay is longer.
PATIENCE_S = 0.35
MIN_SLACK_S = 0.03  # 12 busy processes on 2 cores: a server on loopback saw requests up to 11 ms late
MARGIN_S = 0.002  # timers are exact to a millisecond, depending on the event loop


def slack_s(delay_s: float) -> float:
    """How much later than it was sent a request may be counted, in seconds."""
    short_s = min(delay_s * SHORT_SHARE, max(PATIENCE_S - delay_s, SHORT_S))
    return min(max(delay_s * SLACK_SHARE, short_s, MIN_SLACK_S), MAX_SLACK_S)


class Gap:
    """The gap of one host. Pure: `now` is a monotonic time in seconds."""

    __slots__ = ("_counted_from", "_sent", "_serial", "delay_s")

    def __init__(self, delay_s: float) -> None:
        self.delay_s = delay_s  # between two starts
        self._sent = -math.inf
        self._counted_from = -math.inf
        self._serial = 0

    def started(self, now: float) -> int:
        """A request has been sent. The number given back names it for `answered`."""
        self._serial += 1
        self._sent = now
        self._counted_from = now + slack_s(self.delay_s)
        return self._serial

    def answered(self, serial: int, now: float) -> None:
        """The answer to that request begins to arrive: it was seen between its sending and now."""
        if serial == self._serial:
            self._counted_from = min(self._counted_from, now)

    def wait_s(self, now: float) -> float:
        """How long to wait before looking again; 0 or less: now. Twice at most, since an answer may shorten it."""
        if not self.delay_s:
            return 0.0
        earliest = self._sent + self.delay_s + MARGIN_S
        return earliest - now if now < earliest else self._counted_from + self.delay_s + MARGIN_S - now

    @property
    def counted_from(self) -> float:
        """What the next gap is counted from, as others are told."""
        return self._counted_from


class HostPace:
    """One host's starts: one at a time, in the order of asking, `gap` apart, here and in other processes."""

    def __init__(
        self, delay_s: float, clock: Callable[[], float], shared: SharedLimits | None, slot: int
    ) -> None:
        self.gap = Gap(delay_s)
        self.health = HostHealth()
        self.gate = asyncio.Lock()
        self.clock = clock
        self.shared = shared
        self.slot = slot

    def at_least(self, delay_s: float) -> None:
        """The host wants to be asked more slowly."""
        self.gap.delay_s = max(self.gap.delay_s, delay_s)

    def turn(self, url: str) -> Turn:
        """The next start, as an async context; SourceError where the host is to be left alone."""
        return Turn(self, url)

    def check(self, url: str) -> None:
        """Raise the reason why the host is to be left alone, if there is one."""
        refusal: SourceError | None = self.health.refusal(url, self.clock())
        if refusal is not None:
            raise refusal

    def wait_s(self) -> float:
        """Seconds until the next start may be."""
        now = self.clock()
        return max(self.gap.wait_s(now), self.health.paused_until - now, 0.0)

    async def wait(self) -> None:
        """Until the gap is over."""
        while True:
            wait_s = self.wait_s()
            if wait_s <= 0:
                return
            await asyncio.sleep(wait_s)


class Turn:
    """The right to start one request. Held until it is sent (`sent`), so that the next gap begins at that."""

    __slots__ = ("_claimed", "_held", "_pace", "_serial", "_url", "dialled", "has_answer")

    def __init__(self, pace: HostPace, url: str) -> None:
        self._pace = pace
        self._url = url
        self._held = False  # the gate of this process
        self._claimed = False  # the start lock among all processes
        self._serial = 0
        self.dialled = False  # the host has been bothered, even if no request was sent
        self.has_answer = False

    async def __aenter__(self) -> Turn:
        pace = self._pace
        await pace.gate.acquire()
        self._held = True
        try:
            pace.check(self._url)
            await pace.wait()
            if pace.shared is not None:
                await pace.shared.claim_start(pace.slot, pace.gap.delay_s + MARGIN_S)
                self._claimed = True
            pace.check(self._url)
        except BaseException:
            self._release()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._held and self.dialled:
            self.sent()
        self._release()

    def sent(self) -> None:
        """The request is on its way: the gap begins, and the next in line may prepare."""
        if self._held:
            pace = self._pace
            self._serial = pace.gap.started(pace.clock())
            if pace.shared is not None:
                pace.shared.note_start(pace.slot, pace.gap.counted_from)
            self._release()

    def answered(self) -> None:
        """The answer begins to arrive."""
        self.has_answer = True
        pace = self._pace
        before = pace.gap.counted_from
        pace.gap.answered(self._serial, pace.clock())
        if pace.shared is not None and pace.gap.counted_from < before:
            pace.shared.amend_start(pace.slot, before, pace.gap.counted_from)

    def _release(self) -> None:
        pace = self._pace
        if self._claimed and pace.shared is not None:
            self._claimed = False
            pace.shared.drop_start(pace.slot)
        if self._held:
            self._held = False
            pace.gate.release()
