"""When two lines are the same line: case, spacing, punctuation, digits, dates and names folded away."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from extractors.urls import hash64

MAX_CACHED_CHARS = 600  # what may be furniture is no longer
MIN_TEMPLATE_WORDS = 4  # that are left beside the names; fewer, and "X said" would be a template
MAX_TEMPLATE_WORDS = 80  # more is a paragraph of the article

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(r"0(?: 0)+")
_SENTENCE_START = re.compile(r"(?:^|[.!?:…。！？؟।]\s+|[\"“”«»„(–—-]\s*)$")
_START_CHARS = 30  # before a word, that show whether a sentence begins with it
_NAME = "\u2022"

# Lines of ASCII, and such with the signs of good typography, are folded by a table, at a third of the time. Two
# control characters stand for what must be told apart until the end.
_CURLY, _NAMED = b"\x01", b"\x02"
_TYPED = (("\u2019", _CURLY), *((sign, b" ") for sign in "\u201c\u201d\u2014\u2013\u2026\xa0\u2018"))
_TYPES = tuple((sign.encode(), typed) for sign, typed in _TYPED)
_TABLE = bytes(
    ord("0")
    if chr(code).isdigit()
    else ord(chr(code).lower())
    if chr(code).isalnum()
    else code
    if code in b"'" + _CURLY + _NAMED
    else ord(" ")
    for code in range(128)
).ljust(256)
# Each begins with the letter that it looks for, and looks back from there: `re` skips to that letter.
_LOOSE = re.compile(rb"['\x01](?:(?<![a-z0]['\x01])|(?![a-z0]))")  # apostrophes that are in no word
_CAPITALIZED = re.compile(
    rb"[A-Z](?<![A-Za-z0-9].)(?<![A-Za-z0-9]['\x01].)[A-Za-z0-9]*(?:['\x01][A-Za-z0-9]+)*", re.DOTALL
)
_ZEROS = re.compile("00+")
_NAMES = re.compile(b"\x02(?: \x02)+")


def fold_line(text: str) -> str:
    """The line as it is compared: NFKC, case folded, words alone, each run of digits a single 0."""
    return _folded_line(text) if len(text) <= MAX_CACHED_CHARS else _fold(text)


@lru_cache(
    maxsize=8_192
)  # the lines of 100 articles: each is asked for some times while it is learned and judged
def _folded_line(text: str) -> str:
    return _fold(text)


def _fold(text: str) -> str:
    typed = _typed(text)
    if typed is not None:
        return _spelled(b" ".join(_tokens(typed)))
    folded = " ".join(_WORD.findall(_DIGITS.sub("0", unicodedata.normalize("NFKC", text).casefold())))
    return _NUMBER.sub("0", folded) if "0 0" in folded else folded


def _typed(text: str) -> bytes | None:
    """The line in ASCII, letter by letter, where nothing but signs is lost by it; else None."""
    typed = text.encode("utf-8", "surrogatepass")
    if _CURLY in typed or _NAMED in typed:
        return None
    if len(typed) == len(text):
        return typed
    for sign, plain in _TYPES:
        typed = typed.replace(sign, plain)
    return typed if typed.isascii() else None


def _tokens(typed: bytes) -> list[bytes]:
    folded = typed.translate(_TABLE)
    if b"'" in folded or _CURLY in folded:
        folded = _LOOSE.sub(b" ", folded)
    return folded.split()


def _spelled(words: bytes) -> str:
    """Words between single spaces, as they are compared."""
    folded = words.decode("ascii")
    if "00" in folded:
        folded = _ZEROS.sub("0", folded)
    if "0 0" in folded:
        folded = _NUMBER.sub("0", folded)
    return folded.replace("\x01", "’") if _CURLY in words else folded


def fold_template(text: str) -> str:
    """The line with its names folded too, "" where too little would be left of it.

    A name is a run of words with capitals, inside a sentence. Lines in title case have no names to be told by.
    """
    rest = text[1:]
    if rest == rest.lower():  # most short lines: a capital at the beginning is no name
        return ""
    typed = _typed(text)
    capitals = _capitals(text) if typed is None else _typed_capitals(typed)
    names = [(start, end) for start, end in capitals if not _starts_sentence(text, start)]
    if not names:
        return ""
    return _template(text, names) if typed is None else _typed_template(typed, names)


def _typed_template(typed: bytes, names: Sequence[tuple[int, int]]) -> str:
    between: list[bytes] = []
    at = 0
    for start, end in names:
        between.append(typed[at:start])
        at = end
    between.append(typed[at:])
    tokens = _tokens((b" " + _NAMED + b" ").join(between))
    if not _has_enough(len(tokens), len(names)):
        return ""
    return _spelled(_NAMES.sub(_NAMED, b" ".join(tokens))).replace("\x02", _NAME)


def _template(text: str, names: Sequence[tuple[int, int]]) -> str:
    if not _has_enough(len(_WORD.findall(text)), len(names)):
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


def _has_enough(words: int, names: int) -> bool:
    return MIN_TEMPLATE_WORDS <= words <= MAX_TEMPLATE_WORDS and words - names >= MIN_TEMPLATE_WORDS


def _capitals(text: str) -> Iterator[tuple[int, int]]:
    """The places of the words that begin with a capital letter."""
    for word in _WORD.finditer(text):
        if text[word.start()].isupper():
            yield word.span()


def _typed_capitals(typed: bytes) -> Iterator[tuple[int, int]]:
    """The same in ASCII, which has few places to look at."""
    return map(re.Match.span, _CAPITALIZED.finditer(typed))


def _starts_sentence(text: str, at: int) -> bool:
    if at > 1 and text[at - 1] == " " and text[at - 2].isalnum():  # mostly
        return False
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
