"""TLS that can't be trusted, or is none."""

from __future__ import annotations

import asyncio

from loopback.answers import feed
from loopback.content import Item, rss

from hostile.case import FEED, PAGE, Case, Expected

LISTING = {FEED: feed(rss(Item(PAGE)))}


def _distrusted(kind: str, detail: str) -> Case:
    return Case(f"tls-{kind}", LISTING, (Expected(FEED, "feed", "tls", detail),), certificate=kind)


async def _plain_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(100)
    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()
    await asyncio.sleep(1)


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(100)


async def _say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


def _handshake(name: str, talk: object, status: str) -> Case:
    return Case(
        name,
        {},
        (Expected("https://@HOST@:@PORT@/feed", "feed", status),),
        feeds=("https://@HOST@:@PORT@/feed",),
        talk=talk,  # type: ignore[arg-type]
    )


CASES = (
    _distrusted("self-signed", "self-signed"),
    _distrusted("expired", "expired"),
    _distrusted("early", "not yet valid"),
    _distrusted("other-name", "mismatch"),
    _distrusted("old-protocol", ""),
    _handshake("tls-answered-in-plain", _plain_answer, "tls"),
    _handshake("tls-hangs-up", _hang_up, "tls|connection"),
    _handshake("tls-says-nothing", _say_nothing, "timeout"),
)
