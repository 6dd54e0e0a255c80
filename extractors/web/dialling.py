"""From a host name to a connection, past the guard: resolve once, judge what was found, dial what was judged."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address

from extractors.errors import AddressBlocked, ConnectionFailed, SourceError, TimedOut, TlsFailed
from extractors.web.guard import Address, Network, is_allowed, read_literal
from extractors.web.stream import SocketStream, connect
from extractors.web.target import Target, shown

Resolver = Callable[
    [str, int], Awaitable[Sequence[str]]
]  # host, port -> addresses; OSError where there are none

MAX_ADDRESSES = 4  # of one name that are tried, one after the other
ADDRESS_LIMIT_S = 3.0  # for one address while there are others, e.g. IPv6 that leads nowhere
RESOLVED_FOR_S = 60.0  # how long a judged answer of the resolver is used again


class Unreachable(ConnectionFailed):
    """No connection came about: no such name, no route, refused. Another try at once is of no use."""


class UnreachableInTime(TimedOut):
    """No connection came about within the time."""


def check_literal(target: Target, allow_networks: Sequence[Network]) -> None:
    """AddressBlocked for a URL whose host is, in whatever notation, an address that must not be fetched."""
    address = read_literal(target.host)
    if address is not None and not is_allowed(address, allow_networks):
        raise AddressBlocked(target.url, f"{address} is not a public address")


class Dialler:
    """Opens connections to public addresses only.

    A name of which any address is refused is refused as a whole: public and private addresses side by side are a
    mistake or an attack. Answers of the resolver are kept for a minute, judged, so that a name that changes its
    answer can't slip in between.
    """

    def __init__(
        self,
        allow_networks: Sequence[Network],
        resolver: Resolver,
        ssl_context: Callable[[], ssl.SSLContext],
        clock: Callable[[], float],
    ) -> None:
        self._allow_networks = allow_networks
        self._resolver = resolver
        self._ssl_context = ssl_context
        self._clock = clock
        self._resolved: dict[str, tuple[tuple[Address, ...], float]] = {}

    async def dial(self, target: Target) -> SocketStream:
        """A connection to the target, secured for https. AddressBlocked, Unreachable or TlsFailed."""
        stream = await self._connect(target)
        if target.scheme == "http":
            return stream
        try:
            await stream.start_tls(self._ssl_context(), target.host)
        except BaseException as error:
            stream.close()
            if isinstance(error, OSError):
                raise _handshake_failure(target, error) from error
            raise
        return stream

    async def _connect(self, target: Target) -> SocketStream:
        addresses = await self._addresses(target)
        failure: OSError | None = None
        for index, address in enumerate(addresses):
            limit_s = None if index == len(addresses) - 1 else ADDRESS_LIMIT_S
            try:
                async with asyncio.timeout(limit_s):
                    return await connect(str(address), target.port)
            except OSError as error:  # TimeoutError is one
                failure = error
        self._resolved.pop(target.host, None)
        raise Unreachable(target.url, _reason(failure)) from failure

    async def _addresses(self, target: Target) -> tuple[Address, ...]:
        literal = read_literal(target.host)
        if literal is not None:
            check_literal(target, self._allow_networks)
            return (literal,)
        known, until = self._resolved.get(target.host, ((), 0.0))
        if known and self._clock() < until:
            return known
        try:
            found = await self._resolver(target.host, target.port)
            addresses = tuple(dict.fromkeys(ip_address(text.partition("%")[0]) for text in found))
        except (OSError, ValueError) as error:
            raise Unreachable(target.url, f"no address for {shown(target.host, 80)}") from error
        if not addresses:
            raise Unreachable(target.url, f"no address for {shown(target.host, 80)}")
        for address in addresses:
            if not is_allowed(address, self._allow_networks):
                raise AddressBlocked(
                    target.url, f"{shown(target.host, 80)} leads to {address}, not a public address"
                )
        addresses = addresses[:MAX_ADDRESSES]
        self._resolved[target.host] = (addresses, self._clock() + RESOLVED_FOR_S)
        return addresses


async def system_addresses(host: str, port: int) -> list[str]:
    """The addresses that the system's resolver knows, in the order to try them (RFC 6724). OSError without any.

    Each look-up has a daemon thread of its own: a name server that does not answer holds its thread for half a
    minute, and in a shared pool a few of them would stop all others, and the end of the program.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(found: list[str] | OSError) -> None:
        if answer.done():
            return
        if isinstance(found, OSError):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def look_up() -> None:
        found: list[str] | OSError
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = [str(info[4][0]) for info in infos]
        except OSError as error:
            found = error
        except UnicodeError:  # a label that is empty or too long
            found = OSError("no such name")
        with suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
    return await answer


def _handshake_failure(target: Target, error: OSError) -> SourceError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return TlsFailed(target.url, shown(error.verify_message or "certificate not valid"))
    if isinstance(error, ssl.SSLError):
        return TlsFailed(target.url, shown((error.reason or "handshake failed").lower().replace("_", " ")))
    return TlsFailed(target.url, "closed during the handshake")


def _reason(failure: OSError | None) -> str:
    if isinstance(failure, ConnectionRefusedError):
        return "connection refused"
    if isinstance(failure, TimeoutError):
        return "no answer to the connection"
    return shown((failure.strerror if failure else None) or "no connection", 80).lower()
