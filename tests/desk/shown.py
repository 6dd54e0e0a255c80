"""Answers as the docs show them: a stock DuckDB, the published file, a table in plain text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

MOST_ROWS = 14  # shown; the number of the others is said
MOST_CHARS = 72  # of a cell

_BLOCK = re.compile(r"```sql\n(?P<sql>.*?)```\n(?:\n```text\n.*?```\n)?", re.DOTALL)


@dataclass(frozen=True)
class Question:
    """A file of docs/queries: its question, what else its head says, and its statements."""

    name: str
    question: str
    notes: str
    sql: str


def read_question(path: Path) -> Question:
    """The question in a file: its head are comment lines, and an empty line ends it."""
    head, _, sql = path.read_text("utf-8").partition("\n\n")
    lines = [line.removeprefix("--").strip() for line in head.splitlines()]
    return Question(path.name, lines[0], " ".join(lines[1:]), sql.strip())


def opened(published: Path) -> duckdb.DuckDBPyConnection:
    """As an analyst opens it, with times in UTC whatever the machine's timezone."""
    con = duckdb.connect(str(published), read_only=True)
    con.execute("SET TimeZone = 'UTC'")
    return con


def answer(con: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The last statement's answer as a table, or nothing where it has none to give."""
    con.execute(sql)
    names = [str(column[0]) for column in con.description or ()]
    rows = [[_cell(value) for value in row] for row in con.fetchall()]
    if names in (["Success"], ["Count"]):
        return ""
    return "\n".join(_table(names, rows))


def with_answers(page: str, con: duckdb.DuckDBPyConnection) -> str:
    """The page, with what each of its SQL blocks answers behind it, in order."""

    def shown(match: re.Match[str]) -> str:
        text = answer(con, match["sql"])
        return f"```sql\n{match['sql']}```\n" + (f"\n```text\n{text}\n```\n" if text else "")

    return _BLOCK.sub(shown, page)


def _table(names: list[str], rows: list[list[str]]) -> list[str]:
    shown = rows[:MOST_ROWS]
    widths = [max(map(_width, column)) for column in zip(names, *shown, strict=True)]
    lines = [names, ["─" * width for width in widths], *shown]
    more = [f"… {len(rows) - MOST_ROWS} more"] if len(rows) > MOST_ROWS else []
    return [*(_line(cells, widths) for cells in lines), *more]


def _line(cells: list[str], widths: list[int]) -> str:
    return "  ".join(
        cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)
    ).rstrip()


def _cell(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= MOST_CHARS else text[: MOST_CHARS - 1] + "…"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
