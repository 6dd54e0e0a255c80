"""Statuses, and what can go wrong below them: no answer, half an answer, an answer that never ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from loopback.answers import (
    drip,
    feed,
    in_turn,
    pour,
    raw,
    reply,
    silence,
    slowly,
    tagged,
)
from loopback.content import Item, article, rss

from hostile.case import FEED, Case, Expected, bad_feed, bad_page, many_feeds, odd_feed, odd_page

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LISTING = rss(Item("/page"))

_REFUSALS = (400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422,
             423, 424, 425, 426, 428, 431, 444, 451, 498, 499)  # fmt: skip
_FAILURES = (500, 501, 502, 503, 504, 505, 506, 507, 508, 509, 510, 511, 520, 522, 525, 530, 599)


def _statuses() -> Case:
    table = {f"/{status}": (reply("no", status), "http_4xx", f"HTTP {status}") for status in _REFUSALS}
    table |= {f"/{status}": (reply("no", status), "http_5xx", f"HTTP {status}") for status in _FAILURES}
    table |= {
        f"/{status}": (reply("", status), "http_3xx", f"HTTP {status}") for status in (300, 304, 305, 306)
    }
    table |= {f"/{status}": (reply("", status), "empty", f"HTTP {status}") for status in (204, 205)}
    table |= {f"/{status}": (reply("", status), "protocol", f"HTTP {status}") for status in (201, 206, 299)}
    return many_feeds("every-status", table)


def _patient_statuses() -> Case:
    """Retry-After beside a status that asks for no less than before."""
    table = {
        f"/{status}": (reply("no", status, Retry_After="3600"), kind, f"HTTP {status}")
        for status, kind in ((403, "http_4xx"), (404, "http_4xx"), (413, "http_4xx"), (500, "http_5xx"))
    }
    return many_feeds("statuses-with-retry-after", table)


def _no_server() -> Case:
    return Case("nobody-listens", {}, (Expected(FEED, "feed", "connection", "refused"),), listens=False)


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _speak_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example.org ESMTP ready\r\n")
    await writer.drain()
    await asyncio.sleep(30)


def _headers() -> Iterator[bytes]:
    while True:
        yield b"X-More: and more of it\r\n" * 100


CASES = (
    _statuses(),
    _patient_statuses(),
    bad_feed("429", reply("slow down", 429), "rate_limited"),
    bad_feed("429-retry-after-seconds", reply("slow down", 429, Retry_After="7200"), "rate_limited"),
    bad_feed(
        "429-retry-after-a-date",
        reply("slow down", 429, Retry_After="Wed, 25 Nov 2099 10:00:00 GMT"),
        "rate_limited",
    ),
    bad_feed("429-retry-after-nonsense", reply("slow down", 429, Retry_After="-1 fortnight"), "rate_limited"),
    bad_feed("503-retry-after", reply("maintenance", 503, Retry_After="120"), "rate_limited"),
    bad_feed("status-999", reply("denied", 999), "protocol"),
    bad_page("page-410", reply("gone", 410), "http_4xx"),
    bad_page("page-503", reply("busy", 503), "http_5xx"),
    bad_page("page-429-for-long", reply("slow down", 429, Retry_After="86400"), "rate_limited"),
    odd_page("page-asks-for-a-second", in_turn(reply("", 429, Retry_After="1"), reply(article("second")))),
    odd_feed("500-and-then-well", in_turn(reply("", 500), feed(LISTING)), ("/page",)),
    odd_feed("reset-and-then-well", in_turn(silence("reset"), feed(LISTING)), ("/page",)),
    _no_server(),
    bad_feed("no-answer", silence(), "timeout", "no answer"),
    Case("no-word-at-all", {}, (Expected(FEED, "feed", "connection"),), talk=_hang_up),
    Case("a-mail-server", {}, (Expected(FEED, "feed", "robots"),), talk=_speak_first),
    bad_feed("head-a-byte-a-second", drip(OK + b"\r\n" + LISTING.encode(), 1.0), "timeout"),
    bad_feed(
        "body-a-byte-a-second", drip(LISTING.encode(), 1.0, OK + b"\r\n"), "timeout", "body not complete"
    ),
    bad_page("page-a-byte-a-second", drip(b"<p>word</p>" * 9, 1.0, OK + b"\r\n"), "timeout"),
    bad_feed("body-in-crumbs", pour(CHUNKED, b"1\r\n \r\n"), "protocol|timeout"),
    bad_feed("endless-body", pour(OK + b"\r\n", b"<item/>" * 9_000), "too_large|timeout"),
    bad_feed("endless-headers", pour(OK, _headers()), "protocol"),
    bad_feed("endless-interim-answers", pour(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50), "protocol"),
    bad_feed("endless-chunk-extension", pour(CHUNKED + b"5;", b"x=y;" * 10_000), "protocol|timeout"),
    odd_feed("early-hints", raw("HTTP/1.1 103 Early Hints\r\n\r\n", OK + b"\r\n", LISTING), ("/page",)),
    bad_feed("closed-without-an-answer", silence("close"), "connection"),
    bad_feed("reset-without-an-answer", silence("reset"), "connection"),
    bad_feed("reset-within-the-body", raw(OK + b"\r\n", b"<rss>" * 99, end="reset"), "connection"),
    bad_feed("reset-within-the-head", raw(OK[:30], end="reset"), "connection|protocol"),
    bad_feed("cut-short", raw(OK + b"Content-Length: 5000\r\n\r\n<rss>"), "protocol"),
    bad_feed("length-beyond-the-limit", raw(OK + b"Content-Length: 99999999999\r\n\r\n<rss>"), "too_large"),
    bad_feed("length-negative", raw(OK + b"Content-Length: -5\r\n\r\n<rss>"), "protocol"),
    bad_feed("two-lengths", raw(OK + b"Content-Length: 5\r\nContent-Length: 50\r\n\r\n<rss>"), "protocol"),
    bad_feed("length-too-short", raw(OK + b"Content-Length: 30\r\n\r\n" + LISTING.encode()), "not_a_feed"),
    bad_feed("chunk-size-nonsense", raw(CHUNKED + b"five\r\n<rss>\r\n0\r\n\r\n"), "protocol"),
    bad_feed("chunk-size-enormous", raw(CHUNKED + b"f" * 40 + b"\r\n<rss>"), "protocol|too_large"),
    bad_feed("chunks-cut-short", raw(CHUNKED + b"ff\r\n<rss>"), "protocol"),
    bad_feed("chunks-without-an-end", raw(CHUNKED + b"5\r\n<rss>\r\n"), "protocol"),
    bad_feed("unknown-transfer-coding", raw(OK + b"Transfer-Encoding: gzip\r\n\r\n<rss>"), "protocol"),
    bad_feed("http-0.9", raw(b"<rss><channel/></rss>"), "protocol"),
    bad_feed("status-line-nonsense", raw(b"HTTP/9.9 OK 200\r\n\r\n<rss>"), "protocol"),
    bad_feed("nul-in-a-header", raw(OK + b"X-A: a\x00b\r\n\r\n<rss>"), "protocol"),
    bad_feed(
        "a-header-of-100-kb", raw(OK + b"ETag: " + b"x" * 100_000 + b"\r\n\r\n<rss>"), "protocol|unchanged"
    ),
    odd_feed("an-etag-of-5000", tagged(LISTING, '"' + "x" * 5_000 + '"'), ("/page",)),
    odd_feed("an-etag-not-of-ascii", tagged(LISTING, '"caf\xe9\xff"'), ("/page",)),
    odd_feed("slow-within-the-limit", slowly(feed(LISTING), 1.0), ("/page",)),
)
