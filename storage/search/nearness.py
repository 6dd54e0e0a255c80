"""Words near each other: every way in which they may stand, as places of one word after the other. Pure.

tantivy's slop doesn't do: of three words it overlooks one place in a hundred, and it can't keep the words of a phrase
together, which the letters of scripts without spaces are. A phrase with a gap of a known size it finds exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, combinations_with_replacement, permutations
from math import comb, factorial

MAX_WAYS = 1_000  # two words 500 apart, three 18, four 7, five 5: each is a phrase that is looked for
Way = tuple[int, ...]  # where each part begins, counted in words from the first of all that is meant


def number_of_ways(parts: int, within: int) -> int:
    """How many there are at most."""
    return factorial(parts) * comb(within, parts - 1)


def ways(sizes: Sequence[int], within: int) -> Iterator[Way]:
    """All ways in which parts of so many words each follow one another, in any order and without overlaps, the last
    of which begins at most `within` words after the first has ended: "next to each other" is within 1."""
    for order in permutations(range(len(sizes))):
        inner = sum(sizes[part] for part in order[1:-1])
        for gaps in _gaps(len(order) - 1, within - 1 - inner):
            lengths = (sizes[part] + gap for part, gap in zip(order, gaps, strict=False))
            begins = dict(zip(order, accumulate(lengths, initial=0), strict=True))
            yield tuple(begins[part] for part in range(len(sizes)))


def _gaps(count: int, most: int) -> Iterator[tuple[int, ...]]:
    """So many numbers of words between, `most` together."""
    if most < 0:
        return
    for steps in combinations_with_replacement(range(most + 1), count):
        yield tuple(step - before for before, step in zip((0, *steps), steps, strict=False))
