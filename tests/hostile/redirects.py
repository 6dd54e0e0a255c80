"""Redirects: loops, places where no web page is, and addresses that must not be dialled, in all notations."""

from __future__ import annotations

from loopback.answers import feed, in_turn, redirect, reply
from loopback.content import Item, article, page, rss

from hostile.case import FEED, LISTED, PAGE, Case, Expected, bad_feed, bad_page, many_feeds, odd_feed

LISTING = rss(Item(PAGE))
BLOCKED = "blocked|redirect"

# Loopback, private and link-local addresses in the notations that resolvers, libraries and browsers understand.
# @PORT@ is the port that the refused listeners listen on (`hostile.web.REFUSED`).
NOTATIONS = (
    "127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "0", "0.0.0.0", "2130706433", "017700000001", "0x7f000001",
    "0x7f.1", "0177.0.0.1", "0x7F.0.0x0.0x1", "127.0.0.01", "127.0.51.1", "localhost", "LOCALHOST", "localhost.",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1%25lo]", "[fd00::1]", "169.254.169.254", "[fd00:ec2::254]",
    "10.0.0.1", "192.168.0.1", "172.16.0.1", "100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255",
    "user:secret@127.0.0.1", "example.org@127.0.0.1", "127。0。0。1", "①②⑦.⓪.⓪.①", "127.0.0.1%2f.example.org",
    "127.0.0.1\\@127.0.0.1", "%31%32%37.0.0.1",
)  # fmt: skip
SCHEMES = (
    "file:///etc/passwd", "ftp://127.0.0.1/news", "gopher://127.0.0.1:@PORT@/_GET", "javascript:alert(1)",
    "data:text/xml,<rss/>", "mailto:desk@example.org", "about:blank", "view-source:http://127.0.0.1:@PORT@/",
    "ws://127.0.0.1:@PORT@/", "jar:http://127.0.0.1:@PORT@/a!/b", "unix:/run/docker.sock", "http://", "//",
    "http://[::1", "http://a b/", "http://127.0.0.1:99999/",
)  # fmt: skip


def _to_private() -> Case:
    return many_feeds(
        "redirects-to-private-addresses",
        {
            f"/to/{number}": (redirect(f"http://{host}:@PORT@/secret", 301 + number % 2), BLOCKED, "")
            for number, host in enumerate(NOTATIONS)
        },
    )


def _to_schemes() -> Case:
    return many_feeds(
        "redirects-to-other-schemes",
        {f"/to/{number}": (redirect(target), "redirect", "") for number, target in enumerate(SCHEMES)},
    )


def _pages_at_private() -> Case:
    """Entries whose links lead there at once."""
    links = [f"http://{host}:@PORT@/secret/{number}" for number, host in enumerate(NOTATIONS)]
    feed_of_them = rss(*(Item(link) for link in links))
    return Case(
        "pages-at-private-addresses",
        {FEED: feed(feed_of_them)},
        (Expected(FEED, "feed", LISTED),),
        others="blocked|redirect|rejected",
    )


def _feeds_at_private() -> Case:
    hosts = ("127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[::1]", "localhost")
    feeds = tuple(f"http://{host}:@PORT@/secret" for host in hosts)
    return Case(
        "feeds-at-private-addresses",
        {},
        tuple(Expected(url, "feed", "blocked") for url in feeds),
        feeds=feeds,
    )


def _moved() -> Case:
    paths = {"/301": 301, "/302": 302, "/303": 303, "/307": 307, "/308": 308}
    return Case(
        "feeds-that-moved",
        {
            **{path: redirect(f"/feeds{path}", status) for path, status in paths.items()},
            **{f"/feeds{path}": feed(rss(Item(f"/news{path}"))) for path in paths},
            **{f"/news{path}": reply(article(f"moved{path}")) for path in paths},
        },
        tuple(Expected(path, "feed", LISTED) for path in paths)
        + tuple(Expected(f"/news{path}", "page", "stored") for path in paths),
        feeds=tuple(paths),
    )


def _to_home() -> Case:
    home = reply(page("<h1>Welcome</h1>" + "<p><a href='/news'>Another headline of today</a></p>" * 30))
    return Case(
        "page-redirects-home",
        {FEED: feed(LISTING), PAGE: redirect("/"), "/": home, "/en/": home},
        (Expected(FEED, "feed", LISTED), Expected(PAGE, "page", "rejected", "home page")),
    )


CASES = (
    bad_feed("redirects-to-itself", redirect(FEED), "redirect", "loop"),
    Case(
        "redirects-in-a-circle",
        {FEED: redirect("/b"), "/b": redirect("/c"), "/c": redirect(FEED)},
        (Expected(FEED, "feed", "redirect", "loop"),),
    ),
    Case(
        "redirects-without-end",
        {FEED: redirect("/1"), **{f"/{n}": redirect(f"/{n + 1}") for n in range(1, 30)}},
        (Expected(FEED, "feed", "redirect", "more than"),),
    ),
    bad_feed("redirect-without-location", reply("", 302), "redirect", "without Location"),
    bad_feed("redirect-to-10000-characters", redirect("/" + "x" * 10_000), "redirect", "10001 characters"),
    odd_feed("redirect-that-changes-its-mind", in_turn(redirect("/there"), feed(LISTING)), (), "http_4xx"),
    bad_page("page-in-a-loop", redirect(PAGE, 308), "redirect"),
    bad_page("page-redirects-to-a-file", redirect("file:///etc/passwd"), "redirect"),
    bad_page("page-redirects-to-metadata", redirect("http://169.254.169.254/latest/meta-data/"), "blocked"),
    _to_private(),
    _to_schemes(),
    _pages_at_private(),
    _feeds_at_private(),
    _moved(),
    _to_home(),
)
