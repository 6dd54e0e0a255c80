"""The flows as they are deployed: `monitor`, `maintain` and `backfill`, with parameters for the Prefect UI.

Each reads the config anew when it starts, so a source that is added takes part in the next round. Entry points for
`prefect deploy` are `flows/deployed.py:monitor` and so on. Imports Prefect, which takes seconds.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

import click
from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.backfill.request import BackfillRequest, request_of
from flows.backfill.run import run_backfill
from flows.commands.run import round_request
from flows.config import Config, load_config
from flows.exits import CommandError, ConfigError
from flows.maintain import STEPS, Upkeep, take, upkeep_page
from flows.moments import minute
from flows.monitor import artifact_kept, keep_backfill_artifact, keep_round_artifact, tracked
from flows.progress import Lines, RoundProgress
from flows.rounds.round import now_utc, run_round
from flows.rounds.stopping import Stop
from flows.safe_text import safe_text
from flows.serving.order import running_of
from storage.errors import StorageError
from storage.presence import present
from storage.store import Store

T = TypeVar("T")
Route = Literal["sitemap", "archive", "urls", "warc"]


@asynccontextmanager
async def _attended() -> AsyncIterator[Stop]:
    """A stop that signals set, and a word to the supervisor on this machine, if there is one, that we live."""
    stop = Stop()
    folder = running_of(os.environ)
    with ExitStack() as held:
        if folder is not None and flow_run.id:
            held.enter_context(present(folder, str(flow_run.id)))
        held.enter_context(stop.listening())
        yield stop


async def _in_good_order(stop: Stop, work: Coroutine[Any, Any, T]) -> T:
    """The result of the work. Prefect cancels a run whose lease it can't renew, since its server is away: then the work
    is asked to stop, and keeps what is done."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        stop.set()
        await task
        raise


def _config(path: str) -> Config:
    try:
        return load_config(Path(path))
    except ConfigError as error:
        raise CommandError(str(error)) from None


def _run_name() -> str:
    """What the run is called in the UI: "monitor 2026-11-24 05:50", by the time it is for, in UTC."""
    return f"{flow_run.flow_name} {minute(flow_run.scheduled_start_time or now_utc())}"


def _told(state: State[Any]) -> State[Any]:
    """The state, its message said to the log of the run, and to the supervisor."""
    get_run_logger().info(state.message)
    with suppress(OSError):  # nobody reads it any more
        sys.stdout.write(f"presswatch: {safe_text(state.message or '')}\n")
        sys.stdout.flush()
    return state


@flow(name="monitor", flow_run_name=_run_name, persist_result=False)
async def monitor(
    config: str = "config.yaml", sources: tuple[str, ...] = (), all_feeds: bool = False
) -> State[Any]:
    """One round: poll the due feeds, fetch new pages, extract, clean, store, publish.

    Args:
        config: The config file.
        sources: Ids of sources; none: all of them.
        all_feeds: Poll all feeds, due or not.
    """
    from flows.rounds.summary import headline

    progress = RoundProgress(Lines(sys.stderr))
    async with _attended() as stop:
        try:
            request = round_request(_config(config), sources, all_feeds=all_feeds)
            result = await _in_good_order(
                stop, run_round(request, progress=progress, stop=stop, step=tracked)
            )
        except (CommandError, StorageError) as error:
            return _told(Failed(message=str(error)))
        except click.UsageError as error:
            return _told(Failed(message=error.format_message()))
        await keep_round_artifact(request, result)
        if result.network_down:
            return _told(Failed(message="no host could be reached: is this machine's own network down?"))
        return _told(Completed(message=headline(result)))


@flow(name="backfill", flow_run_name="backfill {route}", persist_result=False)
async def backfill(
    config: str = "config.yaml",
    route: Route = "sitemap",
    sources: tuple[str, ...] = (),
    since: date | None = None,
    until: date | None = None,
    limit: int | None = None,
    files: tuple[str, ...] = (),
) -> State[Any]:
    """Older articles, through the same stages, limits and identities as new ones. Repeated, it adds nothing.

    Args:
        config: The config file.
        route: Where they come from: sitemaps, archived feeds, a list of addresses, WARC files.
        sources: Ids of sources; none: all of them.
        since: From this day on (UTC).
        until: Up to and with this day (UTC).
        limit: At most this many pages.
        files: For urls and warc: paths on the machine that runs it.
    """
    from flows.backfill.summary import headline

    progress = RoundProgress(Lines(sys.stderr))
    async with _attended() as stop:
        try:
            request = _backfill_request(_config(config), route, sources, since, until, limit, files)
            result = await _in_good_order(
                stop, run_backfill(request, progress=progress, stop=stop, step=tracked)
            )
        except (CommandError, StorageError) as error:
            return _told(Failed(message=str(error)))
        await keep_backfill_artifact(result)
        if result.network_down:
            return _told(Failed(message="no host could be reached: is this machine's own network down?"))
        return _told(Completed(message=headline(result)))


def _backfill_request(
    config: Config,
    route: Route,
    sources: tuple[str, ...],
    since: date | None,
    until: date | None,
    limit: int | None,
    files: tuple[str, ...],
) -> BackfillRequest:
    from extractors.backfill.period import Period

    if complaint := config.unknown_source(sources):
        raise CommandError(complaint)
    if since is not None and until is not None and since > until:
        raise CommandError("`since` is later than `until`")
    if route in ("urls", "warc") and not files:
        raise CommandError(f"`files` names none: a backfill of {route} reads them")
    if route == "archive" and not sources:
        raise CommandError("`sources` names none: a backfill of archived feeds is of some sources")
    return request_of(
        config,
        route,
        only=sources,
        files=tuple(Path(file) for file in files),
        period=Period(_start_of(since), _start_of(until and until + timedelta(days=1))),
        limit=limit,
    )


def _start_of(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day is not None else None


@flow(name="maintain", flow_run_name=_run_name, persist_result=False)
async def maintain(config: str = "config.yaml") -> State[Any]:
    """Once a night: judge stored text again, drop what is past its time, publish, and say how all is.

    Args:
        config: The config file.
    """
    async with _attended() as stop:
        try:
            read = _config(config)
        except CommandError as error:
            return _told(Failed(message=str(error)))
        upkeep = Upkeep(read, Store(read.database, read.published), now_utc)
        results = []
        for step in STEPS:
            if stop.event.is_set():
                break
            results.append(await tracked(step.name, partial(asyncio.to_thread, take, step, upkeep)))
        page = await asyncio.to_thread(upkeep_page, upkeep, results)
        with artifact_kept():
            await acreate_markdown_artifact(
                key="presswatch-upkeep", markdown=page, description="What was done, and how all is"
            )
        if failed := [result for result in results if result.failed]:
            return _told(Failed(message=f"upkeep: {failed[0].name}: {failed[0].told}"))
        told = "; ".join(result.told for result in results)
        return _told(Completed(message=f"Maintained: {told}" if not stop.signal else f"Stopped: {told}"))
