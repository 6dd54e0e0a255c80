"""The word sequences by which copies of an article are known: winnowing (Schleimer, Wilkerson, Aiken 2003).

Of all sequences of some words, hashed, the smallest among each `spacing` in a row is chosen. What is chosen depends
on the words around it alone: two texts that share a run of `spacing + LENGTH - 1` words share a key, wherever it
stands in them, whatever was cut off, put in front or written around it. So one number, the keys that two texts
share, tells how much of the one stands in the other; MinHash only tells how much of both is the same, which is
little where a paper prints the first third of a report.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import accumulate

from extractors.model import ArticleVersion, Fingerprint
from extractors.stories.agencies import agency_of
from extractors.watch.spacing import spaced_words

LENGTH = (
    5  # words of a sequence; bench/stories.py: 4 to 6 do equally well, 3 joins what merely quotes the same
)
LETTERS_LENGTH = 10  # the same in scripts whose words are letters each: their words have two, mostly
MAX_WORDS = 1_500  # of an article that are looked at; copies are cut from the end
CLOSE, WIDE = 8, 24  # spacing of short and of other texts: 27 keys for a brief of 120 words, 48 for 600 words
SHORT_WORDS = 200  # the wide keys of a text are among its close ones, so both can be compared
_SPREAD = 0x9E3779B1  # odd, so that it only reorders: neighbours of CRC-32 are near each other in value


def fingerprint_of(version: ArticleVersion) -> Fingerprint:
    """The fingerprint of a text; without keys where the text is too short to have any."""
    spacing, keys = chosen_keys(version.text)
    return Fingerprint(
        article_id=version.article_id,
        content_hash=version.content_hash,
        spacing=spacing,
        keys=keys,
        agency=agency_of(version.authors, version.text),
    )


def chosen_keys(text: str) -> tuple[int, tuple[int, ...]]:
    """The spacing of a text, and its keys: signed 32-bit numbers, each once, in the order of the text."""
    words = [word for word in spaced_words(_beginning(text)) if word[0].isalnum()][:MAX_WORDS]
    spacing = CLOSE if len(words) <= SHORT_WORDS else WIDE
    lettered = bool(words) and sum(map(len, words)) < 1.5 * len(words)
    hashes = _sequence_hashes(words, LETTERS_LENGTH if lettered else LENGTH)
    return spacing, tuple(dict.fromkeys(_signed(each) for each in _winnowed(hashes, spacing)))


def _beginning(text: str) -> str:
    """Enough of the text for `MAX_WORDS` words, cut between two of them: a book is not folded to its end."""
    most = 12 * MAX_WORDS  # letters; a word takes 6 to 8 with its space
    if len(text) <= most:
        return text
    end = most
    while end and not text[end - 1].isspace():
        end -= 1
    return text[: end - 1] if end else text[:most]


def _sequence_hashes(words: Sequence[str], length: int) -> list[int]:
    """A number of 32 bits for each sequence of `length` words, in order."""
    joined, crc = " ".join(words).encode("utf-8", "surrogatepass"), zlib.crc32
    letters: Sequence[str | bytes] = words
    if len(joined) != sum(map(len, words)) + max(0, len(words) - 1):  # letters of more than a byte
        letters = [word.encode("utf-8", "surrogatepass") for word in words]
    starts = list(accumulate((len(each) + 1 for each in letters), initial=0))
    return [
        crc(joined[start : end - 1]) * _SPREAD & 0xFFFFFFFF
        for start, end in zip(starts, starts[length:], strict=False)
    ]


def _winnowed(hashes: Sequence[int], spacing: int) -> list[int]:
    """The smallest of each `spacing` in a row, each chosen place once; of equal ones the first."""
    chosen: list[int] = []
    at = -1
    for end in range(spacing - 1, len(hashes)):
        if at <= end - spacing:  # the smallest so far has left the window
            window = hashes[end - spacing + 1 : end + 1]
            at = end - spacing + 1 + window.index(min(window))
            chosen.append(hashes[at])
        elif hashes[end] < hashes[at]:
            at = end
            chosen.append(hashes[at])
    return chosen


def _signed(number: int) -> int:
    return number - 0x1_0000_0000 if number & 0x8000_0000 else number
