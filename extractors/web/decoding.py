"""Content-Encoding -> plain bytes, bounded: a body never takes more room than it is allowed to.

Unpacking happens piece by piece with a limit on each piece's output, so that a bomb (a thousandfold in gzip, a
millionfold packed twice) is noticed at the limit and not after it. gzip and deflate only: brotli and zstd have no
such limit in Python, and two codings on top of each other are how bombs are nested.
"""

from __future__ import annotations

import zlib

from extractors.errors import DecodeFailed, TooLarge
from extractors.web.target import shown

ACCEPTED = "gzip, deflate"
_GZIP_WBITS = 16 + zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"
MAX_MEMBERS = 1_000  # of one gzip body; half a million empty ones fit into 10 MB and cost a second each time


class Unpacker:
    """Takes the pieces of one body in order; `finish` gives the whole. Raises DecodeFailed and TooLarge.

    `truncate`: at `max_bytes` keep what there is instead of raising; `full` then turns true.
    """

    def __init__(self, url: str, encoding: str, max_bytes: int, *, truncate: bool = False) -> None:
        self._url = url
        self._coding = _read_coding(url, encoding)
        self._max_bytes = max_bytes
        self._truncate = truncate
        self._inflate = zlib.decompressobj(_GZIP_WBITS) if self._coding == "gzip" else None
        self._pieces: list[bytes] = []
        self._size = 0
        self._packed = 0
        self._members = 1
        self._held = b""  # the first half of what may be the magic number of a next member
        self._padding = False
        self.full = False

    def feed(self, piece: bytes) -> None:
        """Take the next piece as it came from the wire."""
        if self.full or not piece:
            return
        self._packed += len(piece)
        if self._coding == "identity":
            self._keep(piece)
        else:
            self._unpack(piece)
        if self._packed > self._max_bytes:  # packed larger than it may be unpacked
            self._overflow()

    def finish(self) -> bytes:
        """The whole body. DecodeFailed where the packed stream stops before its end."""
        if self._inflate is not None and self._packed and not self._inflate.eof and not self.full:
            raise DecodeFailed(self._url, f"{self._coding} stream cut short")
        return b"".join(self._pieces)

    def _unpack(self, piece: bytes) -> None:
        piece, self._held = self._held + piece, b""
        while piece and not self.full:
            if self._inflate is None:
                self._inflate = zlib.decompressobj(_deflate_wbits(piece))
            elif self._inflate.eof and not self._next_member(piece):
                return
            try:
                self._keep(self._inflate.decompress(piece, self._max_bytes - self._size + 1))
            except zlib.error as error:
                raise DecodeFailed(self._url, f"broken {self._coding} stream") from error
            piece = self._inflate.unconsumed_tail or self._inflate.unused_data

    def _next_member(self, piece: bytes) -> bool:
        """Whether another gzip member begins here; what else follows the end is padding, and ignored."""
        if self._padding or self._coding != "gzip":
            return False
        if piece == _GZIP_MAGIC[:1]:
            self._held = piece
            return False
        if not piece.startswith(_GZIP_MAGIC):
            self._padding = True
            return False
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise DecodeFailed(self._url, f"more than {MAX_MEMBERS} gzip members")
        self._inflate = zlib.decompressobj(_GZIP_WBITS)
        return True

    def _keep(self, plain: bytes) -> None:
        self._pieces.append(plain)
        self._size += len(plain)
        if self._size > self._max_bytes:
            self._overflow()

    def _overflow(self) -> None:
        if not self._truncate:
            raise TooLarge(self._url, f"more than {self._max_bytes} bytes")
        self.full = True
        whole = b"".join(self._pieces)[: self._max_bytes]
        self._pieces, self._size = [whole], len(whole)


def _read_coding(url: str, encoding: str) -> str:
    codings = [name for part in encoding.lower().split(",") if (name := part.strip()) and name != "identity"]
    if not codings:
        return "identity"
    if len(codings) > 1:
        raise DecodeFailed(url, f"{len(codings)} content codings, one on another")
    coding = codings[0].removeprefix("x-")
    if coding not in ("gzip", "deflate"):
        raise DecodeFailed(url, f"content coding {shown(coding, 40)}")
    return coding


def _deflate_wbits(head: bytes) -> int:
    """deflate is a zlib stream (RFC 9110, 8.4.1.2), and a raw one at servers that never read it. A zlib stream
    tells itself by its first byte: method 8, window at most 7."""
    return zlib.MAX_WBITS if head[0] & 0x0F == 8 and head[0] >> 4 <= 7 else -zlib.MAX_WBITS
