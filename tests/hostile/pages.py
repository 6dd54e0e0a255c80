"""Pages that are no articles, and articles in pages that are hard to read."""

from __future__ import annotations

import json

from loopback.answers import HTML, pour, raw, reply
from loopback.content import article, headline, page, paragraphs
from loopback.server import Answer

from hostile.case import Case, bad_page, odd_page

REJECTED = "rejected"
READ_OR_LEFT = "stored|rejected|extraction|parse|empty"  # too much of something: any end but a hang
MANY = 1_000_000
HEAD = b"HTTP/1.1 200 OK\r\n"
_ATTRIBUTES = "<p" + "".join(f" a{n}=1" for n in range(40_000)) + ">x"
_WORDS = " ".join(paragraphs("in one node"))


def _kind(body: bytes, kind: str) -> Answer:
    return reply(body, kind=kind)


def _text_page(inner: str) -> Answer:
    return reply(page(f"<article><h1>{headline(inner[:40])}</h1>{inner}</article>"))


def _charset(name: str, body: str, real: str, declared: str) -> Case:
    """An article whose bytes are in one charset and whose header names another."""
    text = article(name, extra=f"<p>{body}</p>").replace('<meta charset="utf-8">', "")
    return odd_page(name, reply(text.encode(real), kind=f"text/html; charset={declared}"))


_CONSENT = page(
    "<div id='consent'><h1>We value your privacy</h1><p>We and our 842 partners store and access information on "
    "your device, such as cookies. Click Accept to consent to the processing of your personal data, or manage your "
    "choices.</p><button>Accept all</button><button>Manage options</button></div>",
    "Before you continue",
)
_SOFT_404 = page(
    "<h1>Page not found</h1><p>Sorry, the page you are looking for does not exist or has been moved. Try a search, "
    "or go back to the home page.</p>",
    "404 - Page not found",
)
_REFRESH = page(
    "<p>One moment please.</p>", "Redirecting", '<meta http-equiv="refresh" content="0;url=/elsewhere">'
)
_WALL = page("<noscript>Please enable JavaScript to continue.</noscript><div id='root'></div>", "Loading")

CASES = (
    bad_page("page-a-pdf", _kind(b"%PDF-1.7\n" + bytes(9_999), "application/pdf"), REJECTED, "PDF"),
    bad_page("page-a-pdf-that-claims-html", _kind(b"%PDF-1.4\n<html>" + bytes(999), HTML), REJECTED, "PDF"),
    bad_page("page-an-image", _kind(b"\x89PNG\r\n\x1a\n" + bytes(9_999), "image/png"), REJECTED, "image"),
    bad_page("page-a-film", _kind(b"\0\0\0\x20ftypisom" + bytes(9_999), "video/mp4"), REJECTED, "media"),
    bad_page("page-an-archive", _kind(b"PK\x03\x04" + bytes(9_999), "application/zip"), REJECTED),
    bad_page("page-noise", _kind(bytes(range(1, 256)) * 400, HTML), "rejected|encoding"),
    bad_page("page-json", _kind(json.dumps({"a": [1] * 99}).encode(), "application/json"), REJECTED),
    bad_page("page-a-script", _kind(b"window.location = '/elsewhere';" * 99, "text/javascript"), REJECTED),
    bad_page("page-empty", reply(""), "empty"),
    bad_page("page-white-space", reply(" \n" * 999), "empty"),
    bad_page("page-nul-bytes", reply(bytes(99_999)), "empty|rejected"),
    bad_page("page-of-50-mb", pour(HEAD + b"\r\n", b"<p>so much to say</p>" * 3_000), "too_large"),
    bad_page("page-of-50-mb-announced", raw(HEAD + b"Content-Length: 50000000\r\n\r\n<p>"), "too_large"),
    bad_page("page-nested-100000-deep", _text_page("<div>" * 90_000 + _WORDS), READ_OR_LEFT),
    bad_page("page-nested-1000-deep", _text_page("<div>" * 1_000 + _WORDS), READ_OR_LEFT),
    bad_page("page-of-a-million-siblings", _text_page("<b>x</b>" * MANY), READ_OR_LEFT),
    bad_page("page-of-90000-short-lines", _text_page("<p>x" * 90_000), READ_OR_LEFT),
    bad_page("page-of-200-nested-tables", _text_page("<table><tr><td>" * 200 + _WORDS), READ_OR_LEFT),
    bad_page("page-of-a-cell-without-end", _text_page(f"<table><tr><td colspan=1000000000>{_WORDS}"), READ_OR_LEFT),
    bad_page("page-of-one-text-of-9-mb", _text_page(f"<p>{'word ' * 1_800_000}</p>"), "rejected|extraction"),
    bad_page("page-of-9-mb-of-paragraphs", _text_page(f"<p>{_WORDS}</p>" * 3_000), READ_OR_LEFT),
    bad_page("page-of-open-brackets", reply("<html><body>" + "<" * 900_000), READ_OR_LEFT),
    bad_page("page-of-attributes", _text_page(_ATTRIBUTES), READ_OR_LEFT),
    bad_page("page-soft-404", reply(_SOFT_404), REJECTED),
    bad_page("page-consent-wall", reply(_CONSENT), REJECTED),
    bad_page("page-meta-refresh", reply(_REFRESH), REJECTED),
    bad_page("page-script-wall", reply(_WALL), REJECTED),
    bad_page("page-of-three-words", _text_page("<p>Just three words</p>"), REJECTED),
    odd_page("page-document-type-of-slashes", reply("<!DOCTYPE " + "/" * 100_000 + ">" + article("slashes"))),
    odd_page("page-without-media-type", raw("HTTP/1.1 200 OK\r\n\r\n", article("no type"))),
    odd_page("page-entities", reply('<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + article("ent"))),
    odd_page("page-with-active-text", _text_page(
        "<p>'); DROP TABLE articles; -- &lt;script&gt;alert(1)&lt;/script&gt; \x1b[31mred\x1b[0m \u202e</p>"
        + "".join(f"<p>{text}</p>" for text in paragraphs("active text"))
    )),
    odd_page("page-utf-16", reply(article("utf-16").encode("utf-16"), kind="text/html")),
    _charset("page-latin-1-that-claims-utf-8", "Käse, Brötchen und Füße: äöü ÄÖÜ ß", "latin-1", "utf-8"),
    _charset("page-utf-8-that-claims-latin-1", "Käse, Brötchen und Füße: äöü ÄÖÜ ß", "utf-8", "iso-8859-1"),
    _charset("page-charset-that-is-none", "Käse, Brötchen und Füße: äöü ÄÖÜ ß", "utf-8", "klingon"),
    _charset("page-charset-utf-7", "Käse +ADw-script+AD4- und Füße", "utf-8", "utf-7"),
)  # fmt: skip
