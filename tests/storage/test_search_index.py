"""The index beside the published copy: kept up to date by what changed, and mended whatever was done to it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from extractors.urls import hash64
from storage.errors import DatabaseBusy, StorageError
from storage.indexed import is_indexed
from storage.locking import file_lock
from storage.search import Found, index_folder, search, update_search
from storage.search import index as index_module
from storage.search import updating as updating_module
from storage.search.updating import Updated
from storage.store import Store

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
Keep = Callable[..., None]


@pytest.fixture
def keep(store: Store, make: Any) -> Keep:
    """Store articles by number and text, and publish."""

    def stored(batch: str, articles: dict[int, str], now: datetime = NOW, **fields: Any) -> None:
        versions = [
            make.version(f"https://a.example/{number}", text, **fields) for number, text in articles.items()
        ]
        store.spool(make.record(batch, *versions, at=now))
        store.commit(now)
        store.publish(now)

    return stored


@pytest.fixture
def update(store: Store) -> Callable[..., Updated]:
    return lambda **options: update_search(store.published, index_folder(store.published), **options)


@pytest.fixture
def found(store: Store) -> Callable[..., set[str]]:
    """What is found, as the texts; the index is as it is, or brought up to date by the search itself."""

    def ask(query: str, **options: Any) -> set[str]:
        return {hit.snippet.text for hit in asked(store, query, limit=1000, **options).hits}

    return ask


def asked(store: Store, query: str, **options: Any) -> Found:
    return search(store.published, index_folder(store.published), query, NOW, **options)


def test_the_index_lies_beside_the_copy() -> None:
    assert index_folder(Path("data/news.duckdb")) == Path("data/news.search")


def test_whether_the_index_is_that_of_the_copy_is_known_without_opening_either(
    store: Store, keep: Keep, update: Any
) -> None:
    assert not is_indexed(store.published)
    keep("one", {1: "a heat pump", 2: "a wind farm"})
    assert not is_indexed(store.published)
    update()
    assert is_indexed(store.published)
    store.publish(NOW, force=True)
    assert is_indexed(store.published)

    keep("two", {3: "another pump", 4: "a boiler"}, NOW + timedelta(minutes=10))
    assert not is_indexed(store.published)
    update(most=1)
    assert not is_indexed(store.published)
    update()
    assert is_indexed(store.published)


@pytest.mark.parametrize("harm", ["no copy", "no index", "another copy", "no note", "a damaged note"])
def test_what_is_noted_of_the_index_is_believed_of_these_files_alone(
    store: Store, keep: Keep, update: Any, harm: str
) -> None:
    keep("one", {1: "a heat pump"})
    update()
    note = store.published.with_name(".news.search.made")
    if harm == "no copy":
        store.published.unlink()
    elif harm == "no index":
        shutil.rmtree(index_folder(store.published))
    elif harm == "another copy":
        shutil.copy(store.published, store.published.with_name("other"))
        store.published.with_name("other").replace(store.published)
    elif harm == "no note":
        note.unlink()
    else:
        note.write_text("[")
    assert not is_indexed(store.published)


def test_new_articles_are_added_and_nothing_is_done_again(keep: Keep, update: Any, found: Any) -> None:
    keep("one", {1: "a heat pump", 2: "a wind farm"})
    assert update() == Updated(2, added=2)
    assert update() == Updated(2)
    keep("two", {3: "another pump"}, NOW + timedelta(minutes=10))
    assert update() == Updated(3, added=1)
    assert found("pump") == {"a heat pump", "another pump"}


def test_an_edited_article_is_found_by_its_latest_text_only(
    keep: Keep, update: Any, found: Any, store: Store
) -> None:
    keep("one", {1: "a heat pump", 2: "a wind farm"})
    update()
    keep("two", {1: "a gas boiler"}, NOW + timedelta(minutes=10))
    assert update() == Updated(2, added=1, removed=1)
    assert found("pump") == set()
    assert found("boiler") == {"a gas boiler"}
    assert asked(store, "boiler").hits[0].match.version == 2


def test_a_commit_with_an_earlier_time_is_not_overlooked(keep: Keep, update: Any, found: Any) -> None:
    keep("one", {1: "a heat pump"})
    update()
    keep("late", {2: "a late pump"}, NOW - timedelta(minutes=5))
    assert update() == Updated(2, added=1)
    keep("clock went back", {3: "an old pump"}, NOW - timedelta(days=3))
    assert update() == Updated(3, added=1)
    assert found("pump") == {"a heat pump", "a late pump", "an old pump"}


def test_another_database_in_the_same_place_is_noticed(
    keep: Keep, update: Any, found: Any, store: Store, make: Any
) -> None:
    keep("one", {1: "a heat pump", 2: "a wind farm"})
    update()
    for path in (store.database, store.published):
        path.unlink()
    keep("one", {1: "the same address", 3: "a new pump"})
    assert update() == Updated(2, added=2, removed=2)
    assert found("NOT title:zebra") == {"the same address", "a new pump"}


def test_a_copy_without_an_article_has_an_index_too(store: Store, update: Any, found: Any) -> None:
    store.publish(NOW)
    assert update() == Updated(0)
    assert update() == Updated(0)
    assert found("pump") == set()


def test_articles_that_are_gone_from_the_copy_go(keep: Keep, update: Any, found: Any, store: Store) -> None:
    keep("one", {1: "a heat pump", 2: "a wind farm"})
    update()
    with store.live.opened() as con:
        con.execute("DELETE FROM article_versions WHERE text LIKE '%pump%'")
    store.publish(NOW, force=True)
    assert update() == Updated(1, removed=1)
    assert found("NOT title:zebra") == {"a wind farm"}


def test_no_more_is_done_than_is_allowed_and_the_rest_the_next_time(
    keep: Keep, update: Any, found: Any
) -> None:
    keep("one", {1: "first", 2: "second"})
    keep("two", {3: "third", 4: "fourth"}, NOW + timedelta(hours=1))
    assert update(most=3) == Updated(3, added=3, waiting=1)
    assert update(most=3) == Updated(4, added=1)
    keep("three", {1: "first anew", 5: "fifth"}, NOW + timedelta(hours=2))
    assert update(most=1).waiting == 1
    assert update(most=1).waiting == 0
    assert found("NOT title:zebra") == {"first anew", "second", "third", "fourth", "fifth"}


def test_long_work_is_told_and_committed_in_parts(
    keep: Keep, update: Any, found: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updating_module, "BATCH", 2)
    keep("one", {number: f"pump {number}" for number in range(5)})
    told: list[str] = []
    assert update(told=told.append) == Updated(5, added=5)
    assert told == ["indexing 5 articles for search"]
    assert len(found("pump")) == 5


KILLED = """
import os, signal, sys
from pathlib import Path
from storage.search import updating
updating.BATCH = 2
real, left = updating._commit, int(sys.argv[3])
def commit(writer, mark):
    global left
    if left == 0 and sys.argv[4] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(writer, mark)
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
updating._commit = commit
updating.update_search(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize(("commits", "when"), [(0, "before"), (1, "after")])
def test_an_update_that_was_killed_is_mended_by_the_next(
    keep: Keep, update: Any, found: Any, store: Store, commits: int, when: str
) -> None:
    keep("one", {number: f"old {number}" for number in range(4)})
    update()
    keep("two", {number: f"new {number}" for number in range(2, 7)}, NOW + timedelta(minutes=10))
    arguments = [str(store.published), str(index_folder(store.published)), str(commits), when]
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, *arguments], cwd=Path(__file__).parents[2], check=False
    )
    assert ran.returncode == -signal.SIGKILL
    done = update()
    assert (done.articles, done.remade) == (7, "")
    assert found("NOT title:zebra") == {"old 0", "old 1", *(f"new {number}" for number in range(2, 7))}


