"""The state of things out of a published copy, and what lies beside the database."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from extractors.model import Outcome, Record, Run, Source
from storage.health import Disk, sources_health, spooled, status_report
from storage.health.spooled import LEAST_FREE_BYTES, disks, waiting

HOUR = timedelta(hours=1)


@pytest.fixture
def report(store, now):
    def look():
        store.commit(now)
        store.publish(now)
        return status_report(store.database, store.published)

    return look


def test_articles_per_hour_are_those_that_rounds_found(store, make, now, report):
    versions = [
        make.version(
            f"https://a.example/{n}", f"Text {n}", first_seen_at=now - minutes * timedelta(minutes=1)
        )
        for n, minutes in enumerate((0, 59, 61, 23 * 60 + 59, 25 * 60))
    ]
    old = make.version("https://a.example/old", "Old", first_seen_at=now, feed_url=None)
    store.spool(make.record("b1", *versions, old, feeds=(make.feed(),)))

    found = report()
    assert found.hourly == (1, *[0] * 21, 1, 2)
    assert found.articles_24h == 5


def test_the_lag_is_that_of_articles_published_while_their_source_was_watched(store, make, now, report):
    def seen(n: int, hours_ago: float, lag_min: float, **fields):
        at = now - hours_ago * HOUR
        published = at - lag_min * timedelta(minutes=1)
        return make.version(
            f"https://a.example/{n}", f"Text {n}", first_seen_at=at, published_at=published, **fields
        )

    day = make.version().provenance
    versions = [
        seen(0, 20, 60 * 24 * 9),  # with the first poll: it was out for days
        *(seen(n, 10, 10) for n in range(1, 20)),
        seen(20, 5, 100),
        seen(21, 4, -30),  # published half an hour from now, says the page
        seen(22, 4, 900, provenance=replace(day, time_precision="day")),
        seen(23, 4, 600, feed_url=None),
    ]
    store.spool(make.record("b1", *versions, feeds=(make.feed(),)))

    found = report()
    assert found.lag_s == 600
    assert found.lag_p95_s == 600
    assert status_report(store.database, store.published.with_name("none")).lag_s is None


def test_feeds_that_the_config_names_no_more_are_nobodys_trouble(store, make, now, report):
    store.sync_sources([Source("a", "The A", (make.feed().feed_url,))])
    gone = make.feed("https://old.example/rss", state="failing", failing_since=now, consecutive_failures=3)
    store.spool(Record("b1", "r1", feeds=(make.feed(), gone)))

    found = report()
    assert (found.feeds, found.feeds_failing, found.failing) == (1, 0, ())


def test_a_feed_that_fails_says_what_its_last_poll_met(store, make, now, report):
    store.sync_sources([Source("a", "The A", (make.feed().feed_url,))])
    failing = make.feed(state="failing", failing_since=now - HOUR, consecutive_failures=2, last_status="tls")
    told = [
        Outcome(run, "a", failing.feed_url, "feed", "tls", at, detail=detail)
        for run, at, detail in (("r1", now - HOUR, "expired"), ("r2", now, "self-signed certificate"))
    ]
    store.spool(Record("b1", "r1", feeds=(failing,), outcomes=tuple(told)))

    assert [feed.detail for feed in report().failing] == ["self-signed certificate"]


def test_a_round_that_reached_no_host_is_told(store, make, now, report):
    run = Run("r1", "run", now, now, "failed")
    outcomes = tuple(
        Outcome("r1", "a", f"https://{n}.example/rss", "feed", "connection", now) for n in range(5)
    )
    store.start_run(run)
    store.spool(Record("b1", "r1", outcomes=outcomes))
    store.finish_run(run)

    assert report().network_down


def test_what_waits_is_counted_with_its_size_and_age(store, make):
    store.spool(make.record("b1", make.version()))
    found = waiting(store.database)
    assert (found.batches, found.broken) == (1, 0)
    assert found.bytes > 1_000
    assert found.oldest_at is not None
    assert waiting(store.database.with_name("none.duckdb")).oldest_at is None
    (store.database.with_name(store.database.name + ".spool") / "broken" / "x").mkdir(parents=True)
    assert waiting(store.database).broken == 1


def test_the_room_is_told_of_each_disk_once(tmp_path: Path):
    (disk,) = disks(tmp_path / "not" / "there" / "live.duckdb", tmp_path / "news.duckdb")
    assert Path(disk.folder) == tmp_path
    assert disk.needed_bytes == LEAST_FREE_BYTES
    assert abs(disk.free_bytes - shutil.disk_usage(tmp_path).free) < 10**9
    assert not Disk("x", 100, 100).is_low
    assert Disk("x", 99, 100).is_low


def test_a_large_database_needs_room_for_two_copies(tmp_path: Path):
    with (tmp_path / "live.duckdb").open("wb") as file:
        file.truncate(3_000_000_000)
    (disk,) = disks(tmp_path / "live.duckdb", tmp_path / "news.duckdb")
    assert disk.needed_bytes == 6_000_000_000


def test_each_source_has_its_health(store, make, now, report):
    assert sources_health(store.published) == {}
    store.sync_sources([Source("a", "The A", (make.feed().feed_url,))])
    failing = make.feed(state="failing", failing_since=now, consecutive_failures=1, last_status="tls")
    store.spool(make.record("b1", make.version(), feeds=(failing,)))
    report()

    health = sources_health(store.published)["a"]
    assert (health.feeds_failing, health.last_status, health.articles) == (1, "tls", 1)
    assert spooled(store.database) == (0, 0)
