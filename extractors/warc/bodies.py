"""The body of an archived answer as a browser would have had it: chunks joined, unpacked, never more than allowed.

Archives differ in what they keep: some the bytes of the wire, some the unpacked body under the headers of the wire.
So a header is believed only where the body looks like it.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable

from fastwarc.stream_io import BrotliReader, ZstdReader

from extractors.errors import DecodeFailed, TooLarge

_CHUNK = re.compile(rb"[ \t]*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r\n")
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def plain_body(body: bytes, transfer: str, coding: str, url: str, max_bytes: int) -> bytes:
    """The body, less the codings of the headers Transfer-Encoding (`transfer`) and Content-Encoding (`coding`).

    Raises `DecodeFailed`, and `TooLarge` beyond `max_bytes`.
    """
    if "chunked" in transfer.lower():
        body = unchunked(body)
    for name in reversed([each.strip().lower() for each in coding.split(",")]):
        body = _unpacked(body, name, url, max_bytes)
    return body


def unchunked(body: bytes) -> bytes:
    """The chunks of the body joined; the body as it is where it is not in chunks to its end."""
    parts: list[bytes] = []
    at = 0
    while (found := _CHUNK.match(body, at)) is not None:
        size = int(found[1], 16)
        if size == 0:
            return b"".join(parts)
        at = found.end() + size
        if body[at : at + 2] != b"\r\n":
            return body
        parts.append(body[found.end() : at])
        at += 2
    return body


def _unpacked(body: bytes, coding: str, url: str, max_bytes: int) -> bytes:
    if coding in ("gzip", "x-gzip"):
        return _inflated(body, 31, url, max_bytes) if body.startswith(_GZIP) else body
    if coding == "deflate":
        return _deflated(body, url, max_bytes)
    if coding == "zstd":
        return _read(lambda: ZstdReader(io.BytesIO(body)), url, max_bytes) if body.startswith(_ZSTD) else body
    if coding == "br":
        return body if _is_markup(body) else _read(lambda: BrotliReader(io.BytesIO(body)), url, max_bytes)
    return body


def _deflated(body: bytes, url: str, max_bytes: int) -> bytes:
    """ "deflate" is zlib's format by the standard, raw by some servers, and unpacked already in some archives."""
    if _is_markup(body):
        return body
    try:
        return _inflated(body, 15, url, max_bytes)
    except DecodeFailed:
        return _inflated(body, -15, url, max_bytes)


def _is_markup(body: bytes) -> bool:
    return body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _inflated(body: bytes, window: int, url: str, max_bytes: int) -> bytes:
    unpacker = zlib.decompressobj(window)
    try:
        data = unpacker.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise DecodeFailed(url, str(error)) from None
    if len(data) > max_bytes:
        raise TooLarge(url, f"more than {max_bytes:,} bytes when unpacked")
    if not unpacker.eof:
        raise DecodeFailed(url, "cut short")
    return data


def _read(opened: Callable[[], BrotliReader | ZstdReader], url: str, max_bytes: int) -> bytes:
    """Read piece by piece: what is unpacked is never much more than what is asked for."""
    pieces, size = [], 0
    try:
        reader = opened()
        while size <= max_bytes and (piece := reader.read(min(1 << 20, max_bytes + 1 - size))):
            pieces.append(piece)
            size += len(piece)
    except (OSError, ValueError) as error:
        raise DecodeFailed(url, str(error)[:200]) from None
    if size > max_bytes:
        raise TooLarge(url, f"more than {max_bytes:,} bytes when unpacked")
    return b"".join(pieces)
