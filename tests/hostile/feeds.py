"""Feeds: entity tricks, sizes, charsets, and what is no feed at all."""

from __future__ import annotations

import gzip
import json

from loopback.answers import feed, reply
from loopback.content import Item, article, page, rss

from hostile.case import FEED, LISTED, PAGE, Case, Expected, bad_feed, odd_feed

LISTING = rss(Item(PAGE))
ONE = (PAGE,)
REFUSED = "http://127.0.0.1:@PORT@"  # somebody listens there, and must hear nothing

_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_BILLION = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{_LAUGHS}]>'
_QUADRATIC = f'<!DOCTYPE rss [<!ENTITY a "{"a" * 60_000}">]>'
_FILE = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_REMOTE = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{REFUSED}/entity">]>'
_DTD = f'<!DOCTYPE rss SYSTEM "{REFUSED}/rss.dtd">'
_PARAMETER = f'<!DOCTYPE rss [<!ENTITY % p SYSTEM "{REFUSED}/p.dtd"> %p;]>'
_SHEET = f'<?xml-stylesheet type="text/xsl" href="{REFUSED}/style.xsl"?>'
_MANY_ATTRIBUTES = "<x" + "".join(f' a{n}="1"' for n in range(40_000)) + "/>"
_INCLUDE = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{REFUSED}/x" parse="text"/>'


def _hundred_thousand() -> Case:
    """Of a feed without end as many entries are taken as the config allows; the rest is left for later."""
    items = "".join(f"<item><title>t{n}</title><link>/n/{n}</link></item>" for n in range(100_000))
    return Case(
        "a-feed-of-100000-entries",
        {FEED: feed(rss(items)), "*": reply(article("one of many"))},
        (Expected(FEED, "feed", LISTED, "left out"),),
        others="stored|duplicate|unchanged",
    )


def _utf16() -> bytes:
    return LISTING.replace("@BASE@", "").replace("utf-8", "utf-16").encode("utf-16")


def _relative(text: str) -> str:
    """The listing with links relative to the feed, for bodies that are bytes."""
    return text.replace("@BASE@", "")


_BYTES = _relative(LISTING).encode()
_LATIN = _relative(rss(Item(PAGE, "Käse und Brötchen")))

