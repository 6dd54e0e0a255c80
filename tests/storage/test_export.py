"""Articles on their way out: which ones, how each format carries them, and that a file is whole or not there."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from storage.errors import StorageError
from storage.export import COLUMNS, Selection, export_articles, feed_items, replaced_file, unknown_names
from storage.query import opened_copy
from storage.search import index_folder, matched_copy
from storage.store import Store

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1", "\u00a0-1", "\ufeff=1")


@pytest.fixture
def con(store: Store, make: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy with three articles, open."""
    one = make.version("https://a.example/1", 'A pump, "quoted".\n\nMore.', title="One", word_count=5)
    two = make.version(
        "https://b.example/2", "Zwei Häuser", title="Zwei", source_id="b", published_at=NOW - timedelta(days=9),
        first_seen_at=NOW - timedelta(minutes=1),
    )  # fmt: skip
    three = make.version(
        "https://c.example/3", "热泵", title="三", source_id="c", authors=(), tags=(), published_at=None,
        first_seen_at=NOW - timedelta(days=30), language=None, feed_url=None,
    )  # fmt: skip
    store.spool(make.record("one", one, two, three, mentions=(make.mention(one), make.mention(two, "zwei"))))
    store.commit(NOW)
    store.publish(NOW)
    with opened_copy(store.published) as con:
        yield con


def titles(con: duckdb.DuckDBPyConnection, folder: Path, selection: Selection, **options: Any) -> list[str]:
    export_articles(con, folder / "out.jsonl", "jsonl", selection, **options)
    return [json.loads(line)["title"] for line in (folder / "out.jsonl").read_text("utf-8").splitlines()]


def test_json_lines_carry_every_column_with_times_in_utc(con: Any, tmp_path: Path) -> None:
    done = export_articles(con, tmp_path / "a.jsonl", "jsonl", Selection(sources=("a",)))
    text = (tmp_path / "a.jsonl").read_text("utf-8")
    row = json.loads(text)
    assert (done.articles, done.bytes) == (1, len(text.encode()))
    assert tuple(row) == COLUMNS
    assert (row["published_at"], row["first_seen_at"]) == ("2026-11-01T11:00:00Z", "2026-11-01T12:00:00Z")
    assert (row["authors"], row["section"], row["text"]) == (
        ["Jane Doe", "李雷"],
        None,
        'A pump, "quoted".\n\nMore.',
    )


def test_parquet_keeps_types(con: Any, tmp_path: Path) -> None:
    file = tmp_path / "it's.parquet"
    assert export_articles(con, file, "parquet", Selection()).articles == 3
    kinds = dict(
        duckdb.sql(
            f"SELECT column_name, column_type FROM (DESCRIBE FROM '{str(file).replace(chr(39), chr(39) * 2)}')"
        ).fetchall()
    )
    assert tuple(kinds) == COLUMNS
    assert (kinds["published_at"], kinds["authors"]) == ("TIMESTAMP WITH TIME ZONE", "VARCHAR[]")


def test_csv_is_read_back_as_it_was(con: Any, tmp_path: Path) -> None:
    export_articles(con, tmp_path / "a.csv", "csv", Selection())
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["title"] for row in rows} == {"One", "Zwei", "三"}
    (one,) = (row for row in rows if row["title"] == "One")
    assert (one["text"], one["authors"]) == ('A pump, "quoted".\n\nMore.', "Jane Doe; 李雷")
    (three,) = (row for row in rows if row["title"] == "三")
    assert (three["authors"], three["published_at"], three["language"]) == ("", "", "")


def test_no_text_of_a_csv_is_a_formula_unless_asked_for(store: Store, make: Any, tmp_path: Path) -> None:
    articles = [
        make.version(
            f"https://a.example/{number}",
            formula + " text",
            title=formula,
            authors=(formula,),
            section=formula,
        )
        for number, formula in enumerate(FORMULAS)
    ]
    store.spool(make.record("one", *articles))
    store.commit(NOW)
    store.publish(NOW)
    with opened_copy(store.published) as con:
        for guarded, mark in ((True, "'"), (False, "")):
            export_articles(con, tmp_path / "a.csv", "csv", Selection(), guarded=guarded)
            with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            written = {(row["title"], row["text"], row["authors"], row["section"]) for row in rows}
            assert written == {
                (mark + text, f"{mark}{text} text", mark + text, mark + text) for text in FORMULAS
            }
            numbers = {int(row["article_id"]) for row in rows}  # of which some are negative
            assert numbers == {article.article_id for article in articles}


def test_articles_are_chosen_by_source_time_and_watchlist(con: Any, tmp_path: Path) -> None:
    def chosen(**fields: Any) -> set[str]:
        return set(titles(con, tmp_path, Selection(**fields)))

    assert chosen() == {"One", "Zwei", "三"}
    assert chosen(sources=("a", "c")) == {"One", "三"}
    assert chosen(sources=("x' OR true --",)) == set()
    assert chosen(since=NOW - timedelta(days=9)) == {"One", "Zwei"}
    assert chosen(until=NOW - timedelta(days=9)) == {"三"}
    assert chosen(watchlists=("watch",)) == {"One", "Zwei"}
    assert chosen(watchlists=("watch",), sources=("b",), since=NOW - timedelta(days=10)) == {"Zwei"}
    assert len(titles(con, tmp_path, Selection(), limit=2)) == 2


def test_a_search_chooses_with_its_score(con: Any, store: Store, tmp_path: Path) -> None:
    with matched_copy(store.published, index_folder(store.published), "pump OR 热泵", NOW) as matched:
        assert set(titles(matched, tmp_path, Selection(), ranked=True)) == {"One", "三"}
        assert titles(matched, tmp_path, Selection(sources=("a",)), ranked=True) == ["One"]
        assert json.loads((tmp_path / "out.jsonl").read_text("utf-8"))["score"] > 0
        (item,) = feed_items(matched, Selection(sources=("c",)), limit=9, lead_chars=1, ranked=True)
        assert (item.title, item.lead) == ("三", "热")


def test_items_of_a_feed_are_the_last_seen_first(con: Any) -> None:
    items = feed_items(con, Selection(), limit=2, lead_chars=6)
    assert [item.title for item in items] == ["One", "Zwei"]
    assert (items[0].at, items[0].first_seen_at) == (NOW - timedelta(hours=1), NOW)
    assert (items[0].lead, items[0].source_name, items[0].feed_url) == (
        "A pump",
        "a",
        "https://a.example/rss",
    )


def test_names_that_no_article_has_are_known(con: Any) -> None:
    selection = Selection(sources=("a", "x"), watchlists=("watch", "y"))
    assert unknown_names(con, selection) == ("source x", "watchlist y")


def test_a_file_is_whole_or_as_it_was(con: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("as it was")
    with pytest.raises(duckdb.CatalogException):  # there is no table of hits on this connection
        export_articles(con, file, "csv", Selection(), ranked=True)
    with pytest.raises(ZeroDivisionError), replaced_file(file) as unfinished:
        print(unfinished.write_text("half of it") / 0)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.csv"]
    assert file.read_text() == "as it was"


def test_where_nothing_can_be_written_it_is_one_line(con: Any, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"can't write .*: there is no folder "):
        export_articles(con, tmp_path / "nowhere" / "a.csv", "csv", Selection())
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(StorageError, match=r"can't write .*folder\.csv: Is a directory"):
        export_articles(con, tmp_path / "folder.csv", "csv", Selection())
    with pytest.raises(StorageError, match=r"can't write .*xxx: "):
        export_articles(con, tmp_path / ("x" * 300), "csv", Selection())
