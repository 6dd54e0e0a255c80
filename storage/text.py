"""Text as the database can hold it."""

from __future__ import annotations

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_UNSTORABLE = re.compile(
    "[\x00\ud800-\udfff]"
)  # a lone surrogate has no UTF-8; NUL ends strings in many readers


def storable(text: str) -> str:
    """`text` with every NUL and lone surrogate replaced, one character for one, so that offsets stay true."""
    return text if text.isascii() and "\0" not in text else _UNSTORABLE.sub(REPLACEMENT, text)
