"""The language of queries: read, and made a tree. Pure.

heat pump                      both words, in any form: pumps too, where the language's stemmer is known
"heat pump"                    exactly these words, one after the other (case and accents don't count)
"heat grant"~5                 these words in any order, the last at most five words after the first
subsid*                        words that begin so
a AND b, a OR b, NOT a, -a     AND binds closer than OR; nothing between two terms means AND
( ... )                        what belongs together
title:heat  author:"Jane Doe"  in the headline, in the byline
source:example  lang:en        of this source, in this language
since:7d  until:2026-11-30     published (or first seen) then, in UTC; both ends included
watchlist:energy               with a mention of this watchlist
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from storage.periods import PeriodError, moment_of
from storage.search.nearness import MAX_WAYS, number_of_ways, ways
from storage.search.words import placed_words

MAX_LENGTH = 10_000  # characters of a query
MAX_TERMS = 500
MAX_DEPTH = 50  # brackets within brackets
FIELDS = ("author", "lang", "since", "source", "title", "until", "watchlist")
Scope = Literal["all", "title", "author"]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<bracket>[()])
    | (?P<minus>-)(?=["(\w])
    | (?P<field>[A-Za-z]{2,20}):(?!//)(?=(?P<value>[^\s()]))
    | "(?P<quoted>[^"]*)"(?P<near>~\d{0,6})?
    | (?P<open>")
    | (?P<bare>[^\s()"]+)
    )""",
    re.VERBOSE,
)


class QueryError(ValueError):
    """A query that can't be meant; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words one after the other, folded. `loose`: one word, in any of its forms. `prefixes`: for each word,
    whether it is only the beginning of one."""

    words: tuple[str, ...]
    prefixes: tuple[bool, ...]
    scope: Scope = "all"
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Phrases in any order, the last of which begins at most `within` words after the first has ended."""

    parts: tuple[Phrase, ...]
    within: int
    scope: Scope = "all"


@dataclass(frozen=True, slots=True)
class Filter:
    """What an article is, rather than what stands in it."""

    field: Literal["source", "lang", "watchlist"]
    value: str


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` on, up to but without `until`; at least one of them."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Not:
    part: Tree


@dataclass(frozen=True, slots=True)
class Both:
    """All of the parts."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of the parts at least."""

    parts: tuple[Tree, ...]


Tree = Phrase | Near | Filter | Period | Not | Both | Either


def parse_query(text: str, now: datetime) -> Tree:
    """The query that is meant; `now` is what spans such as 7d are counted from. Raises `QueryError`."""
    if len(text) > MAX_LENGTH:
        raise QueryError(f"a query has at most {MAX_LENGTH:,} characters")
    tokens = tuple(_tokens(text, now))
    if not tokens:
        raise QueryError("there is nothing to search for")
    if sum(not isinstance(token, str) for token in tokens) > MAX_TERMS:
        raise QueryError(f"a query has at most {MAX_TERMS} terms")
    reader = _Reader(tokens)
    tree = reader.either(0)
    if reader.next is not None:
        raise QueryError("a ) closes nothing")
    return tree


def wanted_phrases(tree: Tree) -> Iterator[Phrase | Near]:
    """The phrases that make an article a hit, alone or near others: those under NOT don't."""
    if isinstance(tree, Phrase | Near):
        yield tree
    elif isinstance(tree, Both | Either):
        for part in tree.parts:
            yield from wanted_phrases(part)


def filters_of(tree: Tree) -> Iterator[Filter]:
    """Every filter in the query, wherever it stands."""
    if isinstance(tree, Filter):
        yield tree
    elif isinstance(tree, Not):
        yield from filters_of(tree.part)
    elif isinstance(tree, Both | Either):
        for part in tree.parts:
            yield from filters_of(part)


# ------------------------------------------------------------------------------------------------------- tokens


def _tokens(text: str, now: datetime) -> Iterator[str | Tree]:
    """Operators and brackets as they are ("-" as NOT), the rest as leaves of the tree."""
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:  # nothing but a bracket, a quote, a space or something else: it can't happen
            raise QueryError(f"can't read {text[at : at + 20]!r}")
        at = match.end()
        if match["field"]:
            value = _TOKEN.match(text, at)
            if value is None or match["field"] not in FIELDS:
                raise QueryError(f"there is no field {match['field']!r}; there are: {', '.join(FIELDS)}")
            at = value.end() if value["quoted"] is not None or value["open"] else _bare_end(text, at)
            yield _field_leaf(match["field"], value, text[match.end() : at], now)
        else:
            yield _token(match)


def _bare_end(text: str, at: int) -> int:
    """Where the value of a field ends: at a space or a bracket. It may have colons, as times have."""
    match = re.compile(r"[^\s()]+").match(text, at)
    return match.end() if match else at


def _token(match: re.Match[str]) -> str | Tree:
    if match["bracket"]:
        return match["bracket"]
    if match["minus"]:
        return "NOT"
    if match["bare"] in ("AND", "OR", "NOT"):
        return match["bare"]
    if match["bare"] and match["bare"][:-1] in FIELDS and match["bare"].endswith(":"):
        raise QueryError(f"the value of {match['bare']} follows it without a space")
    return _leaf(match)


