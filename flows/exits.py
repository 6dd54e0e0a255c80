"""How a command ends: exit codes, and the errors that choose them.

Light on purpose: the command line imports this before anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """The exit codes that scripts rely on; after a signal the shell's own, 128 and its number."""

    DONE = 0
    PARTLY = 1  # done, but some sources failed
    USAGE = 2  # wrong usage or config; nothing ran
    FAILED = 3  # could not do its job
    INTERRUPTED = 130  # SIGINT
    PIPE_CLOSED = 141  # SIGPIPE: whoever read our output has gone, as after `| head`
    TERMINATED = 143  # SIGTERM


class CommandError(Exception):
    """A command can't do its job, and the one line that says why."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a config file. `line` counts from 1; 0 when it is about the file as a whole."""

    file: str
    line: int
    key: str  # "fetch.timeout_s", "sources[3].feeds[0]"; "" for the file as a whole
    expected: str
    found: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}:{key} expected {self.expected}, found {self.found}{hint}"


class ConfigError(Exception):
    """The config can't be used. Its text is one line for each problem, in the order of the file."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)
