"""What a site repeats and what a page calls furniture is taken out, and nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.boilerplate import (
    fold_line,
    judge_memory,
    known_lines,
    learn_sightings,
    line_digest,
    merge_memory,
    pieces_of,
    strip_boilerplate,
)
from extractors.boilerplate.folding import fold_template, template_digest
from extractors.boilerplate.memory import FORGET_AFTER, MAX_LINES
from extractors.boilerplate.tails import split_tail
from extractors.model import Extracted, Fact, Facts, Memory, Moment, Removed

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TITLE = "Harbour council votes to rebuild the old pier"
BODY = (
    (
        "The council of Northhaven decided on Tuesday night to rebuild the pier that a storm had torn away last autumn, "
        "after a debate of four hours."
    ),
    (
        "“We owe it to the fishermen,” said the mayor, who had promised the vote during the campaign and kept his word "
        "with a majority of two."
    ),
    (
        "Work is to begin in April, and the first boats may land there again before the end of the summer, the engineers "
        "of the harbour say."
    ),
)
BOX = "Ida Brandt writes about ports and ships for the Northhaven Courier. She has sailed on most of them."


def telling(number: int) -> tuple[str, ...]:
    """A body of its own for each article."""
    word = "abcdefghijklmnopqrstuvwxyz"[number % 26] * 3
    return tuple(
        f"{block} It was the {word} of its kind, {word} {place}." for place, block in enumerate(BODY)
    )


def article(*blocks: str, title: str = TITLE, furniture: tuple[Removed, ...] = ()) -> Extracted:
    facts = Facts(Fact(title, "h1"), authors=Fact(("Ida Brandt",)), published=Fact(Moment(AT)))
    return Extracted("https://courier.example/pier", facts, blocks, furniture)


def memory_of(articles: list[tuple[str, ...]], at: datetime = AT) -> Memory:
    sightings = [
        sighting
        for number, blocks in enumerate(articles)
        for sighting in learn_sightings("courier", number, blocks, at)
    ]
    return merge_memory(Memory("courier"), sightings)


def removed_texts(
    extracted: Extracted, known: frozenset[int] = frozenset(), **lines: tuple[str, ...]
) -> list[str]:
    return [removed.text for removed in strip_boilerplate(extracted, known, **lines).removed]


# ------------------------------------------------------------------------------------------------------- the page


def test_an_article_loses_its_furniture_and_keeps_its_paragraphs() -> None:
    lines = ("X", TITLE, TITLE, "Sunday 1 March 2026 - 12:00", "Zoom", *BODY, "Read more")
    stripped = strip_boilerplate(article(*lines), frozenset())
    assert stripped.kept == BODY
    assert [(removed.reason, removed.position) for removed in stripped.removed] == [
        ("share", 0), ("title", 1), ("title", 2), ("dateline", 3), ("zoom", 4), ("read more", 8),
    ]  # fmt: skip


def test_a_byline_goes_whoever_is_believed_to_be_the_author() -> None:
    """Its feed names somebody else: the same page read without its feed must make the same text."""
    told = article("By Rick Tully", *BODY)
    feeds = Fact(("Staff writer",), "feed", ("jsonld=Rick Tully, Ida Brandt",))
    told = replace(told, facts=replace(told.facts, authors=feeds))
    stripped = strip_boilerplate(told, frozenset())
    assert stripped.kept == BODY
    assert [removed.reason for removed in stripped.removed] == ["byline"]


def test_a_sentence_that_begins_like_furniture_stays() -> None:
    sentence = "Related research shows that piers of oak outlast those of pine by a generation."
    assert removed_texts(article(BODY[0], sentence, BODY[2])) == []


def test_a_word_that_is_furniture_at_the_edge_may_be_a_heading_within() -> None:
    assert removed_texts(article(BODY[0], "Zoom", BODY[1], BODY[2])) == []


def test_what_the_page_showed_to_be_furniture_comes_back_in_its_place() -> None:
    told = (Removed("Zoom", "zoom", 0), Removed("Read more", "read more", 4))
    stripped = strip_boilerplate(article(*BODY, furniture=told), frozenset())
    assert stripped.removed == told
    assert stripped.kept == BODY


def test_an_article_of_nothing_but_furniture_is_kept_as_it_is() -> None:
    assert strip_boilerplate(article("Read more", "Zoom"), frozenset()).kept == ("Read more", "Zoom")


@pytest.mark.parametrize(
    ("block", "body", "tail"),
    [
        ("The vote was close. Continue reading →", "The vote was close.", "Continue reading →"),
        ("The vote was close […]", "The vote was close", "[…]"),
        ("Die Wahl war knapp. Weiterlesen", "Die Wahl war knapp.", "Weiterlesen"),
        ("She sat down and read on", "She sat down and read on", ""),
        ("Read more", "Read more", ""),
    ],
)
def test_a_tail_is_split_from_the_end_of_a_sentence_only(block: str, body: str, tail: str) -> None:
    assert split_tail(block)[:2] == (body, tail)


# ------------------------------------------------------------------------------------------------------- the site


def test_an_author_box_that_two_of_five_articles_share_is_taken_out_behind_the_text() -> None:
    memory = memory_of([(*telling(0), BOX), (*telling(1), BOX), telling(2), telling(3), telling(4)])
    assert removed_texts(article(*BODY, BOX), known_lines(memory, AT)) == [BOX]


def test_a_template_with_a_changing_name_is_one_line() -> None:
    first, second = (
        "You can write to our reporter Ida Brandt at any time",
        "You can write to our reporter Jo Lund at any time",
    )
    third = "You can write to our reporter Mia Sand at any time"
    assert template_digest(first) == template_digest(second) != None  # noqa: E711
    memory = memory_of([(*telling(0), first), (*telling(1), second), telling(2)])
    assert third in removed_texts(article(*BODY, third), known_lines(memory, AT))


def test_digits_and_dates_do_not_make_another_line() -> None:
    assert line_digest("Issue 12 of 3 May") == line_digest("issue 7 of 14 may")


@pytest.mark.parametrize(
    "line",
    [
        "“We owe it to the fishermen, and to their children,” the mayor said.",
        "Correction: an earlier version of this article named the wrong pier.",
        "Berichtigung: In einer früheren Fassung stand ein falscher Name.",
    ],
)
def test_quotes_and_corrections_stay_however_often_they_stand(line: str) -> None:
    memory = memory_of([(*telling(n), line) for n in range(6)])
    assert line not in removed_texts(article(*BODY, line), known_lines(memory, AT))


def test_the_standing_introduction_of_a_column_stays() -> None:
    intro = "Every Friday our gardener answers the questions that readers have sent in during the week."
    memory = memory_of([(intro, *telling(n)) for n in range(6)])
    assert intro not in removed_texts(article(intro, *BODY), known_lines(memory, AT))


def test_a_sentence_in_the_middle_of_two_articles_stays() -> None:
    sentence = "The ministry did not answer questions of this newspaper before it went to press on Monday."
    memory = memory_of([(*telling(n)[:2], *([sentence] if n < 2 else []), telling(n)[2]) for n in range(5)])
    assert sentence not in removed_texts(article(BODY[0], sentence, BODY[2]), known_lines(memory, AT))


def test_a_story_that_a_site_tells_twice_keeps_its_paragraphs() -> None:
    memory = memory_of([BODY, BODY, telling(1), telling(2)])
    assert removed_texts(article(*BODY), known_lines(memory, AT)) == []


def test_a_long_paragraph_is_never_taken_for_a_repeated_line() -> None:
    wire = " ".join(BODY) * 3
    assert removed_texts(article(wire), known_lines(memory_of([(wire,)] * 5), AT)) == []


def test_a_line_of_one_article_in_a_hundred_is_no_boilerplate() -> None:
    memory = memory_of(
        [(*BODY, "What we know")] * 2 + [(*BODY, f"Part {word}") for word in map(chr, range(97, 123))]
    )
    known = known_lines(memory, AT)
    assert line_digest("What we know") not in known


def test_a_line_that_stopped_is_forgotten_and_known_again_when_it_returns() -> None:
    memory = memory_of([(*telling(n), "Our harbour letter") for n in range(3)])
    digest = line_digest("Our harbour letter")
    assert digest in known_lines(memory, AT + FORGET_AFTER)
    late = AT + FORGET_AFTER + timedelta(days=1)
    assert digest not in known_lines(memory, late)
    assert judge_memory(memory, late).lines[digest].state == "forgotten"
    assert judge_memory(memory, AT).lines[digest].state == "known"
    again = merge_memory(memory, learn_sightings("courier", 99, (*BODY, "Our harbour letter"), late))
    assert digest in known_lines(again, late)


def test_config_lines_win() -> None:
    known = known_lines(memory_of([(*telling(n), "Harbour notes") for n in range(3)]), AT)
    assert removed_texts(article(*BODY, "Harbour notes"), known) == ["Harbour notes"]
    assert removed_texts(article(*BODY, "Harbour notes"), known, protect=("harbour  NOTES",)) == []
    stripped = strip_boilerplate(article(*BODY), frozenset(), drop=(BODY[1],))
    assert [(removed.text, removed.reason) for removed in stripped.removed] == [
        (BODY[1], "dropped by config")
    ]


def test_an_article_leaves_few_sightings_and_never_none() -> None:
    many = learn_sightings(
        "courier", 1, tuple(f"Line of the table {chr(97 + n % 26) * (n + 1)}" for n in range(200)), AT
    )
    assert len(many) <= 2 * MAX_LINES
    assert all(len(sighting.sample) <= 200 for sighting in many)
    assert len(learn_sightings("courier", 1, ("word " * 500,), AT)) == 1
    assert learn_sightings("courier", 1, (), AT) == ()


def test_sightings_of_another_source_are_left_aside() -> None:
    assert merge_memory(Memory("other"), learn_sightings("courier", 1, BODY, AT)) == Memory("other")


# -------------------------------------------------------------------------------------------------- what always holds

LINES = st.lists(
    st.sampled_from(
        (
            "Read more",
            "Zoom",
            "X",
            TITLE,
            BOX,
            *BODY,
            "A word […]",
            "It ended. Read more",
            "Harbour notes",
            "7",
        )
    ),
    min_size=1,
    max_size=12,
)


@given(LINES, st.lists(LINES, max_size=5), st.data())
def test_kept_and_removed_are_exactly_what_was_extracted(
    blocks: list[str], others: list[list[str]], data: st.DataObject
) -> None:
    places = sorted(data.draw(st.sets(st.integers(0, len(blocks) + 1), max_size=2)))
    told = tuple(
        Removed("Share", "share", place) for place in places if place <= len(blocks) + len(places) - 1
    )
    extracted = article(*blocks, furniture=told)
    known = known_lines(memory_of([tuple(lines) for lines in others]), AT)
    stripped = strip_boilerplate(extracted, known)
    pieces = [piece.text for piece in pieces_of(extracted)]
    kept = list(stripped.kept)
    removed = {line.position: line.text for line in stripped.removed}
    assert [removed[n] if n in removed else kept.pop(0) for n in range(len(pieces))] == pieces
    assert kept == []
    assert fold_line(" ".join(pieces)) == fold_line(" ".join(_together(blocks, told)))


def _together(blocks: list[str], told: tuple[Removed, ...]) -> list[str]:
    furniture = {line.position: line.text for line in told}
    waiting = list(blocks)
    return [furniture[n] if n in furniture else waiting.pop(0) for n in range(len(blocks) + len(told))]


@given(st.lists(st.tuples(LINES, st.integers(0, 90)), max_size=6), st.randoms())
def test_the_same_articles_in_any_order_make_the_same_memory(
    articles: list[tuple[list[str], int]], random: object
) -> None:
    batches = [
        learn_sightings("courier", number, tuple(lines), AT + timedelta(days=days))
        for number, (lines, days) in enumerate(articles)
    ]
    shuffled = list(batches)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one = Memory("courier")
    for batch in batches:
        one = merge_memory(one, batch)
    other = merge_memory(Memory("courier"), [sighting for batch in shuffled for sighting in batch])
    assert one == other


@given(st.text(max_size=200))
def test_folding_is_idempotent_and_a_template_has_words(text: str) -> None:
    assert fold_line(fold_line(text)) == fold_line(text)
    assert fold_template(text) == "" or len(fold_template(text).split()) >= 4


def test_no_sentence_of_a_thousand_from_real_articles_is_removed() -> None:
    truth = Path(__file__).resolve().parents[3] / "shared" / "bench" / "articles" / "truth.jsonl"
    if not truth.exists():
        pytest.skip("the bench sets are not beside the project (../shared/bench)")
    sentences: list[str] = []
    with truth.open(encoding="utf-8") as lines:
        for line in lines:
            found = re.findall(r"[A-Z][^.!?\n]{25,250}[.!?](?=\s)", json.loads(line)["text"])
            sentences += found[3:6]
    assert len(sentences) >= 1000
    extracted = replace(article(), blocks=(BODY[0], *sentences[:1000], BODY[1]))
    assert removed_texts(extracted) == []


TYPED = st.text("abcXYZ 01,.-!'’‘“”–—…\xa0\n\x01\x02", max_size=60)


@given(TYPED)
def test_a_line_folds_the_same_whether_or_not_another_script_is_in_it(text: str) -> None:
    assert fold_line(f"{text} é") == f"{fold_line(text)} é".strip()


@given(TYPED)
def test_a_template_is_the_same_whether_or_not_another_script_is_in_it(text: str) -> None:
    assert fold_template(f"{text} é")[:-1] == fold_template(f"{text} e")[:-1]