def _leaf(match: re.Match[str], scope: Scope = "all") -> Phrase | Near:
    if match["open"]:
        raise QueryError('a " has no second one')
    if match["near"]:
        return _near(match["quoted"], match["near"], scope)
    if match["quoted"] is not None:
        return _phrase(match["quoted"], scope)
    phrase = _phrase(match["bare"], scope)
    return replace(phrase, loose=len(phrase.words) == 1 and not phrase.prefixes[0])


def _near(written: str, near: str, scope: Scope) -> Near:
    parts = tuple(_phrase(part, scope) for part in written.split())
    if len(parts) < 2 or len(set(parts)) < len(parts):
        raise QueryError(f"two different words or more are near each other: {_shown(written)}")
    within = int(near[1:] or 0)
    if within < 1:
        raise QueryError(f'a distance is a number of words from 1 on, such as "{_shown(written)[1:-1]}"~5')
    if number_of_ways(len(parts), within) > MAX_WAYS:
        raise QueryError(f"so many words, so far apart, are too much to look for: {_shown(written)}~{within}")
    if next(ways([len(part.words) for part in parts], within), None) is None:
        raise QueryError(f"these words can't be so near each other: {_shown(written)}~{within}")
    return Near(parts, within, scope)


def _phrase(written: str, scope: Scope) -> Phrase:
    words: list[str] = []
    prefixes: list[bool] = []
    touching = False
    for piece in re.split(r"(\*)", written):
        if piece == "*":
            if not words or prefixes[-1] or not words[-1].isalnum() or not touching:
                raise QueryError(f"a * stands at the end of a word: {_shown(written)}")
            prefixes[-1] = True
            continue
        places = placed_words(piece)
        if prefixes and prefixes[-1] and piece[:1].isalnum():
            raise QueryError(f"a * stands at the end of a word only: {_shown(written)}")
        words += [place.word for place in places]
        prefixes += [False] * len(places)
        touching = bool(places) and places[-1].end == len(piece)
    if not words:
        raise QueryError(f"there is no word in {_shown(written)}")
    if len(words) > MAX_TERMS:
        raise QueryError(f"a phrase has at most {MAX_TERMS} words")
    return Phrase(tuple(words), tuple(prefixes), scope)


def _field_leaf(field: str, match: re.Match[str], written: str, now: datetime) -> Tree:
    if field in ("title", "author"):
        scope: Scope = "title" if field == "title" else "author"
        if match["quoted"] is None and not match["open"]:
            phrase = _phrase(written, scope)
            return replace(
                phrase, loose=scope == "title" and len(phrase.words) == 1 and not phrase.prefixes[0]
            )
        return _leaf(match, scope)
    if match["open"]:
        raise QueryError('a " has no second one')
    value = match["quoted"] if match["quoted"] is not None else written
    if field in ("since", "until"):
        try:
            if field == "since":
                return Period(since=moment_of(value, now))
            return Period(until=moment_of(value, now, end=True))
        except PeriodError as error:
            raise QueryError(f"{field}: {error}") from None
    if not value or not value.isprintable() or len(value) > 100:
        raise QueryError(f"{field}: wants a name, such as {field}:{'en' if field == 'lang' else 'example'}")
    return Filter(_FILTERS[field], value.lower() if field == "lang" else value)


_FILTERS: dict[str, Literal["source", "lang", "watchlist"]] = {
    "source": "source",
    "lang": "lang",
    "watchlist": "watchlist",
}


def _shown(written: str) -> str:
    return repr(written if len(written) <= 40 else written[:39] + "…")


# ------------------------------------------------------------------------------------------------------ grammar


class _Reader:
    """Tokens, read from left to right."""

    def __init__(self, tokens: tuple[str | Tree, ...]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def next(self) -> str | Tree | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def either(self, depth: int) -> Tree:
        parts = [self._both(depth)]
        while self.next == "OR":
            self._at += 1
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self, depth: int) -> Tree:
        parts = [self._single(depth)]
        while self.next not in (None, "OR", ")"):
            if self.next == "AND":
                self._at += 1
            parts.append(self._single(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _single(self, depth: int) -> Tree:
        negated = False
        while self.next == "NOT":
            negated = not negated
            self._at += 1
        part = self._atom(depth)
        return Not(part) if negated else part

    def _atom(self, depth: int) -> Tree:
        found = self.next
        if found is None:
            raise QueryError("something is missing at the end")
        self._at += 1
        if not isinstance(found, str):
            return found
        if found != "(":
            raise QueryError(f"something is missing before {found}")
        if depth >= MAX_DEPTH:
            raise QueryError(f"brackets stand at most {MAX_DEPTH} deep")
        part = self.either(depth + 1)
        if self.next != ")":
            raise QueryError("a ( is never closed")
        self._at += 1
        return part
