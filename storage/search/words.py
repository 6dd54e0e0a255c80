"""The words of a text as they are indexed: the house's own words, without punctuation.

Folded, so that case, accents and forms of one letter don't count; each letter by itself in scripts that put no
spaces between words (`extractors.watch.folding`). Punctuation is left out, so that a phrase is found across a
comma; signs that mean something (`&`, `+`, `#`, `%`, currencies, emoji) stay, so that "AT&T" and "C++" are found.
"""

from __future__ import annotations

from dataclasses import dataclass

from extractors.watch.folding import folded_words, word_spans
from extractors.watch.spacing import counts, spaced_words

LONGEST = 200  # letters of one word; longer ones are addresses and encoded data


@dataclass(frozen=True, slots=True)
class Place:
    """A word and where it stands: `text[start:end]` as it is."""

    word: str
    start: int
    end: int


def index_words(text: str) -> list[str]:
    """The words of a text in order, without white space in any of them."""
    words = spaced_words(text)
    cut = {word: cut_word(word) for word in set(words) if len(word) > LONGEST or not word.isascii()}
    return [cut.get(word, word) for word in words] if cut else words


def placed_words(text: str) -> list[Place]:
    """The same with their places."""
    return [
        Place(cut_word(word), start, end)
        for word, (start, end) in zip(folded_words(text), word_spans(text), strict=True)
        if counts(word)
    ]


def cut_word(word: str) -> str:
    """As it is indexed: in one piece (some ligatures fold to several words), and not endless."""
    return word if word.isascii() and len(word) <= LONGEST else "".join(word.split())[:LONGEST]
