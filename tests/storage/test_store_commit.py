"""What a commit does with the records that wait in the spool."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from extractors.model import Entry, Gap, Link, Mention, Moment, Outcome, Record, RobotsRecord, Run, Source
from extractors.urls import identity
from storage.commit import commit_spool
from storage.migrate import migrate

CONTRACT = [
    *(
        "article_id",
        "source_id",
        "url",
        "canonical_url",
        "title",
        "authors",
        "published_at",
        "language",
        "text",
    ),
    *("word_count", "section", "tags", "image_url", "paywalled", "feed_url", "first_seen_at", "fetched_at"),
    *("version", "story_id", "provenance"),
]
LATER = timedelta(minutes=10)
STATUSES = "SELECT url, status FROM outcomes ORDER BY run_id, url"


def test_an_article_reaches_the_published_copy_with_all_that_is_known_of_it(store, make, rows, now):
    version = make.version(section="World", paywalled=False, image_url="https://a.example/i.jpg")
    store.spool(make.record("b1", version))

    done = store.commit(now)

    assert (done.articles_new, done.articles_updated, done.batches, done.waiting) == (1, 0, 1, 0)
    [row] = rows("SELECT * FROM articles")
    columns = [name for (name,) in rows("SELECT column_name FROM (DESCRIBE articles)")]
    found: dict[str, Any] = dict(zip(columns, row, strict=True))
    assert found["title"] == "A title"
    assert found["authors"] == ["Jane Doe", "李雷"]
    assert found["text"] == "First.\n\nSecond."
    assert found["published_at"] == version.published_at
    assert found["removed"] == [{"text": "Read more", "reason": "furniture", "position": 2}]
    assert found["provenance"]["losers"] == ["title:og=Another"]
    assert (found["version"], found["paywalled"], found["section"]) == (1, False, "World")
    assert found["stored_at"] == now


def test_what_another_process_spools_during_a_commit_does_not_wait_in_vain(store, make, now):
    """Two rounds at once: each commits what it met; the other's later batch is no failure of the first."""
    store.spool(make.record("mine", make.version("https://a.example/1")))

    @contextmanager
    def opened_while_another_spools():
        with store.live.opened() as con:
            migrate(con)
            store.spool(make.record("of another", make.version("https://a.example/2")))
            yield con

    done = commit_spool(store.waiting_room, opened_while_another_spools, now)

    assert (done.batches, done.waiting) == (1, 0)
    assert len(store.waiting_room.waiting()) == 1


def test_columns_are_those_of_the_contract_and_in_its_order(rows):
    names = [name for (name,) in rows("SELECT column_name FROM (DESCRIBE articles)")]

    assert names[:20] == CONTRACT
    versions = [name for (name,) in rows("SELECT column_name FROM (DESCRIBE article_versions)")]
    assert versions[:22] == [*names[:20], "content_hash", "removed"]


def test_the_same_text_again_is_nothing(store, make, rows, now):
    version = make.version()
    store.spool(make.record("b1", version))
    store.spool(make.record("b2", version, run_id="r2"))

    store.commit(now)

    assert rows("SELECT version FROM article_versions") == [(1,)]
    assert rows(STATUSES) == [(version.url, "stored"), (version.url, "unchanged")]


def test_a_round_and_a_backfill_that_read_a_new_article_side_by_side_make_one_version(store, make, rows, now):
    """Each of them took it for new, and one knew what its feed says of it."""
    seen_at = now + timedelta(seconds=15)
    other = make.version(title="As its feed has it", first_seen_at=seen_at, fetched_at=seen_at)
    store.spool(make.record("b1", make.version(fetched_at=now), at=now))
    store.spool(make.record("b2", other, at=seen_at, run_id="r2"))
    store.commit(now + LATER)

    assert rows("SELECT title, version FROM article_versions") == [("A title", 1)]
    assert rows(STATUSES) == [(other.url, "stored"), (other.url, "unchanged")]


def test_an_edited_article_is_a_second_version_and_the_first_one_stays(store, make, rows, now):
    store.spool(make.record("b1", make.version(), at=now))
    store.commit(now)
    seen_at = now + LATER - timedelta(seconds=1)
    edited = make.version(text="First, corrected.", first_seen_at=seen_at, fetched_at=now + LATER)
    store.spool(make.record("b2", edited, at=now + LATER, run_id="r2"))

    done = store.commit(now + LATER)

    assert (done.articles_new, done.articles_updated) == (0, 1)
    assert rows("SELECT version, text, first_seen_at FROM articles") == [(2, "First, corrected.", now)]
    assert rows("SELECT version, superseded_at FROM article_versions ORDER BY version") == [
        (1, now + LATER),
        (2, None),
    ]
    assert ("updated",) in rows("SELECT status FROM outcomes")


