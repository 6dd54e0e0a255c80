"""The views that answer analysts: who was first, whose voice is heard, what was edited."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest

from extractors.model import Mention, Source
from extractors.urls import hash64

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def in_story(store, make, now):
    """Stores articles of one story (1), by hand: (source, published_at, first_seen_at, precision)."""

    def keep(*told: tuple[str, object, object, str]) -> None:
        for number, (source, published_at, seen_at, precision) in enumerate(told):
            version = make.version(
                f"https://{source}.example/{number}", f"Text {number}", source_id=source,
                published_at=published_at, first_seen_at=seen_at,
            )  # fmt: skip
            version = _with_precision(version, precision)
            store.spool(make.record(f"b{number}", version))
        store.commit(now)
        with duckdb.connect(str(store.database)) as con:
            con.execute("UPDATE article_versions SET story_id = 1")
            con.execute("UPDATE meta SET value = value || '0' WHERE name = 'changes'")

    return keep


def _with_precision(version, precision):
    from dataclasses import replace

    return replace(version, provenance=replace(version.provenance, time_precision=precision))


def test_the_first_report_and_the_delay_of_each_copy(rows, store, in_story, now):
    store.sync_sources([Source("b", "The B")])
    in_story(
        ("a", now, now + HOUR, "second"),
        ("b", now - 2 * HOUR, now, "minute"),
        ("c", None, now + 3 * HOUR, ""),
    )

    assert rows("SELECT place, source_id, outlet, delay_minutes FROM coverage ORDER BY place") == [
        (1, "b", "The B", 0), (2, "a", "a", 120), (3, "c", "c", 300),
    ]  # fmt: skip
    assert rows("SELECT outlet, articles, outlets, median_delay_minutes FROM first_reports") == [
        ("The B", 3, 3, 210)
    ]


def test_what_a_copy_took_over_and_the_agency_that_it_names_stand_beside_its_delay(
    rows, store, in_story, now
):
    in_story(("a", now - HOUR, now, "second"), ("b", now, now, "second"))
    with duckdb.connect(str(store.database)) as con:
        con.execute("DELETE FROM story_members")
        con.execute(
            "INSERT INTO story_members SELECT 1, article_id, source_id, ?, ?, NULL, NULL, "
            "CASE source_id WHEN 'b' THEN 0.8 END, CASE source_id WHEN 'b' THEN 'AP' END FROM articles",
            [now, now],
        )
        con.execute("UPDATE meta SET value = value || '0' WHERE name = 'changes'")

    assert rows("SELECT place, source_id, share_copied, agency FROM coverage ORDER BY place") == [
        (1, "a", None, None), (2, "b", 0.8, "AP"),
    ]  # fmt: skip
    assert rows("SELECT agency FROM first_reports") == [("AP",)]


@pytest.mark.parametrize(
    ("published", "seen", "precision", "reported"),
    [
        (-HOUR, HOUR, "second", -HOUR),
        (2 * HOUR, HOUR, "second", HOUR),  # it was seen before the time that it states
        (-36 * HOUR, HOUR, "day", -12 * HOUR),
        (-6 * HOUR, HOUR, "day", HOUR),
        (None, HOUR, "", HOUR),
    ],
)
def test_nobody_is_first_by_a_day_without_a_time(rows, in_story, now, published, seen, precision, reported):
    in_story(("a", None if published is None else now + published, now + seen, precision))

    assert rows("SELECT reported_at FROM coverage") == [(now + reported,)]


def test_share_of_voice_counts_articles_and_not_mentions(rows, store, make, now):
    versions = [
        make.version(f"https://{source}.example/{n}", f"Text {source} {n}", source_id=source, published_at=now)
        for source, count in (("a", 4), ("b", 1)) for n in range(count)
    ]  # fmt: skip
    hits = [versions[0], versions[1], versions[4]]
    mentions = [Mention(each.article_id, "energy", "text", at, at + 4) for each in hits for at in (0, 5)]
    store.spool(make.record("b1", *versions, mentions=tuple(mentions)))
    store.commit(now)

    assert rows(
        "SELECT watchlist_id, day, source_id, articles, mentions, share_of_voice, source_articles, share_of_source "
        "FROM share_of_voice ORDER BY source_id"
    ) == [
        ("energy", date(2026, 11, 1), "a", 2, 4, 0.6667, 4, 0.5),
        ("energy", date(2026, 11, 1), "b", 1, 2, 0.3333, 1, 1.0),
    ]


def edited(store, make, now, first: dict, second: dict, based_on: dict | None = None) -> None:
    store.spool(make.record("b1", make.version(**first)))
    store.commit(now)
    record = make.record("b2", make.version(**second))
    if based_on is None:
        store.spool(record)
    else:
        store.spool_reclean(record, based_on)
    store.commit(now + HOUR)


def test_an_edit_is_kept_with_its_diff_and_minutes_after_publication(rows, store, make, now):
    edited(
        store, make, now,
        {"title": "Two hurt", "text": "Two were hurt. It rained.", "published_at": now - 5 * MINUTE},
        {"title": "Three hurt", "text": "Three were hurt. It rained.", "published_at": now - 5 * MINUTE,
         "fetched_at": now + 90 * MINUTE + timedelta(seconds=59)},
    )  # fmt: skip

    assert rows(
        "SELECT source_id, version, edited_at, minutes_after_publication, title_before, title_after, "
        "sentences_removed, sentences_added, extractor_changed, diff FROM edits"
    ) == [
        ("a", 2, now + 90 * MINUTE + timedelta(seconds=59), 95, "Two hurt", "Three hurt", ["Two were hurt."],
         ["Three were hurt."], False, "~ headline: [-Two-]{+Three+} hurt\n~ [-Two-]{+Three+} were hurt."),
    ]  # fmt: skip


def test_the_page_s_own_time_of_an_edit_is_believed_between_the_two_fetches(rows, store, make, now):
    edited(
        store, make, now, {"text": "One."},
        {"text": "Two.", "modified_at": now + 10 * MINUTE, "fetched_at": now + HOUR},
    )  # fmt: skip

    assert rows("SELECT edited_at FROM edits") == [(now + 10 * MINUTE,)]


def test_of_an_article_known_to_the_day_no_minutes_are_counted(rows, store, make, now):
    first = _with_precision(make.version(text="One."), "day")
    second = _with_precision(make.version(text="Two.", fetched_at=now + HOUR), "day")
    store.spool(make.record("b1", first))
    store.spool(make.record("b2", second))
    store.commit(now)

    assert rows("SELECT version, minutes_after_publication FROM edits") == [(2, None)]


def test_a_time_of_publication_from_the_year_9999_stops_no_commit(rows, store, make, now):
    never = now.replace(year=9999)
    edited(store, make, now, {"text": "One.", "published_at": never}, {"text": "Two.", "published_at": never})

    assert rows("SELECT version, minutes_after_publication FROM edits") == [(2, None)]


def test_a_text_that_was_only_read_better_is_no_edit(rows, store, make, now):
    article = make.version(text="One. Read more")
    edited(
        store, make, now, {"text": "One. Read more"}, {"text": "One."},
        {article.article_id: hash64("A title\nOne. Read more")},
    )  # fmt: skip

    assert rows("SELECT count(*) FROM article_versions") == [(2,)]
    assert rows("SELECT * FROM edits") == []


def test_several_edits_in_one_commit_are_each_set_against_the_one_before(rows, store, make, now):
    for number, text in enumerate(("One.", "Two.", "Three.")):
        store.spool(make.record(f"b{number}", make.version(text=text, fetched_at=now + number * HOUR)))
    store.commit(now)

    assert rows("SELECT version, sentences_removed, sentences_added FROM edits ORDER BY version") == [
        (2, ["One."], ["Two."]), (3, ["Two."], ["Three."]),
    ]  # fmt: skip


def test_hostile_characters_in_an_edit_are_stored_as_text(rows, store, make, now):
    edited(store, make, now, {"text": "A\x00'; DROP TABLE edits; --."}, {"text": "B \ud800 \x1b[31m."})

    assert rows("SELECT count(*) FROM edits WHERE diff <> ''") == [(1,)]
