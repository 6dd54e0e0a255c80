"""The tools that a round or a backfill works with, opened together and closed together."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from extractors.cage import Cage
from extractors.model import ArchiveSettings, ExtractSettings, FetchSettings, RobotsRecord, Watchlist
from extractors.ports import Progress, Tools
from extractors.web.client import WebClient
from flows.rounds.desk import FLUSH_AFTER_S, LinkDesk, RecordDesk
from flows.rounds.matching import Matching
from flows.rounds.parsers import CageParsers
from flows.rounds.stopping import Stop
from storage.store import Store

WORKER_AFTER_S = 1.5  # a page waits for a busy worker before it is worth another: twice the start of one


class Settings(Protocol):
    """What the tools are made by: of a round's request, or a backfill's."""

    @property
    def fetch(self) -> FetchSettings: ...

    @property
    def extract(self) -> ExtractSettings: ...

    @property
    def watchlists(self) -> tuple[Watchlist, ...]: ...

    @property
    def archive(self) -> ArchiveSettings | None: ...


@dataclass(frozen=True, slots=True)
class Workshop:
    """The tools, and those of their parts that are asked for more than a harvest needs."""

    tools: Tools
    web: WebClient
    desk: RecordDesk


@asynccontextmanager
async def opened_tools(
    settings: Settings,
    store: Store,
    robots: Mapping[str, RobotsRecord],
    run_id: str,
    *,
    progress: Progress,
    stop: Stop,
    now: Callable[[], datetime],
    patience_s: float | None = None,
    flush_after_s: float = FLUSH_AFTER_S,
    worker_after_s: float = WORKER_AFTER_S,
    feed_links: Callable[[], frozenset[int]] = frozenset,
) -> AsyncIterator[Workshop]:
    """Tools for one run; they are let go of at the end of the block. `patience_s`: as for `WebClient`;
    `flush_after_s`: what is recorded is on the disk that soon. `worker_after_s`: as `patience_s` of `Cage`.
    `feed_links`: as for `Tools`.

    `Workshop.desk.close` raises what kept something from being kept; leaving the block calls it too.
    """
    async with AsyncExitStack() as stack:
        web = await stack.enter_async_context(
            WebClient(
                settings.fetch, robots=robots, pace_file=pace_file(store.database), patience_s=patience_s
            )
        )
        cage = await stack.enter_async_context(
            Cage(settings.extract.workers, settings.extract.timeout_s, patience_s=worker_after_s)
        )
        matching = Matching(settings.watchlists)
        desk = await stack.enter_async_context(
            RecordDesk(
                store,
                run_id,
                now=now,
                on_broken=stop.set,
                learned_robots=web.learned_robots,
                flush_after_s=flush_after_s,
                watched=matching.watched,
            )
        )
        keeper = None
        if settings.archive is not None:
            from flows.rounds.page_desk import PageDesk

            keeper = await stack.enter_async_context(PageDesk(settings.archive, now))
        tools = Tools(
            web=web,
            parsers=CageParsers(cage, settings.fetch.max_entries, now),
            archive=LinkDesk(store),
            recorder=desk,
            progress=progress,
            find_mentions=matching.mentions,
            run_id=run_id,
            max_entries=settings.fetch.max_entries,
            page_tasks=max(2, settings.fetch.per_host_connections) * 2,
            now=now,
            rng=random.Random(run_id),  # noqa: S311 - jitter, nothing secret
            stop=stop.event,
            claimed=set(),
            unreachable=[],
            keeper=keeper,
            feed_links=feed_links,
        )
        yield Workshop(tools, web, desk)


def pace_file(database: Path) -> Path:
    """Where processes that fetch for the same database agree on who may ask which host, and when."""
    return database.with_name(database.name + ".pace")
