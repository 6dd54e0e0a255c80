"""Where a command's answer goes: a table that fits the terminal, or plain text and JSON for the next program.

Whatever is shown passes `safe_text` here, so that no command can forget it. rich is imported when there is a
terminal to draw on, and not before.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, TYPE_CHECKING, Any, Literal

from flows.safe_text import safe_text, width

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


GAP = 2  # blanks between columns
CUT_TO = 10  # columns of the terminal: of a title or an address, less says nothing


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. On a narrow screen those that are not `whole` are cut, with an ellipsis."""

    name: str
    justify: Literal["left", "right"] = "left"
    style: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Terminal:
    """The two streams of a command. `out` takes the answer, `err` everything else."""

    out: IO[str]
    err: IO[str]

    @classmethod
    def of_process(cls) -> Terminal:
        return cls(sys.stdout, sys.stderr)

    @property
    def shows(self) -> bool:
        """Whether somebody looks at the answer, rather than a file or another program."""
        return self.out.isatty()

    def line(self, text: str = "", style: str = "") -> None:
        """One line of the answer; `style` is rich's ("bold", "red"), and goes unseen when piped."""
        if style and self.shows:
            self.console().print(self.text(text, style), soft_wrap=True)
        else:
            self.out.write(safe_text(text) + "\n")

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> None:
        """On a terminal fitted to its width; piped, aligned by spaces and never cut."""
        cells = [[cell_text(cell) for cell in row] for row in rows]
        if self.shows:
            self._drawn_table(columns, cells)
        else:
            self.out.writelines(plain_table(columns, cells))

    def json(self, value: object) -> None:
        """One line of JSON: dates in ISO 8601, in escapes where the stream can't take the characters."""
        self.out.write(json_text(value, ascii_only=not _speaks_unicode(self.out)) + "\n")

    def note(self, text: str) -> None:
        """One line beside the answer, on `err`."""
        self.err.write(safe_text(text) + "\n")
        self.err.flush()

    def console(self) -> Console:
        """rich's console on `out`: no markup, no highlighting, no emoji codes, NO_COLOR respected."""
        from rich.console import Console

        return Console(file=self.out, force_terminal=self.shows or None, **PLAIN)

    def text(self, text: str, style: str = "") -> Text:
        """rich's text, safe and without markup."""
        from rich.text import Text

        return Text(safe_text(text, lines=True), style)

    def _drawn_table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        console = self.console()
        widths = fitted_widths(columns, rows, console.width)
        if widths is None:
            self._drawn_records(console, columns, rows)
            return

        from rich import box
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, padding=(0, GAP - 1, 0, 0), pad_edge=False, show_edge=False)
        for column, wanted in zip(columns, widths, strict=True):
            table.add_column(
                self.text(column.name, "bold"),
                justify=column.justify,
                style=column.style,
                no_wrap=True,
                overflow="ellipsis",
                width=wanted,
            )
        for row in rows:
            table.add_row(*(self.text(cell) for cell in row))
        console.print(table)

    def _drawn_records(
        self, console: Console, columns: Sequence[Column], rows: Sequence[Sequence[str]]
    ) -> None:
        """Too many columns for this terminal: each row as lines of name and value."""
        from rich.table import Table

        names = min(max(width(column.name) for column in columns), console.width // 2)
        for number, row in enumerate(rows, start=1):
            record = Table.grid(padding=(0, GAP))
            record.add_column(style="bold", no_wrap=True, overflow="ellipsis", width=names)
            record.add_column(no_wrap=True, overflow="ellipsis", width=max(1, console.width - names - GAP))
            for column, cell in zip(columns, row, strict=True):
                record.add_row(self.text(column.name), self.text(cell))
            console.print(self.text(f"-- row {number} --", "dim"))
            console.print(record)


def fitted_widths(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], available: int
) -> list[int] | None:
    """Widths that make the table fit into `available` columns of the terminal; None where nothing does.

    The widest give way first, down to `CUT_TO`; a column that is `whole` never does.
    """
    natural = [
        max([width(column.name), *(width(row[index]) for row in rows)])
        for index, column in enumerate(columns)
    ]
    room = available - GAP * len(columns)
    least = [
        wide if column.whole else min(wide, CUT_TO) for column, wide in zip(columns, natural, strict=True)
    ]
    if sum(least) > room:
        return None
    cap = max(natural, default=0)
    while sum(widths := [max(low, min(wide, cap)) for low, wide in zip(least, natural, strict=True)]) > room:
        cap -= max(1, (sum(widths) - room) // len(columns))
    return widths


PLAIN: dict[str, Any] = {"markup": False, "highlight": False, "emoji": False}


def cell_text(value: object) -> str:
    """How a value stands in a table: nothing for None, times to the second."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, list | tuple):
        return ", ".join(cell_text(item) for item in value)
    return safe_text(str(value))


def counted(count: int, what: str, plural: str = "") -> str:
    """1 feed, 2 feeds, 1,000 feeds."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {plural or what + 's'}"


def size_text(count: int) -> str:
    """A number of bytes as 1.2 GB or 3.4 MB."""
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"


def plain_table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of an aligned table, two spaces between its columns, no blanks at the end of a line."""
    every = [[safe_text(column.name) for column in columns], *([*map(safe_text, row)] for row in rows)]
    widths = [max(width(row[index]) for row in every) for index in range(len(columns))]
    return [_plain_row(columns, row, widths) for row in every]


def _plain_row(columns: Sequence[Column], row: Sequence[str], widths: Sequence[int]) -> str:
    cells = []
    for column, cell, wanted in zip(columns, row, widths, strict=True):
        blank = " " * (wanted - width(cell))
        cells.append(blank + cell if column.justify == "right" else cell + blank)
    return "  ".join(cells).rstrip() + "\n"


def json_text(value: object, *, ascii_only: bool = False, default: Callable[[Any], Any] | None = None) -> str:
    """`value` as JSON on one line. Lone surrogates, which UTF-8 can't carry, are escaped."""
    text = json.dumps(value, ensure_ascii=ascii_only, default=default or _json_value, allow_nan=False)
    return text if ascii_only or _encodable(text) else json_text(value, ascii_only=True, default=default)


def _json_value(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _speaks_unicode(stream: IO[str]) -> bool:
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("_", "-") in ("utf-8", "utf8")
