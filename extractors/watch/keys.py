"""Which terms may be in a text at all: those whose words are all in it, each looked up by one of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from extractors.watch.terms import Term


@dataclass(frozen=True, slots=True)
class Keys:
    """Numbers of terms, by the first of their words that the fewest other terms have; and by the beginning of a word
    where they have nothing else."""

    by_word: Mapping[str, tuple[int, ...]]
    by_beginning: Mapping[str, tuple[int, ...]]
    words: Sequence[frozenset[str]]  # of each term, without beginnings

    def likely(self, distinct: set[str], beginnings: Collection[str]) -> set[int]:
        """The terms whose words are all among these. `beginnings`: those that any of the words have."""
        found = {
            term
            for word in self.by_word.keys() & distinct
            for term in self.by_word[word]
            if distinct.issuperset(self.words[term])
        }
        return found.union(*(self.by_beginning.get(beginning, ()) for beginning in beginnings))


def keyed(terms: Sequence[Term]) -> Keys:
    """The keys of these terms, numbered in order."""
    words = [
        tuple(dict.fromkeys(word.text for phrase in term.phrases for word in phrase if not word.prefix))
        for term in terms
    ]
    shared = Counter(chain.from_iterable(words))
    by_word, by_beginning = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
    for number, term in enumerate(terms):
        if words[number]:
            by_word[min(words[number], key=shared.__getitem__)].append(number)
        else:
            by_beginning[term.phrases[0][0].text].append(number)
    return Keys(_frozen(by_word), _frozen(by_beginning), tuple(map(frozenset, words)))


def _frozen(numbers: Mapping[str, list[int]]) -> dict[str, tuple[int, ...]]:
    return {word: tuple(each) for word, each in numbers.items()}
