"""Bytes that were meant to be a feed -> text whose characters and marks are in order; elements: `rebuild`.

Nothing is ever expanded: the document type goes with everything before the root element. What is mended: charset,
control characters, comments, processing instructions, references that name no character, bare "&" and "<", tags of
absurd length.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from html.entities import html5
from xml.sax.saxutils import escape

from extractors.charset import decode_page

MAX_TAG_CHARS = 20_000  # of one tag; feedparser is quadratic in attributes: 14 s for 40,000 of them

_NOT_ASCII = re.compile("[^\x00-\x7f]")
_NO_XML_CHAR = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENT = re.compile(r"<([A-Za-z_][\w.:-]*)(?=[\s/>])")
_HTML_NAMES = frozenset(("html", "head", "body", "div", "p", "script", "title", "meta", "h1"))
_HTML = re.compile(r"<!doctype\s+html|<(?:html|head|body)\b", re.IGNORECASE)
_HIDDEN = re.compile(r"<!\[CDATA\[|<!--")
_REFERENCE = re.compile(r"&(?:#([0-9]+);|#[xX]([0-9a-fA-F]+);|([A-Za-z][A-Za-z0-9]{1,31});)?")
_INSTRUCTION = re.compile(r"<\?[^<>]*\?>|<![^<>\[]*>|<!(?:\[[A-Z]*\[?)?")
_EMPTY_LINK = re.compile(r"<link\s*(?:/>|>\s*</link\s*>)", re.IGNORECASE)
_LOOSE_LESS = re.compile(r"<(?![A-Za-z_/])|</(?![A-Za-z_])")
_LONG_TAG = re.compile(rf"<([A-Za-z_][\w.:-]*+)[^<>]{{{MAX_TAG_CHARS},}}+>?")
_XML_ENTITIES = frozenset(("amp", "lt", "gt", "quot", "apos"))


def read_text(body: bytes, content_type: str) -> str:
    """The characters of a document that XML allows, whatever charset it claims."""
    return _NO_XML_CHAR.sub("", _decoded(body, content_type)) if body.strip(b"\x00 \t\r\n") else ""


def _decoded(body: bytes, content_type: str) -> str:
    """XML is UTF-8 unless it says otherwise: with more of it right than broken, it is damaged UTF-8."""
    if not body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) and b"\x00" not in body[:1_000]:
        text = body.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        if not broken or broken < len(_NOT_ASCII.findall(text)) - broken:
            return text
    try:
        return decode_page(body, content_type).text
    except (UnicodeError, LookupError):  # it names a codec that is none for text
        return body.decode("utf-8", "replace")


def from_root(text: str, names: tuple[str, ...]) -> tuple[str, str] | None:
    """The name of the root and `text` from it on, without declarations, document type and what leaked before them.

    `names` are the local names that a root may have; None if there is none of them, or if it is a web page.
    """
    pattern = rf"<((?:[A-Za-z_][\w.-]*:)?(?:{'|'.join(names)}))(?=[\s/>])"
    found = re.search(pattern, text, re.IGNORECASE)
    if found is None or _HTML.search(text, 0, found.start()):
        return None
    return found[1], text[found.start() :]


def what_it_is(text: str) -> str:
    """In a few words, what a document is that is not what was asked for."""
    found = _ELEMENT.search(text)
    if found is None:
        return "no XML"
    return "a web page" if found[1].lower() in _HTML_NAMES else f"<{found[1][:40]}>"


def without_comments(text: str) -> str:
    """`text` less its comments; the mark of one that never ends goes alone. What is in CDATA stays."""
    if "<!--" not in text:
        return text
    kept, at, endless = [], 0, False
    for found in _HIDDEN.finditer(text):
        if found.start() < at:
            continue
        is_comment = found[0] == "<!--"
        end = -1 if is_comment and endless else text.find("-->" if is_comment else "]]>", found.end())
        if is_comment:
            kept.append(text[at : found.start()])
            endless = endless or end < 0
            at = end + 3 if end >= 0 else found.end()
        else:
            stop = end + 3 if end >= 0 else len(text)
            kept.append(text[at:stop])
            at = stop
    kept.append(text[at:])
    return "".join(kept)


def mended(text: str) -> str:
    """A piece of a document with its references, loose marks and long tags in order; its elements may not be."""
    return "".join(part if is_cdata else _mended(part) for is_cdata, part in stretches(text))


def stretches(text: str) -> Iterator[tuple[bool, str]]:
    """`text` cut at its CDATA sections: (is it one, the stretch). One that is not closed is closed."""
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0:
        yield False, text[at:start]
        end = text.find("]]>", start)
        if end < 0:
            yield True, text[start:] + "]]>"
            return
        yield True, text[start : end + 3]
        at = end + 3
    yield False, text[at:]


def _mended(text: str) -> str:
    if "&" in text:
        text = _REFERENCE.sub(_mended_reference, text)
    if "<!" in text or "<?" in text:
        text = _INSTRUCTION.sub("", text)
    text = _LONG_TAG.sub(_bare_tag, _LOOSE_LESS.sub("&lt;", text))
    text = _EMPTY_LINK.sub("", text)  # for feedparser, even an empty one keeps a permalink from serving
    return text.replace("]]>", "]]&gt;") if "]]>" in text else text


def _bare_tag(match: re.Match[str]) -> str:
    return f"<{match[1]}{'/' if match[0].endswith('/>') else ''}>"


def _mended_reference(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        if name in _XML_ENTITIES:
            return match[0]
        return escape(html5[f"{name};"]) if f"{name};" in html5 else f"&amp;{name};"
    digits = decimal or hexadecimal
    if not digits:
        return "&amp;"
    code = int(digits, 10 if decimal else 16) if len(digits) <= 8 else 0
    allowed = 0 < code <= 0x10FFFF and not _NO_XML_CHAR.match(chr(code))
    return f"&#{code};" if allowed else ""
