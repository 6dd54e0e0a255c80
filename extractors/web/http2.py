"""HTTP/2 on one connection: httpcore's, over h2, behind the face of `carrying`. Imported where a server speaks it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import cast

import httpcore

from extractors.web.carrying import AnswerBroken, Head, Header, NoAnswer
from extractors.web.stream import SocketStream
from extractors.web.target import Target


class Http2:
    """HTTP/2, one request at a time."""

    def __init__(self, target: Target, stream: SocketStream) -> None:
        self._stream = stream
        # It asks a stream to read, write and close, and never what it is.
        self._connection = httpcore.AsyncHTTP2Connection(
            _origin(target), cast("httpcore.AsyncNetworkStream", stream)
        )
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
        except httpcore.ProtocolError as error:
            is_end = isinstance(error, httpcore.RemoteProtocolError) and self._stream.ended
            raise NoAnswer if is_end else _broken(error) from error
        return Head(self._response.status, self._response.headers)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """As `Carrier.pieces`."""
        if self._response is None:
            return
        try:
            async with aclosing(self._response.stream.__aiter__()) as stream:  # type: ignore[union-attr,type-var]
                async for piece in stream:
                    yield piece
        except httpcore.ProtocolError as error:
            raise _broken(error) from error
        finally:
            await self._response.aclose()

    @property
    def reusable(self) -> bool:
        """As `Carrier.reusable`. An idle HTTP/2 server may well say something: settings, pings."""
        return self._connection.is_idle() and self._connection.is_available() and not self._stream.ended


def _broken(error: httpcore.ProtocolError) -> AnswerBroken:
    return AnswerBroken(f"{type(error).__name__}: {error}")


def _origin(target: Target) -> httpcore.Origin:
    return httpcore.Origin(target.scheme.encode("ascii"), target.host.encode("ascii"), target.port)
