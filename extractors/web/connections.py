"""The connections to each host: never more than allowed, the idle ones counted, kept for a while and used again.

httpx's pool goes through all of its connections at every request, which is why its CPU grows with the number of
hosts. Here each host has its own few, and one shelf knows which idle ones are the oldest of all.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final

from extractors.web.protocols import carrier
from extractors.web.sharing import POLL_S, SharedLimits
from extractors.web.stream import SocketStream
from extractors.web.target import Target

KEEP_IDLE_S = 15.0  # less than what most servers allow (nginx 75 s, Apache 5 s: the stale ones are noticed)
SWEEP_S = 1.0


class Wire:
    """One open connection. It carries one request at a time."""

    __slots__ = ("carrier", "complete", "idle_since", "origin", "stream", "token", "uses")

    def __init__(self, target: Target, stream: SocketStream) -> None:
        self.origin: Final = target.origin
        self.stream: Final = stream
        self.carrier: Final = carrier(target, stream)
        self.uses = 0
        self.complete = False  # the last answer was read to its end
        self.idle_since = 0.0
        self.token = -1  # of the shared limits

    @property
    def usable(self) -> bool:
        """Whether another request can be sent."""
        return self.complete and self.carrier.reusable


class Shelf:
    """All idle connections of a client, the longest idle first. The client sweeps it."""

    def __init__(self, capacity: int, clock: Callable[[], float]) -> None:
        self._capacity = capacity
        self._clock = clock
        self._idle: OrderedDict[Wire, HostConnections] = OrderedDict()

    def put(self, wire: Wire, host: HostConnections) -> None:
        """Keep a connection, at the cost of the one that has been idle longest."""
        wire.idle_since = self._clock()
        self._idle[wire] = host
        host.idle.append(wire)
        host.has_return()
        if len(self._idle) > self._capacity:
            oldest, its_host = next(iter(self._idle.items()))
            self._close(oldest, its_host)

    def take(self, host: HostConnections, origin: str) -> Wire | None:
        """An idle connection of the host, to this origin if there is one, off the shelf."""
        if not host.idle:
            return None
        wire = next((wire for wire in reversed(host.idle) if wire.origin == origin), host.idle[0])
        self._remove(wire, host)
        return wire

    def sweep(self, *, anyone_waits: bool = False) -> None:
        """Close what has been idle too long, what its server closed, and, if `anyone_waits`, what another process
        waits for."""
        limit = self._clock() - KEEP_IDLE_S
        for wire, host in list(self._idle.items()):
            if wire.idle_since < limit or wire.stream.ended or (anyone_waits and host.is_wanted()):
                self._close(wire, host)

    async def clear(self) -> None:
        """Close all, and wait for it."""
        wires = list(self._idle)
        for wire, host in list(self._idle.items()):
            self._close(wire, host)
        await asyncio.gather(*(wire.stream.aclose() for wire in wires))

    def _remove(self, wire: Wire, host: HostConnections) -> None:
        del self._idle[wire]
        host.idle.remove(wire)

    def _close(self, wire: Wire, host: HostConnections) -> None:
        self._remove(wire, host)
        wire.stream.close()


class HostConnections:
    """The connections to one host: in use and idle together they are at most `limit`."""

    def __init__(self, limit: int, shelf: Shelf, shared: SharedLimits | None, slot: int) -> None:
        self.limit = limit
        self.idle: list[Wire] = []
        self.shelf = shelf
        self.shared = shared
        self.slot = slot
        self.places = asyncio.Semaphore(limit)
        self._returned = asyncio.Event()

    def permit(self, origin: str) -> Permit:
        """The right to one connection, as an async context: waits until one is free."""
        return Permit(self, origin)

    def has_return(self) -> None:
        """A connection came back to the shelf."""
        self._returned.set()

    async def wait_for_return(self) -> None:
        """Until one comes back, or another process may have given one up."""
        self._returned.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_S):
                await self._returned.wait()

    def is_wanted(self) -> bool:
        """Whether another process waits for a connection to this host."""
        return self.shared is not None and self.shared.is_wanted(self.slot)

    def release_token(self, token: int) -> None:
        """Let another process have the connection."""
        if self.shared is not None and token >= 0:
            self.shared.drop_connection(self.slot, token)


class Permit:
    """The right to one connection to a host, with an idle one where there was one (`wire`).

    At the end the connection goes back to the shelf if another request can use it, and is closed otherwise; the
    place is free only when that is done.
    """

    __slots__ = ("_host", "_origin", "_token", "wire")

    def __init__(self, host: HostConnections, origin: str) -> None:
        self._host = host
        self._origin = origin
        self._token = -1
        self.wire: Wire | None = None

    async def __aenter__(self) -> Permit:
        host = self._host
        await host.places.acquire()
        try:
            while not self._has_way():
                await host.wait_for_return()
        except BaseException:
            host.places.release()
            raise
        return self

    def _has_way(self) -> bool:
        """Take an idle connection, or the right to make one, if other processes leave any."""
        host = self._host
        self.wire = host.shelf.take(host, self._origin)
        if self.wire is not None or host.shared is None:
            return True
        self._token = host.shared.try_connection(host.slot, host.limit) or -1
        return self._token > 0

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        host, wire = self._host, self.wire
        try:
            if wire is not None:
                if wire.usable and not host.is_wanted():
                    host.shelf.put(wire, host)
                else:
                    await wire.stream.aclose()
            else:
                host.release_token(self._token)
        finally:
            host.places.release()

    async def discard(self) -> None:
        """Close the connection, and keep the right to another one."""
        if self.wire is not None:
            wire, self.wire = self.wire, None
            self._token, wire.token = wire.token, -1
            await wire.stream.aclose()

    def attach(self, target: Target, stream: SocketStream) -> Wire:
        """Take a connection that was just made."""
        wire = Wire(target, stream)
        wire.token, self._token = self._token, -1
        stream.on_closed = lambda: self._host.release_token(wire.token)
        self.wire = wire
        return wire