def test_a_text_that_comes_back_is_a_new_version_again(store, make, rows, now):
    for number, text in enumerate(("one", "two", "one")):
        store.spool(make.record(f"b{number}", make.version(text=text)))
        store.commit(now)

    assert rows("SELECT version, text FROM article_versions ORDER BY version") == [
        (1, "one"),
        (2, "two"),
        (3, "one"),
    ]


def test_versions_that_waited_together_are_stored_in_their_order(store, make, rows, now):
    for number in range(3):
        store.spool(make.record(f"b{number}", make.version(text=f"text {number}"), run_id=f"r{number}"))

    done = store.commit(now)

    assert (done.articles_new, done.articles_updated, done.batches) == (1, 2, 3)
    assert rows("SELECT version, text FROM article_versions ORDER BY version") == [
        (1, "text 0"),
        (2, "text 1"),
        (3, "text 2"),
    ]
    assert rows("SELECT version, text FROM articles") == [(3, "text 2")]


def test_one_article_by_three_links_is_one_row(store, make, rows, now):
    canonical = "https://a.example/story"
    urls = (canonical, "https://a.example/p/77", "https://t.example/short")
    versions = [
        make.version(url, text=f"Text {i}", canonical_url=canonical, article_id=identity(canonical))
        for i, url in enumerate(urls)
    ]
    store.spool(make.record("b1", *versions))

    store.commit(now)

    assert rows("SELECT url, text FROM article_versions") == [(canonical, "Text 0")]
    assert sorted(status for _, status in rows(STATUSES)) == ["duplicate", "duplicate", "stored"]


def test_two_links_that_show_an_article_differently_do_not_take_turns(store, make, rows, now):
    canonical = "https://a.example/story"
    one = make.version(canonical)
    other = make.version("https://b.example/copy", "A variant.", article_id=one.article_id)
    for number in range(6):
        at = now + number * LATER
        store.spool(make.record(f"b{number}", (one, other)[number % 2], at=at))
        store.commit(at)

    assert rows("SELECT version, text FROM article_versions") == [(1, one.text)]


def test_an_article_keeps_the_source_that_found_it_first(store, make, rows, now):
    store.spool(make.record("b1", make.version()))
    store.spool(make.record("b2", make.version(text="Edited.", source_id="b")))

    store.commit(now)

    assert rows("SELECT DISTINCT source_id FROM article_versions") == [("a",)]


def test_mentions_are_those_of_the_latest_version(store, make, rows, now):
    version = make.version()
    store.spool(
        make.record(
            "b1", version, mentions=(make.mention(version), Mention(version.article_id, "w", "t", 0, 1, True))
        )
    )
    store.commit(now)
    edited = make.version(text="Now the first comes last.")
    store.spool(make.record("b2", edited, mentions=(make.mention(edited, start=8),)))
    store.commit(now)

    assert rows("SELECT term, start_char, end_char, in_title FROM mentions") == [("first", 8, 13, False)]


def test_mentions_of_a_text_that_was_not_stored_are_not_kept(store, make, rows, now):
    version = make.version()
    store.spool(make.record("b1", version))
    store.spool(make.record("b2", version, mentions=(make.mention(version),)))

    store.commit(now)

    assert rows("SELECT * FROM mentions") == []


def test_outcomes_of_pages_that_led_nowhere_keep_their_status(store, make, rows, now):
    outcomes = (
        Outcome("r1", "a", "https://a.example/x", "page", "timeout", now, "after 20 s", None, None, 20000),
        Outcome("r1", "a", "https://a.example/y", "page", "rejected", now, "a listing", 200, 1234, 56),
    )
    store.spool(Record("b1", "r1", outcomes=outcomes))

    store.commit(now)

    assert rows("SELECT status, detail, http_status, bytes, elapsed_ms FROM outcomes ORDER BY url") == [
        ("timeout", "after 20 s", None, None, 20000),
        ("rejected", "a listing", 200, 1234, 56),
    ]


def test_a_run_counts_what_its_outcomes_came_to(store, make, rows, now):
    run = Run("r1", "run", now)
    store.start_run(run)
    failed = Outcome("r1", "a", "https://a.example/x", "page", "http_5xx", now)
    polled = Outcome("r1", "a", "https://a.example/rss", "feed", "updated", now)
    store.spool(make.record("b1", make.version(), outcomes=(make.outcome(make.version()), failed, polled)))
    store.commit(now)
    store.spool(make.record("b2", make.version(text="Edited.")))
    store.finish_run(replace(run, finished_at=now + LATER, status="done"))

    assert rows("SELECT * FROM runs") == [("r1", "run", now, now + LATER, "done", 1, 1, 1)]


