"""What tests of commands share: running one as a user does, with and without a terminal."""

from __future__ import annotations

import io
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.cli import run_command

SMALL_CONFIG = """\
database: data/presswatch.duckdb
published: data/news.duckdb
fetch:
  user_agent: "presswatch-tests (+https://presswatch.example/tests)"
  per_host_delay_s: 0
  timeout_s: 5
  allow_networks: [127.0.0.0/8]
extract: {workers: 1, timeout_s: 10}
sources:
  - id: harbour
    name: The Harbour Post
    feeds: [https://harbour.example/rss]
    timezone: Europe/Oslo
    language: en
    drop: ["Printed on paper from managed forests"]
    protect: ["Read more"]
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


class FakeTerminal(io.StringIO):
    """A stream with somebody in front of it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def presswatch(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run a command in this process, its output piped."""

    def run(*args: object) -> Ran:
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            code = run_command([str(arg) for arg in args])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Ran(int(code), out, err)

    return run


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own, with a small config, that commands run in."""
    (tmp_path / "config.yaml").write_text(SMALL_CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PRESSWATCH_CONFIG", raising=False)
    return tmp_path
