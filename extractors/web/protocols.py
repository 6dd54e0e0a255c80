"""HTTP/1.1 and HTTP/2 on one connection, behind one face: ask, and read the answer piece by piece.

These are the two protocol libraries that httpx stands on: h11, and, in `http2`, httpcore's HTTP/2 over h2. httpx's
client and pool are left out, and httpcore's wrapping of h11: together they take two thirds of the CPU of a conditional
request (0.25 of 0.37 ms; aiohttp takes 0.24 for all of it), and can't tell when a request was sent.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import h11

from extractors.web.stream import SocketStream, StreamBroken
from extractors.web.target import Target

Header = tuple[bytes, bytes]

MAX_HEAD_BYTES = 65_536  # of one answer's headers; httpcore asks the same of HTTP/2 servers
MAX_INTERIM = 20  # 1xx answers before the real one
READ_BYTES = 65_536
BODILESS = frozenset((204, 304))  # RFC 9112, 6.3
_FIRST = b"HTTP/"  # what an answer begins with; a mail server's greeting would be waited for to its end


class NoAnswer(Exception):
    """The connection was closed, or is no longer of use, before a byte of the answer came."""


class AnswerBroken(Exception):
    """What came is no answer by the rules of its protocol; the text says which rule."""


@dataclass(frozen=True, slots=True)
class Head:
    """Status and header lines of an answer. `is_all`: nothing follows them."""

    http_status: int
    headers: Sequence[Header]
    is_all: bool = False


class Carrier(Protocol):
    """One connection, speaking. Raises NoAnswer, AnswerBroken, StreamBroken, h11's errors, and what h2 lets
    through."""

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
        with suppress(StreamBroken):  # who hangs up early may have answered all the same
            await self._stream.write(request or b"")
        interim = 0
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                return Head(event.status_code, event.headers.raw_items(), is_all=self._is_over(event))
            interim += 1
            if not isinstance(event, h11.InformationalResponse) or interim > MAX_INTERIM:
                raise h11.RemoteProtocolError("no final answer")

    def _is_over(self, head: h11.Response) -> bool:
        """Whether the answer ends here: one that says "not modified" has no body."""
        return head.status_code in BODILESS and isinstance(self._h11.next_event(), h11.EndOfMessage)

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


def carrier(target: Target, stream: SocketStream) -> Carrier:
    """The protocol that was agreed on in the TLS handshake; HTTP/1.1 without one."""
    tls = stream.get_extra_info("ssl_object")
    if tls is not None and tls.selected_alpn_protocol() == "h2":
        from extractors.web.http2 import Http2  # 20 ms of CPU, where a server speaks it

        return Http2(target, stream)
    return Http1(stream)
