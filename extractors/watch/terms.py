"""Reading the terms of a watchlist, as somebody writes them in the config."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from extractors.watch.folding import folded_words, word_spans

_QUOTED = re.compile(r'\s*"([^"]*)"\s*(?:~\s*(\d+))?\s*')
_NEAR_TAIL = re.compile(r"~\s*\d*\s*$")
MAX_WORDS = 100  # a letter each where no spaces are written; longer is a pasted paragraph
MAX_WITHIN = 1000  # words; a distance beyond is an article's length, and a slip


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a phrase. `prefix`: so may it begin. `joined`: nothing stands between it and the one before."""

    text: str
    prefix: bool = False
    joined: bool = False


Phrase = tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """What to look for: one phrase; or several, in any order, where the next begins at most `within` words after
    one has ended."""

    written: str
    phrases: tuple[Phrase, ...]
    within: int | None = None


def parse_term(written: str) -> Term:
    """The term that is meant. Raises ValueError, with what is wrong in a few words."""
    quoted = _QUOTED.fullmatch(written)
    if quoted is None or quoted[2] is None:
        if _NEAR_TAIL.search(written):
            raise ValueError(f'{written!r}: "near" is written with its words in quotes: "first second"~5')
        return Term(written, (_phrase(quoted[1] if quoted else written, written),))
    within = int(quoted[2])
    if not 1 <= within <= MAX_WITHIN:
        raise ValueError(f"{written!r}: a distance is a number of words, from 1 to {MAX_WITHIN}")
    phrases = tuple(_phrase(part, written) for part in quoted[1].split())
    if len(phrases) < 2 or len(set(phrases)) < len(phrases):
        raise ValueError(f"{written!r}: two different words or more are near each other")
    return Term(written, phrases, within)


def _phrase(text: str, written: str) -> Phrase:
    words: list[Word] = []
    end, starred = 0, False
    for folded, (start, stop) in zip(folded_words(text), word_spans(text), strict=True):
        joined = bool(words) and start == end
        if folded == "*":
            words = [*words[:-1], _with_star(words, start == end and not starred, written)]
        elif starred and joined:
            raise ValueError(f"{written!r}: a * stands at the end of a word only")
        else:
            words.append(Word(folded, joined=joined))
        end, starred = stop, folded == "*"
    if not any(_says_something(word.text) for word in words):
        raise ValueError(f"{written!r}: there is no word in it")
    if len(words) > MAX_WORDS:
        raise ValueError(f"{written[:40]!r}...: a phrase has {MAX_WORDS} words at most")
    return tuple(words)


def _with_star(words: list[Word], touches: bool, written: str) -> Word:
    """The last word, as the beginning of one."""
    if not words or not touches or not words[-1].text.isalnum():
        raise ValueError(f"{written!r}: a * stands at the end of a word only")
    return Word(words[-1].text, prefix=True, joined=words[-1].joined)


def _says_something(folded: str) -> bool:
    """Letters, numbers and symbols do; punctuation is found on every line."""
    return any(unicodedata.category(letter)[0] in "LNS" for letter in folded)
