"""HTTP/1.1 and HTTP/2 on one connection, behind one face: ask, and read the answer piece by piece.

These are the two protocol libraries that httpx stands on: h11, and httpcore's HTTP/2 over h2. httpx's client and
pool are left out, and httpcore's wrapping of h11: together they take two thirds of the CPU of a conditional request
(0.25 of 0.37 ms; aiohttp takes 0.24 for all of it), and can't tell when a request was sent.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Protocol

import h11
import httpcore

from extractors.web.stream import SocketStream
from extractors.web.target import Target

Header = tuple[bytes, bytes]

MAX_HEAD_BYTES = 65_536  # of one answer's headers; httpcore asks the same of HTTP/2 servers
MAX_INTERIM = 20  # 1xx answers before the real one
READ_BYTES = 65_536
_FIRST = b"HTTP/"  # what an answer begins with; a mail server's greeting would be waited for to its end


class NoAnswer(Exception):
    """The connection was closed, or is no longer of use, before a byte of the answer came."""


@dataclass(frozen=True, slots=True)
class Head:
    """Status and header lines of an answer."""

    http_status: int
    headers: Sequence[Header]


class Carrier(Protocol):
    """One connection, speaking. Raises NoAnswer, httpcore's and h11's errors, and what h2 lets through."""

    async def ask(self, target: Target, headers: Sequence[Header]) -> Head:
        """Send a GET, and wait for the head of the answer."""
        ...

    def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body of the answer, as it comes over the wire; to be closed by who reads it."""
        ...

    @property
    def reusable(self) -> bool:
        """Whether the last answer is complete, nothing else was said, and the server has not hung up."""
        ...


class Http1:
    """HTTP/1.1."""

    def __init__(self, stream: SocketStream) -> None:
        self._stream = stream
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)

    async def ask(self, target: Target, headers: Sequence[Header]) -> Head:
        """As `Carrier.ask`."""
        if self._h11.our_state is h11.DONE:
            self._h11.start_next_cycle()
        lines = [(b"Host", target.authority.encode("ascii")), *headers]
        request = self._h11.send(h11.Request(method=b"GET", target=target.path, headers=lines))
        self._h11.send(h11.EndOfMessage())
        with suppress(httpcore.WriteError):  # who hangs up early may have answered all the same
            await self._stream.write(request or b"")
        interim = 0
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                return Head(event.status_code, event.headers.raw_items())
            interim += 1
            if not isinstance(event, h11.InformationalResponse) or interim > MAX_INTERIM:
                raise h11.RemoteProtocolError("no final answer")

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """As `Carrier.pieces`."""
        while isinstance(event := await self._next(), h11.Data):
            yield bytes(event.data)

    @property
    def reusable(self) -> bool:
        """As `Carrier.reusable`. What lies behind an answer (a body after 304) would begin the next one."""
        done = self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE
        return done and not self._h11.trailing_data[0] and not self._stream.has_news

    async def _next(self) -> object:
        while (event := self._h11.next_event()) is h11.NEED_DATA:
            data = await self._stream.read(READ_BYTES)
            if self._h11.their_state is h11.SEND_RESPONSE:
                begun = bool(self._h11.trailing_data[0])
                if not data and begun:
                    raise h11.RemoteProtocolError("closed within the head of its answer")
                if not data:
                    raise NoAnswer
                if not begun and not data.startswith(_FIRST[: len(data)]):
                    raise h11.RemoteProtocolError(f"not HTTP: {data[:40]!r}")
            self._h11.receive_data(data)
        return event


class Http2:
    """HTTP/2, one request at a time."""

    def __init__(self, target: Target, stream: SocketStream) -> None:
        self._stream = stream
        self._connection = httpcore.AsyncHTTP2Connection(_origin(target), stream)
        self._response: httpcore.Response | None = None

    async def ask(self, target: Target, headers: Sequence[Header]) -> Head:
        """As `Carrier.ask`."""
        origin = _origin(target)
        url = httpcore.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=target.path)
        lines = [(b"Host", target.authority.encode("ascii")), *headers]
        self._response = None
        try:
            self._response = await self._connection.handle_async_request(
                httpcore.Request(b"GET", url, headers=lines)
            )
        except httpcore.ConnectionNotAvailable as error:  # the server has said goodbye meanwhile
            raise NoAnswer from error
        except httpcore.RemoteProtocolError as error:
            raise NoAnswer if self._stream.ended else error from error
        return Head(self._response.status, self._response.headers)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """As `Carrier.pieces`."""
        if self._response is None:
            return
        try:
            async with aclosing(self._response.stream.__aiter__()) as stream:  # type: ignore[union-attr,type-var]
                async for piece in stream:
                    yield piece
        finally:
            await self._response.aclose()

    @property
    def reusable(self) -> bool:
        """As `Carrier.reusable`. An idle HTTP/2 server may well say something: settings, pings."""
        return self._connection.is_idle() and self._connection.is_available() and not self._stream.ended


def carrier(target: Target, stream: SocketStream) -> Carrier:
    """The protocol that was agreed on in the TLS handshake; HTTP/1.1 without one."""
    tls = stream.get_extra_info("ssl_object")
    if tls is not None and tls.selected_alpn_protocol() == "h2":
        return Http2(target, stream)
    return Http1(stream)


def _origin(target: Target) -> httpcore.Origin:
    return httpcore.Origin(target.scheme.encode("ascii"), target.host.encode("ascii"), target.port)
