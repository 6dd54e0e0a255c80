"""How far a long command is, on standard error and only when somebody looks at it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Protocol

from flows.safe_text import safe_text
from flows.terminal import PLAIN

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Display(Protocol):
    """Where bars and notes go."""

    def show(self, bar: str, done: int, total: int | None) -> None: ...
    def note(self, text: str) -> None:
        """A line that stays, above the bars."""


class Lines:
    """Nobody looks: bars are not drawn, and notes are lines."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def show(self, bar: str, done: int, total: int | None) -> None:
        pass

    def note(self, text: str) -> None:
        self._stream.write(safe_text(text) + "\n")
        self._stream.flush()


class Bars:
    """rich's bars; each appears with the first word of its stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def show(self, bar: str, done: int, total: int | None) -> None:
        task = self._tasks.get(bar)
        if task is None:
            task = self._tasks[bar] = self._progress.add_task(bar, total=total)
        self._progress.update(task, completed=done, total=total)

    def note(self, text: str) -> None:
        self._progress.console.print(safe_text(text), soft_wrap=True)


@dataclass(slots=True)
class RoundProgress:
    """Told by a round what is done; it is an `extractors.ports.Progress`, and more."""

    display: Display
    _done: dict[str, int] = field(default_factory=dict)
    _total: dict[str, int] = field(default_factory=dict)

    def feeds_planned(self, count: int) -> None:
        self._more("feeds", total=count)

    def feed_done(self) -> None:
        self._more("feeds", done=1)

    def pages_found(self, count: int) -> None:
        self._more("pages", total=count)

    def page_done(self) -> None:
        self._more("pages", done=1)

    def committed(self, count: int) -> None:
        """`count` more articles are in the database."""
        self._more("committed", done=count)

    def place(self, bar: str, done: int, total: int) -> None:
        """How far something is that is not counted one by one, such as the bytes of a file."""
        self.display.show(bar, done, total)

    def note(self, text: str) -> None:
        self.display.note(text)

    def _more(self, bar: str, done: int = 0, total: int = 0) -> None:
        self._done[bar] = self._done.get(bar, 0) + done
        self._total[bar] = self._total.get(bar, 0) + total
        self.display.show(bar, self._done[bar], self._total[bar] or None)


@contextmanager
def round_progress(stream: IO[str] | None = None) -> Iterator[RoundProgress]:
    """The stages of a round as bars on `stream` (standard error); nothing at all when it is no terminal."""
    with display_on(stream or sys.stderr) as display:
        yield RoundProgress(display)


@contextmanager
def display_on(stream: IO[str]) -> Iterator[Display]:
    """Bars while the block runs, if `stream` is a terminal; they are gone afterwards."""
    if not stream.isatty():
        yield Lines(stream)
        return
    with _drawn(stream) as progress:
        yield Bars(progress)


def _drawn(stream: IO[str]) -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description:<9}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(file=stream, force_terminal=True, **PLAIN),
        refresh_per_second=4,  # each refresh is a few ms of CPU that the round could use
        transient=True,
    )
