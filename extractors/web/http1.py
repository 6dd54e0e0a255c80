"""HTTP/1.1 on one connection: h11's, but for the commonest answer of all."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress

import h11

from extractors.web.carrying import Head, Header, NoAnswer
from extractors.web.stream import SocketStream, StreamBroken
from extractors.web.target import Target

MAX_HEAD_BYTES = 65_536  # of one answer's headers; httpcore asks the same of HTTP/2 servers
MAX_INTERIM = 20  # 1xx answers before the real one
READ_BYTES = 65_536
_NOT_MODIFIED = re.compile(
    rb"HTTP/1\.1 304(?: [\t\x20-\x7e]*)?\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e]*\r\n)*)\r\n"
)
_OF_CONNECTION = frozenset((b"connection", b"content-length", b"transfer-encoding", b"upgrade"))
_KEPT = (b"connection", b"keep-alive")
_FIRST = b"HTTP/"  # what an answer begins with; a mail server's greeting would be waited for to its end


class Http1:
    """HTTP/1.1.

    What a feed answers nine times of ten, a plain 304 that says nothing of its connection, is read here; every other
    answer is h11's from its first byte, and the request is told to it then. That saves a fifth of a poll's CPU.
    """

    def __init__(self, stream: SocketStream) -> None:
        self._stream = stream
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._was_plain = False  # the last answer: h11 knows nothing of it, nor of its request

    async def ask(self, target: Target, headers: Sequence[Header]) -> Head:
        """As `Carrier.ask`."""
        lines = [(b"Host", target.authority.encode("ascii")), *headers]
        self._was_plain = False
        with suppress(StreamBroken):  # who hangs up early may have answered all the same
            await self._stream.write(request_bytes(target, lines))
        data = await self._stream.read(READ_BYTES)
        fields = plain_not_modified(data)
        if fields is not None:
            self._was_plain = True
            return Head(304, fields, is_all=True)
        if self._h11.our_state is h11.DONE:
            self._h11.start_next_cycle()
        self._h11.send(h11.Request(method=b"GET", target=target.path, headers=lines))
        self._h11.send(h11.EndOfMessage())
        self._take(data)
        return await self._head()

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """As `Carrier.pieces`."""
        while not self._was_plain and isinstance(event := await self._next(), h11.Data):
            yield bytes(event.data)

    @property
    def reusable(self) -> bool:
        """As `Carrier.reusable`. What lies behind an answer (a body after 304) would begin the next one."""
        done = self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE
        is_over = self._was_plain or (done and not self._h11.trailing_data[0])
        return is_over and not self._stream.has_news

    async def _head(self) -> Head:
        interim = 0
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                return Head(event.status_code, event.headers.raw_items())
            interim += 1
            if not isinstance(event, h11.InformationalResponse) or interim > MAX_INTERIM:
                raise h11.RemoteProtocolError("no final answer")

    async def _next(self) -> object:
        while (event := self._h11.next_event()) is h11.NEED_DATA:
            self._take(await self._stream.read(READ_BYTES))
        return event

    def _take(self, data: bytes) -> None:
        if self._h11.their_state is h11.SEND_RESPONSE:
            begun = bool(self._h11.trailing_data[0])
            if not data and begun:
                raise h11.RemoteProtocolError("closed within the head of its answer")
            if not data:
                raise NoAnswer
            if not begun and not data.startswith(_FIRST[: len(data)]):
                raise h11.RemoteProtocolError(f"not HTTP: {data[:40]!r}")
        self._h11.receive_data(data)


def request_bytes(target: Target, headers: Sequence[Header]) -> bytes:
    """A GET as it is sent, byte for byte as h11 writes it. `headers` are printable ASCII, as `sendable` leaves them."""
    lines = b"".join(b"%s: %s\r\n" % header for header in headers)
    return b"GET %s HTTP/1.1\r\n%s\r\n" % (target.path, lines)


def plain_not_modified(data: bytes) -> list[Header] | None:
    """The header lines of an answer that is all there, is a 304, and says nothing of its body or its connection but
    that it is kept; None for every other."""
    found = _NOT_MODIFIED.fullmatch(data)
    if found is None:
        return None
    fields = []
    for line in found[1].split(b"\r\n")[:-1]:
        name, _, value = line.partition(b":")
        value = value.strip(b" \t")
        if name.lower() in _OF_CONNECTION and (name.lower(), value.lower()) != _KEPT:
            return None
        fields.append((name, value))
    return fields
