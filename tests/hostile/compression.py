"""Content-Encoding: bombs, lies, and what Python can't unpack within a limit."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

from loopback.answers import HTML, feed, packed, pour, reply
from loopback.content import Item, article, rss
from loopback.server import Answer

from hostile.case import bad_feed, bad_page, odd_feed, odd_page

LISTING = rss(Item("/page"))
SMALL = b"<rss version='2.0'><channel/></rss>"
BOMB_BYTES = 100_000_000  # unpacked: 10 times what is allowed, 100 KB on the wire


def _coded(data: bytes, coding: str) -> Answer:
    return feed(data, Content_Encoding=coding)


def _zeros(wbits: int, size: int = BOMB_BYTES) -> bytes:
    packer = zlib.compressobj(9, wbits=wbits)
    block = bytes(1_000_000)
    return b"".join([packer.compress(block) for _ in range(size // len(block))] + [packer.flush()])


def _endless_gzip() -> Iterator[bytes]:
    """A gzip stream of text, at a thousandth of its size, for as long as it is read."""
    packer = zlib.compressobj(9, wbits=31)
    yield packer.compress(b"<p>") + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b"<p>and on and on it goes</p>" * 4_000) + packer.flush(zlib.Z_FULL_FLUSH)
    while True:
        yield again  # behind a full flush nothing refers to what was before


_GZIP_BOMB = _zeros(31)

CASES = (
    bad_feed("gzip-bomb", _coded(_GZIP_BOMB, "gzip"), "too_large"),
    bad_feed("deflate-bomb", _coded(_zeros(15), "deflate"), "too_large"),
    bad_feed("raw-deflate-bomb", _coded(_zeros(-15), "deflate"), "too_large|decode"),
    bad_feed("gzip-in-gzip", _coded(gzip.compress(_GZIP_BOMB), "gzip, gzip"), "decode"),
    bad_feed("gzip-bomb-packed-once-more", _coded(gzip.compress(_GZIP_BOMB), "gzip"), "not_a_feed"),
    bad_page("page-gzip-bomb", reply(_GZIP_BOMB, kind=HTML, Content_Encoding="gzip"), "too_large"),
    bad_page("page-packed-once-more", packed("\x1f\x8b\x08" + "?" * 99), "rejected"),
    bad_feed(
        "endless-gzip",
        pour(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", _endless_gzip()),
        "too_large",
    ),
    bad_feed("brotli", _coded(b"\xcf\xff\xff\x7f\xf8\x27\x00\xe2\xb1\x40\x20\xfe" * 9, "br"), "decode", "br"),
    bad_feed("zstd", _coded(b"\x28\xb5\x2f\xfd\x04\x58\x19\x00\x00" * 9, "zstd"), "decode", "zstd"),
    bad_feed("compress", _coded(b"\x1f\x9d\x90", "compress"), "decode"),
    bad_feed("unknown-coding", _coded(SMALL, "x-of-our-own"), "decode"),
    bad_feed("gzip-cut-short", _coded(gzip.compress(LISTING.encode())[:-9], "gzip"), "decode", "cut short"),
    bad_feed("gzip-broken", _coded(gzip.compress(SMALL)[:12] + b"\xff" * 40, "gzip"), "decode"),
    bad_feed("gzip-wrong-checksum", _coded(gzip.compress(SMALL)[:-8] + bytes(8), "gzip"), "decode"),
    bad_feed("gzip-that-is-none", _coded(SMALL, "gzip"), "decode"),
    bad_feed("deflate-that-is-none", _coded(SMALL, "deflate"), "decode"),
    bad_feed("gzip-of-20000-members", _coded(gzip.compress(b"") * 20_000, "gzip"), "decode"),
    bad_feed("gzip-of-nothing", _coded(gzip.compress(b""), "gzip"), "empty"),
    odd_feed("gzip-and-padding", _coded(gzip.compress(SMALL) + b"\0" * 64, "gzip"), (), "unchanged"),
    odd_page("page-coded-as-identity", reply(article("identity"), Content_Encoding="identity")),
)
