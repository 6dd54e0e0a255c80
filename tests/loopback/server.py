"""Sites on loopback addresses, one port for all, in a thread of their own; each notes what it was asked.

Bounded: a connection is held for `MAX_HELD_S` at most, whatever its answer has in mind.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

MAX_HELD_S = 60.0
MAX_HEAD_BYTES = 65_536
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seen:
    """One request, as the server saw it. `at` is time.monotonic(): one clock for all processes of a machine."""

    path: str
    headers: Mapping[str, str]
    at: float
    connection: int


@dataclass(slots=True)
class Visit:
    """One request to be answered. An answer writes to `writer`; when it sets `over` the connection is closed."""

    site: Site
    seen: Seen
    nth: int  # request of this path, from 1
    writer: asyncio.StreamWriter
    over: bool = False

    def filled(self, text: str) -> bytes:
        """`text` with the site's address in place of @BASE@, and the port of all sites in place of @PORT@."""
        return text.replace("@BASE@", self.site.base).replace("@PORT@", str(self.site.port)).encode()

    async def send(self, data: bytes) -> None:
        """Write, and wait until the kernel has taken it, and others had their turn."""
        self.writer.write(data)
        await self.writer.drain()
        await asyncio.sleep(0)  # `drain` does not yield to the loop while the peer keeps up

    def reset(self) -> None:
        """End the connection with a RST, so that what is under way is lost."""
        self.over = True
        sock = self.writer.get_extra_info("socket")
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.writer.transport.abort()


Answer = Callable[[Visit], Awaitable[None]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Site:
    """One listening address. `answers` go by path; "*" is for all others, which otherwise are 404."""

    address: str
    port: int
    answers: dict[str, Answer]
    scheme: str = "http"
    talk: Talk | None = None  # in place of HTTP
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    max_open: int = 0

    @property
    def base(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{host}:{self.port}"

    def asked(self, path: str) -> int:
        """How often `path` was asked for."""
        return sum(seen.path == path for seen in self.seen)

    def gaps_s(self) -> list[float]:
        """Seconds between each two requests."""
        times = sorted(seen.at for seen in self.seen)
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its beginning to its end."""
        self.connections += 1
        number = self.connections
        self.open += 1
        self.max_open = max(self.max_open, self.open)
        try:
            async with asyncio.timeout(MAX_HELD_S):
                if self.talk is not None:
                    await self.talk(reader, writer)
                else:
                    while not await self._answered(reader, writer, number):
                        pass
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # TimeoutError and SSLError are OSErrors
        except asyncio.CancelledError:
            pass  # the server ends; asyncio's streams would log a task that says so
        finally:
            self.open -= 1
            writer.close()

    async def _answered(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> bool:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        path = lines[0].split(" ")[1]
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
        seen = Seen(path, headers, time.monotonic(), number)
        visit = Visit(self, seen, 1 + self.asked(path), writer)
        self.seen.append(seen)
        answer = self.answers.get(path) or self.answers.get("*") or _not_found
        await answer(visit)
        if not visit.over:
            await writer.drain()
        return visit.over


async def _not_found(visit: Visit) -> None:
    visit.writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\nnothing")


class LoopbackServer:
    """A context manager: sites come with `listen`, and go at its end. One port, free on 127.0.0.1 and ::1 too."""

    def __init__(self) -> None:
        self.port = _free_port()
        self.sites: dict[str, Site] = {}
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="loopback web")

    def __enter__(self) -> LoopbackServer:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def listen(
        self,
        address: str,
        answers: Mapping[str, Answer],
        *,
        tls: ssl.SSLContext | None = None,
        talk: Talk | None = None,
    ) -> Site:
        """A site at `address`; https with `tls`."""
        site = Site(address, self.port, dict(answers), "https" if tls else "http", talk)
        self._call(self._begin(site, tls))
        self.sites[address] = site
        return site

    async def _begin(self, site: Site, tls: ssl.SSLContext | None) -> None:
        options = {"ssl": tls, "ssl_shutdown_timeout": 1.0} if tls else {}
        server = await asyncio.start_server(
            site.serve, site.address, self.port, limit=MAX_HEAD_BYTES, backlog=256, **options
        )
        self._servers.append(server)

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)


def _free_port() -> int:
    """A port below those that outgoing connections are given, so that it is free on every address. Test processes
    side by side look in places of their own: what one has found free, another would find so too until it listens."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for port in range(21_000 + 100 * worker, 22_000):
        with suppress(OSError), socket.socket() as sock, socket.socket(socket.AF_INET6) as sock6:
            for each in (sock, sock6):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("0.0.0.0", port))
            sock6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock6.bind(("::", port))
            return port
    raise OSError("no free port")
