"""`presswatch export`: files of articles, and feeds of them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import feedparser
import pytest

from flows.commands import export as export_command
from flows.terminal import Terminal

Run = Callable[..., Any]


@pytest.fixture
def out(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., bytes]:
    """What a command writes to standard output, as bytes."""
    from flows.cli import run_command

    def run(*words: str) -> bytes:
        assert run_command(list(words)) == 0
        return capfdbinary.readouterr().out

    return run


def test_a_file_has_the_articles_that_were_chosen_and_its_name_says_how(presswatch: Run, desk: Path) -> None:
    ran = presswatch(
        "export", "--source", "city-ledger", "--since", "2026-03-09", "--until", "2026-03-10", "-o", "a.jsonl"
    )
    assert (ran.code, ran.out) == (0, "")
    rows = [json.loads(line) for line in (desk / "a.jsonl").read_text("utf-8").splitlines()]
    assert ran.err == f"a.jsonl: {len(rows)} articles, 0.0 MB\n"
    assert {row["source_id"] for row in rows} == {"city-ledger"}
    assert {row["published_at"][:10] for row in rows} == {"2026-03-09", "2026-03-10"}
    (count,) = json.loads(
        presswatch(
            "sql", "--json",
            "SELECT count(*) AS n FROM articles WHERE source_id = 'city-ledger' AND published_at >= '2026-03-09' "
            "AND published_at < '2026-03-11'",
        ).out
    )  # fmt: skip
    assert count == {"n": len(rows)}


def test_a_search_and_a_watchlist_choose_too(presswatch: Run, desk: Path) -> None:
    presswatch("export", "--query", "ferry -lang:fr", "--watchlist", "sea", "-o", "a.parquet")
    (row,) = json.loads(
        presswatch("sql", "--json", "SELECT count(*) AS n, min(score) > 0 AS scored FROM 'a.parquet'").out
    )
    assert row["n"] > 3
    assert row["scored"]


def test_standard_output_carries_what_a_file_would(out: Callable[..., bytes], desk: Path) -> None:
    for kind in ("csv", "jsonl", "rss", "parquet"):
        out("export", "--format", kind, "-o", f"a.{kind}")
        assert out("export", "--format", kind) == (desk / f"a.{kind}").read_bytes() != b"", kind


def test_a_watchlist_is_a_feed_that_a_reader_follows(presswatch: Run, desk: Path) -> None:
    assert presswatch("export", "--watchlist", "sea", "-o", "sea.xml").code == 0
    feed = feedparser.parse(io.BytesIO((desk / "sea.xml").read_bytes()))
    assert (feed.bozo, feed.version) == (False, "rss20")
    assert (feed.feed.title, feed.feed.link) == ("presswatch: sea", "https://presswatch.example/tests")
    (count,) = json.loads(
        presswatch(
            "sql", "--json", "SELECT count(DISTINCT article_id) AS n FROM mentions WHERE watchlist_id = 'sea'"
        ).out
    )
    assert len(feed.entries) == min(count["n"], 100)
    assert len({entry.id for entry in feed.entries}) == len(feed.entries)
    before = (desk / "sea.xml").read_bytes()
    presswatch("export", "--watchlist", "sea", "-o", "sea.xml")
    assert (desk / "sea.xml").read_bytes() == before  # a reader is told of nothing new


def test_a_feed_may_be_named_and_shorter(presswatch: Run, desk: Path) -> None:
    words = (
        "export",
        "--format",
        "rss",
        "--query",
        "ferry",
        "--limit",
        "3",
        "--title",
        "Boats",
        "--link",
        "https://example.org/",
    )
    presswatch(*words, "-o", "boats.rss")
    feed = feedparser.parse(io.BytesIO((desk / "boats.rss").read_bytes()))
    assert (feed.feed.title, feed.feed.link, len(feed.entries)) == ("Boats", "https://example.org/", 3)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "--format is needed, or a file that ends in .parquet, .csv, .jsonl or .rss"),
        (["-o", "a.txt"], "--format is needed"),
        (["-o", "a.csv", "--since", "soon"], "--since: expected a span such as 24h or 7d"),
        (["-o", "a.csv", "--since", "1d", "--until", "2d"], "--since is later than --until"),
        (["-o", "a.csv", "--query", "(ferry"], "--query: a ( is never closed"),
    ],
)
def test_wrong_usage_is_told_and_nothing_is_written(
    presswatch: Run, desk: Path, words: list[str], told: str
) -> None:
    ran = presswatch("export", *words)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert not (desk / "a.csv").exists()


def test_names_that_no_article_has_are_told(presswatch: Run, desk: Path) -> None:
    ran = presswatch("export", "--source", "nowhere", "--watchlist", "see", "-o", "a.csv")
    assert ran.code == 0
    assert ran.err.splitlines() == [
        "presswatch: no article is of source nowhere",
        "presswatch: no article is of watchlist see",
        "a.csv: 0 articles, 0.0 MB",
    ]


def test_without_a_copy_or_a_folder_it_is_one_line(presswatch: Run, desk: Path) -> None:
    ran = presswatch("export", "-o", "nowhere/a.csv")
    assert (ran.code, ran.err) == (3, "presswatch: can't write nowhere/a.csv: there is no folder nowhere\n")
    (desk / "data/news.duckdb").unlink()
    ran = presswatch("export", "-o", "a.csv")
    assert (ran.code, ran.err.count("\n")) == (3, 1)


def test_a_terminal_gets_no_escapes_and_no_parquet(
    presswatch: Run, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Screen()
    monkeypatch.setattr(Terminal, "of_process", classmethod(lambda cls: Terminal(screen, screen)))
    assert "Parquet is no text" in presswatch("export", "--format", "parquet").err
    (desk / "a.csv").write_text("a,\x1b[2J\n", "utf-8")
    export_command.hand_out(desk / "a.csv", Terminal(screen, screen))
    assert screen.getvalue().endswith("a,\\x1b[2J\n")
