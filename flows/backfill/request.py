"""What a backfill is asked to do, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from extractors.backfill.choice import Tally
from extractors.backfill.period import ALWAYS, Period
from extractors.model import ArchiveSettings, ExtractSettings, FetchSettings, Source, Watchlist
from storage.summary import RunSummary

if TYPE_CHECKING:
    from flows.config import Config

Route = Literal["urls", "sitemap", "archive", "warc"]


@dataclass(frozen=True, slots=True)
class BackfillRequest:
    """`only`: source ids, empty for all; for lists and WARC files the source of what belongs to no other.
    `files`: lists of addresses, or WARC files. `limit`: pages at the most. With `dry_run` nothing is kept."""

    route: Route
    database: Path
    published: Path
    sources: tuple[Source, ...]
    watchlists: tuple[Watchlist, ...]
    fetch: FetchSettings
    extract: ExtractSettings
    only: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    period: Period = ALWAYS
    limit: int | None = None
    dry_run: bool = False
    archive: ArchiveSettings | None = None

    @property
    def command(self) -> str:
        """The name of its runs."""
        return f"backfill {self.route}"

    @property
    def wanted_sources(self) -> tuple[Source, ...]:
        """The sources that are asked for."""
        return tuple(source for source in self.sources if not self.only or source.id in self.only)


def request_of(
    config: Config,
    route: Route,
    *,
    only: tuple[str, ...],
    files: tuple[Path, ...],
    period: Period,
    limit: int | None,
    dry_run: bool = False,
) -> BackfillRequest:
    """What is asked for, over the sources and the settings of a config. A dry run keeps no pages either."""
    return BackfillRequest(
        route,
        database=config.database,
        published=config.published,
        sources=config.sources,
        watchlists=config.watchlists,
        fetch=config.fetch,
        extract=config.extract,
        only=only,
        files=files,
        period=period,
        limit=limit,
        dry_run=dry_run,
        archive=None if dry_run else config.archive,
    )


@dataclass(frozen=True, slots=True)
class SourceShare:
    """What a backfill met of one source. `in_vain`: why its pages were left, "" when they were not.

    `examples` and `seconds` are of a dry run: some of the pages that would be fetched, and how long all of them
    would take at the pace of their hosts.
    """

    source_id: str
    tally: Tally
    in_vain: str = ""
    examples: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class BackfillResult:
    """What became of a backfill. `run_id` and `summary` are None for a dry run; `summary` is None as well when the
    database could not be had, and all of it waits.

    `unmatched`: lines that belong to no source, the first of them in `notes`; `of_others`: pages in WARC files that
    belong to none, which is what most of them do. `mishaps`: our own faults, as (source
    id, what). `waiting`: batches that are in the spool still. `workers`: processes that extract.
    """

    route: Route
    run_id: str | None
    shares: tuple[SourceShare, ...]
    summary: RunSummary | None = None
    unmatched: int = 0
    of_others: int = 0
    mishaps: tuple[tuple[str, str], ...] = ()
    waiting: int = 0
    stopped: bool = False
    network_down: bool = False
    limit_reached: bool = False
    notes: tuple[str, ...] = ()
    workers: int = 1

    @property
    def tally(self) -> Tally:
        """All sources together."""
        total = Tally()
        for share in self.shares:
            total.add(share.tally)
        return total
