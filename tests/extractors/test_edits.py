"""What changed between two versions of an article: told in sentences, numbers, quotations and a diff."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.edits import compare
from extractors.edits.comparison import MAX_DIFF_CHARS, marked
from extractors.edits.notices import correction_notice
from extractors.edits.sentences import numbers, quotes, sentences

BEFORE = """Two people were hurt in a fire at a mill on Monday, police said.

“We heard a bang and ran,” said a neighbour. The road is closed.

Damage is put at $1,200,000."""
AFTER = """Correction: an earlier version of this article named the wrong town.

Three people were hurt in a fire at a mill on Monday, police said.

“We saw smoke and ran out,” said a neighbour.

Damage is put at $1,500,000. The owner was not at home."""


def test_an_edit_is_told_in_sentences_numbers_quotes_and_a_diff():
    edit = compare("Two hurt in mill fire", BEFORE, "Three hurt in mill fire", AFTER)

    assert (edit.title_before, edit.title_after) == ("Two hurt in mill fire", "Three hurt in mill fire")
    assert edit.correction == "Correction: an earlier version of this article named the wrong town."
    assert (edit.numbers_removed, edit.numbers_added) == (("$1,200,000",), ("$1,500,000",))
    assert edit.quotes_removed == ("We heard a bang and ran,",)
    assert edit.quotes_added == ("We saw smoke and ran out,",)
    assert "The road is closed." in edit.sentences_removed
    assert edit.diff.splitlines() == [
        "~ headline: [-Two-]{+Three+} hurt in mill fire",
        "- The road is closed.",
        "+ Correction: an earlier version of this article named the wrong town.",
        "~ [-Two-]{+Three+} people were hurt in a fire at a mill on Monday, police said.",
        "~ “We [-heard a bang-]{+saw smoke+} and ran{+ out+},” said a neighbour.",
        "~ Damage is put at $[-1,200,000-]{+1,500,000+}.",
        "+ The owner was not at home.",
    ]


def test_a_sentence_that_only_moved_is_no_change():
    edit = compare("T", "One is here. Two is there.", "T", "Two is there. One is here.")

    assert (edit.diff, edit.sentences_added, edit.words_added, edit.title_after) == ("", (), 0, None)


def test_a_long_sentence_that_was_rewritten_throughout_is_shown_whole_on_both_sides():
    before = "It " + " ".join(f"old{n}" for n in range(60)) + " end"
    after = "It " + " ".join(f"new{n}" for n in range(60)) + " end"

    shown = marked(before, after)

    assert shown.startswith("It [-old0 old1 ")
    assert shown.endswith(" new59+} end")
    assert shown.count("[-") == shown.count("{+") == 1


def test_words_are_counted_that_came_and_went():
    edit = compare("T", "The mayor said no.", "T", "The mayor said yes, and left.")

    assert (edit.words_added, edit.words_removed) == (3, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mr. Smith left. Dr. Jones stayed!", ["Mr. Smith left.", "Dr. Jones stayed!"]),
        ("J. R. Hartley wrote it. “It sold.” Then more.", ["J. R. Hartley wrote it.", "“It sold.”", "Then more."]),
        ("Am 3. Mai war es kalt. Danach nicht.", ["Am 3. Mai war es kalt.", "Danach nicht."]),
        ("市長は辞任した。後任は未定だ。", ["市長は辞任した。", "後任は未定だ。"]),
        ("هل غادر؟ نعم غادر.", ["هل غادر؟", "نعم غادر."]),
        ("वह गया। फिर आया।", ["वह गया।", "फिर आया।"]),
        ("a headline\nwithout stops\n\n  ", ["a headline", "without stops"]),
        ("It rose 3.5 points... and fell.", ["It rose 3.5 points... and fell."]),
    ],
)  # fmt: skip
def test_sentences_end_where_readers_of_each_script_see_an_end(text, expected):
    assert sentences(text) == expected


def test_numbers_keep_their_sign_and_grouping():
    assert numbers("From $1,200.50 to 3.5 % at 14:30, €2 and 1\u00a0000 of 7.") == [
        "$1,200.50", "3.5 %", "14:30", "€2", "1 000", "7",
    ]  # fmt: skip


def test_quotes_of_any_country_are_found_and_single_words_are_not():
    text = 'He said "we will not go" and „wir gehen nicht“, « nous resterons », 「行きませんと言う」, a "so-so" day.'
    assert quotes(text) == ["we will not go", "wir gehen nicht", "nous resterons", "行きませんと言う"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Correction: the name was wrong.",
        "Clarification (12 May): the sum was in euros.",
        "An earlier version of this story gave the wrong age.",
        "This article was amended on 3 May 2026 to correct a name.",
        "In einer früheren Version hieß es, der Zug sei entgleist.",
        "Rectificatif : le prénom était faux.",
        "Fe de errores: el nombre era otro.",
        "Rättelse: åldern var fel.",
        "Поправка: имя было указано неверно.",
        "訂正：名前に誤りがありました。",
    ],
)
def test_a_correction_notice_is_known_in_many_languages(sentence):
    assert correction_notice(["Something else.", sentence]) == sentence


@pytest.mark.parametrize(
    "sentence", ["A correction in the market is due.", "Corrections officers went on strike."]
)
def test_a_correction_of_the_market_is_no_notice(sentence):
    assert correction_notice([sentence]) is None


TEXTS = st.text(
    st.sampled_from(list("ab 1.\n“”。Z")) | st.characters(exclude_categories=["Cs"]), max_size=200
)


@given(TEXTS, TEXTS)
def test_a_marked_text_can_be_read_back_as_both(before, after):
    plain_before, plain_after = ("".join(text.split("-")).replace("[", "").replace("{", "").replace("+", "")
                                 for text in (before, after))  # fmt: skip
    shown = marked(plain_before, plain_after)

    assert _read(shown, "{+", "+}", "[-", "-]") == plain_before
    assert _read(shown, "[-", "-]", "{+", "+}") == plain_after


def _read(shown: str, drop: str, drop_end: str, keep: str, keep_end: str) -> str:
    while drop in shown:
        head, _, rest = shown.partition(drop)
        shown = head + rest.partition(drop_end)[2]
    return shown.replace(keep, "").replace(keep_end, "")


@given(TEXTS, TEXTS)
@settings(max_examples=50)
def test_nothing_changes_from_a_text_to_itself_and_what_came_went_the_other_way(before, after):
    assert compare("T", before, "T", before).diff == ""
    there, back = compare("T", before, "T", after), compare("T", after, "T", before)
    assert there.sentences_added == back.sentences_removed
    assert there.numbers_added == back.numbers_removed
    assert there.words_added == back.words_removed


@pytest.mark.parametrize("piece", [". ", "a. ", "A. B! ", "“", '"', "1,", "。", "..", "a ", "Aa.\n"])
def test_hostile_texts_are_compared_within_bounds(piece):
    """Quadratic work on 400,000 characters would run into the limit of the test by hours."""
    edit = compare("x" * 100_000, piece * (400_000 // len(piece)), "y", piece * 200_000 + "Z")

    assert len(edit.diff) <= MAX_DIFF_CHARS
    assert len(edit.sentences_added) <= 100
