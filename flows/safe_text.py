"""Text from the web, made safe to show on a terminal."""

from __future__ import annotations

import re
import unicodedata

# What moves the cursor, changes colours or titles, or reorders what is read: control characters (C0, DEL,
# C1), marks and overrides of direction, invisible joiners but the two that scripts need (ZWNJ, ZWJ),
# separators that terminals take for line ends, interlinear and tag characters, and surrogates, which no
# encoding can write.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
_SPACES = frozenset("\t\n\x0b\x0c\r\x85\u2028\u2029")


def safe_text(text: str, *, lines: bool = False) -> str:
    """`text` with nothing in it that a terminal would act upon.

    White space of any kind becomes a space (with `lines`, line feeds stay), control characters become visible
    as ``\\x1b``, and invisible ones are dropped. Idempotent.
    """

    def visible(match: re.Match[str]) -> str:
        character = match.group()
        if character in _SPACES:
            return "\n" if lines and character == "\n" else " "
        if "\ud800" <= character <= "\udfff":
            return "\ufffd"
        return f"\\x{ord(character):02x}" if ord(character) < 0xA0 else ""

    return _UNSAFE.sub(visible, text)


def width(text: str) -> int:
    """How many columns of a terminal safe text takes: two for wide East Asian characters, none for marks."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or character in "\u200c\u200d\ufe0e\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
