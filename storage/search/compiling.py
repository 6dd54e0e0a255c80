"""A query's tree, made a query of tantivy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tantivy import FieldType, Occur, Query, Schema

from storage.search.grammar import Both, Either, Filter, Near, Not, Period, Phrase, Tree
from storage.search.nearness import ways
from storage.search.stems import main_language, stemmer_of

TITLE_WEIGHT = 2.0  # a word in the headline says more than one in the text
FIELDS_OF = {
    "all": (("title", TITLE_WEIGHT), ("text", 1.0)),
    "title": (("title", 1.0),),
    "author": (("author", 1.0),),
}
STEMS_OF = {
    "all": (("title_stems", TITLE_WEIGHT), ("stems", 1.0)),
    "title": (("title_stems", 1.0),),
    "author": (),
}


@dataclass(frozen=True, slots=True)
class Compiler:
    """`languages`: those that have a stemmer, of the articles in the index. `watched`: the articles with a mention
    of a watchlist."""

    schema: Schema
    languages: Sequence[str]
    watched: Callable[[str], Sequence[int]]

    def query(self, tree: Tree) -> Query:
        """What tantivy is asked. Filters add nothing to an article's score."""
        match tree:
            case Phrase():
                return self._phrase(tree)
            case Near():
                return self._near(tree)
            case Filter():
                return unscored(self._filter(tree))
            case Period():
                return unscored(self._period(tree))
            case Not(part):
                return self._both((Not(part),))
            case Both(parts):
                return self._both(parts)
            case Either(parts):
                return Query.boolean_query([(Occur.Should, self.query(part)) for part in parts])

    def _both(self, parts: Sequence[Tree]) -> Query:
        clauses = [
            (Occur.MustNot, self.query(part.part))
            if isinstance(part, Not)
            else (Occur.Must, self.query(part))
            for part in parts
        ]
        if all(isinstance(part, Not) for part in parts):
            clauses.append((Occur.Must, unscored(every_article())))
        return Query.boolean_query(clauses)

    def _phrase(self, phrase: Phrase) -> Query:
        found = [
            Query.boost_query(self._words(field, phrase), weight) for field, weight in FIELDS_OF[phrase.scope]
        ]
        if phrase.loose:
            word = phrase.words[0]
            terms = [f"{language}:{stemmer_of(language)([word])[0]}" for language in self.languages]
            found += [
                Query.boost_query(Query.term_query(self.schema, field, term, index_option="freq"), weight)
                for field, weight in STEMS_OF[phrase.scope]
                for term in terms
            ]
        return Query.boolean_query([(Occur.Should, query) for query in found])

    def _words(self, field: str, phrase: Phrase) -> Query:
        """The words in one field. tantivy panics at a phrase of one word."""
        if not any(phrase.prefixes):
            if len(phrase.words) == 1:
                return Query.term_query(self.schema, field, phrase.words[0])
            return Query.phrase_query(self.schema, field, list(phrase.words))
        patterns = _patterns(phrase)
        if len(patterns) == 1:
            return Query.regex_query(self.schema, field, patterns[0])
        return Query.regex_phrase_query(self.schema, field, list(patterns))

    def _near(self, near: Near) -> Query:
        """Each way in which the words may stand is a phrase with gaps; the best that is there counts."""
        begun = any(any(part.prefixes) for part in near.parts)
        query = Query.regex_phrase_query if begun else Query.phrase_query
        words = [word for part in near.parts for word in (_patterns(part) if begun else part.words)]
        found = [
            Query.boost_query(query(self.schema, field, sorted(zip(places, words, strict=True))), weight)
            for field, weight in FIELDS_OF[near.scope]
            for places in _places(near)
        ]
        return Query.disjunction_max_query(found)

    def _filter(self, wanted: Filter) -> Query:
        if wanted.field == "watchlist":
            watched = list(self.watched(wanted.value))
            return (
                Query.term_set_query(self.schema, "article_id", watched) if watched else Query.empty_query()
            )
        value = main_language(wanted.value) if wanted.field == "lang" else wanted.value
        return Query.term_query(self.schema, wanted.field, value, index_option="basic")

    def _period(self, period: Period) -> Query:
        return Query.range_query(
            self.schema,
            "at",
            FieldType.Integer,
            lower_bound=_seconds(period.since),
            upper_bound=_seconds(period.until),
            include_upper=period.until is None,
        )


def _patterns(phrase: Phrase) -> list[str]:
    return [
        re.escape(word) + (".*" if prefix else "")
        for word, prefix in zip(phrase.words, phrase.prefixes, strict=True)
    ]


def _places(near: Near) -> Iterator[tuple[int, ...]]:
    """Where its words stand, all parts one after the other, in each way in which they may."""
    sizes = [len(part.words) for part in near.parts]
    for begins in ways(sizes, near.within):
        yield tuple(begin + at for begin, size in zip(begins, sizes, strict=True) for at in range(size))


def unscored(query: Query) -> Query:
    """Chooses, and says nothing about how good a hit is."""
    return Query.const_score_query(query, 0.0)


def every_article() -> Query:
    """All but the mark."""
    return Query.exists_query("article_id")


def _seconds(moment: datetime | None) -> int | None:
    """Rounded up: an article's time is cut to its second, so it is before such a moment if it was before."""
    if moment is None:
        return None
    return int(moment.timestamp()) + (moment.microsecond > 0)
