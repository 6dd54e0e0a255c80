"""Gaps as they are stored: each outage of a feed once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from extractors.model import Gap, Record

HOUR = timedelta(hours=1)


def test_two_rounds_that_meet_the_same_outage_tell_it_once(store, rows, now):
    gap = Gap("https://a.example/rss", now - 30 * HOUR, now - HOUR, 9, "rolled over")
    later = replace(gap, to_at=now, estimated_articles=10)
    store.spool(Record("b1", "r1", gaps=(gap,)))
    store.spool(Record("b2", "r2", gaps=(later,)))
    store.commit(now)
    store.spool(Record("b3", "r3", gaps=(replace(gap, from_at=now - 29 * HOUR),)))
    store.commit(now)

    assert rows("SELECT from_at, to_at, estimated_articles FROM gaps") == [(now - 30 * HOUR, now - HOUR, 9)]


def test_the_next_outage_of_a_feed_and_that_of_another_are_gaps_of_their_own(store, rows, now):
    gap = Gap("https://a.example/rss", now - 30 * HOUR, now - 20 * HOUR, 9, "rolled over")
    store.spool(Record("b1", "r1", gaps=(gap, replace(gap, feed_url="https://b.example/rss"))))
    store.commit(now)
    store.spool(Record("b2", "r2", gaps=(replace(gap, from_at=now - 20 * HOUR, to_at=now),)))
    store.commit(now)

    assert rows("SELECT count(*) FROM gaps") == [(3,)]
