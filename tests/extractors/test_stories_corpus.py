"""The project's own stories, in fourteen languages: copies are found, and what only looks alike is left apart."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "story_cases.py"
MIN_PRECISION, MIN_RECALL = 0.98, 0.95


@pytest.fixture(scope="module")
def bench() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("bench_story_cases", BENCH)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def cases(bench: ModuleType) -> Any:
    return bench.corpus_cases()


def told(pairs: Any) -> str:
    return "\n".join(f"  {one.label} | {other.label}" for one, other in pairs)


def test_copies_are_found_and_what_looks_alike_is_left_apart(bench: ModuleType, cases: Any) -> None:
    score = bench.scored(cases)
    print(
        f"precision {score.precision:.3f}, recall {score.recall:.3f} of {score.right + len(score.missed)} pairs"
    )
    failed = f"joined wrongly:\n{told(score.wrong)}\nmissed:\n{told(score.missed)}"
    assert score.precision >= MIN_PRECISION, failed
    assert score.recall >= MIN_RECALL, failed


def test_the_corpus_has_what_it_says(cases: Any) -> None:
    """Enough of each, or the figures would say little."""
    kinds = Counter(
        "report" if case.kind == "report" else "copy" if case.origin else "other" for case in cases
    )
    assert kinds["report"] >= 24
    assert kinds["copy"] >= 2 * kinds["report"]
    assert kinds["other"] >= 40
    assert len({case.text for case in cases}) == len(cases)


def test_lines_of_a_report_stand_in_a_copy_as_its_site_changed_them(
    bench: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "one.toml").write_text(
        """
        [[group]]
        id = "flood"
        report = '''
        Six rivers rose.
        Nobody drowned.

        Rain goes on.
        '''
        copy = [{ kind = "updated", text = "Home\\n=1-2\\nRead more", swap = [["Six", "Nine"]] }]
        other = [{ kind = "follow-up", text = "Dry again.\\n\\n=3", site = "x" }]
        """.replace("\n        ", "\n"),
        encoding="utf-8",
    )
    report, copy, other = bench.corpus_cases(tmp_path)
    assert report.text == "Six rivers rose.\nNobody drowned.\n\nRain goes on."
    assert (copy.text, copy.origin) == ("Home\nNine rivers rose.\nNobody drowned.\n\nRead more", "flood")
    assert (other.text, other.origin, other.site) == ("Dry again.\n\nRain goes on.", None, "x")


@pytest.mark.parametrize("article", ['text = "=2"', 'text = "=1", swap = [["nine", "ten"]]'])
def test_a_reference_to_what_is_not_in_the_report_is_an_error(
    bench: ModuleType, tmp_path: Path, article: str
) -> None:
    (tmp_path / "one.toml").write_text(
        f'[[group]]\nid = "a"\nreport = "One line."\ncopy = [{{ kind = "copy", {article} }}]\n',
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match="not in the report"):
        bench.corpus_cases(tmp_path)
