"""Which links are fetched, and what is remembered of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from extractors.model import Entry, KnownLink, Moment, Validators
from extractors.selection import (
    Candidate,
    candidates,
    entry_fingerprint,
    pending_candidates,
    pending_link,
    select_links,
    settled_link,
)

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
FEED = "https://news.example/feed"


def offered(*paths: str, feed: str = FEED) -> tuple[Candidate, ...]:
    return candidates([Entry(url=f"https://news.example/{path}", title=path) for path in paths], feed)


def known(candidate: Candidate, **changes: object) -> KnownLink:
    base = KnownLink(
        candidate.link_hash, "stored", candidate.fingerprint, 0, None, NOW, 7, Validators('"e1"')
    )
    return replace(base, **changes)


def test_a_new_link_is_wanted_and_a_stored_one_is_not() -> None:
    new, old = offered("new", "old")
    selection = select_links([new, old], {old.link_hash: known(old)}, limit_per_feed=10, now=NOW)
    assert [w.candidate for w in selection.wanted] == [new]
    assert not selection.unfinished


def test_an_entry_that_changed_is_fetched_again_with_its_validators() -> None:
    (link,) = offered("edited")
    before = known(link, fingerprint=link.fingerprint + 1)
    (wanted,) = select_links([link], {link.link_hash: before}, limit_per_feed=10, now=NOW).wanted
    assert wanted.validators == Validators('"e1"')


def test_a_pending_link_waits_for_its_time_whatever_its_entry_says() -> None:
    (link,) = offered("failing")
    waiting = known(
        link,
        state="pending",
        fingerprint=0,
        next_try_at=NOW + timedelta(hours=1),
        attempts=2,
        article_id=None,
    )
    assert not select_links([link], {link.link_hash: waiting}, limit_per_feed=10, now=NOW).wanted
    (wanted,) = select_links(
        [link], {link.link_hash: waiting}, limit_per_feed=10, now=NOW + timedelta(hours=2)
    ).wanted
    assert wanted.attempts == 2


def test_a_feed_with_more_links_than_the_limit_is_unfinished() -> None:
    links = offered("a", "b", "c")
    selection = select_links(links, {}, limit_per_feed=2, now=NOW)
    assert [w.candidate for w in selection.wanted] == list(links[:2])
    assert selection.unfinished == {FEED}


def test_a_link_offered_by_two_feeds_is_fetched_once() -> None:
    both = [*offered("a"), *offered("a", feed="https://news.example/other")]
    assert len(select_links(both, {}, limit_per_feed=10, now=NOW).wanted) == 1


def test_only_the_feed_that_named_a_link_tells_that_its_article_changed() -> None:
    """Two feeds of a site summarise one article in their own ways, and take turns in being polled."""
    other = "https://news.example/other"
    (mine,), (theirs,) = offered("a"), offered("a", feed=other)
    before = known(mine, fingerprint=mine.fingerprint + 1, feed_url=FEED)
    assert not select_links([theirs], {theirs.link_hash: before}, limit_per_feed=10, now=NOW).wanted
    assert select_links([theirs, mine], {mine.link_hash: before}, limit_per_feed=10, now=NOW).wanted
    unnamed = replace(before, feed_url=None)  # a backfill's
    assert select_links([theirs], {theirs.link_hash: unnamed}, limit_per_feed=10, now=NOW).wanted


def test_one_article_under_three_addresses_is_one_candidate() -> None:
    entries = [
        Entry(url="https://www.news.example/story?utm_source=rss"),
        Entry(url="http://news.example/story/"),
        Entry(url="https://news.example/story#comments"),
    ]
    assert len(candidates(entries, FEED)) == 1


def test_counters_in_a_summary_do_not_make_an_edit() -> None:
    entry = Entry(url="https://news.example/a", title="T", summary="Report. 12 comments")
    assert entry_fingerprint(entry) == entry_fingerprint(replace(entry, summary="Report. 250 comments"))
    assert entry_fingerprint(entry) != entry_fingerprint(
        replace(entry, summary="Report, mended. 12 comments")
    )


def test_a_stated_update_is_believed_over_the_summary() -> None:
    entry = Entry(url="https://news.example/a", title="T", updated=Moment(NOW), summary="one")
    assert entry_fingerprint(entry) == entry_fingerprint(replace(entry, summary="two"))
    later = replace(entry, updated=Moment(NOW + timedelta(minutes=5)))
    assert entry_fingerprint(entry) != entry_fingerprint(later)


def test_a_failed_link_keeps_its_entry_and_counts_its_attempts() -> None:
    (wanted,) = select_links(offered("a"), {}, limit_per_feed=1, now=NOW).wanted
    link = pending_link(wanted, "example", NOW, NOW + timedelta(minutes=10))
    assert (link.state, link.attempts, link.entry) == ("pending", 1, wanted.candidate.entry)
    (again,) = pending_candidates([link])
    assert again == wanted.candidate


def test_a_settled_link_keeps_when_it_was_first_seen() -> None:
    (candidate,) = offered("a")
    first = NOW - timedelta(days=3)
    before = known(candidate, fingerprint=1, first_seen_at=first)
    (wanted,) = select_links([candidate], {candidate.link_hash: before}, limit_per_feed=1, now=NOW).wanted
    link = settled_link(wanted, "example", "stored", NOW, validators=Validators('"e2"'))
    assert (link.first_seen_at, link.article_id, link.validators.etag) == (first, 7, '"e2"')


@given(st.lists(st.sampled_from("abcdefgh"), max_size=30), st.integers(1, 9))
def test_nothing_is_taken_twice_and_nothing_is_lost(paths: list[str], limit: int) -> None:
    links = offered(*paths)
    taken: dict[int, KnownLink] = {}
    for _ in range(10):
        selection = select_links(links, taken, limit_per_feed=limit, now=NOW)
        assert not {w.candidate.link_hash for w in selection.wanted} & set(taken)
        taken |= {w.candidate.link_hash: known(w.candidate) for w in selection.wanted}
        if not selection.unfinished:
            break
    assert set(taken) == {link.link_hash for link in links}
