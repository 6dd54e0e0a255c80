"""Bytes of a web page -> one lxml tree, shared by all who read the page; or why there is none.

The parser is given UTF-8 made here, so that its own guessing plays no part. `huge_tree` because without it
libxml2 drops everything after 256 nested elements or a text of 10 MB, silently; what is too much for the
extractors is refused here by counting instead. (The traps were met by experiment: docs/facts.md.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from lxml import etree
from lxml.html import HtmlComment, HtmlElement, HtmlEntity, HtmlProcessingInstruction, document_fromstring

from extractors.charset import Decoded, decode_page

MAX_TAGS = 100_000  # "<" in the page: 10x the most of 956 real pages; trafilatura needs 2.7 s at 80,000
MAX_CHARS = 20_000_000  # of markup and text together: 9x the largest of 956 real pages
MAX_ATTRIBUTES = 500  # on one tag; libxml2 needs 12 s for 40,000
MAX_SPAN = 100  # colspan, rowspan; trafilatura lays out that many cells
MAX_LOST = 0.05  # share of unreadable characters from which a page counts as wrongly decoded

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "PDF"), (b"\x89PNG", "an image"), (b"\xff\xd8\xff", "an image"), (b"GIF8", "an image"),
    (b"RIFF", "a media file"), (b"\x00\x00\x00\x18ftyp", "a media file"), (b"OggS", "a media file"),
    (b"\x00\x00\x00\x20ftyp", "a media file"), (b"ID3", "a media file"), (b"\x1f\x8b", "compressed"),
    (b"PK\x03\x04", "an archive"),
    (b"\xd0\xcf\x11\xe0", "an office document"), (b"{\\rtf", "an office document"),
)  # fmt: skip
_FEED = re.compile(r"<(?:rss|feed|rdf:RDF|urlset|sitemapindex|svg|opml)\b", re.IGNORECASE)
_JSON = re.compile(r"\{\s*[\"}]|\[\s*[\"{\[\]\d-]")
_TAG = re.compile(r"<(?:!doctype\s+html|[a-z][a-z0-9]*[\s/>])", re.IGNORECASE)
_DOCTYPE = re.compile(rb"<!doctype", re.IGNORECASE)
_CLOSED_ROOT = re.compile(rb"(<html\b[^<>]*?)\s*/>", re.IGNORECASE)
LONG_TAG = 4_000  # bytes: what is shorter hasn't too many attributes
_LONG_TAG = re.compile(rb"<[a-zA-Z][^<>]{%d,}>?" % LONG_TAG)
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
_HEAD = 5_000  # bytes: where a page declares what it is
_XML_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*>", re.IGNORECASE)
_XML_DECLARED = re.compile(_XML_DECLARATION.pattern.encode(), re.IGNORECASE)  # the same, of bytes
# lxml.html asks a Python function for the class of each element each time that it is met, so that forms get methods
# that nobody calls here: 2 % of what a page takes.
_ONE_CLASS = etree.ElementDefaultClassLookup(
    element=HtmlElement, comment=HtmlComment, pi=HtmlProcessingInstruction, entity=HtmlEntity
)
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")


@dataclass(frozen=True, slots=True)
class NotHtml:
    """There is no page to read. `status` is one that `Rejected` may have; `detail` says why."""

    detail: str
    status: Literal["rejected", "empty", "encoding", "parse"] = "rejected"


def parse_html(body: bytes, content_type: str = "") -> HtmlElement | NotHtml:
    """Parse the body of an answer, once for all who read it. Never raises.

    The tree has one <html> at its root and no comments; control characters and lone surrogates are gone,
    spans of table cells bounded. Whoever changes it works on a copy (`bare_extraction` makes one itself).
    """
    refused = _refuse_bytes(body)
    if refused:
        return refused
    decoded = decode_page(body, content_type)
    refused = _refuse_text(decoded)
    return refused or _parse_text(decoded.text)


def _refuse_bytes(body: bytes) -> NotHtml | None:
    head = body[:64].lstrip()
    if not head and not body.strip():
        return NotHtml("the answer is empty", "empty")
    for magic, kind in _MAGIC:
        if head.startswith(magic) or body.startswith(magic):
            return NotHtml(f"{kind}, not HTML")
    return None


def _refuse_text(decoded: Decoded) -> NotHtml | None:
    text = decoded.text
    head = text[:2000].lstrip("\ufeff \t\r\n\x00")
    if not head and not text.strip("\ufeff \t\r\n\x00"):
        return NotHtml("the answer is empty", "empty")
    if decoded.lost > MAX_LOST:
        return NotHtml(
            f"{decoded.lost:.0%} of its characters are unreadable as {decoded.charset}", "encoding"
        )
    if _JSON.match(head):
        return NotHtml("JSON, not HTML")
    if _FEED.match(_XML_DECLARATION.sub("", head).lstrip()):
        return NotHtml("XML, not HTML")
    if not _TAG.search(text):
        return NotHtml("no HTML in it")
    return _refuse_size(text)


def _refuse_size(text: str) -> NotHtml | None:
    if len(text) > MAX_CHARS:
        return NotHtml(f"{len(text):,} characters are too many")
    tags = text.count("<")
    return NotHtml(f"{tags:,} tags are too many") if tags > MAX_TAGS else None


def _parse_text(text: str) -> HtmlElement | NotHtml:
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False
    )
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        tree = document_fromstring(_mended(text), parser=parser, ensure_head_body=False)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        return NotHtml(f"could not be parsed: {error}"[:200], "parse")
    if tree.tag != "html" or len(tree) == 0:
        return NotHtml("no HTML in it", "parse")
    _bound_spans(tree)
    return tree


def _mended(text: str) -> bytes:
    """UTF-8, less the few things that libxml2 or those after it choke on."""
    page = text.encode("utf-8", "replace").translate(None, _CONTROLS)
    doctype = _DOCTYPE.search(page, 0, _HEAD)
    if doctype:
        end = page.find(b">", doctype.start())
        page = page[: doctype.start()] + page[end + 1 :] if end >= 0 else page
    head = _XML_DECLARED.sub(b"", page[:_HEAD], count=1)
    page = _CLOSED_ROOT.sub(rb"\1>", head, count=1) + page[_HEAD:]
    return _LONG_TAG.sub(_bounded_tag, page) if _has_long_tag(page) else page


def _has_long_tag(page: bytes) -> bool:
    """Whether `_LONG_TAG` may find something. It looks at each byte of a page; this, at where a step holds no "<"."""
    at, step = 0, LONG_TAG // 2
    while at < len(page):
        if page.find(b"<", at, at + step) >= 0:
            at += step
            continue
        start = page.rfind(b"<", 0, at)
        if start >= 0 and page.find(b">", start, start + LONG_TAG) < 0:
            return True
        at = page.find(b"<", at)
        if at < 0:
            break
    return False


def _bounded_tag(match: re.Match[bytes]) -> bytes:
    tag = match.group()
    attributes = len(_QUOTED.sub(b"", tag).split())
    return tag if attributes <= MAX_ATTRIBUTES else tag.split(None, 1)[0] + b">"


def _bound_spans(tree: HtmlElement) -> None:
    for cell in tree.iter("td", "th"):
        for name in ("colspan", "rowspan"):
            span = cell.get(name)
            if span is not None and not (span.isascii() and span.isdigit() and 0 < int(span[:9]) <= MAX_SPAN):
                del cell.attrib[name]
