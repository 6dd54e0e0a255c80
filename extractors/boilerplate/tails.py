"""Tails: "... Read more" and its kind, glued to the end of a paragraph."""

from __future__ import annotations

import re

_TAIL = re.compile(
    r"(?:\s*(?:\[(?:…|\.\.\.)\]|…|\.\.\.)\s*)?(?:(?:continue reading|read more|read on|mehr lesen|weiterlesen|"
    r"lire la suite|leer más|leggi tutto|lees verder|läs mer|les mer|læs mere)\s*[→»›>…]*|\[(?:…|\.\.\.)\])\s*$",
    re.IGNORECASE,
)
_MAX_TAIL_CHARS = (
    80  # beyond the longest phrase with its dots and arrows; searching all of a block takes 1 ms a page
)
# How a tail ends, a quick look before the search: nearly no block does.
_ENDS = (
    "reading", "more", "on", "lesen", "suite", "más", "tutto", "verder", "mer", "mere",
    "→", "»", "›", ">", "…", "]",
)  # fmt: skip
_ENDED = re.compile(r"[.!?…。！？؟।\"”’»)\]]\s*$")


def split_tail(block: str) -> tuple[str, str, str]:
    """(body, tail, reason): the block without a glued tail, the tail and why; (block, "", "") if it has none.

    A tail is split off only behind the end of a sentence or an ellipsis: "She read on" is a sentence.
    """
    if not block.rstrip()[-10:].casefold().endswith(_ENDS):
        return block, "", ""
    match = _TAIL.search(block, max(0, len(block) - _MAX_TAIL_CHARS))
    if match is None or match.start() == 0:
        return block, "", ""
    body, tail = block[: match.start()].rstrip(), match.group().strip()
    cut = tail.startswith(("[", "…", "..."))
    return (body, tail, "read more") if body and (cut or _ENDED.search(body)) else (block, "", "")
