"""A live blog of which the page shows the latest entries only: its text is the introduction that stays."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.article.text import join_text, word_count
from extractors.boilerplate.folding import fold_line

MIN_INTRODUCTION_WORDS = 40  # two sentences; with less the entries are all that there is
MIN_ENTRY_CHARS = 40  # of a paragraph by which an entry is known; shorter ones stand anywhere

REASON = "live update"


def introduction(blocks: Sequence[str], updates: Sequence[str]) -> int:
    """How many of the blocks stand before the first entry of the blog; all of them where nothing is to be parted.

    `updates` are headlines and texts of the entries (`Clues.live_updates`).
    """
    if not updates:
        return len(blocks)
    lines = {fold_line(update) for update in updates}
    texts = [f" {line} " for line in lines if len(line) >= MIN_ENTRY_CHARS]
    for number, block in enumerate(blocks):
        folded = fold_line(block)
        if folded in lines or (
            len(folded) >= MIN_ENTRY_CHARS and any(f" {folded} " in text for text in texts)
        ):
            return number if word_count(join_text(blocks[:number])) >= MIN_INTRODUCTION_WORDS else len(blocks)
    return len(blocks)