def test_a_command_without_outcomes_counts_for_itself(store, rows, now):
    store.start_run(Run("r1", "reclean", now))
    store.finish_run(Run("r1", "reclean", now, now, "done", articles_updated=7))

    assert rows("SELECT status, articles_updated FROM runs") == [("done", 7)]


def test_a_round_begins_with_its_row_its_sources_and_all_that_is_known(store, make, rows, now):
    state, source = make.feed(), Source("a", "The A")
    store.spool(make.record("b1", feeds=(state,)))
    left_over = store.waiting_room.has_waiting()

    plan = store.begin_round(Run("r1", "run", now), [source], [(state.feed_url, "a")], all_feeds=True)

    assert left_over
    assert not store.waiting_room.has_waiting()
    assert plan == store.plan([(state.feed_url, "a")], now, all_feeds=True)
    assert plan.feeds == (state,)
    assert rows("SELECT run_id, status, finished_at FROM runs") == [("r1", "running", None)]
    assert rows("SELECT source_id FROM sources") == [("a",)]


def test_a_run_ends_with_what_waits_stored_and_what_became_of_it_told(store, make, rows, now):
    run = Run("r1", "run", now)
    store.begin_round(run, [], [])
    version = make.version()
    store.spool(make.record("b1", version, outcomes=(make.outcome(version),)))

    finished = store.finish_run(replace(run, finished_at=now + LATER, status="done"))

    assert (finished.committed.articles_new, finished.committed.waiting) == (1, 0)
    assert finished.summary.run == Run("r1", "run", now, now + LATER, "done", 1, 0, 0)
    assert finished.summary.counts == {("page", "stored"): 1}
    assert rows("SELECT * FROM runs") == [("r1", "run", now, now + LATER, "done", 1, 0, 0)]


def test_a_feeds_state_is_stored_and_planned_with(store, make, now):
    state = make.feed(
        failing_since=now, fetch_url="https://a.example/moved", moved_to="https://c.example", moved_count=2,
        newest_entry_at=now - LATER, entries_per_day=12.5, consecutive_failures=3, state="failing",
        poll_interval_s=900,
    )  # fmt: skip
    store.spool(Record("b1", "r1", feeds=(state,)))
    store.commit(now)

    assert store.plan([(state.feed_url, "a")], now).feeds == ()
    assert store.plan([(state.feed_url, "a")], now + LATER).feeds == (state,)
    assert store.plan([(state.feed_url, "a")], now, all_feeds=True).feeds == (state,)


def test_a_feed_that_was_never_polled_is_due(store, now):
    plan = store.plan([("https://n.example/rss", "n"), ("https://n.example/rss", "n")], now)

    [state] = plan.feeds
    assert (state.feed_url, state.source_id, state.last_polled_at) == ("https://n.example/rss", "n", None)


def test_a_feed_that_the_config_gives_to_another_source_goes_with_it(store, make, now):
    store.spool(Record("b1", "r1", feeds=(make.feed(),)))
    store.commit(now)

    [state] = store.plan([(make.feed().feed_url, "b")], now, all_feeds=True).feeds
    assert (state.source_id, state.validators) == ("b", make.feed().validators)


def test_a_slower_rounds_older_feed_state_does_not_replace_a_newer_one(store, make, now):
    newer = make.feed(at=now + LATER, last_status="not_modified")
    store.spool(Record("b1", "r1", feeds=(newer,)))
    store.commit(now)
    store.spool(Record("b2", "r2", feeds=(make.feed(at=now),)))
    store.commit(now)

    assert store.plan([(newer.feed_url, "a")], now, all_feeds=True).feeds == (newer,)


def test_links_are_known_with_what_decides_about_fetching(store, make, now):
    version = make.version()
    link = make.link(version, fingerprint=-5)
    store.spool(make.record("b1", version, links=(link,)))
    store.commit(now)

    known = store.known_links([link.link_hash, 12345])

    assert list(known) == [link.link_hash]
    found = known[link.link_hash]
    assert (found.state, found.fingerprint, found.article_id) == ("stored", -5, version.article_id)
    assert (found.first_seen_at, found.validators) == (now, link.validators)
    assert store.known_links([]) == {}


def test_a_link_keeps_its_first_sight_and_its_newest_word(store, make, now):
    version = make.version()
    link = make.link(version)
    for number, each in enumerate(
        (
            replace(link, state="pending", attempts=1, updated_at=now),
            replace(link, first_seen_at=now + LATER, updated_at=now + LATER),
            replace(link, state="pending", attempts=9, first_seen_at=now + LATER, updated_at=now - LATER),
        )
    ):
        store.spool(Record(f"b{number}", "r1", links=(each,)))
        store.commit(now)

    found = store.known_links([link.link_hash])[link.link_hash]
    assert (found.state, found.attempts, found.first_seen_at) == ("stored", 0, now)


