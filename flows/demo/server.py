"""HTTP/1.1 as far as a small news site needs it: GET and HEAD, keep-alive, 304, gzip."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Literal

Kind = Literal["feed", "page", "sitemap", "robots", "other"]
MAX_HEAD_BYTES = 64 * 1024
IDLE_LIMIT_S = 30.0
GZIP_FROM_BYTES = 500  # below, its header costs more than it saves


@dataclass(frozen=True, slots=True)
class Document:
    """Something a site has to show. `modified_at` is aware."""

    body: str
    content_type: str
    modified_at: datetime
    kind: Kind = "page"
    max_age_s: int = 300

    @property
    def etag(self) -> str:
        """A weak one: it stands for the packed body as well."""
        return f'W/"{hashlib.sha256(self.body.encode()).hexdigest()[:20]}"'


@dataclass(frozen=True, slots=True)
class Hit:
    """One request that was answered."""

    site: str
    path: str
    kind: Kind
    status: int
    conditional: bool
    body_bytes: int


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str  # without its query
    headers: Mapping[str, str]
    keep_alive: bool


class SiteServer:
    """One site on one port of a loopback address. `find` gives what is at a path now; `record` is told each hit."""

    def __init__(
        self, name: str, find: Callable[[str], Document | None], record: Callable[[Hit], None]
    ) -> None:
        self._name = name
        self._find = find
        self._record = record
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def listen(self, host: str, port: int) -> int:
        """Start, and return the port: a free one when 0 was asked for. OSError when it's taken."""
        self._server = await asyncio.start_server(self._welcome, host, port, limit=MAX_HEAD_BYTES)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def __aenter__(self) -> SiteServer:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening, and hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.ensure_future(self._serve(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError):
                while True:
                    async with asyncio.timeout(IDLE_LIMIT_S):
                        request = await _read_request(reader)
                    head, body = self._answer(request)
                    writer.write(head + body)
                    await writer.drain()
                    if request is None or not request.keep_alive:
                        return
        finally:
            writer.close()

    def _answer(self, request: _Request | None) -> tuple[bytes, bytes]:
        """Head and body of the answer; it is recorded."""
        if request is None:
            return _head(HTTPStatus.BAD_REQUEST, {"Content-Length": "0", "Connection": "close"}), b""
        document = self._find(request.path)
        status, headers, body = _negotiated(request, document)
        headers["Content-Length"] = str(len(body))
        headers["Connection"] = "keep-alive" if request.keep_alive else "close"
        if status == HTTPStatus.NOT_MODIFIED:
            del headers["Content-Length"]
        if request.method == "HEAD":
            body = b""
        kind = document.kind if document else "other"
        conditional = not request.headers.keys().isdisjoint(("if-none-match", "if-modified-since"))
        self._record(Hit(self._name, request.path, kind, status, conditional, len(body)))
        return _head(status, headers), body


def _negotiated(request: _Request, document: Document | None) -> tuple[HTTPStatus, dict[str, str], bytes]:
    """Status, headers of the content, and the body that a GET has."""
    if request.method not in ("GET", "HEAD"):
        return HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "GET, HEAD"}, b""
    if document is None:
        return (
            HTTPStatus.NOT_FOUND,
            {"Content-Type": "text/plain; charset=utf-8"},
            b"There is no such page.\n",
        )
    headers = {
        "ETag": document.etag,
        "Last-Modified": format_datetime(document.modified_at.astimezone(UTC), usegmt=True),
        "Cache-Control": f"max-age={document.max_age_s}",
        "Vary": "Accept-Encoding",
    }
    if _is_known(request.headers, document):
        return HTTPStatus.NOT_MODIFIED, headers, b""
    headers["Content-Type"] = document.content_type
    body = document.body.encode()
    if len(body) >= GZIP_FROM_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, compresslevel=6, mtime=0)
    return HTTPStatus.OK, headers, body


def _is_known(headers: Mapping[str, str], document: Document) -> bool:
    """RFC 9110, 13.2.2: a list of tags is decisive, the date counts only without one."""
    if tags := headers.get("if-none-match"):
        wanted = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return "*" in wanted or document.etag.removeprefix("W/") in wanted
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
        return document.modified_at.replace(microsecond=0) <= since
    except (ValueError, TypeError):  # no date, nonsense, or one without its zone
        return False


async def _read_request(reader: asyncio.StreamReader) -> _Request | None:
    """The next request; None for what isn't one. Requests with a body aren't served, and end the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[1].startswith("/"):
        return None
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    keep_alive = parts[2] == "HTTP/1.1" and headers.get("connection", "").lower() != "close" and not has_body
    return _Request(parts[0], parts[1].partition("?")[0], headers, keep_alive)


def _head(status: HTTPStatus, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
