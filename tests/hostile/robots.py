"""robots.txt: hostile, broken, absent, and simply clear."""

from __future__ import annotations

from collections.abc import Iterator

from loopback.answers import drip, feed, pour, raw, redirect, reply, silence
from loopback.content import Item, article, page, rss
from loopback.server import Answer

from hostile.case import FEED, LISTED, PAGE, Case, Expected

TEXT = "text/plain"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"


def _site(name: str, robots: Answer, *, allows: bool, status: str = "robots", detail: str = "") -> Case:
    if allows:
        expected = (Expected(FEED, "feed", LISTED), Expected(PAGE, "page", "stored"))
    else:
        expected = (Expected(FEED, "feed", status, detail),)
    answers = {"/robots.txt": robots, FEED: feed(rss(Item(PAGE))), PAGE: reply(article(name))}
    return Case(f"robots-{name}", answers, expected)


def _text(rules: str | bytes) -> Answer:
    return reply(rules, kind=TEXT)


def _pages_only() -> Case:
    """The feed may be read, its articles may not."""
    return Case(
        "robots-forbids-pages",
        {
            "/robots.txt": _text("User-agent: *\nDisallow: /private/\n"),
            FEED: feed(rss(Item("/private/1"), Item(PAGE))),
            PAGE: reply(article("allowed by robots")),
        },
        (
            Expected(FEED, "feed", LISTED),
            Expected(PAGE, "page", "stored"),
            Expected("/private/1", "page", "robots", "disallowed"),
        ),
    )


def _slow() -> Case:
    """A year between two requests: as much of it is kept as anybody asks for in earnest, and the round goes on."""
    return Case(
        "robots-crawl-delay-of-a-year",
        {"/robots.txt": _text("User-agent: *\nCrawl-delay: 31536000\n"), FEED: feed(rss())},
        (Expected(FEED, "feed", "unchanged"),),
    )


def _endless_rules() -> Iterator[bytes]:
    yield b"User-agent: *\nDisallow: /elsewhere\n"
    while True:
        yield b"Disallow: /another/place\n" * 400


_MANY = "".join(f"User-agent: bot{n}\n" for n in range(9_000)) + "Disallow: /\n" * 9_000

CASES = (
    _pages_only(),
    _site("absent", reply("", 404), allows=True),
    _site("forbidden-itself", reply("", 403), allows=True),
    _site("fails", reply("", 500), allows=False, detail="could not be had"),
    _site("hangs", silence(), allows=False, detail="could not be had"),
    _site("drips", drip(b"User-agent: *" * 9, 1.0, HEAD), allows=False),
    _site("disallows-all", _text("User-agent: *\nDisallow: /\n"), allows=False, detail="disallowed"),
    _site("disallows-us", _text("User-agent: Presswatch\nDisallow: /\n"), allows=False, detail="disallowed"),
    _site("with-a-mark", _text(b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n"), allows=False),
    _site(
        "allows-us-alone",
        _text("User-agent: *\nDisallow: /\n\nUser-agent: presswatch\nAllow: /\n"),
        allows=True,
    ),
    _site("of-5-mb", _text("# a comment\n" * 430_000), allows=True),
    _site("endless", pour(HEAD, _endless_rules()), allows=True),
    _site("of-9000-agents-and-rules", _text(_MANY), allows=True),
    _site("binary", _text(bytes(range(256)) * 99), allows=True),
    _site("is-a-web-page", reply(page("<h1>Not found</h1>")), allows=True),
    _site("redirects-to-itself", redirect("/robots.txt"), allows=True),
    _site("redirects-to-a-private-address", redirect("http://127.0.0.1:@PORT@/robots.txt"), allows=True),
    _site("cut-short", raw(HEAD[:-2] + b"Content-Length: 99\r\n\r\nUser"), allows=False),
    _site("of-stars", _text("User-agent: *\nDisallow: /" + "*a" * 5_000 + "$\n"), allows=True),
    _site("packed-in-brotli", reply(b"\xcf\xff", kind=TEXT, Content_Encoding="br"), allows=False),
    _site("not-now", reply("", 503, Retry_After="900"), allows=False, status="rate_limited"),
    _slow(),
)
