"""Where the words of a text stand: looked up for the few that are asked for, since most are not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from extractors.watch.folding import Span, spans_from, word_spans
from extractors.watch.spacing import OTHER, Spaced


def places(
    text: str, words: Sequence[str], spaced: Spaced | None, firsts: Sequence[int], spans: Iterable[Span]
) -> dict[Span, list[Span]]:
    """The places of the words in each of these spans of numbers, of which none is empty.

    `words`: those of the text, folded. `spaced`: the text folded as a whole, if it could be: else the places of all
    words are found. `firsts`: in order, the numbers of all words that are equal to the first of a span.
    """
    wanted = set(spans)
    if not wanted:
        return {}
    if spaced is None:
        every = word_spans(text)
        return {(first, behind): every[first:behind] for first, behind in wanted}
    starts = dict(zip(firsts, _starts(spaced, map(words.__getitem__, firsts)), strict=True))
    return {(first, behind): spans_from(text, starts[first], behind - first) for first, behind in wanted}


def _starts(spaced: Spaced, words: Iterable[str]) -> Iterator[int]:
    """Where these words begin in the text that was folded: in order, and none is left out of those equal to one."""
    growths = _growths(spaced)
    text, at = spaced.text, 0
    added = 1  # letters that the text has got in front: a space, and two for each sign
    for word in words:
        before, at = at, text.index(f" {word} ", at) + 1
        added += 2 * text.count(OTHER, before, at)
        yield _before_growth(at - added, growths) if growths else at - added


@dataclass(frozen=True, slots=True, order=True)
class _Growth:
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


def _before_growth(place: int, growths: Sequence[_Growth]) -> int:
    """The place in the text of a place in what it has grown to."""
    last = bisect_right(growths, place, key=attrgetter("begin")) - 1
    if last < 0:
        return place
    growth = growths[last]
    return growth.at if place < growth.end else place - growth.total
