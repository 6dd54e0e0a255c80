"""A real web on loopback that can misbehave in every way a socket allows, and records what it saw."""

from __future__ import annotations

import asyncio
import itertools
import ssl
import statistics
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from extractors.errors import SourceError
from extractors.model import FetchSettings, Request, Response, Validators
from extractors.web.client import WebClient


@dataclass
class Seen:
    """One request, as the server saw it. `at` is time.monotonic(), which is one clock for all processes."""

    path: str
    headers: dict[str, str]
    at: float
    connection: int


class Visit:
    """One request to be answered: `write` what you like, or nothing; `close`, `abort`, `drip`."""

    def __init__(self, seen: Seen, nth: int, writer: asyncio.StreamWriter) -> None:
        self.seen = seen
        self.nth = nth  # of its path, from 1
        self.writer = writer
        self.hung_up = False

    def write(self, data: bytes) -> None:
        self.writer.write(data)

    def close(self) -> None:
        self.hung_up = True
        self.writer.close()

    def abort(self) -> None:
        self.hung_up = True
        self.writer.transport.abort()

    async def drip(self, data: bytes, pause_s: float) -> None:
        """One byte after the other."""
        for byte in data:
            self.writer.write(bytes((byte,)))
            await asyncio.sleep(pause_s)

    async def pour(self, data: bytes, times: int = 1_000_000) -> None:
        """The same bytes again and again, as fast as they are taken."""
        with suppress(ConnectionError):
            for _ in range(times):
                self.writer.write(data)
                await self.writer.drain()


Answer = Callable[[Visit], Awaitable[None]]


def http(
    status: int, body: bytes = b"", headers: Mapping[str, str] | None = None, *, length: bool = True
) -> bytes:
    """A response as bytes."""
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    if length and status != 304:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


@dataclass
class Site:
    """One listening address. `answers` by path; "*" for all others, which otherwise are 404."""

    address: str
    answers: dict[str, Answer]
    port: int = 0
    scheme: str = "http"
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    max_open: int = 0
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def url(self, path: str = "/", host: str | None = None) -> str:
        return f"{self.scheme}://{host or self.address}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [seen.path for seen in self.seen]

    def gaps(self) -> list[float]:
        """Seconds between each two requests."""
        times = sorted(seen.at for seen in self.seen)
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    def gap(self) -> float:
        """The median of the gaps: on a busy machine a server notices one request late, and the next one not."""
        return statistics.median(self.gaps())

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        self.writers.add(writer)
        try:
            while not await self._one(reader, writer, number):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        path = head[0].split(" ")[1]
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
        nth = 1 + sum(seen.path == path for seen in self.seen)
        seen = Seen(path, headers, time.monotonic(), number)
        self.seen.append(seen)
        visit = Visit(seen, nth, writer)
        answer = self.answers.get(path) or self.answers.get("*") or _not_found
        await answer(visit)
        if not visit.hung_up:
            await writer.drain()
        return visit.hung_up


async def _not_found(visit: Visit) -> None:
    visit.write(http(404, b"no such page"))


class _Counted(asyncio.StreamReaderProtocol):
    """A connection, counted until it is closed by whichever side. The end of the client's side closes it."""

    def __init__(self, site: Site, handler: Any) -> None:
        super().__init__(asyncio.StreamReader(), handler)
        self._site = site

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._site.open += 1
        self._site.max_open = max(self._site.max_open, self._site.open)
        super().connection_made(transport)

    def eof_received(self) -> bool:
        super().eof_received()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._site.open -= 1
        super().connection_lost(exc)


class LoopbackWeb:
    """Sites in a thread of their own, so that what they measure does not depend on the client's loop."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._sites: list[Site] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._numbers = itertools.count(1)

    http = staticmethod(http)

    @staticmethod
    def reply(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """An answer that is always the same."""
        response = http(status, body, headers)

        async def answer(visit: Visit) -> None:
            visit.write(response)

        return answer

    @staticmethod
    def raw(*pieces: bytes, end: str = "close") -> Answer:
        """These very bytes, then "close", "abort" or "keep" the connection."""

        async def answer(visit: Visit) -> None:
            for piece in pieces:
                visit.write(piece)
                await visit.writer.drain()
                await asyncio.sleep(0.01)
            if end != "keep":
                getattr(visit, end)()

        return answer

    @staticmethod
    def in_turn(*answers: Answer) -> Answer:
        """One answer after the other; the last one from then on."""

        async def answer(visit: Visit) -> None:
            await answers[min(visit.nth, len(answers)) - 1](visit)

        return answer

    def site(
        self,
        answers: Mapping[str, Answer],
        *,
        address: str | None = None,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] | None = None,
    ) -> Site:
        """Begin to listen, on an address of its own of 127.0.3.0/24 unless told."""
        site = Site(
            address or f"127.0.3.{next(self._numbers) % 250 + 1}",
            dict(answers),
            scheme="https" if tls else "http",
        )
        self._call(self._listen(site, port, tls, handler or site.handle))
        self._sites.append(site)
        return site

    def hang_up(self, site: Site) -> None:
        """Close all connections from the server's side."""

        async def close() -> None:
            for writer in list(site.writers):
                writer.close()

        self._call(close())
        time.sleep(0.3)  # for it to reach the other side

    def stop(self) -> None:
        async def end() -> None:
            for server in self._servers:
                server.close()
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self._call(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _listen(self, site: Site, port: int, tls: ssl.SSLContext | None, handler: Any) -> None:
        async def quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(asyncio.CancelledError, ConnectionError):
                await handler(reader, writer)

        server = await self._loop.create_server(lambda: _Counted(site, quietly), site.address, port, ssl=tls)
        site.port = server.sockets[0].getsockname()[1]
        self._servers.append(server)

    def _call(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)


@pytest.fixture
def loopback() -> Iterator[LoopbackWeb]:
    web = LoopbackWeb()
    yield web
    web.stop()


NO_VALIDATORS = Validators()


class Fetcher:
    """Runs requests through a `WebClient` of its own, and gives each one's response or error."""

    def __init__(self) -> None:
        self.client: WebClient | None = None  # the last one, for what is asked of it afterwards

    @staticmethod
    def settings(**changed: Any) -> FetchSettings:
        values: dict[str, Any] = {
            "allow_networks": ("127.0.3.0/24",),
            "timeout_s": 0.5,
            "per_host_delay_s": 0.0,
            "respect_robots": False,
            "max_bytes": 100_000,
        }
        return FetchSettings(**{**values, **changed})

    def all(
        self,
        urls: list[str],
        *,
        validators: Validators = NO_VALIDATORS,
        at_once: bool = False,
        client: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> list[Response | SourceError]:
        """Fetch all, one after the other or at once."""

        async def go() -> list[Response | SourceError]:
            async with WebClient(self.settings(**settings), **(client or {})) as web:
                self.client = web
                if at_once:
                    return list(await asyncio.gather(*(one(web, url) for url in urls)))
                return [await one(web, url) for url in urls]

        async def one(web: WebClient, url: str) -> Response | SourceError:
            try:
                return await web.get(Request(url, "test", validators))
            except SourceError as error:
                return error

        return asyncio.run(go())

    def one(self, url: str, **options: Any) -> Response:
        """Fetch one URL that must succeed."""
        result = self.all([url], **options)[0]
        if isinstance(result, SourceError):
            raise result
        return result

    def error(self, url: str, **options: Any) -> SourceError:
        """Fetch one URL that must fail."""
        result = self.all([url], **options)[0]
        assert isinstance(result, SourceError), result
        return result


@pytest.fixture
def fetch() -> Fetcher:
    return Fetcher()
