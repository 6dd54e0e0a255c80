"""What is shown of a text, and what of it is marked."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search import stems
from storage.search.grammar import Near, Phrase, parse_query, wanted_phrases
from storage.search.snippets import LEAD_IN, Snippet, marks_of, snippet_of
from storage.search.stems import Stemmer, stemmer_of
from storage.search.words import LONGEST, index_words, placed_words

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FILLER = "Nothing of note was said on this day by anybody. "


def phrases(query: str) -> list[Phrase | Near]:
    return list(wanted_phrases(parse_query(query, NOW)))


def marked(text: str, query: str, language: str | None = "en") -> list[str]:
    return [text[start:end] for start, end in marks_of(text, phrases(query), stemmer_of(language))]


def shown(snippet: Snippet) -> list[str]:
    return [snippet.text[start:end] for start, end in snippet.marks]


@pytest.mark.parametrize(
    ("text", "query", "language", "expected"),
    [
        ("Heat pumps and a HEAT pump.", "pump", "en", ["pumps", "pump"]),
        ("Heat pumps and a HEAT pump.", '"pump"', "en", ["pump"]),
        ("Heat pumps and a HEAT pump.", '"heat pump"', "en", ["HEAT pump"]),
        ("Heat pumps and a HEAT pump.", "heat pum*", "en", ["Heat", "pumps", "HEAT", "pump"]),
        ("A heat-pump; the heat, pumped.", '"heat pum*"', "en", ["heat-pump", "heat, pumped"]),
        ("Heat pumps", "pump", "fi", []),
        ("Heat pumps", "pump", None, []),
        ("Die Wärmepumpen", "Wärmepumpe", "de", ["Wärmepumpen"]),
        ("DIE WA\u0308RMEPUMPEN", "Wärmepumpe", "de", ["WA\u0308RMEPUMPEN"]),
        ("政府补贴热泵安装", "热泵 补贴", "zh", ["补贴", "热泵"]),
        ("ヒートポンプ", "ポンプ", "ja", ["ポンプ"]),
        ("보조금을 늘렸다", "보조금", "ko", ["보조금"]),
        ("เพิ่มเงินอุดหนุน", "เงิน", "th", ["เงิน"]),
        ("المضخات الحرارية", "المضخة", "ar", ["المضخات"]),
        ("тепловые насосы", "насос", "ru", ["насосы"]),
        ("AT&T, or A T T", "AT&T", "en", ["AT&T"]),
        ("die Straße", "strasse", "de", ["Straße"]),
        ("A grant for a heat-pump. Heat, and no grant", '"heat-pump grant"~3', "en", ["grant", "heat-pump"]),
        ("A grant for a heat pump", '"heat grant"~2', "en", []),
        ("政府补贴热泵安装。热泵", '"热泵 补贴"~1', "zh", ["补贴", "热泵"]),
        ("보조금을 크게 늘렸다", '"늘렸 보조금"~4', "ko", ["보조금", "늘렸"]),
        ("เพิ่มเงินอุดหนุนปั๊ม", '"ปั๊ม เงิน"~9', "th", ["เงิน", "ปั๊ม"]),
        ("المضخات في المدينة", '"المدين* المضخ*"~2', "ar", ["المضخات", "المدينة"]),
        ("wind wind wind", '"wind wind"', "en", ["wind wind wind"]),
    ],
)
def test_what_was_found_is_marked(text: str, query: str, language: str | None, expected: list[str]) -> None:
    assert marked(text, query, language) == expected


def test_a_snippet_is_the_piece_with_most_of_the_query() -> None:
    text = FILLER * 9 + "One heat alone. " + FILLER * 9 + "A grant for heat pumps. " + FILLER * 9
    snippet = snippet_of(text, phrases("heat pump grant"), stemmer_of("en"))
    assert shown(snippet) == ["grant", "heat", "pumps"]
    assert snippet.text == text[snippet.start : snippet.start + len(snippet.text)]
    assert len(snippet.text) <= 240
    assert text[snippet.start - 1] == " "
    assert not snippet.ends


def test_without_a_hit_in_it_the_beginning_of_a_text_is_shown() -> None:
    snippet = snippet_of(FILLER * 9, phrases("zebra"), stemmer_of("en"))
    assert snippet.start == 0
    assert (FILLER * 9).startswith(snippet.text)
    assert not snippet.marks


def test_a_short_text_is_shown_whole() -> None:
    assert snippet_of("A heat pump.", phrases("pump"), stemmer_of("en")) == Snippet(
        "A heat pump.", 0, ((7, 11),), True
    )
    assert snippet_of("", phrases("pump"), stemmer_of("en")) == Snippet("", 0, (), True)


def test_a_text_without_spaces_is_cut_all_the_same() -> None:
    text = "政府补贴热泵安装" * 100
    snippet = snippet_of(text, phrases("热泵"), stemmer_of("zh"))
    assert len(snippet.text) == 240
    assert set(shown(snippet)) == {"热泵"}


def test_a_phrase_longer_than_a_snippet_is_shown_unmarked() -> None:
    long = "word " * 100
    assert len(snippet_of(long, phrases(f'"{long}"'), stemmer_of("en")).text) <= 240


@given(
    st.text(max_size=600) | st.lists(st.sampled_from(["heat ", "pumps ", "x" * 30, " y", "热泵", "\n\n"]), max_size=90).map("".join),
    st.sampled_from(["heat", "pump", '"heat pumps"', "he*", "热泵", "heat OR pump", "x*", "!" + "heat"]),
    st.integers(80, 300),
)  # fmt: skip
def test_a_snippet_is_always_a_piece_of_its_text_with_marks_inside(
    text: str, query: str, length: int
) -> None:
    wanted = phrases(query)
    stem = stemmer_of("en")
    snippet = snippet_of(text, wanted, stem, length)
    assert text[snippet.start : snippet.start + len(snippet.text)] == snippet.text
    assert len(snippet.text) <= length
    marks = marks_of(text, wanted, stem)
    assert all(start < end for start, end in marks)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(marks))
    whole = {(start - snippet.start, end - snippet.start) for start, end in marks}
    assert set(snippet.marks) <= whole
    if all(end - start <= length - LEAD_IN for start, end in marks):
        assert bool(snippet.marks) == bool(marks)


@given(st.text())
def test_words_have_no_spaces_and_keep_their_places(text: str) -> None:
    places = placed_words(text)
    assert [place.word for place in places] == index_words(text)
    assert all(place.word and not any(map(str.isspace, place.word)) for place in places)
    assert all(place.start < place.end <= len(text) for place in places)
    assert max((len(place.word) for place in places), default=0) <= LONGEST


def test_a_ligature_of_several_words_is_one_word_and_an_endless_one_is_cut() -> None:
    assert index_words("\ufdfa") == ["صلىاللهعليهوسلم"]
    assert index_words("x" * 5_000) == ["x" * LONGEST]
    assert index_words("Yes: no, no! 5 % of #that @home & more… “so”") == [
        "yes", "no", "no", "5", "%", "of", "#", "that", "@", "home", "&", "more", "so",
    ]  # fmt: skip


def test_stems_are_the_same_however_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stems, "REMEMBERED", 3)
    asked: list[str] = []

    def analyzed(text: str) -> list[str]:
        asked.append(text)
        return [word[:2] for word in text.split()]

    stem = Stemmer(analyzed)
    assert stem(["aab", "aac"]) == ["aa", "aa"]
    assert stem(["aab"]) == ["aa"]
    assert stem(["bbc", "bbd", "aab"]) == ["bb", "bb", "aa"]
    assert [sorted(text.split()) for text in asked] == [["aab", "aac"], ["aab", "bbc", "bbd"]]
    assert Stemmer(lambda text: ["one"])(["a", "b"]) == ["a", "b"]  # never another word's stem
