"""One TCP or TLS connection, as our HTTP/1.1 and httpcore's HTTP/2 read and write it.

httpcore's own streams go through anyio and set up a cancel scope for each read and write. The deadline of a request
stands around all of it anyway, so this one has none of its own: a conditional request costs a third of the CPU
less. It also knows what they can't say: when a request has really been sent, and whether the peer has hung up or
said more than it was asked.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

MAX_BUFFERED_BYTES = 262_144  # then the peer waits: an endless body must not pile up faster than it is read
TLS_SHUTDOWN_S = 1.0


class StreamBroken(Exception):
    """The connection was reset, or is closed."""


class SocketStream(asyncio.Protocol):
    """A connected socket. Made by `connect`; every `timeout` argument is ignored, the caller has a deadline."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._encrypted = False
        self._ended = False
        self._error: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writable: asyncio.Future[None] | None = None
        self._closed: asyncio.Future[None] = self._loop.create_future()
        # Called once, just before the next write: a process killed in between has noted its request all the same.
        self.on_send: Callable[[], None] | None = None
        self.on_closed: Callable[[], None] | None = None  # called once, when the socket is closed

    # ------------------------------------------------------------------------------------ asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  it is a stream socket
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) > MAX_BUFFERED_BYTES and self._transport is not None:
            self._transport.pause_reading()
        _wake(self._reader)

    def eof_received(self) -> None:
        self._ended = True
        _wake(self._reader)

    def pause_writing(self) -> None:
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        _wake(self._writable)
        self._writable = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._error = exc
        _wake(self._reader)
        _wake(self._writable)
        _wake(self._closed)
        if self.on_closed is not None:
            self.on_closed()
            self.on_closed = None

    # ------------------------------------------------------------------- the side of the protocols; httpcore's names

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes, at most `max_bytes`; b"" at the end. StreamBroken after a reset."""
        while not self._buffer:
            if self._error is not None:
                raise StreamBroken(str(self._error)) from self._error
            if self._ended:
                return b""
            self._reader = self._loop.create_future()
            await self._reader
        data = bytes(self._buffer[:max_bytes])
        del self._buffer[:max_bytes]
        if len(self._buffer) <= MAX_BUFFERED_BYTES and not self._ended and self._transport is not None:
            self._transport.resume_reading()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send `buffer`. StreamBroken where the connection is gone."""
        if not buffer:
            return
        if self._transport is None or self._transport.is_closing():
            raise StreamBroken("connection closed")
        if self.on_send is not None:
            self.on_send()
            self.on_send = None
        self._transport.write(buffer)
        if self._writable is not None:
            await self._writable

    async def aclose(self) -> None:
        """Close, and return when the socket is closed: only then may another one be opened in its place."""
        self.close()
        if self._transport is not None and not self._closed.done():
            await asyncio.shield(self._closed)

    def close(self) -> None:
        """Begin to close; `on_closed` tells when it is done."""
        if self._transport is None or self._closed.done():
            return
        self._transport.close()
        if self._encrypted or self._transport.get_write_buffer_size():
            self._transport.abort()  # TLS's farewell is written; nobody waits for the peer's, or for it to read

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> SocketStream:
        """Turn this connection into a TLS one. ssl.SSLError and OSError as they come."""
        assert self._transport is not None  # noqa: S101  connect() has set it
        secured = await self._loop.start_tls(
            self._transport,
            self,
            ssl_context,
            server_hostname=server_hostname,
            ssl_shutdown_timeout=TLS_SHUTDOWN_S,
        )
        if secured is None:
            raise ConnectionResetError("closed during the TLS handshake")
        self._transport = secured
        self._encrypted = True
        return self

    def get_extra_info(self, info: str) -> Any:
        """What asyncio's transport knows: "ssl_object", "peername" and the like."""
        return None if self._transport is None else self._transport.get_extra_info(info)

    @property
    def ended(self) -> bool:
        """Whether the peer has closed its side."""
        return self._ended

    @property
    def has_news(self) -> bool:
        """Whether the peer has closed, or said something, while nobody was reading."""
        return self._ended or bool(self._buffer)


async def connect(address: str, port: int) -> SocketStream:
    """A connection to `address`, an IP address in its usual notation. OSError as it comes."""
    loop = asyncio.get_running_loop()
    _, stream = await loop.create_connection(SocketStream, address, port)
    return stream


def _wake(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)
