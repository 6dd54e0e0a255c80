"""docs/search.md and docs/export.md show what the commands really answer, on two weeks of made-up news.

    UPDATE_DOCS=1 python -m pytest tests/flows/test_docs_of_search.py

writes the answers into the docs anew.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.cli import run_command

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


@pytest.fixture
def answered(desk: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[[str], str]:
    """A command line with all that it says."""

    def answer(line: str) -> str:
        run_command(shlex.split(line)[2:])
        out, err = capfdbinary.readouterr()
        told = [line.rstrip() for line in (out + err).decode().splitlines()]
        return "\n".join([line, *told])

    return answer


@pytest.mark.parametrize("name", ["search.md", "export.md"])
def test_the_docs_show_what_is_answered(
    answered: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    def block(match: re.Match[str]) -> str:
        lines = [line for line in match[1].splitlines() if line.startswith("$ presswatch ")]
        return "```console\n" + "\n".join(map(answered, lines)) + "\n```"

    page = (DOCS / name).read_text("utf-8")
    shown = BLOCK.sub(block, page)
    if os.environ.get("UPDATE_DOCS"):
        (DOCS / name).write_text(shown, "utf-8")
    assert (DOCS / name).read_text("utf-8") == shown, (
        f"run: UPDATE_DOCS=1 python -m pytest {Path(__file__).name}"
    )
