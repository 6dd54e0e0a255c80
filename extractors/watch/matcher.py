"""Finding thousands of terms in an article at the cost of reading its words once.

No automaton over letters: the words of a text are looked up in a dictionary of the terms' words, which Python does
in C, and only where all of a term are there it is looked for. So the cost hardly depends on how many terms there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, compress

from extractors.model import Mention, Watchlist
from extractors.watch.folding import Span, folded_words, word_spans
from extractors.watch.keys import Keys, keyed
from extractors.watch.places import places
from extractors.watch.spacing import spaced_text
from extractors.watch.terms import Phrase, Term, parse_term
from extractors.watch.trie import Node, grown


@dataclass(frozen=True, slots=True)
class Wanted:
    """One watchlist: numbers of its terms."""

    id: str
    any: frozenset[int]
    all: frozenset[int]
    none: frozenset[int]

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
    keys: Keys
    signs: frozenset[str]  # the words that are no letters and no number


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
            frozenset([number(term, f"{watchlist.id}, {clause}") for term in listed])
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
        watched_by=_inverted(tuple(tuple(wanted.any | wanted.all) for wanted in watchlists), len(terms)),
        root=grown((number, phrase) for phrase, number in numbers.items()),
        keys=keyed(terms),
        signs=frozenset(word.text for phrase in numbers for word in phrase if not word.text.isalnum()),
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
    touched: dict[int, list[int]] = {}
    for term in hits:
        for number in matcher.watched_by[term]:
            touched.setdefault(number, []).append(term)
    mentions: list[Mention] = []
    for number in sorted(touched):
        wanted = matcher.watchlists[number]
        if wanted.holds(hits):
            for titled, found in ((True, in_title), (False, in_text)):
                spans = [(*at, term) for term in touched[number] for at in found.get(term, ())]
                mentions.extend(
                    Mention(article_id, wanted.id, matcher.terms[term].written, start, end, titled)
                    for start, end, term in sorted(spans)
                )
    return tuple(mentions)


def _terms_found(matcher: Matcher, text: str) -> dict[int, list[Span]]:
    """By term: its places as letters of the text."""
    spaced = spaced_text(text, matcher.signs)
    words = folded_words(text) if spaced is None else spaced.words()
    openers = _openers(matcher, set(words))
    if not openers:
        return {}
    firsts, candidates = _candidates(openers, words)
    possible = _possible(matcher, set(candidates))
    needed = {number for term in possible for number in matcher.phrases_of[term]}
    placed = partial(places, text, words, spaced, firsts)
    phrases = {
        number: _apart_and_joined(matcher.phrases[number], candidates[number], text, placed)
        for number in needed
    }
    found = {term: spans for term in possible if (spans := _spans_of(matcher, term, phrases, words))}
    where = placed(chain.from_iterable(found.values()))
    return {term: [where[span] for span in spans] for term, spans in found.items()}


def _openers(matcher: Matcher, distinct: set[str]) -> dict[str, tuple[Node, ...]]:
    """Of the words of a text those that open a phrase of a term that may be in it, since all its words are."""
    begun = matcher.root.begun(distinct)
    terms = matcher.keys.likely(distinct, begun)
    firsts = {phrase[0] for term in terms for phrase in matcher.terms[term].phrases}
    words = chain(*(begun.get(first.text, ()) if first.prefix else (first.text,) for first in firsts))
    return {word: tuple(matcher.root.after(word)) for word in words}


def _possible(matcher: Matcher, phrases: set[int]) -> set[int]:
    """The terms all of whose phrases are among these."""
    return {
        term
        for number in phrases
        for term in matcher.terms_of[number]
        if phrases.issuperset(matcher.phrases_of[term])
    }


def _candidates(
    openers: Mapping[str, tuple[Node, ...]], words: list[str]
) -> tuple[list[int], dict[int, list[Span]]]:
    """Where the openers are; and by phrase, where its words follow one another, whatever spaces and hyphens stand
    between them."""
    firsts = list(compress(range(len(words)), map(openers.__contains__, words)))
    found: dict[int, list[Span]] = {}
    last = len(words) - 1
    for at in firsts:
        for node in openers[words[at]]:
            if (
                node.ends or node.beginnings or (at < last and words[at + 1] in node.exact)
            ):  # most lead no further
                for number, behind in node.ends_after(words, at + 1):
                    found.setdefault(number, []).append((at, behind))
    return firsts, found


def _apart_and_joined(
    phrase: Phrase, spans: list[Span], text: str, placed: Callable[[Iterable[Span]], Mapping[Span, Span]]
) -> list[Span]:
    """Those whose joined words are joined in the text too, without overlaps: "哈哈" is once in "哈哈哈"."""
    if len(phrase) == 1:
        return spans
    joints = [number for number, word in enumerate(phrase) if word.joined]
    if joints:
        where = placed(spans)
        spans = [span for span in spans if _are_joined(text[slice(*where[span])], joints)]
    apart: list[Span] = []
    for span in spans:
        if not apart or apart[-1][1] <= span[0]:
            apart.append(span)
    return apart


def _are_joined(text: str, joints: list[int]) -> bool:
    spans = word_spans(text)
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
