"""Finding thousands of terms in an article at the cost of reading its words once.

No automaton over letters: the words of a text are looked up in a dictionary of the terms' first words, which
Python does in C, and only where one is there the rest is compared. So the cost hardly depends on how many terms
there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

from extractors.model import Mention, Watchlist
from extractors.watch.folding import Span, folded_of, lowered_words
from extractors.watch.places import Places
from extractors.watch.terms import Phrase, Term, parse_term
from extractors.watch.trie import Node, grown


@dataclass(frozen=True, slots=True)
class Wanted:
    """One watchlist: numbers of its terms."""

    id: str
    any: tuple[int, ...]
    all: tuple[int, ...]
    none: tuple[int, ...]

    @property
    def named(self) -> tuple[int, ...]:
        """The terms whose places are told."""
        return tuple(dict.fromkeys(self.any + self.all))

    def holds(self, hits: frozenset[int]) -> bool:
        """Whether an article with these terms in it is one that is watched for."""
        return (
            hits.issuperset(self.all)
            and (not self.any or not hits.isdisjoint(self.any))
            and hits.isdisjoint(self.none)
        )


@dataclass(frozen=True, slots=True)
class Matcher:
    """Compiled watchlists; immutable, and good for any number of articles."""

    watchlists: tuple[Wanted, ...]
    terms: tuple[Term, ...]
    phrases: tuple[Phrase, ...]
    phrases_of: tuple[tuple[int, ...], ...]  # by term
    terms_of: tuple[tuple[int, ...], ...]  # by phrase
    watched_by: tuple[tuple[int, ...], ...]  # by term: the watchlists with it in any or all
    root: Node


def compile_watchlists(watchlists: Iterable[Watchlist]) -> Matcher:
    """All terms of all watchlists, each phrase once. ValueError says which term of which watchlist is wrong."""
    terms: dict[str, int] = {}
    parsed: list[Term] = []

    def number(term: str, place: str) -> int:
        if term not in terms:
            try:
                parsed.append(parse_term(term))
            except ValueError as error:
                raise ValueError(f"watchlist {place}: {error}") from None
            terms[term] = len(parsed) - 1
        return terms[term]

    wanted = []
    for watchlist in watchlists:
        any_, all_, none = (
            tuple(dict.fromkeys(number(term, f"{watchlist.id}, {clause}") for term in listed))
            for clause, listed in (("any", watchlist.any), ("all", watchlist.all), ("none", watchlist.none))
        )
        if not any_ and not all_:
            raise ValueError(f"watchlist {watchlist.id}: it needs a term in any or all")
        wanted.append(Wanted(watchlist.id, any_, all_, none))
    return _indexed(tuple(wanted), tuple(parsed))


def _indexed(watchlists: tuple[Wanted, ...], terms: tuple[Term, ...]) -> Matcher:
    numbers: dict[Phrase, int] = {}
    for term in terms:
        for phrase in term.phrases:
            numbers.setdefault(phrase, len(numbers))
    phrases_of = tuple(tuple(numbers[phrase] for phrase in term.phrases) for term in terms)
    return Matcher(
        watchlists=watchlists,
        terms=terms,
        phrases=tuple(numbers),
        phrases_of=phrases_of,
        terms_of=_inverted(phrases_of, len(numbers)),
        watched_by=_inverted(tuple(wanted.any + wanted.all for wanted in watchlists), len(terms)),
        root=grown((number, phrase) for phrase, number in numbers.items()),
    )


def _inverted(numbers: Sequence[Sequence[int]], size: int) -> tuple[tuple[int, ...], ...]:
    found: list[list[int]] = [[] for _ in range(size)]
    for owner, owned in enumerate(numbers):
        for number in dict.fromkeys(owned):
            found[number].append(owner)
    return tuple(map(tuple, found))


# --------------------------------------------------------------------------------------------------- finding


def find_mentions(matcher: Matcher, article_id: int, title: str, text: str) -> tuple[Mention, ...]:
    """Each place of each term of the watchlists whose whole condition holds for title and text together.

    `start_char` and `end_char` count code points of `text`, or of `title` for the mentions in it, which come
    first. Terms under `none` are never mentions. Places of one term don't overlap.
    """
    if not matcher.watchlists:
        return ()
    in_title, in_text = _terms_found(matcher, title), _terms_found(matcher, text)
    hits = frozenset(in_title) | frozenset(in_text)
    touched = sorted({number for term in hits for number in matcher.watched_by[term]})
    mentions: list[Mention] = []
    for wanted in (matcher.watchlists[number] for number in touched):
        if wanted.holds(hits):
            for titled, found in ((True, in_title), (False, in_text)):
                places = ((*at, term) for term in wanted.named if term in found for at in found[term])
                mentions.extend(
                    Mention(article_id, wanted.id, matcher.terms[term].written, start, end, titled)
                    for start, end, term in sorted(places)
                )
    return tuple(mentions)


def _terms_found(matcher: Matcher, text: str) -> dict[int, list[Span]]:
    """By term: its places as letters of the text."""
    words = lowered_words(text)
    folded = folded_of(words, text)
    firsts, candidates = _candidates(matcher.root, folded)
    if not candidates:
        return {}
    possible = {
        term
        for number in candidates
        for term in matcher.terms_of[number]
        if all(other in candidates for other in matcher.phrases_of[term])
    }
    if not possible:
        return {}
    places = Places(text, words, firsts)
    needed = {number for term in possible for number in matcher.phrases_of[term]}
    phrases = {number: _placed(matcher.phrases[number], candidates[number], places) for number in needed}
    found = {term: _spans_of(matcher, term, phrases, folded) for term in possible}
    return {
        term: [_joined(places.of(first, behind)) for first, behind in spans]
        for term, spans in found.items()
        if spans
    }


def _joined(spans: list[Span]) -> Span:
    return spans[0][0], spans[-1][1]


def _candidates(root: Node, folded: list[str]) -> tuple[list[int], dict[int, list[Span]]]:
    """Where words are that a phrase begins with; and by phrase, where its words follow one another, whatever spaces
    and hyphens stand between them."""
    first = root.first_of(set(folded))
    firsts = list(compress(range(len(folded)), map(first.__contains__, folded))) if first else []
    found: dict[int, list[Span]] = {}
    following = [*folded[1:], ""] if firsts else []
    for at in firsts:
        for node in first[folded[at]]:
            if node.ends or node.beginnings or following[at] in node.exact:  # most lead no further
                for number, behind in node.ends_after(folded, at + 1):
                    found.setdefault(number, []).append((at, behind))
    return firsts, found


def _placed(phrase: Phrase, spans: list[Span], places: Places) -> list[Span]:
    """Those whose joined words are joined in the text too, without overlaps: "哈哈" is once in "哈哈哈"."""
    if len(phrase) == 1:
        return spans
    joints = [number for number, word in enumerate(phrase) if word.joined]
    placed: list[Span] = []
    for first, behind in spans:
        if (not placed or placed[-1][1] <= first) and (
            not joints or _are_joined(places.of(first, behind), joints)
        ):
            placed.append((first, behind))
    return placed


def _are_joined(spans: list[Span], joints: list[int]) -> bool:
    return all(spans[joint][0] == spans[joint - 1][1] for joint in joints)


def _spans_of(
    matcher: Matcher, term: int, phrases: Mapping[int, list[Span]], folded: Sequence[str]
) -> list[Span]:
    numbers, within = matcher.phrases_of[term], matcher.terms[term].within
    if within is None:
        return phrases[numbers[0]]
    if not all(phrases[number] for number in numbers):
        return []
    return _near([phrases[number] for number in numbers], within, folded)


def _near(occurrences: list[list[Span]], within: int, folded: Sequence[str]) -> list[Span]:
    """The narrowest places with one of each, from left to right and without overlaps."""
    merged = sorted((span, kind) for kind, spans in enumerate(occurrences) for span in spans)
    latest: dict[int, Span] = {}
    found: list[Span] = []
    for span, kind in merged:
        latest[kind] = span
        if len(latest) < len(occurrences):
            continue
        earliest = min(latest.values())
        apart = _apart(folded, earliest[1] - 1, span[0], within)
        if 1 <= apart <= within and (not found or found[-1][1] <= earliest[0]):
            found.append((earliest[0], max(behind for _, behind in latest.values())))
    return found


def _apart(folded: Sequence[str], first: int, second: int, within: int) -> int:
    """How many words stand from the first to before the second; signs between don't count. Beyond `within` it is
    not counted any further, and before the first it is 0."""
    count = 0
    for at in range(first, second):
        count += folded[at].isalnum()
        if count > within:
            break
    return count