CASES = (
    odd_feed("entities-a-billion-laughs", feed(rss(Item(PAGE, "a &l9; z"), before=_BILLION)), ONE),
    odd_feed("entities-quadratic", feed(rss(Item(PAGE, "&a;" * 2_000), before=_QUADRATIC)), ONE),
    odd_feed("entity-of-a-local-file", feed(rss(Item(PAGE, "a &x; z"), before=_FILE)), ONE),
    odd_feed("entity-of-a-remote-file", feed(rss(Item(PAGE, "a &x; z"), before=_REMOTE)), ONE),
    odd_feed("document-type-from-elsewhere", feed(rss(Item(PAGE), before=_DTD)), ONE),
    odd_feed("parameter-entity-from-elsewhere", feed(rss(Item(PAGE), before=_PARAMETER)), ONE),
    odd_feed("stylesheet-from-elsewhere", feed(rss(Item(PAGE), before=_SHEET)), ONE),
    odd_feed(
        "include-from-elsewhere", feed(rss(Item(PAGE, extra=f"<description>{_INCLUDE}</description>"))), ONE
    ),
    bad_feed("body-is-a-path", feed("/etc/passwd"), "not_a_feed"),
    bad_feed("body-is-an-address", feed(f"{REFUSED}/feed"), "not_a_feed"),
    bad_feed("body-is-a-file-address", feed("file:///etc/passwd"), "not_a_feed"),
    bad_feed(
        "nested-100000-deep",
        feed(rss("<a>" * 100_000 + "x" + "</a>" * 100_000)),
        "parse|not_a_feed|unchanged|extraction",
    ),
    odd_feed("a-description-nested-deep", feed(rss(Item(PAGE, extra="<description>" + "<b>" * 9_000))), ONE),
    odd_feed(
        "100000-comments", feed(rss(Item(PAGE, extra=f"<description>{'<!--' * 100_000}</description>"))), ONE
    ),
    odd_feed("40000-attributes", feed(rss(Item(PAGE, extra=_MANY_ATTRIBUTES))), ONE),
    odd_feed("20000-categories", feed(rss(Item(PAGE, extra="<category>c</category>" * 20_000))), ONE),
    _hundred_thousand(),
    bad_feed("a-web-page", reply(page("<h1>Our feeds</h1>")), "not_a_feed", "a web page"),
    bad_feed("a-web-page-that-claims-rss", feed(page("<h1>Please log in</h1>")), "not_a_feed"),
    bad_feed("nothing", feed(""), "empty"),
    bad_feed("white-space", feed(" \r\n\t" * 999), "empty"),
    bad_feed("nul-bytes-only", feed(bytes(2_000)), "empty|not_a_feed"),
    bad_feed("binary", feed(bytes(range(256)) * 99), "not_a_feed"),
    bad_feed("a-pdf", reply(b"%PDF-1.7\n" + bytes(999), kind="application/pdf"), "not_a_feed"),
    bad_feed("packed-without-saying-so", feed(gzip.compress(_BYTES)), "not_a_feed"),
    bad_feed("json-that-is-no-feed", reply('{"items": 3}', kind="application/json"), "not_a_feed"),
    bad_feed("json-nested-deep", reply('{"items":' + "[" * 100_000, kind="application/json"), "not_a_feed"),
    bad_feed("a-sitemap", feed("<urlset><url><loc>@BASE@/page</loc></url></urlset>"), "not_a_feed"),
    bad_feed("an-opml-list", feed("<opml><body><outline xmlUrl='@BASE@/feed'/></body></opml>"), "not_a_feed"),
    odd_feed("no-entries", feed(rss()), (), "unchanged"),
    odd_feed("utf-16", feed(_utf16()), ONE),
    odd_feed("utf-8-with-a-mark", feed(b"\xef\xbb\xbf" + _BYTES), ONE),
    odd_feed("white-space-before-it", feed("\n\n  " + LISTING), ONE),
    odd_feed("latin-1-that-claims-utf-8", feed(_LATIN.encode("latin-1")), ONE),
    odd_feed("utf-8-that-claims-latin-1", feed(_LATIN.replace("utf-8", "iso-8859-1").encode()), ONE),
    odd_feed("a-charset-that-is-none", feed(_LATIN.replace("utf-8", "undefined").encode()), ONE),
    odd_feed("a-charset-that-is-a-codec", feed(_LATIN.replace("utf-8", "base64").encode()), ONE),
    odd_feed("nul-bytes-within", feed(_BYTES.replace(b"<item>", b"\0<item>\0")), ONE),
    odd_feed("control-characters", feed(rss(Item(PAGE, "a \x01\x02\x0b\x1b[31m b"))), ONE),
    odd_feed("bad-references", feed(rss(Item(PAGE, "&#xD800; &#99999999999; &#0; &nosuch; & &amp"))), ONE),
    odd_feed(
        "cut-off-in-the-middle",
        feed(LISTING.partition("</item>")[0] + "</item><item><title>Hal"),
        ONE,
        others="rejected",
    ),
    odd_feed("no-media-type", reply(LISTING, kind="application/octet-stream"), ONE),
    odd_feed(
        "json-with-lone-surrogates",
        reply(
            json.dumps(
                {
                    "version": "https://jsonfeed.org/version/1.1",
                    "title": "\ud800",
                    "items": [{"id": "\udfff", "url": PAGE, "title": "x\ud83d", "content_text": "\udc00 y"}],
                }
            ),
            kind="application/feed+json",
        ),
        ONE,
    ),
)
