"""`presswatch search`: hits for a person, for a program, and for SQL."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.commands import search as search_command
from flows.rounds.indexing import refresh_search
from flows.terminal import Terminal
from storage.search import index_folder

Run = Callable[..., Any]


def test_hits_are_the_best_first_with_what_was_found_in_brackets(presswatch: Run, desk: Path) -> None:
    ran = presswatch("search", "ferry", "aground", "source:northpress")
    assert (ran.code, ran.err) == (0, "")
    first = ran.out.splitlines()
    assert first[0] == "Night [ferry] runs [aground] off Port Marl, five hurt"
    assert first[1].startswith("  northpress  2026-03-")
    assert "[ferry]" in first[2]
    assert ran.out.splitlines()[-1].endswith("article") or ran.out.splitlines()[-1].endswith("articles")


def test_only_the_first_are_shown_unless_more_are_asked_for(presswatch: Run, desk: Path) -> None:
    out = presswatch("search", "--limit", 2, "lang:en").out
    assert re.search(r"^\d+ articles, the first 2 shown$", out.splitlines()[-1])
    newest = json.loads(
        presswatch("search", "--json", "--newest", "--limit", 50, "minister OR ferry OR council").out
    )
    times = [hit["published_at"] or hit["first_seen_at"] for hit in newest["hits"]]
    assert times == sorted(times, reverse=True)


def test_a_program_gets_texts_with_offsets(presswatch: Run, desk: Path) -> None:
    found = json.loads(presswatch("search", "--json", '"heat pump*"', "source:city-ledger").out)
    assert (found["query"], found["up_to_date"]) == ('"heat pump*" source:city-ledger', True)
    assert found["total"] == len(found["hits"]) > 0
    hit = found["hits"][0]
    snippet = hit["snippet"]
    assert all(re.match("heat pump", snippet["text"][a:b], re.IGNORECASE) for a, b in snippet["marks"])
    assert all(re.match("heat pump", hit["title"][a:b], re.IGNORECASE) for a, b in hit["title_marks"])
    query = f"SELECT substr(text, {snippet['start'] + 1}, {len(snippet['text'])}) AS piece FROM articles"
    (row,) = json.loads(presswatch("sql", "--json", f"{query} WHERE article_id = {hit['article_id']}").out)
    assert row["piece"] == snippet["text"]


def test_all_hits_as_csv_and_as_a_table_for_sql(presswatch: Run, desk: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(presswatch("search", "--csv", "ferry OR harbour").out)))
    assert [int(row["rank"]) for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) > 5
    counted = "SELECT count(*) AS n, count(score) AS scores FROM hits JOIN articles USING (article_id)"
    (row,) = json.loads(presswatch("search", "--json", "ferry OR harbour", "--sql", counted).out)
    assert row == {"n": len(rows), "scores": len(rows)}


def test_what_nobody_wrote_about_is_no_error_and_a_slip_in_a_name_is_told(
    presswatch: Run, desk: Path
) -> None:
    ran = presswatch("search", "zebra", "source:nortpress")
    assert (ran.code, ran.out) == (0, "0 articles\n")
    assert ran.err == "presswatch: no article is of source:nortpress\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["(ferry"], "Error: a ( is never closed"),
        (["--csv", "since:soon"], "Error: since: expected a span such as 24h or 7d"),
        (["--newest", "--sql", "FROM hits", "ferry"], "Error: --newest orders what is shown"),
        ([], "Error: Missing argument 'QUERY...'"),
    ],
)
def test_wrong_usage_is_told(presswatch: Run, desk: Path, words: list[str], told: str) -> None:
    ran = presswatch("search", *words)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_sql_that_is_wrong_and_a_copy_that_is_not_there_are_one_line(presswatch: Run, desk: Path) -> None:
    ran = presswatch("search", "ferry", "--sql", "FROM nowhere")
    assert (ran.code, ran.err.count("\n")) == (3, 1)
    shutil.rmtree(desk / "data")
    ran = presswatch("search", "ferry")
    assert (ran.code, ran.err.count("\n")) == (3, 1)


def test_an_index_that_is_missing_is_made_and_one_that_is_broken_is_mended_with_a_note(
    presswatch: Run, desk: Path
) -> None:
    whole = presswatch("search", "--csv", "ferry")
    shutil.rmtree(desk / "data/news.search")
    assert presswatch("search", "--csv", "ferry") == whole
    (desk / "data/news.search/meta.json").write_text("broken")
    mended = presswatch("search", "--csv", "ferry")
    assert mended.out == whole.out
    assert mended.err.startswith("presswatch: the search index is made anew: ")
    assert mended.err.count("\n") == 1


def test_an_index_that_can_not_be_brought_up_to_date_says_how_old_it_is(presswatch: Run, desk: Path) -> None:
    for path in (desk / "data").glob("news.search/*.json"):
        path.unlink()
    shutil.rmtree(desk / "data/news.search")
    (desk / "data/news.search").write_text("in the way")
    ran = presswatch("search", "ferry")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("presswatch: there is no search index, and it can't be made: ")


def test_on_a_terminal_hits_are_bold_and_texts_of_the_web_harmless(
    presswatch: Run, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = Screen()
    search_command.marked_line(Terminal(screen, screen), "a \x1b[2J[red]pump\nhere", [(6, 15)])
    text = screen.getvalue()
    assert "\\x1b[2J" in text
    assert "\x1b[2J" not in text
    assert re.search(r"\x1b\[1;33m[^\x1b]*pump", text)


def test_publish_keeps_the_index_unless_the_config_says_no(presswatch: Run, workplace: Path) -> None:
    assert presswatch("publish").code == 0
    folder = workplace / "data/news.search"
    assert (folder / "meta.json").exists()
    shutil.rmtree(folder)
    config = workplace / "config.yaml"
    config.write_text(config.read_text("utf-8") + "search: no\n", "utf-8")
    assert presswatch("publish", "--force").code == 0
    assert not folder.exists()
    assert presswatch("search", "pump").out == "0 articles\n"
    assert (folder / "meta.json").exists()


def test_a_round_is_not_stopped_by_its_index(
    tmp_path: Path, desk_copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    published = tmp_path / "news.duckdb"
    shutil.copy(desk_copy, published)
    index_folder(published).write_text("in the way")
    refresh_search(published)
    assert "the search index is not up to date: " in caplog.text
    index_folder(published).unlink()
    with caplog.at_level("INFO"):
        refresh_search(published, most=100)
    assert "articles are not indexed for search yet; the next rounds do it" in caplog.text
