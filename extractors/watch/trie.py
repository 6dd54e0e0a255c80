"""The phrases of all terms as one tree of words, so that a shared beginning is compared once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, compress
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
        yield from self._begun_by(word)

    def _begun_by(self, word: str) -> Iterator[Node]:
        for size in self.opening_sizes:
            for beginning in self.openings.get(word[:size], ()):
                if word.startswith(beginning):
                    yield self.beginnings[beginning]

    def first_of(self, distinct: set[str]) -> dict[str, tuple[Node, ...]]:
        """Of all these words, those that lead anywhere."""
        first: dict[str, tuple[Node, ...]] = {
            word: (self.exact[word],) for word in self.exact.keys() & distinct
        }
        for size in self.opening_sizes:
            openings = map(itemgetter(slice(size)), distinct)
            for word in compress(distinct, map(self.openings.__contains__, openings)):
                if nodes := tuple(self.after(word)):
                    first[word] = nodes
        return first

    def ends_with(self, distinct: set[str]) -> Sequence[int]:
        """The phrases from here on whose words are all among these, in whatever order; of a beginning that is not
        looked at."""
        if not self.beginnings and self.exact.keys().isdisjoint(distinct):
            return self.ends
        further = [self.exact[word] for word in self.exact.keys() & distinct] + [*self.beginnings.values()]
        return [*self.ends, *chain(*(node.ends_with(distinct) for node in further))]

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
