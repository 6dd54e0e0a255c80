"""`presswatch sql` and `publish`: the way to the rows."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.commands import sql
from flows.terminal import Terminal
from storage.query import Answer, QueryResult

Run = Callable[..., Any]

EVERY_KIND = """
SELECT 1 AS n, 'a,"b"' || chr(10) || 'c' AS text, [1, NULL] AS list, {'a': 'x', 'b': [2]} AS struct,
    TIMESTAMPTZ '2026-11-24 06:00:00+01' AS at, DATE '2026-11-24' AS day, 1.50::DECIMAL(9, 2) AS amount,
    'nan'::DOUBLE AS nothing, NULL AS empty, true AS flag, '\\x00\\xFF'::BLOB AS bytes, 2 AS n,
    MAP {'k': 1} AS map, uuid '00000000-0000-0000-0000-000000000001' AS id
"""


@pytest.fixture
def published(presswatch: Run, workplace: Path) -> Path:
    """A workplace whose database is published, and empty."""
    assert presswatch("publish").code == 0
    return workplace


def test_piped_rows_are_csv(presswatch: Run, published: Path) -> None:
    ran = presswatch("sql", EVERY_KIND)
    assert (ran.code, ran.err) == (0, "")
    (row,) = csv.DictReader(io.StringIO(ran.out))
    assert row["text"] == 'a,"b"\nc'
    assert row["list"] == "[1, null]"
    assert row["struct"] == '{"a": "x", "b": [2]}'
    assert (row["at"], row["day"]) == ("2026-11-24T05:00:00+00:00", "2026-11-24")
    assert (row["amount"], row["nothing"], row["empty"], row["flag"]) == ("1.5", "", "", "true")
    assert (row["bytes"], row["id"]) == ("00ff", "00000000-0000-0000-0000-000000000001")


def test_rows_are_json_that_any_reader_takes(presswatch: Run, published: Path) -> None:
    (row,) = json.loads(presswatch("sql", "--json", EVERY_KIND).out)
    assert (row["n"], row["n:1"]) == (1, 2)
    assert row["struct"] == {"a": "x", "b": [2]}
    assert (row["nothing"], row["empty"], row["map"]) == (None, None, {"k": 1})
    rows = presswatch("sql", "--json", "SELECT range AS n FROM range(3)").out
    assert rows == '[{"n": 0},\n{"n": 1},\n{"n": 2}]\n'
    assert presswatch("sql", "--json", "FROM articles").out == "[]\n"


def test_a_query_comes_from_standard_input(
    presswatch: Run, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT 5 AS n"))
    assert presswatch("sql", "-").out == "n\n5\n"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELEC 1", 'Parser Error: syntax error at or near "SELEC"'),
        ("FROM nowhere", "Catalog Error: Table with name nowhere does not exist!"),
        ("CREATE TABLE mine AS SELECT 1", "read-only"),
    ],
)
def test_a_query_that_can_not_be_is_one_line(presswatch: Run, published: Path, query: str, told: str) -> None:
    ran = presswatch("sql", query)
    assert (ran.code, ran.out) == (3, "")
    assert told in ran.err
    assert ran.err.count("\n") == 1


def test_without_a_copy_it_says_how_to_get_one(presswatch: Run, workplace: Path) -> None:
    ran = presswatch("sql", "SELECT 1")
    assert ran.code == 3
    assert (
        ran.err
        == "presswatch: there is no published copy at data/news.duckdb yet: run `presswatch publish`\n"
    )


def test_with_no_query_it_says_how_to_open_the_copy(presswatch: Run, workplace: Path) -> None:
    path = workplace / "data/news.duckdb"
    assert "none yet" in presswatch("sql").out
    assert json.loads(presswatch("sql", "--json").out) == {"published": str(path), "exists": False}
    presswatch("publish")
    told = presswatch("sql").out
    assert f"The published copy is {path}\n" in told
    assert f"duckdb -readonly {path}\n" in told
    assert f"duckdb.connect('{path}', read_only=True)" in told
    assert json.loads(presswatch("sql", "--json").out)["exists"]


def test_on_a_terminal_rows_are_a_table_made_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    screen = Screen()
    result = QueryResult(
        ("title", "words"),
        ("VARCHAR", "BIGINT"),
        [("\x1b[31m[red]A" + " title" * 20, 7), ("b", 12)],
        truncated=True,
    )
    sql.show_result(Terminal(screen, screen), result)
    text = re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue())
    lines = [line.rstrip() for line in text.splitlines()]
    assert lines[0].split() == ["title", "words"]
    assert lines[2].startswith("\\x1b[31m[red]A title")
    assert lines[2].endswith("…      7")
    assert lines[-1] == "the first 2 rows; piped, all of them as CSV"
    sql.write_csv(Terminal(screen, screen), Answer(result.columns, result.types, iter([result.rows])))
    assert "\x1b[31m" not in screen.getvalue()


def test_publish_says_what_it_did(presswatch: Run, workplace: Path) -> None:
    first = presswatch("publish")
    assert first.code == 0
    assert first.out.startswith("data/news.duckdb: ")
    assert "already up to date" in presswatch("publish").out
    answer = json.loads(presswatch("publish", "--force", "--json").out)
    assert answer.pop("elapsed_s") >= 0
    assert answer.pop("bytes") > 0
    assert answer == {"published": "data/news.duckdb", "changed": True, "batches_waiting": 0}
