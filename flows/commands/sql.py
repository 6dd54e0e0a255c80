"""`presswatch sql`: a query on the published copy."""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.commands.options import config_option, json_option, read_config
from flows.exits import Exit
from flows.safe_text import safe_text
from flows.terminal import Column, Terminal, cell_text, counted, json_text

if TYPE_CHECKING:
    from storage.query import Answer, QueryResult

ROWS_ON_A_TERMINAL = 200  # more than anybody scrolls back; a LIMIT, or a pipe, has the rest
_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
    "UBIGINT",
    "NUMBER",
)


@click.command()
@click.argument("query", required=False)
@click.option("--csv", "as_csv", is_flag=True, help="Answer in CSV; the default when the output is piped.")
@json_option
@config_option
def command(query: str | None, as_csv: bool, as_json: bool, config_path: Path) -> int:
    """Ask the published copy, read-only. With no QUERY, say how to open it in DuckDB.

    On a terminal a table of the first 200 rows; piped, all of them as CSV. Times are in UTC. A QUERY of - is read
    from standard input. Tables, views and columns are described in docs/schema.md.

    \b
    Example:
      presswatch sql "SELECT source_id, count(*) FROM articles GROUP BY ALL ORDER BY 2 DESC"
      presswatch sql "FROM articles" > articles.csv
      presswatch sql --json "FROM feeds WHERE consecutive_failures > 0"
    """
    terminal = Terminal.of_process()
    published = read_config(config_path, look_up=True).published
    if query is None:
        _say_how_to_open(terminal, published, as_json)
        return Exit.DONE

    from storage.query import streamed_query

    text = sys.stdin.read() if query == "-" else query
    with streamed_query(published, text) as answer:
        write_answer(terminal, answer, as_csv=as_csv, as_json=as_json)
    return Exit.DONE


def write_answer(terminal: Terminal, answer: Answer, *, as_csv: bool, as_json: bool) -> None:
    """As it was asked for; else a table of the first rows for whoever looks at it, and CSV for a program."""
    if as_json:
        write_json(terminal, answer)
    elif as_csv or not terminal.shows:
        write_csv(terminal, answer)
    else:
        show_result(terminal, answer.beginning(ROWS_ON_A_TERMINAL))


def _say_how_to_open(terminal: Terminal, published: Path, as_json: bool) -> None:
    path = published.resolve()
    if as_json:
        terminal.json({"published": str(path), "exists": path.exists()})
        return
    if path.exists():
        terminal.line(f"The published copy is {path}")
    else:
        terminal.line(
            f"The published copy will be {path} (none yet: `presswatch run` or `presswatch publish`)"
        )
    terminal.line("Open it read-only, for as long as you like; each new connection sees the newest rows.")
    terminal.line()
    for where, how in (
        ("here", 'presswatch sql "SELECT title, source_id FROM articles LIMIT 5"'),
        ("DuckDB shell", f"duckdb -readonly {_quoted(path)}"),
        ("Python", f"duckdb.connect({str(path)!r}, read_only=True)"),
        ("DBeaver", f"DuckDB connection to {path}, driver property duckdb.read_only = true"),
    ):
        terminal.line(f"  {where:<12}  {how}")


def _quoted(path: Path) -> str:
    from shlex import quote

    return quote(str(path))


def show_result(terminal: Terminal, result: QueryResult) -> None:
    columns = [
        Column(name, "right" if kind.startswith(_NUMBERS) else "left")
        for name, kind in zip(result.columns, result.types, strict=True)
    ]
    if columns:
        terminal.table(columns, [[_cell(value) for value in row] for row in result.rows])
    count = len(result.rows)
    more = "the first " if result.truncated else ""
    hint = "; piped, all of them as CSV" if result.truncated else ""
    terminal.line(f"{more}{counted(count, 'row')}{hint}", "dim")


def write_csv(terminal: Terminal, answer: Answer) -> None:
    """As it is stored, for the next program; on a terminal made safe like everything else."""
    safe = safe_text if terminal.shows else str
    writer = csv.writer(terminal.out, lineterminator="\n")
    writer.writerow([safe(name) for name in answer.columns])
    for batch in answer.batches:
        writer.writerows([safe(_csv_cell(value)) for value in row] for row in batch)


def write_json(terminal: Terminal, answer: Answer) -> None:
    """An array of objects, one a line, as DuckDB's own shell writes it."""
    names = _distinct(answer.columns)
    before = "["
    for batch in answer.batches:
        for row in batch:
            line = json_text(dict(zip(names, map(plain_value, row), strict=True)))
            terminal.out.write(before + line)
            before = ",\n"
    terminal.out.write("[]\n" if before == "[" else "]\n")


def _distinct(names: tuple[str, ...]) -> list[str]:
    """Names that can be the keys of one object: a second "n" is "n:1"."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        count = seen.get(name, 0)
        seen[name] = count + 1
        distinct.append(f"{name}:{count}" if count else name)
    return distinct


def plain_value(value: Any) -> Any:
    """A value of DuckDB as JSON has it: times in ISO 8601, blobs in hexadecimal, what is no number null."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(key): plain_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(inner) for inner in value]
    return str(value)


def _csv_cell(value: Any) -> str:
    plain = plain_value(value)
    if plain is None:
        return ""
    return json_text(plain) if isinstance(plain, bool | dict | list) else str(plain)


def _cell(value: Any) -> str:
    """On a terminal: structs as JSON, the rest as every table shows it."""
    return json_text(plain_value(value)) if isinstance(value, Mapping) else cell_text(value)
