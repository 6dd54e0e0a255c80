"""Stories: how copies are known, which articles belong together, and who wrote the original."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.stories import Pair, Text, agency_of, find_stories
from extractors.stories.fingerprints import CLOSE, LENGTH, MAX_WORDS, WIDE, chosen_keys
from extractors.stories.grouping import MOST_SEEN, match_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def words(seed: int, count: int) -> list[str]:
    rng = random.Random(seed)
    return [f"w{rng.randrange(10**9)}" for _ in range(count)]


def prose(seed: int, count: int) -> str:
    return " ".join(words(seed, count))


def shared(one: str, other: str) -> float:
    """Which part of the keys of one text are the other's too."""
    mine, theirs = set(chosen_keys(one)[1]), set(chosen_keys(other)[1])
    return len(mine & theirs) / len(mine)


# ------------------------------------------------------------------------------------------------- fingerprints


def test_case_accents_and_signs_make_no_difference():
    text = "The Café of Zürich — “closed”, says its owner; and it won't open again before the 3rd of May 2026, they say"
    plain = (
        "THE CAFE OF ZURICH closed says its owner and it won't open again before the 3rd of May 2026 they say"
    )
    assert chosen_keys(text) == chosen_keys(plain)
    assert chosen_keys(text)[1]


@given(st.integers(0, 10**6), st.integers(0, 300), st.integers(0, 300))
def test_what_two_texts_share_they_share_wherever_it_stands(seed, before, after):
    """A run of spacing + LENGTH - 1 words has a key, whatever is around it."""
    run = prose(seed, WIDE + LENGTH - 1)
    one = f"{prose(seed + 1, before + 201)} {run} {prose(seed + 2, after)}"
    other = f"{prose(seed + 3, after + 201)} {run} {prose(seed + 4, before)}"
    assert set(chosen_keys(one)[1]) & set(chosen_keys(other)[1])


def test_a_short_text_has_the_keys_that_a_long_one_with_it_has():
    brief = prose(5, 150)
    assert chosen_keys(brief)[0] == CLOSE
    whole = chosen_keys(f"{brief} {prose(6, 500)}")
    assert whole[0] == WIDE
    inside = set(whole[1]) & set(chosen_keys(brief)[1])
    assert len(inside) >= 150 / WIDE


def test_a_text_without_enough_words_has_no_keys():
    assert chosen_keys("")[1] == ()
    assert chosen_keys("Two words.")[1] == ()
    assert chosen_keys("!!! … ---")[1] == ()


def test_scripts_without_spaces_have_keys_of_letters():
    rng = random.Random(3)
    one, other = ("".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(600)) for _ in range(2))
    assert 30 < len(chosen_keys(one)[1]) < 80
    assert shared(one[:300] + other, one) > 0.3
    assert shared(one, other) == 0


def test_a_book_costs_no_more_than_a_long_article():
    assert len(chosen_keys(prose(1, 20_000))[1]) < 3 * MAX_WORDS / WIDE


@given(st.text(st.characters(codec=None), max_size=400))
def test_keys_are_32_bit_numbers_each_once_whatever_the_text(text):
    keys = chosen_keys(text)[1]
    assert len(set(keys)) == len(keys)
    assert all(-(2**31) <= key < 2**31 for key in keys)


# ----------------------------------------------------------------------------------------------------- grouping


def texts(*minutes: int, story: dict[int, int] | None = None, keys: int = 40) -> list[Text]:
    return [Text(n, NOON + m * MINUTE, keys, WIDE, (story or {}).get(n)) for n, m in enumerate(minutes, 1)]


def stories(found) -> dict[int, int]:
    return {member.article_id: member.story_id for member in found.members}


def test_a_story_is_named_for_its_first_report_and_tells_who_copied_whom():
    found = find_stories(texts(20, 0, 10), [Pair(1, 2, 36), Pair(1, 3, 38), Pair(2, 3, 20)])
    assert stories(found) == {1: 2, 2: 2, 3: 2}
    by_id = {member.article_id: member for member in found.members}
    assert by_id[2].copied_from is None
    assert (by_id[3].copied_from, by_id[3].copied_share) == (2, 0.5)
    assert (by_id[1].copied_from, by_id[1].copied_share) == (2, 0.9)  # as good as 3, and before it


def test_a_quotation_or_the_background_of_a_report_makes_no_story():
    assert match_of(*texts(0, 1), 4) is None
    assert match_of(*texts(0, 1), 12) is None
    assert match_of(*texts(0, 1, keys=3), 2) is None  # two keys of three


