"""When two lines are the same line: case, spacing, punctuation, digits, dates and names folded away."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from extractors.urls import hash64

MAX_CACHED_CHARS = 600  # what may be furniture is no longer
MIN_TEMPLATE_WORDS = 4  # that are left beside the names; fewer, and "X said" would be a template

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(r"0(?: 0)+")
_SENTENCE_START = re.compile(r"(?:^|[.!?:…。！？؟।]\s+|[\"“”«»„(–—-]\s*)$")
_START_CHARS = 30  # before a word, that show whether a sentence begins with it
_NAME = "\u2022"


def fold_line(text: str) -> str:
    """The line as it is compared: NFKC, case folded, words alone, each run of digits a single 0."""
    return _folded_line(text) if len(text) <= MAX_CACHED_CHARS else _fold(text)


@lru_cache(
    maxsize=8_192
)  # the lines of 100 articles: each is asked for some times while it is learned and judged
def _folded_line(text: str) -> str:
    return _fold(text)


def _fold(text: str) -> str:
    if text.isascii():  # most lines, at half the time
        folded = " ".join(_WORD.findall(_DIGITS.sub("0", text.lower())))
    else:
        folded = " ".join(_WORD.findall(_DIGITS.sub("0", unicodedata.normalize("NFKC", text).casefold())))
    return _NUMBER.sub("0", folded) if "0 0" in folded else folded


def fold_template(text: str) -> str:
    """The line with its names folded too, "" where too little would be left of it.

    A name is a run of words with capitals, inside a sentence. Lines in title case have no names to be told by.
    """
    words = [(m.group(), m.start()) for m in _WORD.finditer(text)]
    if not MIN_TEMPLATE_WORDS <= len(words) <= 80:
        return ""
    named = [word[0].isupper() and not _starts_sentence(text, at) for word, at in words]
    if not any(named) or len(words) - sum(named) < MIN_TEMPLATE_WORDS:
        return ""
    kept = [_NAME if is_name else word for (word, _), is_name in zip(words, named, strict=True)]
    runs = [word for n, word in enumerate(kept) if word != _NAME or n == 0 or kept[n - 1] != _NAME]
    return " ".join(_NAME if word == _NAME else _folded_word(word) for word in runs)


@lru_cache(maxsize=8_192)  # most words of a text are among a few thousand
def _folded_word(word: str) -> str:
    return fold_line(word)


def _starts_sentence(text: str, at: int) -> bool:
    return _SENTENCE_START.search(text, max(0, at - _START_CHARS), at) is not None


def line_digest(text: str) -> int:
    """A signed 64-bit number: equal for lines that differ in case, spacing, punctuation and digits only."""
    return hash64(fold_line(text))


def template_digest(text: str) -> int | None:
    """The same for lines that differ in names as well; None where there is no template to speak of."""
    template = fold_template(text)
    return hash64("template " + template) if template else None
