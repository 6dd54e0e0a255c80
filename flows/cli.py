"""The command line: which commands there are, and how each of them ends.

A command is imported when it is called: `presswatch --help` and `presswatch sql` don't pay for Prefect.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from typing import IO

import click

from flows.exits import CommandError, ConfigError, Exit
from flows.lazy_group import CommandTable, LazyGroup
from flows.safe_text import safe_text
from flows.signals import SIGNALS, Ending

# Between two looks for cycles; Python's 700 cost a round over 1,000 feeds 4 % of its CPU.
YOUNG_OBJECTS = 20_000

# name: (module with a click command named `command`, one line of help). The order is the order of the help.
COMMANDS: CommandTable = {
    "run": ("flows.commands.run", "One round now: poll, fetch, extract, clean, store, publish."),
    "serve": ("flows.commands.serve", "The scheduled deployment: server, rounds, upkeep, until stopped."),
    "backfill": ("flows.commands.backfill", "Older articles: by list, sitemap, archived feed or WARC."),
    "extract": (
        "flows.commands.extract",
        "One page, or a file of many: what is kept, what is removed and why.",
    ),
    "reclean": ("flows.commands.reclean", "Judge stored text again with what is known now."),
    "sources": ("flows.commands.sources", "The sources and their health."),
    "status": ("flows.commands.status", "The last rounds, feeds that fail, rows waiting, on one screen."),
    "sql": ("flows.commands.sql", "A query on the published copy."),
    "search": ("flows.commands.search", "The articles that a query means, the best first."),
    "watch": ("flows.commands.watch", "Watchlists: tried out, and matched against stored articles."),
    "export": ("flows.commands.export", "Articles as Parquet, CSV, JSON lines, or an RSS feed."),
    "report": ("flows.commands.report", "The press review: one page in HTML, for the board."),
    "publish": ("flows.commands.publish", "Refresh the published copy now."),
    "doctor": (
        "flows.commands.doctor",
        "Check config, paths, versions, Prefect and network; say what to do.",
    ),
    "demo": ("flows.commands.demo", "The whole job on a small news web of its own, on loopback."),
}


@click.group(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="presswatch", prog_name="presswatch", message="%(prog)s %(version)s")
def presswatch() -> None:
    """News feeds in, clean articles with the right facts in DuckDB out.

    \b
    Example:
      presswatch run                      one round over the feeds of config.yaml
      presswatch sql "FROM latest"        what it stored

    Exit codes: 0 done; 1 done, but some sources failed; 2 wrong usage or config; 3 could not do its job.
    """


def main() -> int:
    """`presswatch`, as a process of its own: run the command that it was started with."""
    code = run_command(sys.argv[1:])
    for number in SIGNALS:
        signal.signal(
            number, signal.SIG_IGN
        )  # it has ended: a signal in the last moment can't make it otherwise
    # Whatever is left goes with the process; looking for cycles in it would take 28 ms of `status`'s 250.
    gc.freeze()
    if code == Exit.INTERRUPTED:
        # Python ends by the signal itself, whatever code we return, if it came within an exec of text (a dataclass
        # being made; run_eval_code_obj in CPython's pythonrun.c). All is unwound, and nothing is left to be told.
        os._exit(code)
    return code


def run_command(args: Sequence[str]) -> int:
    """Run one command and return its exit code. What a user or a web site can cause is never a traceback."""
    _prepare_process()
    try:
        with Ending().heard():
            code = _invoke(list(args))
            sys.stdout.flush()
    except BrokenPipeError:
        _point_at_nothing(sys.stdout)
        return Exit.PIPE_CLOSED
    except KeyboardInterrupt:
        _say("presswatch: stopped")
        return Exit.INTERRUPTED
    except Exception as error:
        if os.environ.get("PRESSWATCH_DEBUG"):
            import traceback

            traceback.print_exc()
        code, text = _explained(error)
        _say(text)
    return code


def _invoke(args: list[str]) -> int:
    if "_PRESSWATCH_COMPLETE" in os.environ:  # a shell asks for completions
        presswatch.main(args, prog_name="presswatch")
    try:
        with presswatch.make_context("presswatch", args) as context:
            result = presswatch.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.UsageError as error:
        error.show()
        return Exit.USAGE
    return result if isinstance(result, int) else Exit.DONE


def _explained(error: Exception) -> tuple[Exit, str]:
    """The exit code for an error and its text: what happened and, where there is one, what to do."""
    from extractors.cage import CageError
    from extractors.errors import SourceError
    from storage.errors import StorageError

    if isinstance(error.__cause__, KeyboardInterrupt | SystemExit):
        # A signal that came while a class was being made: Python before 3.12 wraps what it raised.
        is_ctrl_c = isinstance(error.__cause__, KeyboardInterrupt)
        return Exit.INTERRUPTED if is_ctrl_c else Exit.TERMINATED, "presswatch: stopped"
    if isinstance(error, ConfigError):
        return Exit.USAGE, str(error)
    if isinstance(error, CommandError | StorageError | CageError):
        return Exit.FAILED, f"presswatch: {error}"
    if isinstance(error, SourceError):
        return Exit.FAILED, f"presswatch: {error.url[:500]}: {error}"
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename is not None else ""
        return Exit.FAILED, f"presswatch: {place}{error.strerror.lower()}"
    if isinstance(error, click.ClickException):
        return Exit.FAILED, f"presswatch: {error.format_message()}"
    text = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return Exit.FAILED, f"presswatch: internal error: {text} (PRESSWATCH_DEBUG=1 shows where)"


def _say(text: str) -> None:
    try:
        sys.stderr.write(safe_text(text, lines=True) + "\n")
        sys.stderr.flush()
    except OSError:  # nobody reads it: the exit code has to do
        _point_at_nothing(sys.stderr)


def _prepare_process() -> None:
    gc.set_threshold(YOUNG_OBJECTS)
    # No pydantic plugins are used, and looking for one reads the metadata of every package: 50 ms of CPU.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a title in Arabic on a terminal that speaks Latin-1


def _point_at_nothing(stream: IO[str]) -> None:
    """Python flushes its streams once more at exit, and would complain about the closed pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
