"""`presswatch search`: the articles that a query means, the best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.commands.options import config_option, json_option, read_config
from flows.commands.sql import write_answer
from flows.exits import Exit
from flows.moments import minute
from flows.safe_text import safe_text
from flows.terminal import Terminal, counted

if TYPE_CHECKING:
    from storage.search import Found, Hit

LISTED = """
SELECT "rank", score, article_id, source_id, published_at, "language", title, canonical_url
FROM hits JOIN articles USING (article_id) ORDER BY "rank"
"""


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Hits to show.")
@click.option("--newest", is_flag=True, help="The newest first, and not the best.")
@click.option("--csv", "as_csv", is_flag=True, help="All hits, without snippets, in CSV.")
@click.option("--sql", metavar="SELECT", help="Ask the copy about all hits: they are the table `hits`.")
@json_option
@config_option
def command(
    query: tuple[str, ...],
    limit: int,
    newest: bool,
    as_csv: bool,
    sql: str | None,
    as_json: bool,
    config_path: Path,
) -> int:
    """Search titles and texts of the published copy. docs/search.md has the language of queries.

    Words are found in all their forms, "words in quotes" as they stand; AND, OR, NOT and brackets join them. Case and
    accents don't count. The index is brought up to date before, where it isn't.

    \b
    Example:
      presswatch search 'heat pump AND (grant OR subsidy) source:example since:7d'
      presswatch search --newest '"wind farm" lang:en'
      presswatch search 'subsid*' --sql "SELECT source_id, count(*) FROM hits JOIN articles
        USING (article_id) GROUP BY ALL ORDER BY ALL"
    """
    from storage.search import QueryError, index_folder, search, streamed_matches

    if sql is not None and newest:
        raise click.UsageError("--newest orders what is shown; with --sql, ORDER BY does")
    terminal = Terminal.of_process()
    published = read_config(config_path, look_up=True).published
    folder, text, now = index_folder(published), " ".join(query), datetime.now(UTC)

    def told(what: str) -> None:
        terminal.note(f"presswatch: {what}")

    try:
        if sql is not None or as_csv:
            with streamed_matches(published, folder, text, sql or LISTED, now, told=told) as answer:
                write_answer(terminal, answer, as_csv=as_csv, as_json=as_json)
            return Exit.DONE
        found = search(
            published, folder, text, now, limit=limit, order="newest" if newest else "best", told=told
        )
    except QueryError as error:
        raise click.UsageError(str(error)) from None
    if found.behind:
        told(found.behind)
    if as_json:
        terminal.json(_as_json(text, found))
    else:
        _show(terminal, found)
    return Exit.DONE


def _as_json(query: str, found: Found) -> dict[str, Any]:
    """Offsets count characters: `marks` of a snippet within it, `start` of it within the stored text."""
    return {
        "query": query,
        "total": found.total,
        "up_to_date": not found.behind,
        "hits": [
            {
                "article_id": hit.match.article_id,
                "version": hit.match.version,
                "score": hit.match.score,
                "source_id": hit.source_id,
                "language": hit.language,
                "published_at": hit.published_at,
                "first_seen_at": hit.first_seen_at,
                "url": hit.canonical_url,
                "title": hit.title,
                "title_marks": hit.title_marks,
                "snippet": {
                    "text": hit.snippet.text,
                    "start": hit.snippet.start,
                    "marks": hit.snippet.marks,
                },
            }
            for hit in found.hits
        ],
    }


def _show(terminal: Terminal, found: Found) -> None:
    for hit in found.hits:
        _show_hit(terminal, hit)
    shown = f", the first {len(found.hits)} shown" if found.total > len(found.hits) else ""
    terminal.line(f"{counted(found.total, 'article')}{shown}", "dim")


def _show_hit(terminal: Terminal, hit: Hit) -> None:
    marked_line(terminal, hit.title or "(no title)", hit.title_marks if hit.title else ())
    at = f"{minute(hit.published_at)}" if hit.published_at else f"seen {minute(hit.first_seen_at)}"
    terminal.line(f"  {hit.source_id}  {at}  {hit.canonical_url}", "dim")
    snippet = hit.snippet
    before = "" if snippet.start == 0 else "… "
    after = "" if snippet.ends else " …"
    shift = len(before) + 2
    marks = [(start + shift, end + shift) for start, end in snippet.marks]
    marked_line(terminal, f"  {before}{snippet.text}{after}", marks)
    terminal.line()


def marked_line(terminal: Terminal, text: str, marks: Sequence[tuple[int, int]]) -> None:
    """Hits are bold for whoever looks at them, and stand in [brackets] for a file."""
    if not terminal.shows:
        terminal.line("".join(f"[{piece}]" if marked else piece for piece, marked in _pieces(text, marks)))
        return
    line = terminal.text("")
    for piece, marked in _pieces(text, marks):
        line.append(safe_text(piece), "bold yellow" if marked else "")
    terminal.console().print(line, soft_wrap=True)


def _pieces(text: str, marks: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    at = 0
    for start, end in marks:
        yield text[at:start], False
        yield text[start:end], True
        at = end
    yield text[at:], False
