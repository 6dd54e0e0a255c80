"""The phrases of all terms as one tree of words, so that a shared beginning is compared once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import itemgetter

from extractors.watch.terms import Phrase

OPENING = (
    5  # letters by which a word finds the beginnings (`prefix*`) that it may have: fewer are shared by many
)


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the tree: the phrases that end here, and the words that go on."""

    ends: tuple[int, ...]
    exact: Mapping[str, Node]
    beginnings: Mapping[str, Node]
    openings: Mapping[str, tuple[str, ...]]  # first letters -> beginnings
    opening_sizes: tuple[int, ...]  # how many letters these are

    def after(self, word: str) -> Iterator[Node]:
        """Where this word leads: at most one exact place, and one for each beginning that it has."""
        if word in self.exact:
            yield self.exact[word]
        for beginning in self._beginnings_of(word):
            yield self.beginnings[beginning]

    def begun(self, distinct: set[str]) -> dict[str, list[str]]:
        """The beginnings that any of these words have, each with these."""
        found = defaultdict[str, list[str]](list)
        for size in self.opening_sizes:
            openings = map(itemgetter(slice(size)), distinct)
            for word in compress(distinct, map(self.openings.__contains__, openings)):
                for beginning in self._beginnings_of(word, size):
                    found[beginning].append(word)
        return found

    def _beginnings_of(self, word: str, *sizes: int) -> Iterator[str]:
        for size in sizes or self.opening_sizes:
            for beginning in self.openings.get(word[:size], ()):
                if word.startswith(beginning):
                    yield beginning

    def ends_after(self, words: Sequence[str], at: int) -> Iterator[tuple[int, int]]:
        """Phrases that end here or further on, when the word at `at` is next, each with one behind its last."""
        for number in self.ends:
            yield number, at
        if (self.exact or self.beginnings) and at < len(words):
            for node in self.after(words[at]):
                yield from node.ends_after(words, at + 1)


def grown(phrases: Iterable[tuple[int, Phrase]], depth: int = 0) -> Node:
    """The tree of numbered phrases, from their word number `depth` on."""
    ends = []
    exact = defaultdict[str, list[tuple[int, Phrase]]](list)
    beginnings = defaultdict[str, list[tuple[int, Phrase]]](list)
    for number, phrase in phrases:
        if len(phrase) == depth:
            ends.append(number)
        else:
            (beginnings if phrase[depth].prefix else exact)[phrase[depth].text].append((number, phrase))
    openings = defaultdict[str, list[str]](list)
    for beginning in beginnings:
        openings[beginning[:OPENING]].append(beginning)
    return Node(
        ends=tuple(ends),
        exact={word: grown(group, depth + 1) for word, group in exact.items()},
        beginnings={word: grown(group, depth + 1) for word, group in beginnings.items()},
        openings={letters: tuple(words) for letters, words in openings.items()},
        opening_sizes=tuple(sorted({len(letters) for letters in openings})),
    )
