"""What `presswatch reclean --from-archive` says: by source what changes, and examples in a rehearsal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from flows.event_loop import run_async
from flows.exits import CommandError, Exit
from flows.progress import display_on
from flows.rereading.comparison import Difference, SourceChanges
from flows.terminal import Column, Terminal

if TYPE_CHECKING:
    from extractors.model import Source
    from flows.config import Config

_CUT = 60


def reclean_from_archive(config: Config, sources: Sequence[Source], *, dry_run: bool, as_json: bool) -> int:
    """Read the kept pages of the sources again, and report. `CommandError` where none are kept."""
    from storage.pages.index import page_files

    if config.archive is None:
        raise CommandError(f"{config.path} has no `archive:`, so no pages are kept (docs/configuration.md)")
    if not page_files(config.archive.folder):
        raise CommandError(f"no pages are kept in {config.archive.folder} yet")
    terminal = Terminal.of_process()
    found = run_async(_reread(config, sources, terminal, dry_run))
    if as_json:
        terminal.json([as_record(changes) for changes in found])
    else:
        show(terminal, found, dry_run=dry_run)
    return Exit.DONE


async def _reread(
    config: Config, sources: Sequence[Source], terminal: Terminal, dry_run: bool
) -> list[SourceChanges]:
    from extractors.watch import compile_watchlists, find_mentions
    from flows.rereading.reread import reread
    from flows.rounds.round import now_utc
    from storage.store import Store

    if config.archive is None:
        return []
    matcher = compile_watchlists(config.watchlists)
    store = Store(config.database, config.published)
    found = []
    with display_on(terminal.err) as display:
        async for changes in reread(
            store,
            sources,
            config.archive,
            config.extract,
            lambda article_id, title, text: find_mentions(matcher, article_id, title, text),
            now_utc,
            dry_run=dry_run,
        ):
            found.append(changes)
            display.show("sources", len(found), len(sources))
    if not dry_run:
        await asyncio.to_thread(store.publish, now_utc())
    return found


def show(terminal: Terminal, found: Sequence[SourceChanges], *, dry_run: bool) -> None:
    """A table of the sources; of a rehearsal also some articles of each kind of change."""
    names = (
        "articles",
        "no page",
        "would change" if dry_run else "changed",
        "title",
        "date",
        "authors",
        "text",
    )
    terminal.table(
        [
            Column("source", whole=True),
            *(Column(name, "right") for name in names),
            Column("length", "right"),
            Column("furniture", "right"),
            Column("rejected", "right"),
            Column("failed", "right"),
        ],
        [
            (
                c.source_id, c.articles, c.without_page, c.changed, c.titles, c.dates, c.authors, c.texts,
                f"{c.median_share:+.0%}" if c.texts else "", f"{c.removed_before} > {c.removed_after}",
                c.rejected, c.failed,
            )
            for c in found
        ],
    )  # fmt: skip
    if not dry_run:
        return
    for changes in found:
        for kind, examples in changes.examples.items():
            for each in examples:
                terminal.line(f"{changes.source_id}  {kind:<8}  {_said(kind, each)}  {each.url}")


def as_record(changes: SourceChanges) -> dict[str, object]:
    """The same for a program."""
    return {
        "source_id": changes.source_id,
        "articles": changes.articles,
        "without_page": changes.without_page,
        "changed": changes.changed,
        "titles": changes.titles,
        "dates": changes.dates,
        "authors": changes.authors,
        "texts": changes.texts,
        "median_length_change": round(changes.median_share, 4),
        "furniture_changed": changes.furniture,
        "blocks_removed_before": changes.removed_before,
        "blocks_removed_after": changes.removed_after,
        "rejected": changes.rejected,
        "other_article": changes.moved,
        "failed": changes.failed,
        "examples": {
            kind: [{"url": each.url, "change": _said(kind, each)} for each in examples]
            for kind, examples in changes.examples.items()
        },
    }


def _said(kind: str, each: Difference) -> str:
    match kind:
        case "title" if each.title:
            return f"{each.title[0][:_CUT]!r} > {each.title[1][:_CUT]!r}"
        case "date" if each.published_at:
            return " > ".join(_time(at) for at in each.published_at)
        case "authors" if each.authors:
            return " > ".join(", ".join(names)[:_CUT] or "none" for names in each.authors)
        case "text":
            return f"{each.words[0]:,} > {each.words[1]:,} words"
        case "rejected":
            return each.rejected
        case _:
            return "another article by its canonical address"


def _time(at: datetime | None) -> str:
    return at.isoformat(sep=" ", timespec="seconds") if at else "none"
