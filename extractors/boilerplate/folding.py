"""When two lines are the same line: case, spacing, punctuation, digits, dates and names folded away."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from extractors.urls import hash64

MAX_CACHED_CHARS = 600  # what may be furniture is no longer
MIN_TEMPLATE_WORDS = 4  # that are left beside the names; fewer, and "X said" would be a template
MAX_TEMPLATE_WORDS = 80  # more is a paragraph of the article

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ASCII_CAPITAL = re.compile(r"(?<![A-Za-z0-9])(?<![A-Za-z0-9]')[A-Z]")
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
    rest = text[1:]
    if rest == rest.lower():  # most short lines: a capital at the beginning is no name
        return ""
    names = [(start, end) for start, end in _capitals(text) if not _starts_sentence(text, start)]
    if not names:
        return ""
    words = len(_WORD.findall(text))
    if not MIN_TEMPLATE_WORDS <= words <= MAX_TEMPLATE_WORDS or words - len(names) < MIN_TEMPLATE_WORDS:
        return ""
    parts: list[str] = []
    at = 0
    for start, end in names:
        if between := _fold(text[at:start]):
            parts.append(between)
        if not parts or parts[-1] != _NAME:
            parts.append(_NAME)
        at = end
    if behind := _fold(text[at:]):
        parts.append(behind)
    return " ".join(parts)


def _capitals(text: str) -> Iterator[tuple[int, int]]:
    """The places of the words that begin with a capital letter."""
    if text.isascii():  # which has few places to look at
        for found in _ASCII_CAPITAL.finditer(text):
            word = _WORD.match(text, found.start())
            if word:
                yield word.span()
        return
    for word in _WORD.finditer(text):
        if text[word.start()].isupper():
            yield word.span()


def _starts_sentence(text: str, at: int) -> bool:
    return _SENTENCE_START.search(text, max(0, at - _START_CHARS), at) is not None


def line_digest(text: str) -> int:
    """A signed 64-bit number: equal for lines that differ in case, spacing, punctuation and digits only."""
    return hash64(fold_line(text))


def template_digest(text: str) -> int | None:
    """The same for lines that differ in names as well; None where there is no template to speak of."""
    return _cached_template(text) if len(text) <= MAX_CACHED_CHARS else _template_digest(text)


@lru_cache(
    maxsize=4_096
)  # as above; a line is asked for while its article is learned, and while it is judged
def _cached_template(text: str) -> int | None:
    return _template_digest(text)


def _template_digest(text: str) -> int | None:
    template = fold_template(text)
    return hash64("template " + template) if template else None
