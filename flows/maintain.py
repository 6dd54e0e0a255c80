"""What is done once a night: a plain list of steps, each told in a line. One that fails does not stop the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from flows.config import Config
from flows.health.page import health_markdown, table
from flows.terminal import size_text
from storage.health import status_report
from storage.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What the steps work on."""

    config: Config
    store: Store
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class UpkeepStep:
    """`do` returns a line for people: what it did. It may raise; that is told, and the next step is taken."""

    name: str
    do: Callable[[Upkeep], str]


@dataclass(frozen=True, slots=True)
class UpkeepResult:
    """What became of one step."""

    name: str
    told: str
    failed: bool = False


def reclean_articles(upkeep: Upkeep) -> str:
    """Judge stored text again with what was learned meanwhile of each site's repeated lines."""
    from extractors.watch import compile_watchlists, find_mentions
    from flows.reclean import reclean

    matcher = compile_watchlists(upkeep.config.watchlists)
    done = list(
        reclean(
            upkeep.store,
            upkeep.config.sources,
            lambda article_id, title, text: find_mentions(matcher, article_id, title, text),
            upkeep.now,
        )
    )
    articles, changed = sum(each.articles for each in done), sum(each.changed for each in done)
    return f"{articles:,} articles judged again, {changed:,} changed"


def match_watchlists(upkeep: Upkeep) -> str:
    """Match stored articles by watchlists that are new or have changed."""
    from flows.watching import match_stored

    done = match_stored(upkeep.store, upkeep.config.watchlists, upkeep.now)
    told = [f"{each.watchlist_id}: {each.articles:,} articles" for each in done.matched]
    told += [f"{name}: removed" for name in done.removed]
    return ", ".join(told) if told else "all stored articles are matched"


def compare_articles(upkeep: Upkeep) -> str:
    """Find the stories of articles that were stored before there were any."""
    from flows.watching import compare_stored

    compared = compare_stored(upkeep.store, upkeep.now)
    return f"{compared:,} articles compared" if compared else "all stored articles are compared"


def drop_old_rows(upkeep: Upkeep) -> str:
    """Drop what is past its time, and write the database out in full (`Store.maintain`)."""
    dropped = asdict(upkeep.store.maintain(upkeep.now()))
    told = [f"{count:,} {name.replace('_', ' ')}" for name, count in dropped.items() if count]
    return f"dropped or closed: {', '.join(told)}" if told else "nothing was past its time"


def drop_old_pages(upkeep: Upkeep) -> str:
    """Delete the WARC files that are older than `archive.keep_days`."""
    from storage.pages import prune

    archive = upkeep.config.archive
    if archive is None:
        return "no pages are kept"
    return f"{prune(archive, upkeep.now()):,} files of pages deleted"


def publish_copy(upkeep: Upkeep) -> str:
    """Replace the published copy, if something has changed."""
    published = upkeep.store.publish(upkeep.now())
    return f"{'published' if published.changed else 'up to date'}, {size_text(published.bytes)}"


def index_for_search(upkeep: Upkeep) -> str:
    """Index all that rounds left for later, if search is on."""
    from flows.rounds.indexing import refresh_search

    if not upkeep.config.shape.search:
        return "search is off"
    told: list[str] = []
    refresh_search(upkeep.config.published, most=None, told=told.append)
    return told[-1] if told else "up to date"


STEPS = (
    UpkeepStep("reclean", reclean_articles),
    UpkeepStep("watchlists", match_watchlists),
    UpkeepStep("stories", compare_articles),
    UpkeepStep("retention", drop_old_rows),
    UpkeepStep("pages", drop_old_pages),
    UpkeepStep("publish", publish_copy),
    UpkeepStep("search", index_for_search),
)


def take(step: UpkeepStep, upkeep: Upkeep) -> UpkeepResult:
    """Take one step. What it raises becomes its result."""
    try:
        return UpkeepResult(step.name, step.do(upkeep))
    except Exception as error:
        log.error("maintain: %s: %r", step.name, error)
        log.debug("where", exc_info=error)
        return UpkeepResult(step.name, f"{type(error).__name__}: {error}"[:300], failed=True)


def upkeep_page(upkeep: Upkeep, results: Sequence[UpkeepResult]) -> str:
    """What was done this night and how all is, as Markdown."""
    rows = [(each.name, f"failed: {each.told}" if each.failed else each.told) for each in results]
    report = status_report(upkeep.config.database, upkeep.config.published)
    return f"{table(('step', 'what it did'), rows)}\n\n{health_markdown(report, upkeep.now())}"
