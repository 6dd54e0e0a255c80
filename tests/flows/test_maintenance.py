"""The nightly upkeep: its steps one by one, and the page that says how all is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flows.config import load_config
from flows.maintain import STEPS, Upkeep, UpkeepResult, UpkeepStep, take, upkeep_page
from flows.rounds.round import now_utc
from storage.store import Store


def upkeep_of(workplace: Path, extra: str = "") -> Upkeep:
    path = workplace / "config.yaml"
    path.write_text(path.read_text(encoding="utf-8") + extra, encoding="utf-8")
    config = load_config(path, {})
    config.database.parent.mkdir(exist_ok=True)
    return Upkeep(config, Store(config.database, config.published), now_utc)


def test_every_step_can_be_taken_on_an_empty_database(workplace: Path) -> None:
    upkeep = upkeep_of(workplace)
    results = {step.name: take(step, upkeep) for step in STEPS}
    assert not any(result.failed for result in results.values()), results
    assert results["reclean"].told == "0 articles judged again, 0 changed"
    assert results["publish"].told.startswith("published")
    assert upkeep.config.published.exists()


def test_old_pages_are_deleted_where_pages_are_kept(workplace: Path) -> None:
    upkeep = upkeep_of(workplace, "archive: {folder: pages, keep_days: 30}\n")
    (step,) = [step for step in STEPS if step.name == "pages"]
    assert take(step, upkeep).told == "0 files of pages deleted"


def test_a_step_that_fails_is_told_and_no_more(workplace: Path) -> None:
    def fails(_: Any) -> str:
        raise OSError("no space left")

    result = take(UpkeepStep("reclean", fails), upkeep_of(workplace))
    assert result == UpkeepResult("reclean", "OSError: no space left", failed=True)


def test_the_page_says_what_was_done_and_shows_no_markup_of_others(workplace: Path) -> None:
    upkeep = upkeep_of(workplace)
    for step in STEPS:
        take(step, upkeep)
    results = [UpkeepResult("reclean", "a | b ![x](http://evil.example/) <script>", failed=True)]
    page = upkeep_page(upkeep, results)
    assert "| articles |" in page
    assert "failed: a" in page
    assert "<script>" not in page
    assert "![" not in page
    row = next(line for line in page.splitlines() if line.startswith("| reclean"))
    assert row.count("|") == 3


def test_the_page_says_when_nothing_is_published_yet(workplace: Path) -> None:
    upkeep = upkeep_of(workplace)
    assert "Nothing is published yet." in upkeep_page(upkeep, [])
