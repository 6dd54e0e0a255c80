"""`presswatch extract`: one page, or a file of many."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from extractors.model import ExtractSettings, FetchSettings, Rejected
from flows.commands.options import config_option, json_option, read_optional_config
from flows.event_loop import run_async
from flows.exits import CommandError, Exit
from flows.terminal import Terminal, counted, json_text
from storage.whole_file import whole_file

if TYPE_CHECKING:
    from flows.config import Config
    from flows.extraction.batch import Tally


@click.command()
@click.argument("page", required=False, metavar="[FILE_OR_URL]")
@click.option("--url", help="Where the page of FILE was found: for its links, its site and its source.")
@click.option("--timezone", help="The zone of dates that carry none, such as Europe/London.")
@click.option(
    "--batch", type=click.Path(path_type=Path), metavar="IN.jsonl", help="Many saved pages, one a line."
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="OUT.jsonl", help="Where the answers go; - is stdout."
)
@click.option("--learn", is_flag=True, help="The pages of one site are each other's memory for what repeats.")
@json_option
@config_option
def command(
    page: str | None,
    url: str | None,
    timezone: str | None,
    batch: Path | None,
    out: Path | None,
    learn: bool,
    as_json: bool,
    config_path: Path,
) -> int:
    """Extract one page and show what is kept, and what is removed and why.

    FILE is a page as it was saved, .html or .html.gz; - is standard input. A URL is fetched, by the rules of the
    config. There need be no config; where there is one, the source that the page belongs to gives its timezone,
    and its lines to protect and to drop.

    With --batch, many: each line of IN.jsonl is {"id", "url", "file", "fetched_at"}, each of OUT.jsonl {"id",
    "title", "authors", "published_at", "language", "text", "removed": [{"text", "reason"}], "error"}, in the same
    order. A file is looked for beside IN.jsonl, then in the working folder.

    \b
    Example:
      presswatch extract https://www.bbc.com/news/articles/c0000000000o
      presswatch extract page.html --url https://example.org/news/1 --json
      presswatch extract --batch pages.jsonl --out articles.jsonl --learn
    """
    if (page is None) == (batch is None):
        raise click.UsageError("Give one page, or --batch with a file of many.")
    if page is not None and (out is not None or learn):
        raise click.UsageError("--out and --learn go with --batch.")
    if batch is not None and (url or timezone):
        raise click.UsageError(
            "--url and --timezone are for one page; the lines of a batch have their own url."
        )
    terminal = Terminal.of_process()
    config = read_optional_config(config_path)
    if page is not None:
        return _one_page(terminal, config, page, url, _zone(timezone), as_json)
    if batch is None or out is None:
        raise click.UsageError("--batch needs --out OUT.jsonl (- is standard output).")
    return _many_pages(terminal, config, batch, out, learn, as_json)


def _zone(name: str | None) -> str | None:
    from zoneinfo import ZoneInfo

    if name is not None:
        try:
            ZoneInfo(name)
        except (OSError, ValueError, LookupError):
            raise click.UsageError(
                f"--timezone: no such zone {name!r}; expected a name such as Europe/London."
            ) from None
    return name


# ----------------------------------------------------------------------------------------------------- one page


def _one_page(
    terminal: Terminal, config: Config | None, name: str, url: str | None, timezone: str | None, as_json: bool
) -> int:
    from flows.extraction.answers import page_answer, rejection_text
    from flows.extraction.batch import stripped_page
    from flows.extraction.page_sources import SiteSources
    from flows.extraction.single import extracted_page, found_page, with_source

    fetch = config.fetch if config else FetchSettings()
    source = SiteSources(config.sources if config else ()).of(url or name)
    found = with_source(run_async(found_page(name, url, fetch)), source, timezone)
    result = run_async(
        extracted_page(found, config.extract.timeout_s if config else ExtractSettings().timeout_s)
    )
    if isinstance(result, Rejected):
        if as_json:
            terminal.json({"url": found.url, "error": rejection_text(result)})
        else:
            terminal.line(f"no article: {rejection_text(result)}", "yellow")
        return Exit.PARTLY
    stripped = stripped_page(result, frozenset(), source)
    if as_json:
        terminal.json(page_answer(result, stripped))
    else:
        from flows.extraction.view import show_page

        show_page(terminal, result, stripped)
    return Exit.DONE


# ---------------------------------------------------------------------------------------------------- many pages


def _many_pages(
    terminal: Terminal, config: Config | None, batch: Path, out: Path, learn: bool, as_json: bool
) -> int:
    from flows.machine import usable_cpus

    extract = config.extract if config else ExtractSettings(workers=usable_cpus())
    with _input(batch) as lines, _output(out) as answers:
        tally = run_async(_answered(terminal, config, extract, batch, lines, answers, learn))
    if as_json and str(out) != "-":
        terminal.json(asdict(tally))
    else:
        pages, articles = counted(tally.pages, "page"), counted(tally.articles, "article")
        terminal.note(
            f"presswatch: {pages}, {articles}, {tally.rejected:,} rejected, {tally.failed:,} failed"
        )
    return Exit.PARTLY if tally.failed else Exit.DONE


async def _answered(
    terminal: Terminal,
    config: Config | None,
    extract: ExtractSettings,
    batch: Path,
    lines: IO[bytes],
    answers: IO[str],
    learn: bool,
) -> Tally:
    from extractors.cage import Cage
    from flows.extraction.batch import WINDOW_PER_WORKER, Batch, PageReader
    from flows.extraction.page_sources import SiteSources
    from flows.extraction.saved import read_lines
    from flows.progress import display_on

    sites = SiteSources(config.sources if config else ())
    total = _count_of(lines)
    reader = PageReader(batch.parent, sites, (config.fetch if config else FetchSettings()).max_bytes)
    async with Cage(workers=extract.workers, timeout_s=extract.timeout_s) as cage:
        with display_on(terminal.err) as display:
            work = Batch(
                reader,
                cage,
                window=WINDOW_PER_WORKER * extract.workers,
                now=datetime.now(UTC),
                on_page=lambda done: display.show("pages", done, total),
            )
            async for answer in work.answers(read_lines(lines), learn=learn):
                answers.write(json_text(answer) + "\n")
            return work.tally


def _count_of(lines: IO[bytes]) -> int | None:
    """How many lines there are to answer, where that can be known beforehand."""
    if not lines.seekable():
        return None
    count = sum(1 for line in lines if line.strip())
    lines.seek(0)
    return count


@contextmanager
def _input(batch: Path) -> Iterator[IO[bytes]]:
    if str(batch) == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = batch.open("rb")
    except FileNotFoundError:
        raise click.UsageError(f"--batch: no such file: {batch}") from None
    with stream:
        yield stream


@contextmanager
def _output(out: Path) -> Iterator[IO[str]]:
    """A file that is there whole, or not at all."""
    if str(out) == "-":
        yield sys.stdout
        return
    with ExitStack() as held:
        try:
            unfinished = held.enter_context(whole_file(out))
            stream = held.enter_context(unfinished.open("w", encoding="utf-8", newline="\n"))
        except OSError as error:
            raise CommandError(f"can't write {out}: {(error.strerror or str(error)).lower()}") from None
        yield stream