def test_a_pending_link_comes_back_when_its_time_has_come_with_its_entry(store, now):
    entry = Entry(
        "https://a.example/p", "id-1", "Titel \ud800\x00", ("Jane",), Moment(now, "day", "assumed"), None, "sum",
        "<p>full</p>", ("t",), "de", "https://a.example/i.png",
    )  # fmt: skip
    link = Link(
        1, "a", entry.url, None, "pending", 2, now, now, attempts=2, next_try_at=now + LATER, entry=entry
    )
    store.spool(Record("b1", "r1", links=(link,)))
    store.commit(now)
    wanted = [("https://a.example/rss", "a")]

    assert store.plan(wanted, now).pending == ()
    assert store.plan([("https://b.example/rss", "b")], now + LATER).pending == ()
    [due] = store.plan(wanted, now + LATER).pending
    assert due == replace(link, entry=replace(entry, title="Titel \ufffd\x00"))


def test_robots_are_planned_with_until_they_expire(store, now):
    record = RobotsRecord("https://a.example", 200, "User-agent: *\nDisallow: /x", now, now + LATER)
    newer = replace(record, body="", http_status=404, fetched_at=now + timedelta(minutes=1))
    store.spool(Record("b1", "r1", robots=(record,)))
    store.spool(Record("b2", "r1", robots=(newer, record)))
    store.commit(now)

    assert store.plan([], now).robots == {"https://a.example": newer}
    assert store.plan([], now + LATER).robots == {}


def test_a_gap_is_told_once_however_often_it_is_found(store, rows, now):
    gap = Gap("https://a.example/rss", now - LATER, now, 4, "rolled over")
    for number in range(2):
        store.spool(Record(f"b{number}", "r1", gaps=(gap, gap)))
        store.commit(now)

    assert rows("SELECT estimated_articles, reason FROM gaps") == [(4, "rolled over")]


def test_a_batch_that_is_spooled_twice_is_stored_once(store, make, rows, now):
    record = make.record("b1", make.version())
    store.spool(record)
    store.spool(record)
    assert store.commit(now).batches == 1
    store.spool(record)
    assert store.commit(now).batches == 0

    assert rows("SELECT count(*) FROM outcomes") == [(1,)]


def test_lone_surrogates_and_nul_bytes_are_replaced_and_lengths_stay(store, make, rows, now):
    version = make.version(
        text="a\ud800b\x00c 🙂", title="t\udfff", authors=("\x00",), provenance=replace(
            make.version().provenance, losers=("title:og=\ud800",)),
    )  # fmt: skip
    store.spool(make.record("b\ud800", version))
    store.commit(now)

    assert rows("SELECT text, title, authors, provenance.losers, length(text) FROM articles") == [
        ("a\ufffdb\ufffdc 🙂", "t\ufffd", ["\ufffd"], ["title:og=\ufffd"], 7)
    ]


def test_times_at_the_ends_of_the_calendar_are_stored(store, make, rows, now):
    east, west = timedelta(hours=14), timedelta(hours=-12)
    first = make.version(
        "https://a.example/1", published_at=datetime(1, 1, 1, tzinfo=UTC).replace(tzinfo=_zone(east))
    )
    last = make.version("https://a.example/2", published_at=datetime(9999, 12, 31, 23, tzinfo=_zone(west)))
    store.spool(make.record("b1", first, last))
    store.commit(now)

    assert rows("SELECT year(published_at) FROM articles ORDER BY url") == [(1,), (9999,)]


def _zone(offset: timedelta) -> Any:
    from datetime import timezone

    return timezone(offset)


def test_what_the_config_says_of_sources_is_a_table(store, rows):
    source = Source(
        "a",
        "The A",
        ("https://a.example/rss",),
        language="en",
        timezone="Europe/London",
        tags=("uk",),
        drop=("X",),
    )
    store.sync_sources([source, Source("b", "The B")])
    store.sync_sources([source])

    assert rows("SELECT * FROM sources") == [
        ("a", "The A", ["https://a.example/rss"], [], "en", "Europe/London", ["uk"], [], ["X"])
    ]
    store.sync_sources([])
    assert rows("SELECT * FROM sources") == []


def test_many_batches_are_cut_into_transactions_of_bounded_size(tmp_path):
    from storage.commit import portions
    from storage.spool import Batch

    batches = [Batch(tmp_path, str(n), size) for n, size in enumerate((5, 5, 20, 1, 1, 1, 1))]

    assert [[int(b.batch_id) for b in part] for part in portions(batches, max_batches=3, max_bytes=10)] == [
        [0, 1],
        [2],
        [3, 4, 5],
        [6],
    ]
    assert portions([]) == []
