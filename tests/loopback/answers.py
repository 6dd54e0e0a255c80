"""What a site may answer, well-behaved and not. Text is filled in (@BASE@, @PORT@); bytes go out as they are."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Literal

from loopback.server import Answer, Visit

HTML = "text/html; charset=utf-8"
RSS = "application/rss+xml; charset=utf-8"
MAX_POURED_BYTES = 64_000_000  # "endless" on this web
End = Literal["keep", "close", "reset", "hold"]


def head(status: int, headers: Mapping[str, str], length: int | None = None) -> bytes:
    """Status line and headers."""
    lines = [f"HTTP/1.1 {status} Word", *(f"{name}: {value}" for name, value in headers.items())]
    if length is not None and status not in (204, 304) and status >= 200:
        lines.append(f"Content-Length: {length}")
    text = "\r\n".join(lines)
    try:
        return text.encode("latin-1") + b"\r\n\r\n"
    except UnicodeEncodeError:
        return text.encode() + b"\r\n\r\n"


def reply(body: str | bytes = "", status: int = 200, kind: str = HTML, **headers: str) -> Answer:
    """One whole answer. Headers are named with underscores: Retry_After="3"."""

    async def answer(visit: Visit) -> None:
        data = visit.filled(body) if isinstance(body, str) else body
        named = {name.replace("_", "-"): visit.filled(value).decode() for name, value in headers.items()}
        visit.writer.write(head(status, {"Content-Type": kind, **named}, len(data)) + data)

    return answer


def feed(body: str | bytes, **headers: str) -> Answer:
    """A whole answer with the media type of a feed."""
    return reply(body, kind=RSS, **headers)


def redirect(location: str, status: int = 302) -> Answer:
    """An answer that sends elsewhere."""
    return reply("", status, Location=location)


def tagged(body: str, etag: str = '"1"', kind: str = RSS) -> Answer:
    """A feed with a validator, and 304 for whoever has it."""

    async def answer(visit: Visit) -> None:
        if visit.seen.headers.get("if-none-match") == etag:
            visit.writer.write(head(304, {"ETag": etag}))
            return
        data = visit.filled(body)
        visit.writer.write(head(200, {"Content-Type": kind, "ETag": etag}, len(data)) + data)

    return answer


def packed(body: str, kind: str = HTML) -> Answer:
    """An answer packed by gzip."""

    async def answer(visit: Visit) -> None:
        data = gzip.compress(visit.filled(body))
        visit.writer.write(head(200, {"Content-Type": kind, "Content-Encoding": "gzip"}, len(data)) + data)

    return answer


def chunked(body: str, kind: str = HTML, size: int = 700) -> Answer:
    """An answer in chunks, and a trailer behind them."""

    async def answer(visit: Visit) -> None:
        data = visit.filled(body)
        visit.writer.write(head(200, {"Content-Type": kind, "Transfer-Encoding": "chunked"}))
        for at in range(0, len(data), size):
            piece = data[at : at + size]
            await visit.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        visit.writer.write(b"0\r\nX-Checksum: none\r\n\r\n")

    return answer


def raw(*pieces: bytes | str, end: End = "close", pause_s: float = 0.01) -> Answer:
    """These pieces, one after the other, and this end."""

    async def answer(visit: Visit) -> None:
        for piece in pieces:
            await visit.send(visit.filled(piece) if isinstance(piece, str) else piece)
            await asyncio.sleep(pause_s)
        await _finish(visit, end)

    return answer


def silence(end: End = "hold") -> Answer:
    """Nothing at all."""
    return raw(end=end)


def drip(data: bytes, pause_s: float, before: bytes = b"") -> Answer:
    """`before` at once, then a byte at a time."""

    async def answer(visit: Visit) -> None:
        with suppress(ConnectionError):
            await visit.send(before)
            for byte in data:
                await visit.send(bytes((byte,)))
                await asyncio.sleep(pause_s)
        visit.over = True

    return answer


def pour(before: bytes, pieces: bytes | Iterable[bytes]) -> Answer:
    """`before`, then as much as is taken, up to what counts as endless here."""

    async def answer(visit: Visit) -> None:
        with suppress(ConnectionError):
            await visit.send(before)
            sent = 0
            for piece in _without_end(pieces):
                await visit.send(piece)
                sent += len(piece)
                if sent >= MAX_POURED_BYTES:
                    break
        visit.over = True

    return answer


def in_turn(*answers: Answer) -> Answer:
    """One answer after the other; the last one from then on."""

    async def answer(visit: Visit) -> None:
        await answers[min(visit.nth, len(answers)) - 1](visit)

    return answer


def slowly(inner: Answer, wait_s: float) -> Answer:
    """The same, after a while."""

    async def answer(visit: Visit) -> None:
        await asyncio.sleep(wait_s)
        await inner(visit)

    return answer


def then(inner: Answer, end: End) -> Answer:
    """The same, and then this end of the connection."""

    async def answer(visit: Visit) -> None:
        await inner(visit)
        await visit.writer.drain()
        await _finish(visit, end)

    return answer


async def _finish(visit: Visit, end: End) -> None:
    if end == "hold":
        await asyncio.sleep(3_600)
    elif end == "reset":
        visit.reset()
    visit.over = end != "keep"


def _without_end(pieces: bytes | Iterable[bytes]) -> Iterator[bytes]:
    if isinstance(pieces, bytes):
        while True:
            yield pieces
    yield from pieces
