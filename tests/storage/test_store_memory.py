"""Repeated lines as the store counts them, stored articles read back, cleaner versions, and what is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.model import Line, Link, Outcome, Record, RobotsRecord, Run
from extractors.urls import hash64
from storage.boilerplate import memories
from storage.maintain import Retention
from storage.reading import MAX_SAMPLES

DAY = timedelta(days=1)
LINE = "Read more"


def spool_articles(store, make, count: int, *, line: str = LINE, prefix: str = "n", **fields) -> list:
    versions = [make.version(f"https://a.example/{prefix}/{n}", f"Text {n}", **fields) for n in range(count)]
    sightings = tuple(make.sighting(version, line) for version in versions)
    store.spool(make.record(f"batch {prefix} {count} {line}", *versions, sightings=sightings))
    return versions


def test_lines_are_counted_in_the_articles_that_are_new(store, make, now):
    spool_articles(store, make, 3)
    store.commit(now)

    memory = store.memories(["a"])["a"]
    assert memory.articles == 3
    assert memory.lines == {hash64(LINE): Line(hash64(LINE), LINE, 3, now, now)}


def test_a_round_repeated_counts_nothing_twice(store, make, now):
    versions = spool_articles(store, make, 3)
    store.commit(now)
    again = tuple(make.sighting(version) for version in versions)
    store.spool(make.record("again", *versions, sightings=again, run_id="r2"))
    edited = replace(versions[0], text="Edited.", content_hash=1)
    store.spool(make.record("edited", edited, sightings=(make.sighting(edited),), run_id="r3"))
    store.commit(now)

    memory = store.memories(["a"])["a"]
    assert (memory.articles, memory.lines[hash64(LINE)].articles) == (3, 3)


def test_a_line_twice_in_one_article_is_one_article(store, make, now):
    versions = [make.version(f"https://a.example/{n}", f"Text {n}") for n in range(2)]
    sightings = tuple(make.sighting(version) for version in versions for _ in range(5))
    store.spool(make.record("b1", *versions, sightings=sightings))
    store.commit(now)

    assert store.memories(["a"])["a"].lines[hash64(LINE)].articles == 2


def test_counts_of_several_commits_and_batches_add_up_with_first_and_last_sight(store, make, now):
    for number in range(3):
        at = now + number * DAY
        version = make.version(f"https://a.example/{number}", f"Text {number}")
        sample = f"Read more ({number})"
        sighting = replace(make.sighting(version, LINE, at), sample=sample)
        store.spool(make.record(f"b{number}", version, sightings=(sighting,)))
        if number:
            store.commit(at)

    line = store.memories(["a"])["a"].lines[hash64(LINE)]
    assert (line.articles, line.first_seen_at, line.last_seen_at) == (3, now, now + 2 * DAY)
    assert line.sample == "Read more (0)"


def test_sources_keep_their_lines_apart(store, make, now):
    spool_articles(store, make, 2, prefix="a")
    spool_articles(store, make, 3, prefix="b", source_id="b")
    store.commit(now)

    both = store.memories(["a", "b", "nobody"])
    assert {name: memory.articles for name, memory in both.items()} == {"a": 2, "b": 3, "nobody": 0}
    assert {name: len(memory.lines) for name, memory in both.items()} == {"a": 1, "b": 1, "nobody": 0}


def test_a_plan_leaves_out_lines_that_were_met_once_and_bounds_the_rest(store, make, now):
    spool_articles(store, make, 1, line="once", prefix="x")
    spool_articles(store, make, 2, line="twice", prefix="y")
    spool_articles(store, make, 3, line="thrice", prefix="z")
    store.commit(now)

    plan = store.plan([("https://a.example/rss", "a")], now)
    assert {line.sample for line in plan.memories["a"].lines.values()} == {"twice", "thrice"}
    with store.live.opened() as con:
        [line] = memories(con, ["a"], max_lines=1)["a"].lines.values()
    assert line.sample == "thrice"


def test_what_was_judged_of_a_line_is_kept_and_told_even_of_rare_ones(store, make, now):
    spool_articles(store, make, 1)
    store.commit(now)

    assert store.set_line_states({}) == 0
    assert store.set_line_states({("a", hash64(LINE)): "known", ("b", hash64(LINE)): "known"}) == 1
    assert store.set_line_states({("a", hash64(LINE)): "known"}) == 0
    assert store.memories(["a"])["a"].lines[hash64(LINE)].state == "known"
    spool_articles(store, make, 2, prefix="later")
    store.commit(now)
    line = store.memories(["a"])["a"].lines[hash64(LINE)]
    assert (line.state, line.articles) == ("known", 3)


def test_stored_articles_come_back_whole_and_in_batches(store, make, now):
    versions = spool_articles(store, make, 5, section="World", modified_at=now, paywalled=True)
    store.commit(now)

    batches = list(store.stored_articles(["a"], batch_size=2))

    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert [each.version for batch in batches for each in batch] == versions
    assert {each.number for batch in batches for each in batch} == {1}
    assert list(store.waiting_room.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("sources", "samples", "expected"),
    [
        ([], [], {"a 1", "b 1", "a (2+)"}),
        (["b"], [], {"b 1"}),
        ([], ["(2+)"], {"a (2+)"}),
        ([], ["(2+)", "b"], {"a (2+)", "b 1"}),
        (["b"], ["(2+)"], set()),
        ([], ["?"] * (MAX_SAMPLES + 1), {"a 1", "b 1", "a (2+)"}),
    ],
)
def test_stored_articles_are_chosen_by_source_and_by_what_they_contain(
    store, make, now, sources, samples, expected
):
    texts = (("a", "a 1"), ("b", "b 1"), ("a", "a (2+)"))
    versions = [make.version(f"https://x.example/{n}", t, source_id=s) for n, (s, t) in enumerate(texts)]
    store.spool(make.record("b1", *versions))
    store.commit(now)

    found = {each.version.text for batch in store.stored_articles(sources, samples) for each in batch}

    assert found == expected


def test_only_latest_versions_are_read_back_and_leaving_early_leaves_nothing(store, make, now):
    store.spool(make.record("b1", make.version(text="old")))
    store.spool(make.record("b2", make.version(text="new")))
    store.commit(now)

    reading = store.stored_articles()
    [[only]] = [next(reading)]
    reading.close()

    assert (only.version.text, only.number) == ("new", 2)
    assert list(store.waiting_room.folder.iterdir()) == []


def reclean(store, now, text: str, meanwhile=None) -> None:
    [[stored]] = store.stored_articles()
    cleaner = replace(stored.version, text=text, content_hash=hash64(text))
    if meanwhile is not None:
        store.spool(meanwhile)
        store.commit(now)
    store.spool_reclean(
        Record("reclean", "r9", versions=(cleaner,)), {cleaner.article_id: stored.version.content_hash}
    )
    store.commit(now + DAY)


def test_a_cleaner_text_is_a_version_with_the_time_of_its_page(store, make, rows, now):
    store.spool(make.record("b1", make.version()))
    store.commit(now)
    reclean(store, now, "First.")

    assert rows("SELECT version, text, fetched_at, stored_at, word_count FROM articles") == [
        (2, "First.", now + timedelta(seconds=1), now + DAY, 2)
    ]
    assert rows("SELECT count(*) FROM article_versions") == [(2,)]


def test_an_edit_that_came_meanwhile_stands(store, make, rows, now):
    store.spool(make.record("b1", make.version()))
    store.commit(now)
    reclean(store, now, "First.", meanwhile=make.record("b2", make.version(text="Edited.")))

    assert rows("SELECT version, text FROM articles") == [(2, "Edited.")]


def test_after_a_reclean_the_same_page_is_unchanged(store, make, rows, now):
    store.spool(make.record("b1", make.version()))
    store.commit(now)
    reclean(store, now, "First.")
    store.spool(make.record("b3", make.version(text="First.", content_hash=hash64("First.")), run_id="r3"))
    store.commit(now)

    assert rows("SELECT version FROM articles") == [(2,)]
    assert rows("SELECT status FROM outcomes WHERE run_id = 'r3'") == [("unchanged",)]


def test_what_is_past_its_time_is_dropped_and_articles_never(store, make, rows, now):
    old, pending = make.version("https://a.example/old"), make.version("https://a.example/pending")
    store.start_run(Run("r1", "run", now))
    store.spool(
        make.record(
            "b1", old,
            outcomes=(make.outcome(old), Outcome("r1", "a", "https://a.example/x", "page", "timeout", now)),
            links=(make.link(old), make.link(pending, state="pending", next_try_at=now)),
            sightings=(make.sighting(old, "rare"), make.sighting(old, "judged")),
            robots=(RobotsRecord("https://a.example", 200, "", now, now + DAY),),
        )
    )  # fmt: skip
    store.commit(now)
    store.set_line_states({("a", hash64("judged")): "known"})

    early = store.maintain(now + timedelta(hours=1))
    retention = Retention(outcomes=DAY, runs=9 * DAY, links=DAY, lines=DAY, batches=DAY)
    late = store.maintain(now + 2 * DAY, retention)

    assert (early.outcomes, early.links, early.lines, early.robots, early.stuck_runs) == (0, 0, 0, 0, 0)
    assert (late.outcomes, late.runs, late.links, late.lines, late.batches, late.robots, late.stuck_runs) == (
        2, 0, 1, 1, 2, 1, 1,
    )  # fmt: skip
    assert rows("SELECT count(*) FROM articles") == [(1,)]
    assert rows("SELECT state FROM links") == [("pending",)]
    assert rows("SELECT sample FROM boilerplate") == [("judged",)]
    assert rows("SELECT status FROM runs") == [("failed",)]


def test_a_link_without_an_article_is_kept_too(store, now):
    link = Link(5, "a", "https://a.example/listing", None, "final", 1, now, now)
    store.spool(Record("b1", "r1", links=(link,)))
    store.commit(now)

    assert store.known_links([5])[5].state == "final"
