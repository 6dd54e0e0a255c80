"""What is shown of a text: the piece of it with most of what was searched for, its hits marked. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from storage.search.grammar import Near, Phrase
from storage.search.nearness import ways
from storage.search.words import Place, placed_words

SNIPPET_CHARS = 240  # two lines and a half of a wide terminal
LEAD_IN = 60  # characters before the first hit: enough to read into the sentence
Mark = tuple[int, int]
Stem = Callable[[Sequence[str]], list[str]]


@dataclass(frozen=True, slots=True)
class Snippet:
    """`text` is `whole[start:start + len(text)]` of the stored text as it is; `marks` are places in `text`."""

    text: str
    start: int
    marks: tuple[Mark, ...]
    ends: bool  # where the stored text does


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    phrase: int  # which of the phrases


def marks_of(text: str, phrases: Sequence[Phrase | Near], stem: Stem) -> tuple[Mark, ...]:
    """Where one of the phrases stands, in order, without overlaps. `stem` makes stems of folded words."""
    return _merged([(hit.start, hit.end) for hit in _hits(text, phrases, stem)])


def snippet_of(
    text: str, phrases: Sequence[Phrase | Near], stem: Stem, length: int = SNIPPET_CHARS
) -> Snippet:
    """The piece of about `length` characters with the most different phrases in it, the first of equals.

    The beginning of the text where none of them is in it. Cut between words, where there are spaces.
    """
    hits = _hits(text, phrases, stem)
    start, end = _window(text, hits, length)
    within = [(hit.start - start, hit.end - start) for hit in hits if start <= hit.start and hit.end <= end]
    return Snippet(text[start:end], start, _merged(within), end == len(text))


def _window(text: str, hits: Sequence[_Hit], length: int) -> Mark:
    start = max(0, _best_start(hits, length - LEAD_IN) - LEAD_IN) if hits else 0
    start = max(0, min(start, len(text) - length))
    if start > 0:
        first = min((hit.start for hit in hits if hit.start >= start), default=len(text))
        start = next((at + 1 for at in range(start, first) if text[at].isspace()), start)
    end = min(len(text), start + length)
    if end < len(text):
        last = max((hit.end for hit in hits if start <= hit.start and hit.end <= end), default=start)
        end = next((at for at in range(end, last, -1) if text[at].isspace()), end)
    return start, end


def _best_start(hits: Sequence[_Hit], length: int) -> int:
    """Of the hits, the first one that has most different phrases, then most hits, within `length` behind it."""
    best, best_worth, behind = hits[0].start, (0, 0), 0
    counted: dict[int, int] = {}
    for first in hits:
        while behind < len(hits) and hits[behind].end <= max(first.start + length, first.end):
            counted[hits[behind].phrase] = counted.get(hits[behind].phrase, 0) + 1
            behind += 1
        worth = (sum(count > 0 for count in counted.values()), sum(counted.values()))
        if worth > best_worth:
            best, best_worth = first.start, worth
        counted[first.phrase] = counted.get(first.phrase, 0) - 1
    return best


def _hits(text: str, phrases: Sequence[Phrase | Near], stem: Stem) -> list[_Hit]:
    places = placed_words(text)
    loose = any(isinstance(phrase, Phrase) and phrase.loose for phrase in phrases)
    stems = stem([place.word for place in places]) if loose else []
    found: list[_Hit] = []
    for number, phrase in enumerate(phrases):
        if isinstance(phrase, Near):
            found.extend(_near_hits(places, phrase, number))
            continue
        wanted = stem(phrase.words)[0] if phrase.loose else None
        found.extend(
            _Hit(places[at].start, places[at + len(phrase.words) - 1].end, number)
            for at in range(len(places) - len(phrase.words) + 1)
            if (wanted is not None and stems[at] == wanted) or _stands_at(places, at, phrase)
        )
    return sorted(found, key=lambda hit: (hit.start, hit.end))


def _near_hits(places: Sequence[Place], near: Near, number: int) -> set[_Hit]:
    """The words that stand near each other, each by itself: what is between them was not asked for."""
    starts = [
        {at for at in range(len(places) - len(part.words) + 1) if _stands_at(places, at, part)}
        for part in near.parts
    ]
    if not all(starts):
        return set()
    sizes = [len(part.words) for part in near.parts]
    found: set[_Hit] = set()
    for way in ways(sizes, near.within):
        for at in starts[0]:
            begins = [at - way[0] + offset for offset in way]
            if all(begin in known for begin, known in zip(begins, starts, strict=True)):
                ends = map(sum, zip(begins, sizes, strict=True))
                found.update(
                    _Hit(places[begin].start, places[end - 1].end, number)
                    for begin, end in zip(begins, ends, strict=True)
                )
    return found


def _stands_at(places: Sequence[Place], at: int, phrase: Phrase) -> bool:
    return all(
        places[at + offset].word.startswith(word) if prefix else places[at + offset].word == word
        for offset, (word, prefix) in enumerate(zip(phrase.words, phrase.prefixes, strict=True))
    )


def _merged(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    merged: list[Mark] = []
    for start, end in sorted(marks):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
