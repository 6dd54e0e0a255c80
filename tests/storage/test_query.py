"""Questions to the published copy, and what is said of those that are none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from storage.errors import StorageError
from storage.query import run_query


def test_an_answer_has_names_types_and_rows(store, now):
    store.publish(now)

    result = run_query(
        store.published, "SELECT 1 AS one, 'x' AS letter, TIMESTAMPTZ '2026-01-01 00:00:00+01' AS at"
    )

    assert result.columns == ("one", "letter", "at")
    assert result.types == ("INTEGER", "VARCHAR", "TIMESTAMP WITH TIME ZONE")
    assert result.rows == [(1, "x", datetime(2025, 12, 31, 23, tzinfo=UTC))]
    assert not result.truncated


def test_parameters_are_bound(store, now):
    store.publish(now)

    assert run_query(store.published, "SELECT ? || '!'", ["'; DROP TABLE runs; --"]).rows == [
        ("'; DROP TABLE runs; --!",)
    ]


def test_no_more_rows_than_asked_for_and_it_says_so(store, now):
    store.publish(now)

    assert run_query(store.published, "FROM range(10)", max_rows=3).rows == [(0,), (1,), (2,)]
    assert run_query(store.published, "FROM range(10)", max_rows=3).truncated
    assert not run_query(store.published, "FROM range(3)", max_rows=3).truncated


def test_of_several_statements_the_last_one_answers(store, now):
    store.publish(now)

    assert run_query(store.published, "SET threads = 1; SELECT 2").rows == [(2,)]


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE runs",
        "DELETE FROM article_versions",
        "CREATE TABLE mine (x INTEGER)",
        "UPDATE runs SET errors = 0",
    ],
)
def test_nothing_that_is_asked_can_change_the_copy(store, now, sql):
    store.publish(now)
    before = store.published.read_bytes()

    with pytest.raises(StorageError, match="read-only"):
        run_query(store.published, sql)
    assert store.published.read_bytes() == before


@pytest.mark.parametrize(
    "sql", ["SELEKT 1", "SELECT nothing FROM articles", "SELECT 'a'::INTEGER", "   ", "-- x"]
)
def test_sql_that_is_wrong_is_said_in_one_line(store, now, sql):
    store.publish(now)

    with pytest.raises(StorageError) as caught:
        run_query(store.published, sql)
    assert str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_a_copy_it_says_how_to_get_one(store):
    with pytest.raises(StorageError, match="presswatch publish"):
        run_query(store.published, "SELECT 1")


def test_a_file_that_is_no_database_is_said_in_one_line(tmp_path):
    (tmp_path / "news.duckdb").write_text("<html>" * 5000)

    with pytest.raises(StorageError, match="not a valid DuckDB database") as caught:
        run_query(tmp_path / "news.duckdb", "SELECT 1")
    assert "\n" not in str(caught.value)


def test_a_table_that_is_missing_is_no_python_variable(store, now):
    store.publish(now)

    with pytest.raises(StorageError, match="Table with name published does not exist"):
        run_query(store.published, "SELECT * FROM published")
