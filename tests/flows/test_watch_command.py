"""`presswatch watch`: the back-test and the matching, for a person and for a program."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.model import ArticleVersion, Provenance, Record
from extractors.urls import hash64, identity
from flows.backtest import snippet_around
from flows.terminal import Terminal
from storage.store import Store

Run = Callable[..., Any]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WATCHLISTS = """
watchlists:
  - {id: energy, any: ["heat pump*"]}
  - {id: sea, any: [ferry], none: [harbour]}
"""


@pytest.fixture
def news(workplace: Path) -> Path:
    """Three articles of two outlets, published; two watchlists that nothing was matched by."""
    with (workplace / "config.yaml").open("a", encoding="utf-8") as config:
        config.write(WATCHLISTS)
    store = Store(workplace / "data" / "presswatch.duckdb", workplace / "data" / "news.duckdb")
    versions = []
    for number, (source, title, text) in enumerate(
        (
            (
                "harbour",
                "Heat pumps sell",
                "The grid operator says:\n\nheat pumps are \x1b[31mhot\x1b[0m.\u202e",
            ),
            ("harbour", "A ferry", "It left the harbour."),
            ("valley", "", "A ferry carries a heat pump. " * 3),
        )
    ):
        url, at = f"https://{source}.example/{number}", NOON + number * timedelta(days=1)
        made = ArticleVersion(
            identity(url), source, url, url, title, (), at, None, "en", text, 9, None, (), None, None, None, at, at,
            hash64(title + text), (), Provenance("", "", "", "", "minute", "stated", "", "", (), "test"),
        )  # fmt: skip
        versions.append(made)
    store.spool(Record("b", "r", versions=tuple(versions)))
    store.commit(NOON)
    store.publish(NOON)
    return workplace


def test_the_back_test_tells_hits_by_term_source_and_day_with_samples(presswatch: Run, news: Path) -> None:
    ran = presswatch("watch", "test", "--watchlist", "energy")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "energy: 2 articles of 3, 5 mentions"
    assert any(line.split() == ["valley", "1"] for line in lines)
    assert any(line.split() == ["2026-03-02", "1"] for line in lines)
    assert "  A ferry carries a [heat pump]. A ferry" in ran.out
    assert "\x1b" not in ran.out


def test_terms_are_tried_out_before_they_are_a_watchlist(presswatch: Run, news: Path) -> None:
    ran = presswatch(
        "watch", "test", "--any", '"grid says"~3', "--any", "ferry", "--none", "harbour", "--json"
    )
    told = json.loads(ran.out)
    (test,) = told["watchlists"]
    assert (told["articles_read"], test["articles"], test["mentions"]) == (3, 2, 4)
    assert test["by_term"] == [{"term": '"grid says"~3', "articles": 1}, {"term": "ferry", "articles": 1}]
    assert test["by_day"] == [
        {"day": "2026-03-02", "source_id": "harbour", "articles": 1},
        {"day": "2026-03-04", "source_id": "valley", "articles": 1},
    ]
    assert [sample["snippet"][slice(*sample["mark"])] for sample in test["samples"]] == [
        "ferry",
        "grid operator says",
    ]


def test_the_period_and_the_number_of_samples_are_kept(presswatch: Run, news: Path) -> None:
    told = json.loads(
        presswatch(
            "watch", "test", "--since", "2026-03-03", "--until", "2026-03-03", "--samples", 0, "--json"
        ).out
    )
    assert told["articles_read"] == 1
    assert [(test["watchlist_id"], test["articles"], test["samples"]) for test in told["watchlists"]] == [
        ("energy", 0, []), ("sea", 0, [])
    ]  # fmt: skip
    newest = json.loads(presswatch("watch", "test", "--watchlist", "energy", "--samples", 1, "--json").out)
    assert [sample["source_id"] for sample in newest["watchlists"][0]["samples"]] == ["valley"]


def test_nothing_is_written_by_a_back_test(presswatch: Run, news: Path) -> None:
    before = (news / "data" / "news.duckdb").read_bytes()
    assert presswatch("watch", "test").code == 0
    assert (news / "data" / "news.duckdb").read_bytes() == before
    assert json.loads(presswatch("watch", "match", "--check", "--json").out) == {"waiting": ["energy", "sea"]}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--watchlist", "nobody"), "no watchlist 'nobody'"),
        (("--any", "* *"), "there is no word in it"),
        (("--none", "ferry"), "it needs a term in any or all"),
        (("--watchlist", "sea", "--any", "x"), "give one of them"),
        (("--since", "yesterday"), "--since: expected a span"),
        (("--since", "2026-03-03", "--until", "2026-03-01"), "--since is later than --until"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_line(
    presswatch: Run, news: Path, options: Any, complaint: str
) -> None:
    ran = presswatch("watch", "test", *options)
    assert ran.code == 2
    assert complaint in ran.err or "a * stands at the end" in ran.err


def test_without_watchlists_terms_are_asked_for(presswatch: Run, workplace: Path) -> None:
    ran = presswatch("watch", "test")
    assert (ran.code, "has no watchlists" in ran.err) == (2, True)


def test_matching_is_told_and_done_once(presswatch: Run, news: Path) -> None:
    assert presswatch("watch", "match", "--check").out == "not matched yet: energy, sea\n"
    out = presswatch("watch", "match").out.splitlines()
    assert [line.split()[0] for line in out] == ["watchlist", "energy", "sea", "3"]
    assert (
        presswatch("watch", "match").out
        == presswatch("watch", "match", "--check").out
        == "all stored articles are matched\n"
    )
    told = json.loads(presswatch("watch", "match", "--watchlist", "sea", "--json").out)
    assert [(each["watchlist_id"], each["articles"]) for each in told["matched"]] == [("sea", 1)]
    counted = "SELECT watchlist_id, count(*) AS n FROM mentions GROUP BY ALL ORDER BY ALL"
    assert presswatch("sql", counted).out.split() == ["watchlist_id,n", "energy,5", "sea,3"]
    assert presswatch("watch", "match", "--watchlist", "nobody").code == 2


def test_mentions_of_removed_watchlists_go_and_it_is_said(presswatch: Run, news: Path) -> None:
    presswatch("watch", "match")
    config = news / "config.yaml"
    config.write_text(
        config.read_text("utf-8").replace('  - {id: energy, any: ["heat pump*"]}\n', ""), "utf-8"
    )
    out = presswatch("watch", "match").out
    assert out.splitlines()[-1] == "mentions dropped of energy: the config names them no more"


def test_somebody_at_a_terminal_sees_the_hit_in_colour_and_no_control_signs(
    presswatch: Run, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from io import StringIO

    class Screen(StringIO):
        def isatty(self) -> bool:
            return True

    out = Screen()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(Terminal, "of_process", lambda: Terminal(out, StringIO()))
    assert presswatch("watch", "test", "--watchlist", "energy").code == 0
    shown = out.getvalue()
    assert "heat pump" in shown
    assert "\x1b[31m" not in shown
    assert "\u202e" not in shown


@given(st.text(max_size=400), st.integers(0, 400), st.integers(1, 30))
def test_a_snippet_has_its_hit_where_its_mark_says(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    end = min(len(text), start + length)
    snippet, (first, last) = snippet_around(text, start, end)
    assert len(snippet) <= max(160, end - start) + 1
    expected = "".join(" " if letter.isspace() else letter for letter in text[start:end])
    assert snippet[first:last] == expected
