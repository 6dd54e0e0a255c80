"""docs/commands.md says of each command what the command says of itself.

With UPDATE_DOCS=1 in the environment these tests write the help texts into the docs instead.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.cli import COMMANDS

DOCS = Path(__file__).parents[2] / "docs/commands.md"


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_the_docs_have_the_help_of_every_command(
    presswatch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    words = [*name.split(), "--help"]
    told = presswatch(*words).out.rstrip("\n")
    command = " ".join(["$ presswatch", *words])
    text = DOCS.read_text(encoding="utf-8")
    block = re.compile(rf"```console\n{re.escape(command)}\n(.*?)\n```", re.DOTALL)
    written = block.search(text)
    if os.environ.get("UPDATE_DOCS"):
        new = f"```console\n{command}\n{told}\n```"
        text = block.sub(lambda match: new, text) if written else f"{text}\n## {name}\n\n{new}\n"
        DOCS.write_text(text, encoding="utf-8")
    else:
        assert written is not None, f"no block begins with {command!r}; write it with UPDATE_DOCS=1"
        assert written[1] == told, "write it anew with UPDATE_DOCS=1"


def test_the_docs_have_a_section_for_every_command() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert sorted(re.findall(r"^## (\w+)$", text, re.MULTILINE)) == sorted(COMMANDS)
