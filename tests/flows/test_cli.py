"""The command line as a whole: its commands, their help, and the ways to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

import flows.cli
from extractors.cage import CageError
from extractors.errors import TimedOut
from flows.cli import COMMANDS
from flows.exits import CommandError, Exit
from flows.lazy_group import LazyGroup
from storage.errors import DatabaseBusy

ROOT = Path(__file__).parents[2]
HEAVY = {
    "prefect",
    "duckdb",
    "pyarrow",
    "trafilatura",
    "httpx",
    "pydantic",
    "yaml",
    "rich",
    "lxml",
    "feedparser",
}

Run = Callable[..., Any]


def shell(*args: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own."""
    environ = os.environ | {"PYTHONPATH": str(ROOT)} | more.pop("environ", {})
    return subprocess.run(
        [sys.executable, "-m", "flows", *args],
        capture_output=True,
        text=True,
        env=environ,
        timeout=60,
        **more,
    )


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Make `presswatch status` a command that ends by the given error."""

    def install(error: BaseException) -> None:
        @click.command()
        def broken() -> None:
            raise error

        monkeypatch.setattr(LazyGroup, "get_command", lambda self, context, name: broken)

    return install


# ----------------------------------------------------------------------------------------------------------- help


def test_the_help_lists_every_command_with_a_line(presswatch: Run) -> None:
    told = presswatch("--help")
    assert told.code == 0
    for name, (_, line) in COMMANDS.items():
        assert f"  {name} " in told.out
        assert line.split()[0] in told.out


def every_command() -> list[tuple[str, ...]]:
    """("run",), ("backfill", "urls"), ...: what can be run, groups that only hold others left out."""
    found: list[tuple[str, ...]] = []
    for name, (module, _) in COMMANDS.items():
        command = import_module(module).command
        if not isinstance(command, click.Group) or command.invoke_without_command:
            found.append((name,))
        if isinstance(command, click.Group):
            found += [(name, below) for below in command.list_commands(click.Context(command))]
    return found


@pytest.mark.parametrize("name", every_command(), ids=" ".join)
def test_every_command_explains_itself_with_an_example_and_takes_a_config(
    presswatch: Run, name: tuple[str, ...]
) -> None:
    told = presswatch(*name, "--help")
    assert told.code == 0
    assert "Example:" in told.out
    assert f"  presswatch {' '.join(name)}" in told.out
    if name != ("demo",):  # which brings its own
        assert "--config PATH" in told.out
        assert "PRESSWATCH_CONFIG" in told.out


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import sys; from flows.cli import run_command; run_command(['--help']); "
        f"print('heavy:', sorted({HEAVY!r} & {{*sys.modules}}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "heavy: []"


@pytest.mark.parametrize(
    ("args", "needed"),
    [(["sql"], {"pydantic", "yaml"}), (["extract", "--help"], set())],
)
def test_a_command_loads_what_it_needs_and_no_more(
    workplace: Path, args: list[str], needed: set[str]
) -> None:
    code = (
        f"import sys; from flows.cli import run_command; run_command({args!r}); "
        f"print('heavy:', sorted(({HEAVY!r} - {needed!r}) & {{*sys.modules}}))"
    )
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=workplace, env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "heavy: []"


def test_the_version_is_the_one_that_is_installed(presswatch: Run) -> None:
    from importlib.metadata import version

    assert presswatch("--version").out == f"presswatch {version('presswatch')}\n"


def test_python_m_flows_is_presswatch() -> None:
    done = shell("--help")
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: presswatch ")


# ---------------------------------------------------------------------------------------------------- wrong usage


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["sqk"], "No such command 'sqk'. Did you mean sql?"),
        (["zzz"], "No such command 'zzz'."),
        (["sql", "--jsn"], "No such option"),
        (["extract", "--batch", "in.jsonl"], "--batch needs --out OUT.jsonl"),
    ],
)
def test_wrong_usage_is_told_with_where_to_look(
    presswatch: Run, workplace: Path, args: list[str], told: str
) -> None:
    ran = presswatch(*args)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert "--help" in ran.err


def test_a_wrong_config_is_its_lines_and_nothing_runs(presswatch: Run, workplace: Path) -> None:
    (workplace / "bad.yaml").write_text("fetch:\n  timeout_s: soon\n")
    ran = presswatch("publish", "--config", "bad.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        "bad.yaml:1: sources: expected a list of at least one source, found no such key",
        "bad.yaml:2: fetch.timeout_s: expected a number greater than 0, at most 600, found 'soon'",
    ]
    assert not (workplace / "data").exists()


def test_the_config_is_named_by_the_environment_too(
    presswatch: Run, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRESSWATCH_CONFIG", "elsewhere.yaml")
    ran = presswatch("sql")
    assert ran.code == 2
    assert ran.err.startswith("elsewhere.yaml: expected a config file, found no such file")


# ------------------------------------------------------------------------------------------------- ways to end


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (CommandError("no room"), 3, "presswatch: no room\n"),
        (DatabaseBusy("data/x is held by process 7"), 3, "presswatch: data/x is held by process 7\n"),
        (
            TimedOut("https://a.example/\x1b[31m", "no answer"),
            3,
            "presswatch: https://a.example/\\x1b[31m: timeout: no answer\n",
        ),
        (PermissionError(13, "Permission denied", "data/x"), 3, "presswatch: data/x: permission denied\n"),
        (OSError(28, "No space left on device"), 3, "presswatch: no space left on device\n"),
        (click.FileError("x", "gone"), 3, "presswatch: Could not open file 'x': gone\n"),
        (
            ZeroDivisionError("division\nby zero"),
            3,
            "presswatch: internal error: ZeroDivisionError: division by zero (PRESSWATCH_DEBUG=1 shows where)\n",
        ),
        (KeyboardInterrupt(), 130, "presswatch: stopped\n"),
        (CageError("workers die at their start"), 3, "presswatch: workers die at their start\n"),
        (BrokenPipeError(32, "Broken pipe"), 141, ""),
    ],
)
def test_every_error_is_one_line_and_an_exit_code(
    presswatch: Run, failing: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, told: str
) -> None:
    monkeypatch.delenv("PRESSWATCH_DEBUG", raising=False)
    monkeypatch.setattr(flows.cli, "_point_at_nothing", lambda stream: None)
    failing(error)
    ran = presswatch("status")
    assert (ran.code, ran.out, ran.err) == (code, "", told)


def test_whoever_debugs_sees_where_it_happened(workplace: Path) -> None:
    (workplace / "data").mkdir()
    (workplace / "data/news.duckdb").write_text("no database")
    done = shell("sql", "SELECT 1", cwd=workplace, environ={"PRESSWATCH_DEBUG": "1"})
    assert done.returncode == Exit.FAILED
    assert done.stderr.startswith("Traceback")
    assert done.stderr.splitlines()[-1].startswith("presswatch: data/news.duckdb: ")


def test_a_reader_that_leaves_early_is_no_error(workplace: Path) -> None:
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    shell("publish", cwd=workplace)
    command = [sys.executable, "-m", "flows", "sql", "SELECT range AS n FROM range(1000000)"]
    with subprocess.Popen(
        command, cwd=workplace, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"n\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=120) == Exit.PIPE_CLOSED


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, Exit.TERMINATED), (signal.SIGINT, Exit.INTERRUPTED)]
)
def test_a_signal_ends_a_command_without_leaving_half_a_file(workplace: Path, number: int, code: int) -> None:
    """The batch waits for its input, and is stopped there."""
    os.mkfifo(workplace / "in.jsonl")
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "flows", "extract", "--batch", "in.jsonl", "--out", "out.jsonl"]
    with (
        subprocess.Popen(command, cwd=workplace, env=environ, stderr=subprocess.PIPE) as process,
        (workplace / "in.jsonl").open("w"),
    ):
        deadline = time.monotonic() + 120
        while not list(workplace.glob(".out.jsonl.*.new")) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(number)
        assert process.wait(timeout=120) == code
    assert sorted(path.name for path in workplace.iterdir()) == ["config.yaml", "in.jsonl"]


def test_output_goes_to_a_terminal_that_speaks_little(workplace: Path) -> None:
    shell("publish", cwd=workplace)
    environ = {"PYTHONIOENCODING": "ascii"}
    done = shell("sql", "SELECT '日本' AS title", cwd=workplace, environ=environ)
    assert (done.returncode, done.stdout) == (0, "title\n\\u65e5\\u672c\n")
