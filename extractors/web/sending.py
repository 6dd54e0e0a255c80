"""A request's way to its host and back: a connection, a turn, a place, an exchange; once more if that may help."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from extractors.errors import ConnectionFailed, ProtocolBroken, SourceError, TimedOut
from extractors.model import FetchSettings
from extractors.web.carrying import Header
from extractors.web.connections import SWEEP_S, HostConnections, Permit, Shelf, Wire
from extractors.web.dialling import Dialler, Resolver, Unreachable, UnreachableInTime, check_literal
from extractors.web.exchange import Answer, BodyLimit, Budget, StaleConnection, exchange
from extractors.web.guard import read_networks
from extractors.web.headers import read_retry_after_s
from extractors.web.health import Reach
from extractors.web.pacing import HostPace, Turn
from extractors.web.responses import error_of, is_limited, is_passing
from extractors.web.sharing import POLL_S, SharedLimits
from extractors.web.target import Target

ATTEMPTS = 2  # at what may pass at once: a reset, a truncated body, 500
IDLE_PER_PLACE = 2  # idle connections kept for each of `concurrency`, so that open files stay bounded


class Host:
    """What is kept for one host: its connections and its pace."""

    __slots__ = ("connections", "key", "pace", "slowed_s")

    def __init__(self, key: str, connections: HostConnections, pace: HostPace) -> None:
        self.key = key
        self.connections = connections
        self.pace = pace
        self.slowed_s = 0.0  # what its Crawl-delay has cost so far, beyond our own delay


class Sender:
    """Sends single requests, within the limits of their hosts. `open` and `close` in one running loop."""

    def __init__(
        self,
        settings: FetchSettings,
        *,
        pace_file: Path | None,
        now: Callable[[], datetime],
        clock: Callable[[], float],
        resolver: Resolver,
        ssl_context: ssl.SSLContext | None,
    ) -> None:
        self._settings = settings
        self._networks = read_networks(settings.allow_networks)
        self._pace_file = pace_file
        self._now = now
        self._clock = clock
        self._ssl_context = ssl_context
        self._dialler = Dialler(self._networks, resolver, self._tls, clock)
        self._places = asyncio.Semaphore(settings.concurrency)
        self._shelf = Shelf(settings.concurrency * IDLE_PER_PLACE, clock)
        self._shared: SharedLimits | None = None
        self._hosts: dict[str, Host] = {}
        self._sweeper: asyncio.Task[None] | None = None
        self.reach = Reach()

    async def open(self) -> None:
        """Begin. OSError where the pace file can't be used."""
        if self._pace_file is not None:
            self._shared = SharedLimits(self._pace_file, self._clock)
        self._sweeper = asyncio.create_task(self._sweep())

    async def close(self) -> None:
        """Close all connections."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
        await self._shelf.clear()
        if self._shared is not None:
            self._shared.close()

    def host(self, target: Target) -> Host:
        """The host of a target. AddressBlocked where its URL spells out an address that must not be fetched."""
        host = self._hosts.get(target.host_key)
        if host is None:
            check_literal(target, self._networks)
            host = self._hosts[target.host_key] = self._new_host(target.host_key)
        return host

    async def send(
        self, host: Host, target: Target, headers: Sequence[Header], limit: BodyLimit, budget: Budget
    ) -> Answer:
        """One answer, whatever its status, tried once more where that may help.

        RateLimited is raised, and remembered for the host; so is what keeps the host from answering.
        """
        host.pace.check(target.url)
        for last in (False, True):
            try:
                answer = await self._attempt(host, target, headers, limit, budget)
            except (ConnectionFailed, ProtocolBroken) as error:
                if last or isinstance(error, Unreachable):
                    raise
                continue
            if is_limited(answer):
                host.pace.health.limited(read_retry_after_s(answer.fields, self._now()), self._clock())
                raise error_of(target.url, answer, self._now())
            if last or not is_passing(answer):
                break
        return answer

    async def _attempt(
        self, host: Host, target: Target, headers: Sequence[Header], limit: BodyLimit, budget: Budget
    ) -> Answer:
        """One answer. A kept connection that turns out to be closed is no failure: another one takes its place."""
        try:
            return await self._in_turn(host, target, headers, limit, budget, fresh=False)
        except StaleConnection:
            return await self._in_turn(host, target, headers, limit, budget, fresh=True)

    async def _in_turn(
        self,
        host: Host,
        target: Target,
        headers: Sequence[Header],
        limit: BodyLimit,
        budget: Budget,
        *,
        fresh: bool,
    ) -> Answer:
        """The order is what keeps the limits: who has a connection waits for its turn, who has its turn for a
        place among all hosts, and only who has all three is on the clock."""
        async with (
            host.connections.permit(target.origin) as permit,
            host.pace.turn(target.url) as turn,
            self._places,
        ):
            health = host.pace.health
            try:
                async with budget:
                    wire = await self._wire(permit, turn, target, fresh)
                    self.reach.reached(host.key)
                    answer = await exchange(
                        wire, target, headers, limit, on_send=turn.sent, on_answer=turn.answered
                    )
            except (TimeoutError, SourceError) as caught:
                error = caught if isinstance(caught, SourceError) else self._time_up(target, permit, turn)
                health.failed(error, self._clock())
                if isinstance(error, Unreachable | UnreachableInTime):
                    self.reach.failed(host.key)
                if error is caught:
                    raise
                raise error from caught
            health.answered()
            return answer

    async def _wire(self, permit: Permit, turn: Turn, target: Target, fresh: bool) -> Wire:
        kept = permit.wire
        if kept is not None and kept.usable and kept.origin == target.origin and not fresh:
            return kept
        await permit.discard()
        turn.dialled = True
        return permit.attach(target, await self._dialler.dial(target))

    def _time_up(self, target: Target, permit: Permit, turn: Turn) -> TimedOut:
        limit = f"within {self._settings.timeout_s:g} s"
        if permit.wire is None:
            return UnreachableInTime(target.url, f"no connection {limit}")
        return TimedOut(target.url, f"{'body not complete' if turn.has_answer else 'no answer'} {limit}")

    def _new_host(self, key: str) -> Host:
        settings, shared = self._settings, self._shared
        slot = -1 if shared is None else shared.slot(key)
        return Host(
            key,
            HostConnections(settings.per_host_connections, self._shelf, shared, slot),
            HostPace(settings.per_host_delay_s, self._clock, shared, slot),
        )

    def _tls(self) -> ssl.SSLContext:
        """One context for all connections, made at the first https request: it takes 20 ms and much memory."""
        if self._ssl_context is None:
            self._ssl_context = trusting_context(os.environ)
        self._ssl_context.set_alpn_protocols(["h2", "http/1.1"])
        return self._ssl_context

    async def _sweep(self) -> None:
        while True:
            if self._shared is None:
                await asyncio.sleep(SWEEP_S)
                self._shelf.sweep()
            else:
                await asyncio.sleep(POLL_S)
                self._shelf.sweep(anyone_waits=self._shared.anyone_waits())


def trusting_context(environ: Mapping[str, str]) -> ssl.SSLContext:
    """TLS as a browser trusts: Mozilla's authorities (certifi), or those that SSL_CERT_FILE or SSL_CERT_DIR name."""
    if environ.get("SSL_CERT_FILE"):
        return ssl.create_default_context(cafile=environ["SSL_CERT_FILE"])
    if environ.get("SSL_CERT_DIR"):
        return ssl.create_default_context(capath=environ["SSL_CERT_DIR"])
    import certifi

    return ssl.create_default_context(cafile=certifi.where())
