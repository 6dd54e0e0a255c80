"""Where the words of a text stand: looked up for the few that are asked for, since most are not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from extractors.watch.folding import Span, spans_from, starts_of, word_spans

MOST = 60  # words looked up one by one; each costs 1/100 of finding all places of a text of 12,000 letters


class Places:
    """The places of words, by their number. `words`: those of the text, in lower case. `firsts`: the numbers of the
    words that are asked for, with all others that are equal to one of them, in order.

    Each is looked for in the text in lower case; which of its occurrences it is follows from the words before.
    Where that doesn't do, the places of all words are found.
    """

    def __init__(self, text: str, words: Sequence[str], firsts: Iterable[int]) -> None:
        self._text, self._words = text, words
        self._lower = text.lower()
        self._numbers = defaultdict[str, list[int]](list)
        for number in firsts:
            self._numbers[words[number]].append(number)
        self._starts: dict[int, int] = {}
        self._asked = 0
        self._all: list[Span] | None = None
        if len(self._lower) != len(text):  # a letter became two: places in the one are not those in the other
            self._all = word_spans(text)

    def of(self, first: int, behind: int) -> list[Span]:
        """The places of the words from `first`, one of `firsts`, to before `behind`."""
        if self._all is None and first not in self._starts:
            self._look_up(self._words[first])
        if self._all is None:
            return spans_from(self._lower, self._starts[first], behind - first)
        return self._all[first:behind]

    def _look_up(self, word: str) -> None:
        self._asked += 1
        numbers = self._numbers[word]
        starts = starts_of(word, self._lower) if self._asked < MOST else None
        if starts is None or len(starts) != len(numbers):
            self._all = word_spans(self._text)
        else:
            self._starts.update(zip(numbers, starts, strict=True))
