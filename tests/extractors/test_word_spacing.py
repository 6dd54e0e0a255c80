"""The words of a text without its punctuation: the same, however the text is folded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.watch.folding import folded_words
from extractors.watch.spacing import counts, spaced_words

TEXTS = (
    "He said: \u201cIt\u2019s AT&T\u2019s 5% \u2014 or \u20ac3,000\u2026\u201d",
    "Caf\u00e9 M\u00fcnchen, Stra\u00dfe; \u0130stanbul \ufb01n\xa0m\u00b2 \u00bd \u2122",
    "so\xadft hy\xadphens, a cafe\u0301 in two signs, \u2764\ufe0f",
    "Москва́ и Київ, Ελλάδα, 東京へ行く。 ไทย 한국어 (C++)",
    "half \ud83d of a pair",
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
