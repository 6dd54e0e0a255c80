"""Markup of feeds -> plain text: tags and entities gone, nothing invisible left, bounded. Linear in its input."""

from __future__ import annotations

import html
import re
import unicodedata

MAX_TITLE_CHARS = 1_000
MAX_SUMMARY_CHARS = 2_000
_READ_FACTOR = 20  # characters of markup looked at for one of text

_HIDDEN = re.compile(r"<!--|<(script|style)\b", re.IGNORECASE)
_BREAK = re.compile(
    r"</?(?:p|div|br|li|ul|ol|h[1-6]|tr|td|th|table|section|article|figure|figcaption|blockquote|pre|hr|img|header|footer)"
    r"\b[^<>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<[!?][^<>]*>")
# In a title "<T>" may be meant: only what is a tag of running text is one.
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|acronym|b|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|nobr|q|s|small|span|strike|strong|sub|sup|tt|u|wbr)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_LONG_REFERENCE = re.compile(r"&#[xX]?[0-9a-fA-F]{8,};?")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
# Joiners belong to Persian, Indic scripts and emoji; elsewhere they are dirt.
_LOOSE_JOINER = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])")


def one_line(text: str, limit: int) -> str:
    """`text` as one line of at most `limit` visible characters: spaces collapsed, in Unicode's composed form."""
    text = _LOOSE_JOINER.sub("", _INVISIBLE.sub("", text))
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if len(text) <= limit:
        return text
    head, space, _ = text[:limit].rpartition(" ")
    return head if space and len(head) > limit - 50 else text[:limit]


def plain_title(markup: str, limit: int = MAX_TITLE_CHARS) -> str:
    """A title, or another short fact, as plain text. Entities that were escaped twice are undone twice."""
    text = _without_hidden(markup[: limit * _READ_FACTOR])
    for _ in range(2):
        text = _INLINE_TAG.sub("", _BREAK.sub(" ", text))
        if not _ENTITY.search(text):
            break
        text = _unescaped(text)
    return one_line(_INLINE_TAG.sub("", _BREAK.sub(" ", text)), limit)


def plain_text(markup: str, limit: int = MAX_SUMMARY_CHARS) -> str:
    """A description as plain text on one line."""
    text = _without_hidden(markup[: limit * _READ_FACTOR])
    return one_line(_unescaped(_TAG.sub("", _BREAK.sub(" ", text))), limit)


def _unescaped(text: str) -> str:
    return html.unescape(_LONG_REFERENCE.sub("", text)) if "&" in text else text


def _without_hidden(markup: str) -> str:
    """`markup` less comments, scripts and styles; one that is never closed hides the rest."""
    markup = (
        markup.replace("<![CDATA[", "").replace("]]>", "") if "]]>" in markup or "<![" in markup else markup
    )
    kept, at = [], 0
    while found := _HIDDEN.search(markup, at):
        kept.append(markup[at : found.start()])
        closer = re.compile(f"</{found[1]}[^>]*>", re.IGNORECASE) if found[1] else re.compile("-->")
        closing = closer.search(markup, found.end())
        if closing is None:
            return "".join(kept)
        at = closing.end()
    return "".join((*kept, markup[at:]))
