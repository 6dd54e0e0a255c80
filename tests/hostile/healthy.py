"""Healthy sites, which must lose nothing; some share a host with what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from loopback.answers import (
    chunked,
    drip,
    feed,
    packed,
    pour,
    raw,
    redirect,
    reply,
    silence,
    slowly,
    tagged,
    then,
)
from loopback.content import Item, article, atom, headline, rss
from loopback.server import Answer

from hostile.case import FEED, LISTED, Case, Expected

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


def _paths(count: int) -> tuple[str, ...]:
    return tuple(f"/news/{number}" for number in range(1, count + 1))


def _healthy(name: str, listing: Answer, pages: Mapping[str, Answer], **more: object) -> Case:
    expected = (Expected(FEED, "feed", LISTED), *(Expected(path, "page", "stored") for path in pages))
    return Case(name, {FEED: listing, **pages}, expected, healthy=True, **more)  # type: ignore[arg-type]


def _articles(name: str, paths: Sequence[str]) -> dict[str, Answer]:
    return {path: reply(article(f"{name}{path}")) for path in paths}


def _items(paths: Sequence[str]) -> list[Item]:
    return [Item(path, headline(path)) for path in paths]


def _plain() -> Case:
    paths = _paths(8)
    return _healthy("healthy-rss", tagged(rss(*_items(paths))), _articles("healthy-rss", paths))


def _atom_packed() -> Case:
    paths = _paths(6)
    pages = {path: packed(article(f"healthy-atom{path}")) for path in paths}
    return _healthy("healthy-atom-gzip", packed(atom(*paths), "application/atom+xml"), pages)


def _json_feed() -> Case:
    paths = _paths(5)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "A feed",
        "items": [{"id": path, "url": f"@BASE@{path}", "title": headline(path)} for path in paths],
    }
    listing = reply(json.dumps(document), kind="application/feed+json")
    return _healthy("healthy-json-feed", listing, _articles("healthy-json", paths))


def _secure() -> Case:
    paths = _paths(5)
    return _healthy(
        "healthy-https",
        feed(rss(*_items(paths))),
        _articles("healthy-https", paths),
        certificate="good",
    )


def _chunks() -> Case:
    paths = _paths(5)
    pages = {path: chunked(article(f"healthy-chunks{path}")) for path in paths}
    return _healthy("healthy-chunked", chunked(rss(*_items(paths)), "text/xml"), pages)


def _hangs_up() -> Case:
    """Keep-alive is promised, and the connection is closed behind every second answer."""
    paths = _paths(12)
    pages = {
        path: then(reply(article(f"healthy-hangs-up{path}")), "close") if number % 2 else answer
        for number, (path, answer) in enumerate(_articles("healthy-hangs-up", paths).items())
    }
    return _healthy("healthy-closes-connections", feed(rss(*_items(paths))), pages)


def _slow() -> Case:
    paths = _paths(4)
    pages = {path: slowly(answer, 0.6) for path, answer in _articles("healthy-slow", paths).items()}
    return _healthy("healthy-slow", slowly(feed(rss(*_items(paths))), 0.6), pages)


def _behind_redirects() -> Case:
    paths = _paths(4)
    pages: dict[str, Answer] = {}
    for path, answer in _articles("healthy-redirected", paths).items():
        pages |= {path: redirect(f"/hop{path}", 301), f"/hop{path}": redirect(f"/full{path}", 307)}
        pages[f"/full{path}"] = answer
    case = _healthy(
        "healthy-behind-redirects", feed(rss(*_items(paths))), {path: pages[path] for path in paths}
    )
    return Case(case.name, {**pages, **case.answers}, case.expected, healthy=True)


def _among_ruins() -> Case:
    """Good pages on the host, and in the feed, of pages that hang, burst and break."""
    good = _paths(6)
    ruins: dict[str, tuple[Answer, str]] = {
        "/hangs": (silence(), "timeout"),
        "/bursts": (pour(OK, b"<p>more</p>" * 6_000), "too_large"),
        "/drips": (drip(b"<p>" * 100, 1.0, OK), "timeout"),
        "/gone": (reply("gone", 410), "http_4xx"),
        "/broken": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<html>"), "protocol"),
    }
    order = [path for pair in zip(good, (*ruins, ""), strict=True) for path in pair if path]
    return Case(
        "healthy-among-ruins",
        {
            FEED: feed(rss(*_items(order))),
            **_articles("healthy-among-ruins", good),
            **{path: answer for path, (answer, _) in ruins.items()},
        },
        (
            Expected(FEED, "feed", LISTED),
            *(Expected(path, "page", "stored") for path in good),
            *(Expected(path, "page", status) for path, (_, status) in ruins.items()),
        ),
        healthy=True,
    )


CASES = (
    _plain(),
    _atom_packed(),
    _json_feed(),
    _secure(),
    _chunks(),
    _hangs_up(),
    _slow(),
    _behind_redirects(),
    _among_ruins(),
)
