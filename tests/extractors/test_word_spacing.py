"""The words of a text without its punctuation: the same, however the text is folded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.watch.folding import folded_words, word_spans
from extractors.watch.places import places
from extractors.watch.spacing import OTHER, counts, spaced_text, spaced_words

TEXTS = (
    "He said: \u201cIt\u2019s AT&T\u2019s 5% \u2014 or \u20ac3,000\u2026\u201d",
    "Caf\u00e9 M\u00fcnchen, Stra\u00dfe; \u0130stanbul \ufb01n\xa0m\u00b2 \u00bd \u2122",
    "so\xadft hy\xadphens, a cafe\u0301 in two signs, \u2764\ufe0f",
    "Москва́ и Київ, Ελλάδα, 東京へ行く。 ไทย 한국어 (C++)",
    "half \ud83d of a pair",
    "one\n\ntwo\n \n\nthree\n-\nfour\n\u200b\nfive\n\n\nU.S.\n\u2028\nsix",
    "\u200bA\u200b \u200b& 5\u20ac\ufe0f \u2026\ufe0f\u200b \xdf & \xbd\u2044 \uff06 & x",
    "\x00 a zero \x1f and others",
    "",
)


def _that_count(text: str) -> list[str]:
    return [word for word in folded_words(text) if counts(word)]


@pytest.mark.parametrize("text", TEXTS)
def test_words_without_punctuation_are_those_of_the_text_that_count(text: str) -> None:
    assert spaced_words(text) == _that_count(text)


@given(st.text(st.characters(exclude_categories=())))
def test_no_text_has_other_words_when_it_is_folded_as_a_whole(text: str) -> None:
    assert spaced_words(text) == _that_count(text)


def test_each_letter_of_the_first_planes_has_the_same_words_alone_and_among_others() -> None:
    for code in range(0x3000):
        text = f"{chr(code)} ab{chr(code)}cd{chr(code) * 2} {chr(code)}\n\nx"
        assert spaced_words(text) == _that_count(text), hex(code)


SIGNS = frozenset((".", ",", "...", "&", "\u20ac"))
PIECES = (
    "a", "A", "b.", "\xdf", "\xc6", "\u0130", "\xe9", "\xbd", "&", "\uff06", "\u20ac", ".", "...", "\u2026", ";", "\u03a3", "\u0431",
    "\u0439", "\ufb01", "\u2122", "\u200b", "\ufe0f", "\u0301", "\u0306", "\u2764", "-", "\u2019", " ", "\n", "\n\n", "\n \n", "\t",
)  # fmt: skip
PIECED = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


@pytest.mark.parametrize("text", TEXTS)
def test_texts_have_the_same_words_and_places_when_they_are_folded_as_a_whole(text: str) -> None:
    _holds(text)


@given(PIECED | st.text(st.characters(exclude_categories=())))
def test_any_text_has_the_same_words_and_places_when_it_is_folded_as_a_whole(text: str) -> None:
    _holds(text)


def test_texts_of_the_scripts_with_spaces_are_folded_as_a_whole() -> None:
    for text in (
        "It\u2019s 5\xa0% \u2014 Stra\xdfe\u2026 \u2764\ufe0f",
        "Москва и Київ",
        "Ελλάδα",
        "so\xadft \u200bspace",
    ):
        assert spaced_text(text, SIGNS) is not None, text
    for text in ("मध्य", "東京", "ไทย", "한국"):
        assert spaced_text(text, SIGNS) is None, text


def test_a_term_across_paragraphs_is_for_those_who_read_word_for_word() -> None:
    assert spaced_text("one\n\ntwo", frozenset(("\n\n",))) is None


def _holds(text: str) -> None:
    """The same words, but for signs that nobody asks for: these may be any number where they stand in a row."""
    spaced = spaced_text(text, SIGNS)
    if spaced is None:
        return
    words = spaced.words()
    plain = [_asked(word) for word in folded_words(text)]
    assert _without_rows(words) == _without_rows(plain)
    numbers = [number for number, word in enumerate(words) if word != OTHER]
    spans = [span for span, word in zip(word_spans(text), plain, strict=True) if word != OTHER]
    at = dict(zip(numbers, spans, strict=True))
    for length in range(4):
        whole = [(a, b) for a, b in zip(numbers, numbers[length:], strict=False) if b - a == length]
        found = places(text, words, spaced, numbers, [(a, b + 1) for a, b in whole])
        assert all(found[(a, b + 1)] == (at[a][0], at[b][1]) for a, b in whole)


def _asked(word: str) -> str:
    return word if counts(word) or word in SIGNS else OTHER


def _without_rows(words: list[str]) -> list[str]:
    return [word for word, before in zip(words, ["", *words], strict=False) if not word == before == OTHER]
