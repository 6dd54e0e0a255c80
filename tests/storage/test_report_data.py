"""What a press review tells of a period, from a real published copy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from extractors.model import Gap, Mention, Source
from storage.errors import StorageError
from storage.review.reading import report_data
from storage.review.records import ReportRequest

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
OUTLETS = [Source("a", "The A"), Source("b", "The B"), Source("c", "The C")]


@pytest.fixture
def keep(store, make, now):
    """Stores articles and publishes them: each (source, title, hours before now that it was published, fields)."""

    def stored(*told: tuple, **fields) -> list:
        store.sync_sources(OUTLETS)
        versions = []
        for number, (source, title, hours, *more) in enumerate(told):
            at = now - hours * HOUR
            values = {
                "source_id": source, "title": title, "published_at": at, "first_seen_at": at + MINUTE,
                "text": f"What happened, told by {source}, number {number}.",
            } | (more[0] if more else {})  # fmt: skip
            versions.append(make.version(f"https://{source}.example/{number}", **values))
        store.spool(make.record("b1", *versions, feeds=(make.feed(at=now),), **fields))
        store.commit(now)
        store.publish(now)
        return versions

    return stored


@pytest.fixture
def told(store, now):
    """What is told of the last day, unless another period is asked for."""

    def ask(**fields):
        return report_data(store.published, ReportRequest(**({"since": now - DAY, "until": now} | fields)))

    return ask


def mention(version, watchlist: str, start: int, end: int, in_title: bool = False) -> Mention:
    return Mention(version.article_id, watchlist, "what", start, end, in_title)


# ---------------------------------------------------------------------------------------------- what belongs to it


def test_an_article_belongs_to_the_period_in_which_it_was_published(keep, told):
    keep(("a", "Before", 25), ("a", "First", 24), ("a", "Last", 1), ("a", "At the end", 0))

    assert {headline.title for headline in told(max_stories=0).latest} == {"First", "Last"}


def test_what_was_published_shortly_before_and_seen_in_the_period_belongs_to_it(keep, told, now):
    seen = {"first_seen_at": now - HOUR}
    keep(
        ("a", "Late", 30, seen),
        ("a", "Years late", 20_000, seen),
        ("a", "Undated", 1, seen | {"published_at": None}),
    )

    data = told(max_stories=0)

    assert {headline.title for headline in data.latest} == {"Late", "Undated"}
    assert data.totals.late == 1


def test_a_time_ahead_of_its_sight_is_not_believed(keep, told, now):
    keep(("a", "Tomorrow", -20, {"first_seen_at": now - HOUR}))

    data = told()

    assert data.stories[0].reports[0].reported_at == now - HOUR
    assert [(volume.step, volume.articles) for volume in data.volumes] == [(now.date(), 1)]


def test_the_period_before_is_counted_where_it_was_watched(keep, told):
    keep(("a", "One", 1), ("a", "Two", 30), ("b", "Three", 40), ("a", "The first ever", 60))

    assert told().totals.articles == 1
    assert told().totals.articles_before == 2
    assert told(since=datetime(2026, 10, 1, tzinfo=UTC)).totals.articles_before is None


# ----------------------------------------------------------------------------------------------------- stories


def test_stories_are_ordered_by_outlets_then_mentions_then_articles(store, keep, told, now):
    told_by = [("a", "Wide story", 5), ("b", "Wide, told by B", 4), ("a", "Told twice", 3), ("a", "Told again", 2),
               ("c", "On watch", 6), ("c", "Alone", 7)]  # fmt: skip
    versions = keep(*told_by)
    _set_stories(store, now, {1: versions[0:2], 2: versions[2:4], 3: versions[4:5]})
    _add_mentions(store, now, [mention(versions[4], "watch", 0, 4)])

    stories = told().stories

    assert [(story.title, story.outlets, story.articles) for story in stories] == [
        ("Wide story", 2, 2), ("On watch", 1, 1), ("Told twice", 1, 2), ("Alone", 1, 1),
    ]  # fmt: skip
    assert stories[0].beginning == "What happened, told by a, number 0."
    assert [report.outlet for report in stories[0].reports] == ["The A", "The B"]
    assert stories[1].mentions == (("watch", 1),)


def test_articles_of_several_sources_under_one_headline_are_one_story_until_they_have_an_id(keep, told):
    keep(
        ("a", "Bridge closed: repairs take weeks", 5), ("b", "Bridge Closed – Repairs take weeks", 4),
        ("a", "The weather", 3), ("b", "The weather", 2),
        ("c", "A column with a long standing title", 3), ("c", "A column with a long standing title", 2),
    )  # fmt: skip

    stories = told().stories

    first = (stories[0].title, stories[0].outlets, stories[0].articles)
    assert first == ("Bridge closed: repairs take weeks", 2, 2)
    assert told().totals.stories == 5


def test_a_story_that_began_before_the_period_says_where(store, keep, told, now):
    versions = keep(("b", "Long told", 50), ("a", "Long told, still", 2))
    _set_stories(store, now, {7: versions})

    [story] = told().stories

    assert (story.title, story.outlets) == ("Long told, still", 1)
    assert story.began is not None
    assert (story.began.outlet, story.began.reported_at) == ("The B", now - 50 * HOUR)


def test_what_one_outlet_adds_is_not_what_a_story_is_about(store, keep, told, now):
    versions = keep(("a", "Wide", 5), ("b", "Wide by B", 4), ("c", "Wide by C", 3))
    _set_stories(store, now, {1: versions})
    _add_mentions(
        store, now,
        [mention(versions[2], "aside", 0, 4), *(mention(each, "most", 0, 4) for each in versions[:2]),
         mention(versions[0], "titled", 0, 4, in_title=True)],
    )  # fmt: skip

    [story] = told().stories

    assert [name for name, _ in story.mentions] == ["most", "titled"]


def test_the_news_beside_the_stories_are_one_of_each_story(store, keep, told, now):
    versions = keep(("a", "Shown", 5), ("b", "Shown by B", 4), ("a", "Another", 3), ("b", "Another by B", 2))
    _set_stories(store, now, {1: versions[:2], 2: versions[2:]})

    assert [headline.title for headline in told(max_stories=1).latest] == ["Another"]


# --------------------------------------------------------------------------------------------------- watchlists


def test_a_watchlist_has_its_articles_by_day_and_outlet_and_the_words_around_a_mention(
    keep, store, told, now
):
    long = "x" * 80 + " Über dem Fluss 🌊 what is said " + "y" * 200
    versions = keep(("a", "One", 2, {"text": long}), ("b", "Two", 3), ("b", "Three", 4), ("c", "Old", 30))
    at = long.index("what")
    _add_mentions(
        store, now,
        [mention(versions[0], "watch", at, at + 4), mention(versions[0], "watch", 0, 4, in_title=True),
         mention(versions[1], "watch", 0, 4), mention(versions[3], "watch", 0, 4)],
    )  # fmt: skip

    silent, watch = sorted(
        told(watchlists=("watch", "silent")).watchlists, key=lambda each: each.watchlist_id
    )

    assert (watch.articles, watch.mentions, watch.outlets) == (2, 3, 2)
    assert [(voice.outlet, voice.articles, voice.of) for voice in watch.voices] == [
        ("The A", 1, 1),
        ("The B", 1, 2),
    ]
    assert sum(count for _, count in watch.steps) == 3
    first = watch.headlines[0]
    assert (first.title, first.term) == ("One", "what")
    assert first.before + first.term + first.after == long[at - 90 : at + 4 + 110]
    assert (silent.articles, silent.steps, silent.headlines) == (0, (), ())


def test_a_review_of_one_watchlist_is_of_what_mentions_it(keep, store, told, now):
    versions = keep(("a", "One", 2), ("b", "One by B", 1), ("b", "Two", 3), ("a", "Before", 30))
    _set_stories(store, now, {1: versions[:2]})
    _add_mentions(store, now, [mention(versions[0], "watch", 0, 4), mention(versions[2], "other", 0, 4)])

    data = told(watchlists=("watch",), only_watchlists=True)

    assert [story.title for story in data.stories] == ["One"]
    assert (data.totals.articles, data.totals.mentioned) == (2, 1)
    assert [each.watchlist_id for each in data.watchlists] == ["watch"]


# ----------------------------------------------------------------------------------------- volume, gaps, edits


def test_what_a_gap_of_two_days_missed_is_spread_over_them(keep, told, now):
    midnight = now.replace(hour=0)
    gap = Gap("https://a.example/rss", midnight - 6 * HOUR, midnight + 2 * HOUR, 8, "rolled over")
    keep(("a", "One", 1), ("a", "Two", 14), ("b", "Three", 1), gaps=(gap,))

    data = told()

    marked = [(each.step, each.articles, each.estimated_missing) for each in data.volumes if each.has_gap]
    assert marked == [((midnight - DAY).date(), 1, 6), (midnight.date(), 1, 2)]
    assert [(each.outlet, each.estimated_articles) for each in data.gaps] == [("The A", 8)]
    assert (data.gaps_total, data.missed) == (1, 8)


@pytest.mark.parametrize(("days", "step"), [(1, "day"), (60, "day"), (100, "week"), (800, "month")])
def test_long_periods_are_told_in_longer_steps(keep, told, now, days, step):
    keep(("a", "One", 1), ("a", "Two", 24 * 40))

    data = told(since=now - days * DAY)

    assert data.request.step == step
    assert sum(volume.articles for volume in data.volumes) == (2 if days > 40 else 1)


def test_edits_by_outlets_are_told_corrections_and_headlines_first(keep, store, make, told, now):
    first = keep(*((source, f"Title {n}", 3) for n, source in enumerate("abc")))
    changes = (
        {"text": "Something else happened altogether, and it took many more words to tell."},
        {"title": "A new title"},
        {"text": first[2].text + "\n\nCorrection: an earlier version gave a wrong number."},
    )
    edited = [replace(version, fetched_at=now - HOUR, content_hash=n, **change)
              for n, (version, change) in enumerate(zip(first, changes, strict=True))]  # fmt: skip
    store.spool(make.record("b2", *edited))
    store.commit(now)
    store.publish(now)

    data = told()

    assert [edit.outlet for edit in data.edits] == ["The C", "The B", "The A"]
    assert data.edits[0].correction is not None
    assert (data.edits[1].title_before, data.edits[1].title_after) == ("Title 1", "A new title")
    assert data.edits[2].words_added > 5
    assert data.totals.edited == 3
    assert told(since=now - MINUTE).totals.edited == 0


# ----------------------------------------------------------------------------------------------------- sources


def test_feeds_that_fail_and_new_sources_are_told_of_the_present_only(keep, told, now, make, store):
    keep(("a", "Old", 60), ("a", "One", 2), ("b", "Two", 3))
    failing = make.feed(
        "https://b.example/rss",
        now,
        source_id="b",
        state="failing",
        last_status="http_5xx",
        failing_since=now - DAY,
    )
    store.spool(make.record("b2", feeds=(failing,)))
    store.commit(now)
    store.publish(now)

    data = told()

    assert data.new_sources == ("The B",)
    assert [(each.outlet, each.feeds, each.of, each.status) for each in data.failing] == [
        ("The B", 1, 1, "http_5xx")
    ]
    assert data.quiet == ()
    past = told(since=now - 4 * DAY, until=now - 2 * DAY)
    assert (past.quiet, past.failing) == (None, ())


def test_a_source_that_has_gone_quiet_is_told_with_what_is_usual(keep, told, now):
    usual = [("a", f"Number {n}", 24 * 3 + 1.5 * n) for n in range(16 * 28)]
    keep(*usual, ("b", "One", 1))

    [quiet] = told().quiet

    assert (quiet.outlet, quiet.articles) == ("The A", 0)
    assert quiet.expected > 3


# ------------------------------------------------------------------------------------------- nothing, and too much


def test_a_copy_without_a_row_is_told_of_as_nothing(store, told, now):
    store.publish(now)

    data = told(watchlists=("watch",))

    assert (data.totals.articles, data.stories, data.volumes, data.edits, data.gaps) == (0, (), (), (), ())
    assert (data.known_since, data.known_until, data.quiet) == (None, None, None)
    assert [each.articles for each in data.watchlists] == [0]


def test_a_file_without_the_tables_is_told_of_as_nothing(tmp_path, now):
    duckdb.connect(str(tmp_path / "other.duckdb")).close()

    data = report_data(tmp_path / "other.duckdb", ReportRequest(now - DAY, now))

    assert data.totals.articles == 0


def test_without_a_published_copy_it_says_what_to_do(tmp_path, now):
    with pytest.raises(StorageError, match="presswatch publish"):
        report_data(tmp_path / "none.duckdb", ReportRequest(now - DAY, now))


def test_lists_are_bounded_and_their_totals_are_told(keep, told, now):
    gaps = tuple(Gap(f"https://{n}.example/rss", now - 2 * HOUR, now - HOUR, n, "down") for n in range(20))
    keep(*(("a", f"Article number {n}", 1 + n / 100) for n in range(60)), gaps=gaps)

    data = told(max_stories=5, max_rows=4)

    assert (len(data.stories), len(data.latest), len(data.gaps)) == (5, 4, 4)
    assert (data.totals.stories, data.gaps_total, data.missed) == (60, 20, 190)


def _set_stories(store, now, stories: dict) -> None:
    with duckdb.connect(str(store.database)) as con:
        for story_id, versions in stories.items():
            for version in versions:
                con.execute(
                    "UPDATE article_versions SET story_id = ? WHERE article_id = ?",
                    [story_id, version.article_id],
                )
    store.publish(now, force=True)


def _add_mentions(store, now, mentions: list[Mention]) -> None:
    with duckdb.connect(str(store.database)) as con:
        con.executemany(
            "INSERT INTO mentions (article_id, watchlist_id, term, start_char, end_char, in_title) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (each.article_id, each.watchlist_id, each.term, each.start_char, each.end_char, each.in_title)
                for each in mentions
            ],
        )
    store.publish(now, force=True)
