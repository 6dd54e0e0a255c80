"""Stories in the store: who is joined with whom and when, what is remembered for it, and what is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from extractors.model import ArticleVersion, Record
from extractors.stories import fingerprint_of
from storage.store import Store

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def report(subject: str, paragraphs: int = 12, first: int = 0) -> str:
    """A text of its own: no five words of it stand in the report on another subject."""
    return "\n\n".join(
        " ".join(f"{subject}{number}x{word}" for word in range(12)) + "."
        for number in range(first, first + paragraphs)
    )


@pytest.fixture
def article(make, now) -> Callable[..., ArticleVersion]:
    def made(url: str, text: str, at: datetime = now, **fields: object) -> ArticleVersion:
        source = url.split("/")[2].split(".")[0]
        times = {"published_at": at, "first_seen_at": at, "fetched_at": at}
        return make.version(url, text, **{"source_id": source, **times, **fields})

    return made


@pytest.fixture
def keep(store: Store, make, now) -> Callable[..., None]:
    """Store articles in one batch, as a round does."""

    def kept(*versions: ArticleVersion, at: datetime = now) -> None:
        prints = tuple(map(fingerprint_of, versions))
        name = " ".join(f"{version.url} {version.content_hash}" for version in versions)
        store.spool(make.record(name, *versions, at=at, fingerprints=prints))
        store.commit(at)

    return kept


STORIES = "SELECT source_id, story_id FROM articles ORDER BY source_id"
MEMBERS = "SELECT source_id, story_id, copied_from, similarity, copied_share, agency FROM story_members ORDER BY ALL"


@pytest.mark.parametrize("together", [True, False])
def test_copies_of_several_outlets_are_one_story_named_for_its_first_report(
    keep, rows, article, now, together
):
    text = report("ferry")
    first = article("https://a.example/1", text, now, authors=("Jane Doe", "Reuters"))
    copy = article("https://b.example/1", f"{text}\n\n{report('advert', 2)}", now + HOUR)
    cut = article("https://c.example/1", report("ferry", 5), now + 2 * HOUR)
    other = article("https://d.example/1", report("harbour"), now + HOUR)
    if together:
        keep(cut, other, copy, first)
    else:
        for each in (first, copy, cut, other):
            keep(each, at=each.first_seen_at)

    story = first.article_id
    assert rows(STORIES) == [("a", story), ("b", story), ("c", story), ("d", None)]
    members = {row[0]: row[1:] for row in rows(MEMBERS)}
    assert members["a"] == (story, None, None, None, "Reuters")
    assert members["b"][:2] == (story, story)
    assert 0.7 < members["b"][3] < 1  # the advertisement is nobody's copy
    assert members["c"][:2] == (story, story)
    assert members["c"][3] > 0.8
    assert members["c"][2] < 0.7


def test_an_article_that_comes_in_after_a_copy_of_it_was_seen_takes_its_place_in_time(
    keep, rows, article, now
):
    copy, first = (
        article(f"https://{name}.example/1", report("ferry"), now - ago * HOUR)
        for name, ago in (("b", 1), ("a", 3))
    )
    keep(copy, at=now)
    keep(first, at=now + HOUR)

    assert rows(STORIES) == [("a", first.article_id), ("b", first.article_id)]
    assert rows("SELECT source_id, copied_from FROM story_members ORDER BY ALL") == [
        ("a", None),
        ("b", first.article_id),
    ]


def test_a_story_keeps_its_name_when_an_earlier_report_turns_up(keep, rows, article, now):
    reports = [
        article(f"https://{name}.example/1", report("ferry"), now + at * HOUR)
        for name, at in (("b", 2), ("c", 3), ("a", 1))
    ]
    for each in reports:
        keep(each, at=now + 4 * HOUR)

    story = reports[0].article_id
    assert rows(STORIES) == [(name, story) for name in "abc"]
    assert ("b", reports[2].article_id) in rows("SELECT source_id, copied_from FROM story_members")


def test_a_frame_that_one_site_puts_around_its_columns_makes_no_story_of_them(keep, rows, article, now):
    """Half of each is the same, which is a copy on another site."""
    first, second = (f"{report('column', 6)}\n\n{report(subject, 6)}" for subject in ("leek", "quince"))
    keep(article("https://a.example/1", first, now), article("https://a.example/2", second, now + HOUR))
    assert rows(MEMBERS) == []
    keep(article("https://b.example/2", second, now + 2 * HOUR), at=now + 2 * HOUR)
    assert rows("SELECT url FROM articles WHERE story_id IS NOT NULL ORDER BY url") == [
        ("https://a.example/2",),
        ("https://b.example/2",),
    ]


def test_the_same_words_days_apart_are_two_stories(keep, rows, article, now):
    for name, days in (("a", 0), ("b", 6)):
        keep(article(f"https://{name}.example/1", report("weather"), now + days * DAY), at=now + days * DAY)

    assert rows(STORIES) == [("a", None), ("b", None)]


def test_a_new_version_stays_in_its_story_and_one_that_becomes_a_copy_joins(keep, rows, article, now):
    first = article("https://a.example/1", report("ferry"))
    copy = article("https://b.example/1", report("ferry"), now + HOUR)
    flash = article("https://c.example/1", report("flash", 2), now + HOUR)
    keep(first, copy, flash)
    keep(article("https://b.example/1", report("harbour"), now + 2 * HOUR), at=now + 2 * HOUR)
    keep(article("https://c.example/1", report("ferry"), now + 3 * HOUR), at=now + 3 * HOUR)

    story = first.article_id
    assert rows(STORIES) == [("a", story), ("b", story), ("c", story)]
    assert rows("SELECT DISTINCT story_id FROM article_versions") == [(story,)]
    assert rows("SELECT count(*), count(DISTINCT article_id) FROM story_members") == [(3, 3)]


def test_two_stories_that_turn_out_to_be_one_become_one(keep, rows, article, now):
    """Two outlets print the first two thirds, two the last two thirds; then the whole report is found."""
    for name, at, text in (
        ("a", 0, report("ferry", 40)), ("b", 1, report("ferry", 40)),
        ("c", 2, report("ferry", 40, 26)), ("d", 3, report("ferry", 40, 26)),
    ):  # fmt: skip
        keep(article(f"https://{name}.example/1", text, now + at * HOUR), at=now + at * HOUR)
    assert len(set(rows("SELECT story_id FROM articles"))) == 2

    keep(article("https://e.example/1", report("ferry", 39, 12), now + 5 * HOUR), at=now + 5 * HOUR)

    story = rows("SELECT article_id FROM articles WHERE source_id = 'a'")[0][0]
    for table in ("article_versions", "story_members", "story_texts"):
        assert rows(f"SELECT DISTINCT story_id FROM {table}") == [(story,)]
    assert rows("SELECT count(*) FROM story_members") == [(5,)]


def test_a_batch_that_comes_twice_and_a_text_that_is_no_news_change_nothing(
    store, keep, rows, make, article, now
):
    first, copy = (article(f"https://{name}.example/1", report("ferry")) for name in "ab")
    keep(first, copy)
    before = [
        rows(f"SELECT * FROM {table} ORDER BY ALL")
        for table in ("story_members", "story_texts", "story_keys")
    ]
    store.spool(make.record("again", first, copy, fingerprints=tuple(map(fingerprint_of, (first, copy)))))
    store.commit(now)

    assert before == [
        rows(f"SELECT * FROM {t} ORDER BY ALL") for t in ("story_members", "story_texts", "story_keys")
    ]


def test_texts_are_forgotten_when_their_window_has_passed_and_stories_stay(store, keep, rows, article, now):
    keep(*(article(f"https://{name}.example/1", report("ferry")) for name in "ab"))
    keep(article("https://c.example/1", report("harbour"), now + 9 * DAY), at=now + 9 * DAY)

    assert rows("SELECT count(*) FROM story_texts") == [(1,)]
    assert store.maintain(now + 20 * DAY).story_texts == 1
    assert rows("SELECT count(*) FROM story_keys") == [(0,)]
    assert rows("SELECT count(*) FROM story_members") == [(2,)]


def test_articles_from_before_there_were_stories_are_compared_by_their_stored_texts(
    store, rows, make, article, now
):
    old = [
        article(f"https://{name}.example/1", report("ferry"), now + at * HOUR) for at, name in enumerate("ab")
    ]
    store.spool(make.record("old", *old))
    store.commit(now)
    fresh = article("https://c.example/1", report("ferry"), now + 3 * HOUR)
    edited = article("https://d.example/1", report("ferry"))
    store.spool(make.record("new", fresh, fingerprints=(fingerprint_of(fresh),)))
    store.spool(Record("catch up", "r2", fingerprints=tuple(map(fingerprint_of, (*old, edited)))))
    store.commit(now)

    assert rows(STORIES) == [(name, old[0].article_id) for name in "abc"]


def test_a_report_that_hundreds_print_is_one_story(keep, rows, article, now):
    keep(
        *(
            article(f"https://s{number:03}.example/1", report("wire"), now + number * HOUR / 60)
            for number in range(150)
        )
    )
    keep(
        *(article(f"https://t{number:03}.example/1", report("wire"), now + 4 * HOUR) for number in range(50))
    )

    assert rows("SELECT count(*), count(DISTINCT story_id) FROM articles WHERE story_id IS NOT NULL") == [
        (200, 1)
    ]
