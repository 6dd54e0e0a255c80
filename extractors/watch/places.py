"""Where the words of a text stand: looked up for the few that are asked for, since most are not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from extractors.watch.folding import Span, word_spans
from extractors.watch.spacing import OTHER, Spaced


def places(
    text: str, words: Sequence[str], spaced: Spaced | None, firsts: Iterable[int], spans: Iterable[Span]
) -> dict[Span, Span]:
    """The place in the text of each of these spans of numbers of words, of which none is empty.

    `words`: those of the text, folded. `spaced`: the text folded as a whole, if it could be: else the places of all
    words are found. `firsts`: in order, the numbers of all words that are equal to the first of a span.
    """
    wanted = set(spans)
    if not wanted:
        return {}
    if spaced is None:
        every = word_spans(text)
        return {(first, behind): (every[first][0], every[behind - 1][1]) for first, behind in wanted}
    asked = {words[first] for first, _ in wanted}
    numbers = [number for number in firsts if words[number] in asked]
    starts = dict(zip(numbers, _starts(spaced.text, map(words.__getitem__, numbers)), strict=True))
    growths = _growths(spaced)
    begins = [growth.begin for growth in growths]
    dropped = {letter for letter, plain in spaced.grown if not plain}
    found = {}
    for first, behind in wanted:
        at, added = starts[first]
        last, added_to_last = at + len(words[first]) - 1, added
        if behind - first > 1:
            last, added_to_last = _last(spaced.text, words[first:behind], at, added)
        start, end = at - added, last - added_to_last + 1
        if growths:
            start, end = _before_growth(start, growths, begins), _before_growth(end - 1, growths, begins) + 1
            while text[end : end + 1] in dropped:
                end += 1
        found[first, behind] = (start, end)
    return found


def _starts(text: str, words: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where these words begin in a folded text, in order, and none is left out of those equal to one; and how many
    letters the text has got up to there by its spaces: one in front, two for each sign."""
    at, added = 0, 1
    for word in words:
        before, at = at, text.index(f" {word} ", at) + 1
        added += 2 * text.count(OTHER, before, at)
        yield at, added


def _last(text: str, words: Sequence[str], at: int, added: int) -> tuple[int, int]:
    """Where the last letter of these words is, the first of which begins there; and what the text has got up to it."""
    begin = at
    for word in words[1:]:
        begin = text.index(f" {word} ", begin) + 1
    return begin + len(words[-1]) - 1, added + 2 * text.count(OTHER, at, begin)


class _Growth(NamedTuple):
    """A letter that became more or none: where that begins in what it became part of and ends, where the letter
    stands in the text, and by how many letters the text has grown up to there."""

    begin: int
    end: int
    at: int
    total: int


def _growths(spaced: Spaced) -> list[_Growth]:
    growths: list[_Growth] = []
    total = 0
    for at, size in sorted(
        (at, len(plain)) for letter, plain in spaced.grown for at in _occurrences(letter, spaced.aligned)
    ):
        begin, total = at + total, total + size - 1
        growths.append(_Growth(begin, begin + size, at, total))
    return growths


def _occurrences(letter: str, text: str) -> Iterator[int]:
    at = text.find(letter)
    while at >= 0:
        yield at
        at = text.find(letter, at + 1)


def _before_growth(place: int, growths: Sequence[_Growth], begins: Sequence[int]) -> int:
    """The place in the text of a place in what it has grown to."""
    number = bisect_right(begins, place)
    if not number:
        return place
    growth = growths[number - 1]
    return growth.at if place < growth.end else place - growth.total
