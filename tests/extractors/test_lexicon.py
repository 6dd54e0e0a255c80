"""The lexicon of furniture: whole lines in many languages, and never a sentence."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from extractors.boilerplate.lexicon import build_lexicon, shipped_lexicon

TABLES = tomllib.loads(files("extractors.boilerplate").joinpath("lexicon.toml").read_text(encoding="utf-8"))

FURNITURE = [
    ("Read more", "read more"), ("READ MORE »", "read more"), ("Continue reading →", "read more"),
    ("Weiterlesen", "read more"), ("Lire la suite", "read more"), ("Leer más", "read more"),
    ("Leggi tutto", "read more"), ("Leia mais", "read more"), ("Lees meer", "read more"), ("Läs mer", "read more"),
    ("Les mer", "read more"), ("Læs mere", "read more"), ("Lue lisää", "read more"), ("Czytaj więcej", "read more"),
    ("Читать далее", "read more"), ("Devamını oku", "read more"), ("اقرأ المزيد", "read more"),
    ("קרא עוד", "read more"), ("और पढ़ें", "read more"), ("続きを読む", "read more"), ("더 보기", "read more"),
    ("阅读更多", "read more"), ("Διαβάστε περισσότερα", "read more"), ("Baca selengkapnya", "read more"),
    ("Read more: A pier for Northhaven", "read more"), ("Lees ook: Een pier voor Noordhaven", "read more"),
    ("The post A pier for Northhaven appeared first on The Courier", "first appeared"),
    ("Advertisement", "advertisement"), ("Anzeige", "advertisement"), ("Publicité", "advertisement"),
    ("Sign up for our newsletter", "newsletter"), ("Leave a comment", "comments"), ("12 comments", "comments"),
    ("Share this article", "share"), ("Zoom", "zoom"), ("X", "share"),
]  # fmt: skip

SENTENCES = [
    "Related research shows that oak outlasts pine.",
    "Related research shows that piers of oak outlast those of pine by a generation, and cost less",
    "Read more books, said the minister to the class.",
    "Recommended doses were exceeded in nine of ten cases.",
    "More comments came from the opposition on Monday.",
    "The post office in the village closed on Friday.",
    "Share prices fell by a tenth on Monday.",
    "Follow the money, her editor used to say.",
    "Advertisement revenue fell for the third year in a row.",
    "Up next for the council is the budget of the harbour.",
    "Must read his rights to a suspect, the officer insisted.",
    "Watch your step, the sign said.",
    "By the time they arrived the pier was gone.",
    "Comments by the mayor angered the fishermen.",
    "Sign up for a class, and you will meet them all.",
]


@pytest.mark.parametrize(("block", "reason"), FURNITURE)
def test_a_line_of_furniture_is_known_with_its_reason(block: str, reason: str) -> None:
    assert shipped_lexicon().reason(block, at_edge=True) == reason


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_is_never_furniture(sentence: str) -> None:
    assert shipped_lexicon().reason(sentence, at_edge=True) is None


def test_the_lexicon_speaks_many_languages() -> None:
    assert len(TABLES) >= 20
    assert {"en", "de", "fr", "es", "ar", "he", "hi", "ja", "ko", "zh", "ru", "el"} <= set(TABLES)


def test_a_phrase_without_a_fixed_end_is_refused() -> None:
    with pytest.raises(ValueError, match="fixed word"):
        build_lexicon({"en": {"any": ["{name} and {name}"]}})


def test_a_long_block_is_no_furniture() -> None:
    assert shipped_lexicon().reason("Read more: " + "word " * 100, at_edge=True) is None


def test_what_has_no_words_is_no_furniture() -> None:
    assert shipped_lexicon().reason("* * *", at_edge=True) is None


def test_phrases_of_the_edge_count_at_the_edge_only() -> None:
    assert shipped_lexicon().reason("Zoom", at_edge=False) is None
