"""Stored articles matched by new and changed watchlists, while rounds go on and after a kill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from extractors.model import ArticleVersion, Provenance, Record, Watchlist
from extractors.stories import fingerprint_of
from extractors.urls import hash64, identity
from extractors.watch import compile_watchlists, find_mentions, watched_hash
from flows.watching import compare_stored, definitions, match_stored, rematched, waiting_watchlists
from storage.query import run_query
from storage.store import Store

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SEA = Watchlist("sea", any=("ferry",))
ENERGY = Watchlist("energy", any=("heat pump*",))
PROVENANCE = Provenance("h1", "", "trafilatura", "jsonld", "minute", "stated", "html", "", (), "test 1")


def article(name: str, text: str, at: datetime = NOW) -> ArticleVersion:
    url = f"https://{name}.example/1"
    return ArticleVersion(
        identity(url), name, url, url, f"{name}: a ferry", (), at, None, "en", text, len(text.split()), None, (), None,
        None, None, at, at, hash64(text), (), PROVENANCE,
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "live.duckdb", tmp_path / "news.duckdb")


@pytest.fixture
def round_of(store: Store) -> Callable[..., None]:
    """A round that stores these articles by these watchlists."""

    def stored(watchlists: tuple[Watchlist, ...], *versions: ArticleVersion, at: datetime = NOW) -> None:
        matcher = compile_watchlists(watchlists)
        mentions = tuple(m for v in versions for m in find_mentions(matcher, v.article_id, v.title, v.text))
        name = f"{at} {[v.content_hash for v in versions]}"
        store.spool(Record(name, "r", versions=versions, mentions=mentions, watched=watched_hash(watchlists)))
        store.commit(at)

    return stored


@pytest.fixture
def mentions(store: Store) -> Callable[[], list[tuple[object, ...]]]:
    def told() -> list[tuple[object, ...]]:
        store.publish(NOW)
        return run_query(
            store.published,
            """SELECT source_id, watchlist_id, count(*), bool_and(lower(substr(CASE WHEN in_title THEN title ELSE "text" END,
                 start_char + 1, end_char - start_char)) IN ('ferry', 'heat pump', 'heat pumps'))
               FROM mentions JOIN articles USING (article_id) GROUP BY ALL ORDER BY ALL""",
        ).rows

    return told


def clock() -> datetime:
    return NOW + 5 * HOUR


def test_a_new_watchlist_finds_what_is_stored_and_is_not_matched_twice(store, round_of, mentions):
    round_of((SEA,), article("a", "Heat pumps on the ferry."), article("b", "A heat pump."))
    done = match_stored(store, (SEA, ENERGY), clock)

    assert [(m.watchlist_id, m.reason, m.articles, m.mentions) for m in done.matched] == [
        ("sea", "new or changed", 2, 3), ("energy", "new or changed", 2, 2)
    ]  # fmt: skip
    expected = [
        ("a", "energy", 1, True),
        ("a", "sea", 2, True),
        ("b", "energy", 1, True),
        ("b", "sea", 1, True),
    ]
    assert mentions() == expected
    assert match_stored(store, (ENERGY, SEA), clock) == replace(done, judged=0, matched=())
    assert match_stored(store, (SEA, ENERGY), clock, anew=frozenset({"sea"})).matched[0].reason == "asked for"
    assert mentions() == expected


def test_a_changed_watchlist_loses_the_mentions_of_its_old_terms_and_a_removed_one_all(
    store, round_of, mentions
):
    round_of((SEA, ENERGY), article("a", "Heat pumps on the ferry."))
    match_stored(store, (SEA, ENERGY), clock)
    done = match_stored(store, (Watchlist("energy", any=("wind farm",)),), clock)

    assert done.removed == ("sea",)
    assert mentions() == []
    assert waiting_watchlists(store, (SEA,))[0].since is None


def test_what_was_under_way_when_it_was_killed_is_done_again_and_nothing_twice(store, round_of, mentions):
    text = "Heat pumps on the ferry."
    round_of((SEA,), article("a", text), article("b", text))
    wanted = definitions((SEA, ENERGY))
    store.begin_matching(wanted, watched_hash((SEA, ENERGY)))  # and then the process is killed

    assert {each.watchlist_id for each in waiting_watchlists(store, (SEA, ENERGY))} == {"sea", "energy"}
    match_stored(store, (SEA, ENERGY), clock)
    assert [row[2] for row in mentions()] == [1, 2, 1, 2]
    assert waiting_watchlists(store, (SEA, ENERGY)) == ()


def test_an_article_that_is_edited_while_its_old_text_is_matched_keeps_the_mentions_of_its_new_one(
    store, round_of, mentions
):
    round_of((SEA,), article("a", "Heat pumps on the ferry."))
    slow = store.stored_articles()
    (old,) = next(slow)
    record = rematched([old], compile_watchlists((SEA, ENERGY)))
    round_of((SEA, ENERGY), article("a", "No such thing, but a heat pump, a heat pump."), at=NOW + HOUR)
    store.spool(record)
    store.commit(NOW + 2 * HOUR)

    assert mentions() == [("a", "energy", 2, True), ("a", "sea", 1, True)]


def test_what_another_round_stored_meanwhile_by_the_old_config_waits_and_only_that(store, round_of, mentions):
    round_of((SEA,), article("a", "A heat pump."), at=NOW)
    match_stored(store, (SEA, ENERGY), lambda: NOW + HOUR)
    round_of((SEA,), article("b", "A heat pump."), at=NOW + 2 * HOUR)

    (waiting, *_) = waiting_watchlists(store, (SEA, ENERGY))
    assert waiting.since == NOW + 2 * HOUR
    done = match_stored(store, (SEA, ENERGY), lambda: NOW + 3 * HOUR)
    assert (done.judged, {m.reason for m in done.matched}) == (1, {"partly unmatched"})
    assert [row[:2] for row in mentions()] == [("a", "energy"), ("a", "sea"), ("b", "energy"), ("b", "sea")]
    round_of((SEA, ENERGY), article("c", "A heat pump."), at=NOW + 4 * HOUR)
    assert waiting_watchlists(store, (SEA, ENERGY)) == ()


def test_a_round_by_the_old_config_during_the_matching_is_found_by_the_next_one(store, round_of, mentions):
    round_of((SEA,), article("a", "A heat pump."))
    wanted = definitions((SEA, ENERGY))
    store.begin_matching(wanted, watched_hash((SEA, ENERGY)))
    round_of((SEA,), article("b", "A heat pump."), at=NOW + HOUR)
    store.end_matching(wanted, NOW + 2 * HOUR)

    assert {each.since for each in waiting_watchlists(store, (SEA, ENERGY))} == {NOW + HOUR}


def test_the_order_of_terms_makes_no_other_watchlist():
    one, other = Watchlist("x", any=("a", "b", "a"), none=("c",)), Watchlist("x", any=("b", "a"), none=("c",))
    assert definitions((one,)) == definitions((other,))
    assert definitions((one,)) != definitions((Watchlist("x", any=("a", "b"), all=("c",)),))
    assert watched_hash((one, SEA)) == watched_hash((SEA, other))


def test_articles_from_before_stories_get_theirs_once(store):
    text = " ".join(f"word{n}" for n in range(120))
    versions = (article("a", text), article("b", text, NOW + HOUR))
    store.spool(Record("old", "r", versions=versions))
    store.commit(NOW)
    with store.live.opened() as con:
        con.execute("UPDATE meta SET value = '2' WHERE name = 'rows_before_stories'")
    later = article("c", text, NOW + 2 * HOUR)
    store.spool(Record("new", "r", versions=(later,), fingerprints=(fingerprint_of(later),)))
    store.commit(NOW + 2 * HOUR)

    assert (compare_stored(store, clock), compare_stored(store, clock)) == (2, 0)
    store.publish(NOW)
    assert run_query(store.published, "SELECT DISTINCT story_id FROM articles").rows == [
        (versions[0].article_id,)
    ]
