"""Which of the texts that come in are new versions: the decisions, as a table and as invariants."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.settle import Incoming, Reading, Standing, settle

ARTICLE, OWN, OTHER = 1, 100, 200
STORED = Standing(version=3, content_hash=7, link_hash=OWN, first_seen_us=50)


def incoming(
    content_hash: int, link_hash: int = OWN, *, row: int = 0, based_on: int | None = None
) -> Incoming:
    return Incoming(row, row, ARTICLE, link_hash, content_hash, 90, 90, based_on)


def status(each: Incoming, standing: Standing | None = STORED, **readings: Reading) -> str:
    known = {ARTICLE: standing} if standing else {}
    links = {"own": OWN, "other": OTHER}
    [decision] = settle([each], known, {links[name]: reading for name, reading in readings.items()})
    return decision.status


def test_an_unknown_article_is_stored():
    assert status(incoming(7), None) == "stored"


def test_its_own_link_with_the_same_text_changes_nothing():
    assert status(incoming(7)) == "unchanged"


def test_its_own_link_with_another_text_is_an_edit():
    assert status(incoming(8)) == "updated"


@pytest.mark.parametrize(
    ("known_for_s", "later_s", "expected"),
    [
        (0, 15, "unchanged"),  # new to both
        (0, -15, "unchanged"),  # read before, committed after it
        (10, 15, "updated"),  # it knew the article: an edit, however soon
        (0, 3_600, "updated"),  # an hour on the way, in which it may have been edited
    ],
)
def test_of_two_who_read_a_new_article_side_by_side_the_first_is_kept(known_for_s, later_s, expected):
    first = Reading(ARTICLE, 7, 1_000_000_000_000)
    at_us = first.at_us + later_s * 1_000_000
    each = Incoming(0, 0, ARTICLE, OWN, 8, at_us - known_for_s * 1_000_000, at_us)

    assert status(each, own=first) == expected


@pytest.mark.parametrize(
    ("stored", "read", "expected"),
    [("feed", "page", "updated"), ("page", "feed", "unchanged"), ("feed", "feed", "unchanged")],
)
def test_a_page_read_side_by_side_with_what_its_feed_carries_is_kept(stored, read, expected):
    before = Standing(1, 7, OWN, 50, from_feed=stored == "feed")
    each = Incoming(0, 0, ARTICLE, OWN, 8, 90, 90, from_feed=read == "feed")

    assert status(each, before, own=Reading(ARTICLE, 7, 50)) == expected


def test_a_new_link_is_a_duplicate_whatever_it_says():
    assert status(incoming(7, OTHER)) == "duplicate"
    assert status(incoming(8, OTHER)) == "duplicate"


def test_another_link_that_still_says_the_same_is_unchanged():
    assert status(incoming(7, OTHER), other=Reading(ARTICLE, 7, 60)) == "unchanged"


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        (
            Reading(ARTICLE, 7, 40),
            Reading(ARTICLE, 6, 60),
            "updated",
        ),  # own link silent since, other one changed
        (None, Reading(ARTICLE, 6, 60), "updated"),  # own link forgotten
        (Reading(5, 7, 80), Reading(ARTICLE, 6, 60), "updated"),  # own link leads elsewhere now
        (Reading(ARTICLE, 7, 80), Reading(ARTICLE, 6, 60), "duplicate"),  # own link alive: it will tell
        (Reading(ARTICLE, 7, 40), Reading(ARTICLE, 8, 60), "duplicate"),  # the variant that it always showed
        (Reading(ARTICLE, 7, 40), Reading(5, 6, 60), "duplicate"),  # led to another article so far
    ],
)
def test_another_link_takes_over_only_from_one_that_is_silent(own, other, expected):
    readings = {name: reading for name, reading in (("own", own), ("other", other)) if reading}

    assert status(incoming(8, OTHER), **readings) == expected


def test_a_cleaner_text_made_of_the_stored_one_is_a_version():
    assert status(incoming(8, OTHER, based_on=7)) == "updated"


def test_better_facts_of_the_same_text_are_a_version():
    assert status(incoming(7, based_on=7)) == "updated"


def test_a_cleaner_text_made_of_one_that_was_edited_since_is_dropped():
    assert status(incoming(8, based_on=6)) == "unchanged"


def test_the_first_of_an_articles_texts_in_one_batch_wins():
    first, second = Incoming(0, 1, ARTICLE, OWN, 8, 90, 90), Incoming(1, 1, ARTICLE, OWN, 9, 90, 90)

    assert [decision.status for decision in settle([first, second], {}, {})] == ["stored", "duplicate"]


rows = st.builds(
    lambda article, link, content, at: (article, link, content, at),
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 2),
    st.integers(0, 100),
)


@given(st.lists(rows, max_size=30))
def test_versions_count_up_by_one_and_only_for_what_is_new(found):
    texts = [
        Incoming(n, n, article, link, content, at, at) for n, (article, link, content, at) in enumerate(found)
    ]
    last: dict[int, tuple[int, int]] = {}

    for each, decision in zip(texts, settle(texts, {}, {}), strict=True):
        version, content = last.get(each.article_id, (0, None))
        if decision.status in ("stored", "updated"):
            assert decision.version == version + 1
            assert each.content_hash != content
            last[each.article_id] = (decision.version, each.content_hash)
        else:
            assert decision.version == version
        assert (decision.status == "stored") == (version == 0)


@given(st.lists(rows, max_size=20), st.integers(0, 20))
def test_it_makes_no_difference_where_a_commit_ends(found, cut):
    texts = [
        Incoming(n, n, article, link, content, n, n) for n, (article, link, content, _) in enumerate(found)
    ]
    at_once = settle(texts, {}, {})

    before = settle(texts[:cut], {}, {})
    standing, readings = {}, {}
    for each, decision in zip(texts[:cut], before, strict=True):
        if decision.status in ("stored", "updated"):
            standing[each.article_id] = Standing(
                decision.version, each.content_hash, each.link_hash, decision.first_seen_us
            )
        readings[each.link_hash] = Reading(each.article_id, each.content_hash, each.fetched_us)

    assert before + settle(texts[cut:], standing, readings) == at_once


@given(st.lists(rows, max_size=20))
def test_a_round_repeated_adds_nothing(found):
    pages = {
        (article, link): content for article, link, content, _ in found
    }  # one text for each link at a time
    by_link = {link: (article, content) for (article, link), content in pages.items()}
    once = [Incoming(n, n, a, link, c, n, n) for n, (link, (a, c)) in enumerate(by_link.items())]
    again = [Incoming(n + 50, n + 50, i.article_id, i.link_hash, i.content_hash, n + 50, n + 50)
             for n, i in enumerate(once)]  # fmt: skip

    decisions = settle(once + again, {}, {})[len(once) :]

    assert {decision.status for decision in decisions} <= {"unchanged", "duplicate"}
