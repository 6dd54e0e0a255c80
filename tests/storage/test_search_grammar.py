"""The language of queries: what each one means, and what is told of those that mean nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.periods import PeriodError, moment_of
from storage.search.grammar import (
    Both,
    Either,
    Filter,
    Near,
    Not,
    Period,
    Phrase,
    QueryError,
    Tree,
    filters_of,
    parse_query,
    wanted_phrases,
)

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


def word(text: str, scope: str = "all") -> Phrase:
    return Phrase((text,), (False,), scope, loose=True)  # type: ignore[arg-type]


def exact(*words: str, scope: str = "all") -> Phrase:
    return Phrase(words, (False,) * len(words), scope)  # type: ignore[arg-type]


HEAT, PUMP, GRANT = word("heat"), word("pump"), word("grant")


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("heat", HEAT),
        ("Heat PUMP", Both((HEAT, PUMP))),
        ("heat AND pump", Both((HEAT, PUMP))),
        ("heat OR pump grant", Either((HEAT, Both((PUMP, GRANT))))),
        ("heat AND (pump OR grant)", Both((HEAT, Either((PUMP, GRANT))))),
        ("NOT heat", Not(HEAT)),
        ("NOT NOT heat", HEAT),
        ("pump -heat -(pump grant)", Both((PUMP, Not(HEAT), Not(Both((PUMP, GRANT)))))),
        ("heat and pump", Both((HEAT, word("and"), PUMP))),
        ('"heat pump"', exact("heat", "pump")),
        ('"heat"', exact("heat")),
        ('"Heat, pump."', exact("heat", "pump")),
        ("heat-pump", exact("heat", "pump")),
        ("热泵", exact("热", "泵")),
        ("AT&T", exact("at", "&", "t")),
        ("C++", exact("c", "+", "+")),
        ("Wärmepumpe", word("warmepumpe")),
        ("subsid*", Phrase(("subsid",), (True,))),
        ('"heat pum* gr*"', Phrase(("heat", "pum", "gr"), (False, True, True))),
        ('"heat grant"~5', Near((exact("heat"), exact("grant")), 5)),
        ('"heat-pump gran*"~1', Near((exact("heat", "pump"), Phrase(("gran",), (True,))), 1)),
        (
            'title:"热泵 补贴"~3',
            Near((exact("热", "泵", scope="title"), exact("补", "贴", scope="title")), 3, "title"),
        ),
        ('-"heat grant"~5', Not(Near((exact("heat"), exact("grant")), 5))),
        ("title:heat", word("heat", "title")),
        ('title:"heat pump"', exact("heat", "pump", scope="title")),
        ("author:doe", exact("doe", scope="author")),
        ('author:"Jané Doe"', exact("jane", "doe", scope="author")),
        ("source:example", Filter("source", "example")),
        ("lang:PT-br", Filter("lang", "pt-br")),
        ("watchlist:energy", Filter("watchlist", "energy")),
        ("-source:example", Not(Filter("source", "example"))),
        ("since:7d", Period(since=NOW - timedelta(days=7))),
        ("since:2026-11-01", Period(since=datetime(2026, 11, 1, tzinfo=UTC))),
        ("until:2026-11-01", Period(until=datetime(2026, 11, 2, tzinfo=UTC))),
        ("since:2026-11-01T06:00", Period(since=datetime(2026, 11, 1, 6, tzinfo=UTC))),
        ("http://a.example/1", exact("http", ":", "/", "/")),
        ("10:30", exact("10", "30")),
    ],
)
def test_a_query_means(query: str, tree: Tree) -> None:
    if query.startswith("http"):
        assert parse_query(query, NOW) == exact("http", "a", "example", "1")
    else:
        assert parse_query(query, NOW) == tree


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", "there is nothing to search for"),
        ("  ", "there is nothing to search for"),
        ("(heat", "a ( is never closed"),
        ("heat)", "a ) closes nothing"),
        ("()", "something is missing before )"),
        ("heat AND", "something is missing at the end"),
        ("OR heat", "something is missing before OR"),
        ("heat AND OR pump", "something is missing before OR"),
        ("NOT", "something is missing at the end"),
        ('"heat', 'a " has no second one'),
        ('""', "there is no word in ''"),
        ("...", "there is no word in '...'"),
        ("*", "a * stands at the end of a word: '*'"),
        ("he*at", "a * stands at the end of a word only: 'he*at'"),
        ("heat**", "a * stands at the end of a word: 'heat**'"),
        ('"heat *"', "a * stands at the end of a word: 'heat *'"),
        ('"heat"~5', "two different words or more are near each other: 'heat'"),
        ('"heat Heat"~5', "two different words or more are near each other: 'heat Heat'"),
        ('"heat pump"~', 'a distance is a number of words from 1 on, such as "heat pump"~5'),
        ('"heat pump"~0', 'a distance is a number of words from 1 on, such as "heat pump"~5'),
        ('"a b c"~1', "these words can't be so near each other: 'a b c'~1"),
        ('"heat pump"~501', "so many words, so far apart, are too much to look for: 'heat pump'~501"),
        ('"heat ..."~5', "there is no word in '...'"),
        (
            "sorce:x",
            "there is no field 'sorce'; there are: author, lang, since, source, title, until, watchlist",
        ),
        ("source: x", "the value of source: follows it without a space"),
        ('source:""', "source: wants a name, such as source:example"),
        ('source:"', 'a " has no second one'),
        ('title:"heat', 'a " has no second one'),
        (
            "since:soon",
            "since: expected a span such as 24h or 7d, or a day such as 2026-11-01, found 'soon'",
        ),
        (
            "until:2026-13-01",
            "until: expected a span such as 24h or 7d, or a day such as 2026-11-01, found '2026-13-01'",
        ),
        ("(" * 60 + "a" + ")" * 60, "brackets stand at most 50 deep"),
        ("a " * 501, "a query has at most 500 terms"),
        ('"' + "a " * 501 + '"', "a phrase has at most 500 words"),
        ("a" * 10_001, "a query has at most 10,000 characters"),
    ],
)
def test_a_query_that_means_nothing_is_one_line(query: str, told: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(query, NOW)
    assert str(caught.value) == told


_PIECES = st.sampled_from(
    ["heat", "(", ")", '"', "AND", "OR", "NOT", "-", " ", "*", ":", "source:", "since:7d", "title:", "~", "热", "\n"]
)  # fmt: skip


@given(st.text() | st.lists(_PIECES).map("".join))
@example("\ud800")
@example("since:999999d")
@example("since:0001-01-01T00:00+23:00")
def test_any_text_is_a_query_or_one_clear_line(text: str) -> None:
    tree, told = None, ""
    try:
        tree = parse_query(text, NOW)
    except QueryError as error:
        told = str(error)
    if tree is None:
        assert told
        assert "\n" not in told
    else:
        for phrase in wanted_phrases(tree):
            assert phrase.words
            assert len(phrase.words) == len(phrase.prefixes)
            assert all(each and not any(letter.isspace() for letter in each) for each in phrase.words)
        assert all(each.value for each in filters_of(tree))


def test_phrases_under_not_are_not_wanted() -> None:
    tree = parse_query("heat (pump OR NOT grant) -subsidy source:a NOT (source:b OR lang:en)", NOW)
    assert list(wanted_phrases(tree)) == [HEAT, PUMP]
    assert [each.value for each in filters_of(tree)] == ["a", "b", "en"]


@given(
    st.text(max_size=30)
    | st.from_regex(r"\d{1,7}[hdw]|\d{4}-\d\d-\d\d(T\d\d:\d\d(\+\d\d:\d\d)?)?", fullmatch=True)
)
def test_any_text_is_a_moment_in_utc_or_one_line(text: str) -> None:
    told = ""
    try:
        begins, ends = moment_of(text, NOW), moment_of(text, NOW, end=True)
    except PeriodError as error:
        told = str(error)
    if told:
        assert "\n" not in told
    else:
        assert begins.tzinfo is UTC
        assert ends >= begins
