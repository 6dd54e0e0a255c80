"""What a page says, as plain text: no markup, no entities, no control or bidirectional characters, bounded."""

from __future__ import annotations

import html
import re

from extractors.metadata.months import fold_letters

MAX_CHARS = 1_000  # of a title or another short fact
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});?")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_NOT_WORD = re.compile(r"[\W_]+")


def plain(text: str | None, limit: int = MAX_CHARS) -> str:
    """One line of readable text of at most `limit` characters, cut at the end of a word where there is one."""
    if not text:
        return ""
    text = text[: limit * 4]
    if "&" in text:
        text = _unescaped(text)
    if "<" in text:
        text = _TAG.sub("", text)
    text = " ".join(_INVISIBLE.sub("", text).split())
    return text if len(text) <= limit else text[:limit].rpartition(" ")[0] or text[:limit]


def _unescaped(text: str) -> str:
    """Entities undone, and once more where a system has escaped them twice ("&amp;quot;")."""
    for _ in range(2):
        if not _ENTITY.search(text):
            break
        text = html.unescape(text)
    return text


def fold(text: str) -> str:
    """The words alone, lower case and without accents: equal when two texts say the same."""
    return _NOT_WORD.sub(" ", fold_letters(text)).strip()


def squeeze(text: str) -> str:
    """`fold` without its spaces: what host names make of a name."""
    return fold(text).replace(" ", "")
