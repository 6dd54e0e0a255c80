"""A text folded as a whole, and split at its spaces: several times as fast as word for word.

The words are those of `folded_words`. It does where each letter folds by itself, wherever it stands, which is so in
scripts that put spaces between words and write no vowels as marks; elsewhere the words are found one by one.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

from extractors.watch.folding import PARAGRAPH, fold_word, folded_words

MEANINGFUL = frozenset("&#@%")  # punctuation to Unicode, and names are written with it
OTHER = "\x00"  # stands for each sign that is no word to anybody, and for the end of a paragraph
NO_SIGNS: frozenset[str] = frozenset()
_ASCII = bytes(range(128))
_CONTEXT = frozenset(
    ("Mn", "Mc", "Me", "Cf")
)  # marks and format signs: what they do hangs on what they follow
_BREVE = "\u0306"  # an accent, but on Cyrillic letters that it makes others of
_PARAGRAPH = re.compile(PARAGRAPH)


@dataclass(frozen=True, slots=True)
class Spaced:
    """`text`: the words of a text with spaces around each. `aligned`: the same, each letter still at its place in
    the text. `grown`: what of it becomes more letters or less in `text`, beside `OTHER`, which gets its spaces."""

    text: str
    aligned: str
    grown: tuple[tuple[str, str], ...]

    def words(self) -> list[str]:
        """All words in order; `OTHER` among them."""
        return self.text.split()


def counts(word: str) -> bool:
    """Whether a folded word is more than punctuation: letters, digits, a sign that means something."""
    return (
        word.isalnum()
        or word in MEANINGFUL
        or any(unicodedata.category(letter)[0] in "LNS" for letter in word)
    )


def spaced_words(text: str) -> list[str]:
    """The words of a text in order, folded, those left out that are punctuation."""
    folded = _folded(text, NO_SIGNS)
    if folded is not None:
        return _grown(*folded).replace(OTHER, " ").split()
    words = folded_words(text)
    dropped = {word for word in set(words) if not counts(word)}
    return [word for word in words if word not in dropped]


def spaced_text(text: str, signs: frozenset[str]) -> Spaced | None:
    """The text with spaces between its words; None where only `folded_words` can tell them.

    `signs` are words of punctuation that must be told apart, beside those that `counts` knows.
    """
    if OTHER in text or any(map(_PARAGRAPH.search, signs)):
        return None
    marked = text.replace("\n\n", f"{OTHER} ")
    if "\n" in marked:
        marked = _PARAGRAPH.sub(lambda match: OTHER.ljust(len(match[0])), marked)
    folded = _folded(marked, signs)
    if folded is None:
        return None
    return Spaced(f" {_grown(*folded).replace(OTHER, f' {OTHER} ')} ", *folded)


def _folded(text: str, signs: frozenset[str]) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """The text folded but for letters and signs that become more than one or none, and what these become."""
    table, kept = _ascii_table(signs)
    data = text.encode("utf-8", "surrogatepass")
    folded = data.translate(table).decode("utf-8", "surrogatepass")
    grown = [(sign, f" {sign} ") for sign in kept if sign in folded]
    if len(data) == len(text):
        return folded, tuple(grown)
    for letter in sorted(set(data.translate(None, _ASCII).decode("utf-8", "surrogatepass"))):
        plain = _plain(letter, signs)
        if plain is None:
            return None
        if len(plain) != 1:
            grown.append((letter, plain))
        elif plain != letter:
            folded = folded.replace(letter, plain)
    if any(letter in plain for letter, _ in grown for other, plain in grown if other != letter):
        return None  # one after the other they would not stay apart
    return folded, tuple(grown)


def _grown(folded: str, grown: tuple[tuple[str, str], ...]) -> str:
    for letter, plain in grown:
        folded = folded.replace(letter, plain)
    return folded


@functools.lru_cache(maxsize=4_096)
def _plain(letter: str, signs: frozenset[str]) -> str | None:
    """What stands for a letter or sign wherever it is; None where that hangs on what is around it."""
    if unicodedata.category(letter) in _CONTEXT:
        return None if letter == _BREVE or fold_word(letter) else ""
    words = folded_words(letter)
    if len(words) > 1 or (words and len(words[0].split()) != 1):
        return None
    if not words:  # white space, and what is soft: hyphens, quotes
        return " " if unicodedata.category(letter)[0] != "L" else None
    word = words[0]
    if letter.isalnum():
        return word if len(folded_words(f"a{letter}a")) == 1 else None
    return f" {word} " if counts(word) or word in signs else OTHER


@functools.lru_cache(maxsize=16)
def _ascii_table(signs: frozenset[str]) -> tuple[bytes, str]:
    """What each byte becomes (those beyond ASCII themselves), and the signs among them that are words."""
    table, kept = bytearray(range(256)), ""
    for code in range(1, 128):
        word = "".join(folded_words(chr(code))) or " "
        if not word.isalnum() and word != " ":
            word = word if counts(word) or word in signs else OTHER
            kept += word.strip(OTHER)
        table[code] = ord(word)
    return bytes(table), kept