def damages(data: bytes) -> dict[str, bytes]:
    return {
        "cut": data[: len(data) // 2],
        "damaged inside": bytes(byte ^ 0x5A for byte in data[:-300]) + data[-300:],
    }


@pytest.mark.parametrize("damage", damages(b""))
def test_a_damaged_index_is_made_anew_by_whoever_meets_it(
    keep: Keep, update: Any, found: Any, store: Store, tmp_path: Path, damage: str
) -> None:
    keep("one", {number: f"a heat pump and {number}" for number in range(20)})
    update()
    keep("two", {3: "a heat pump anew"}, NOW + timedelta(minutes=10))
    update()
    folder, whole = index_folder(store.published), tmp_path / "whole"
    shutil.copytree(folder, whole)
    expected = found('"heat pump" OR 7*')
    assert len(expected) == 20
    by_size = sorted(whole.iterdir(), key=lambda path: path.stat().st_size)
    for path in {path.suffix: path for path in by_size}.values():  # the largest of each kind
        if path.suffix in (".store", ".fieldnorm", ".del") and damage == "damaged inside":
            continue  # the mark, lengths of texts, who is deleted: it need not show, and does no harm
        shutil.rmtree(folder)
        shutil.copytree(whole, folder)
        (folder / path.name).write_bytes(damages(path.read_bytes())[damage])
        assert found('"heat pump" OR 7*') == expected, path.name


def test_an_index_of_another_layout_is_made_anew(
    keep: Keep, update: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep("one", {1: "a heat pump"})
    monkeypatch.setattr(index_module.Mark, "__init__", partial_mark(index_module.LAYOUT + 1))
    update()
    monkeypatch.undo()
    told: list[str] = []
    done = update(told=told.append)
    assert (done.articles, done.added) == (1, 1)
    assert done.remade.endswith("it is of another version, or incomplete")
    assert told == [f"the search index is made anew: {done.remade}"]


def partial_mark(layout: int) -> Callable[..., None]:
    real = index_module.Mark.__init__

    def init(self: index_module.Mark, *values: Any, **named: Any) -> None:
        real(self, *values, **(named | {"layout": layout}))

    return init


def test_an_index_without_its_mark_is_made_anew(keep: Keep, update: Any, store: Store) -> None:
    keep("one", {1: "a heat pump"})
    index_module.new_index(index_folder(store.published))
    done = update()
    assert (done.articles, done.remade != "") == (1, True)


def test_one_update_at_a_time(keep: Keep, update: Any, store: Store) -> None:
    keep("one", {1: "a heat pump"})
    with (
        file_lock(store.published.with_name(".news.search.lock"), 1),
        pytest.raises(DatabaseBusy, match=r"news\.search\.lock is held by"),
    ):
        update(lock_timeout_s=0)


def test_while_it_is_updated_elsewhere_the_old_index_answers_and_says_so(
    keep: Keep, update: Any, store: Store
) -> None:
    keep("one", {1: "a heat pump"})
    update()
    keep("two", {2: "a new pump"}, NOW + timedelta(minutes=10))
    with file_lock(store.published.with_name(".news.search.lock"), 1):
        answer = asked(store, "pump", lock_timeout_s=0)
    assert [hit.snippet.text for hit in answer.hits] == ["a heat pump"]
    assert answer.behind.startswith("the search index is not up to date: ")
    assert answer.through == NOW
    assert asked(store, "pump").behind == ""


def test_without_an_index_that_can_be_made_it_is_one_line(keep: Keep, store: Store) -> None:
    keep("one", {1: "a heat pump"})
    index_folder(store.published).write_text("a file, and no folder")
    with pytest.raises(
        StorageError, match=r"^there is no search index, and it can't be made: .*Not a directory"
    ):
        asked(store, "pump")
    shutil.rmtree(store.published.parent)
    with pytest.raises(StorageError, match="there is no published copy"):
        asked(store, "pump")


def test_a_full_disk_is_not_taken_for_damage() -> None:
    with pytest.raises(StorageError, match="No space left"), index_module.translated(Path("x.search")):
        raise ValueError("An IO error occurred: 'No space left on device (os error 28)'")


def test_what_is_no_error_of_the_index_passes() -> None:
    with pytest.raises(KeyboardInterrupt), index_module.translated(Path("x.search")):
        raise KeyboardInterrupt


def test_a_reader_keeps_what_it_opened(keep: Keep, update: Any, store: Store) -> None:
    keep("one", {1: "a heat pump"})
    update()
    index, _ = index_module.opened_index(index_folder(store.published))
    searcher = index.searcher()
    keep("two", {1: "a gas boiler"}, NOW + timedelta(minutes=10))
    update()
    assert searcher.num_docs == 2  # the article and the mark
    assert index_module.opened_index(index_folder(store.published))[1].articles == 1


def test_an_index_newer_than_the_copy_leaves_out_what_is_not_there(
    keep: Keep, update: Any, store: Store, tmp_path: Path
) -> None:
    keep("one", {1: "a heat pump"})
    shutil.copy(store.published, tmp_path / "older.duckdb")
    keep("two", {2: "a new pump"}, NOW + timedelta(minutes=10))
    update()
    (tmp_path / "older.duckdb").replace(store.published)
    with file_lock(store.published.with_name(".news.search.lock"), 1):
        answer = asked(store, "pump", lock_timeout_s=0)
    assert [hit.snippet.text for hit in answer.hits] == ["a heat pump"]


def test_equal_texts_of_different_articles_are_all_there(store: Store, make: Any, update: Any) -> None:
    versions = [make.version(f"https://a.example/{number}", "the same text") for number in range(3)]
    versions.append(
        replace(versions[0], article_id=7, canonical_url="https://b.example/", content_hash=hash64("other"))
    )
    store.spool(make.record("one", *versions))
    store.commit(NOW)
    store.publish(NOW)
    assert update().articles == 4