def test_what_stands_around_the_articles_of_one_site_makes_no_story_of_them():
    def at(site: str, number: int) -> Text:
        return Text(number, NOON, 40, WIDE, source_id=site)

    assert match_of(at("a", 1), at("b", 2), 22) is not None
    assert match_of(at("a", 1), at("a", 2), 22) is None
    assert match_of(at("a", 1), at("a", 2), 27) is not None


def test_a_report_cut_to_a_third_joins_and_a_digest_joins_nobody_together():
    whole, cut = Text(1, NOON, 60, WIDE), Text(2, NOON + MINUTE, 20, WIDE)
    assert stories(find_stories([whole, cut], [Pair(1, 2, 19)])) == {1: 1, 2: 1}
    digest = Text(9, NOON, 60, WIDE)
    items = [Text(n, NOON + n * MINUTE, 20, WIDE) for n in (1, 2, 3)]
    found = find_stories([digest, *items], [Pair(n, 9, 18) for n in (1, 2, 3)])
    assert len(found.members) == 2  # one item at the most; the three are never one story


def test_a_close_copy_of_two_stories_makes_them_one_and_the_first_keeps_its_name():
    known = texts(0, 5, 10, 15, 20, story={1: 1, 2: 1, 3: 3, 4: 3})
    found = find_stories(known, [Pair(n, 5, 30) for n in (1, 2, 3, 4)], {1: 2, 3: 2})
    assert stories(found) == dict.fromkeys(range(1, 6), 1)
    assert found.renamed == {3: 1}


def test_a_story_that_hundreds_tell_asks_a_cut_of_it_for_no_more_than_it_could_have_met():
    known = [Text(n, NOON, 60, WIDE, 1) for n in range(1, MOST_SEEN + 1)]
    cut = Text(99, NOON, 20, WIDE)
    found = find_stories([*known, cut], [Pair(n, 99, 18) for n in range(1, 20)], {1: 500})
    assert stories(found)[99] == 1
    few = find_stories([*known, cut], [Pair(n, 99, 18) for n in range(1, 5)], {1: 500})
    assert 99 not in stories(few)


def test_a_brief_and_a_long_article_are_compared_by_the_keys_that_both_can_have():
    brief, long = Text(1, NOON, 30, CLOSE), Text(2, NOON, 50, WIDE)
    match = match_of(brief, long, 10)
    assert match is not None
    assert match.of_first > 0.9
    assert match.of_second == 0.2


@given(st.permutations(range(8)), st.randoms(use_true_random=False))
def test_the_order_of_arrival_makes_no_difference(order, rng):
    all_texts = texts(*range(0, 80, 10))
    all_pairs = [Pair(a, b, 12 + (a * 7 + b * 5) % 28) for a in range(1, 9) for b in range(a + 1, 9)]
    expected = find_stories(all_texts, all_pairs)
    turned = [Pair(p.second, p.first, p.shared) if rng.random() < 0.5 else p for p in all_pairs]
    rng.shuffle(turned)
    assert find_stories([all_texts[n] for n in order], turned) == expected


# ----------------------------------------------------------------------------------------------------- agencies


@pytest.mark.parametrize(
    ("authors", "text", "agency"),
    [
        ((), "PARIS, March 3 (AFP) - The minister said", "AFP"),
        ((), "(Reuters) - Oil fell", "Reuters"),
        ((), "LONDON (AP) — The tide", "AP"),
        ((), "Berlin (dpa/bb) - Der Senat", "dpa"),
        ((), "Berlin - dpa - Der Senat", "dpa"),
        ((), "新华社北京3月3日电 记者", "Xinhua"),
        ((), "The tide turned.\n\nReuters", "Reuters"),
        ((), "Die Flut kam. (APA/dpa)", "APA"),
        (("Jane Doe", "AFP/Reuters"), "The tide", "AFP"),
        (("Le Figaro et AFP",), "La marée", "AFP"),
        (("The Associated Press",), "The tide", "AP"),
        ((), "Reuters reported on Monday that the tide had turned", None),
        ((), "She lives in Philadelphia (PA). Then she moved.", None),
        ((), "Alcoholics Anonymous (AA) met in Lorne.", None),
        (("Ansgar Reuter", "Paula Apa"), "The tide", None),
        ((), "", None),
    ],
)
def test_an_agency_is_known_by_byline_dateline_and_last_line_alone(authors, text, agency):
    assert agency_of(authors, text) == agency


@given(st.lists(st.text(max_size=60), max_size=3), st.text(st.characters(codec=None), max_size=300))
def test_any_text_may_be_asked_for_its_agency(authors, text):
    assert agency_of(authors, text) is None or isinstance(agency_of(authors, text), str)
