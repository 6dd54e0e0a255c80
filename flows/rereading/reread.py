"""Stored articles read again from their kept pages, source by source."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from extractors.boilerplate import judge_memory, known_lines, strip_boilerplate
from extractors.cage import Cage
from extractors.jobs import page_job
from extractors.model import (
    ArchiveSettings,
    ArticleVersion,
    Extracted,
    ExtractSettings,
    KeptPage,
    Memory,
    Page,
    Record,
    Rejected,
    Run,
    Source,
)
from extractors.ports import FindMentions
from extractors.rows import article_row
from extractors.urls import identity
from flows.rereading.comparison import Difference, SourceChanges, difference
from flows.rounds.round import new_run_id
from storage.errors import StorageError
from storage.pages import PageIndex, read_page
from storage.store import Store

BATCH_ARTICLES = 500  # what changes of so many is spooled together


@dataclass(frozen=True, slots=True)
class Task:
    """An article, and its page as it was kept."""

    version: ArticleVersion
    kept: KeptPage


@dataclass(frozen=True, slots=True)
class Reading:
    """What a second reading made of an article; without an `after` it would be none today, or could not be read."""

    before: ArticleVersion
    after: ArticleVersion | None
    rejected: str = ""
    failed: str = ""


async def reread(
    store: Store,
    sources: Sequence[Source],
    archive: ArchiveSettings,
    extract: ExtractSettings,
    find_mentions: FindMentions,
    now: Callable[[], datetime],
    *,
    dry_run: bool = False,
) -> AsyncIterator[SourceChanges]:
    """Go through the sources; what changes of one is committed at its end, and nothing in a dry run.

    Stored is what has another title, text, publication time or authors. An article that would be none today, or
    another one, stays as it is; so does one that was edited meanwhile.
    """
    store.migrate()
    run = Run(new_run_id(now()), "reclean --from-archive", now())
    if not dry_run:
        store.commit(now())
        store.start_run(run)
    index = PageIndex.of(archive.folder)
    memories = store.memories([source.id for source in sources])
    changed = 0
    async with Cage(extract.workers, extract.timeout_s) as cage:
        for source in sources:
            known = known_lines(judge_memory(memories.get(source.id, Memory(source.id)), now()), now())
            changes = SourceChanges(source.id)
            for batch in store.stored_articles([source.id], batch_size=BATCH_ARTICLES):
                versions = [each.version for each in batch]
                kept = _Kept(versions, index, changes)
                better = await _better(kept, source, known, cage, changes)
                if better and not dry_run:
                    _spool(store, better, run.run_id, find_mentions)
            changed += changes.changed
            if changes.changed and not dry_run:
                store.commit(now())
            yield changes
    if not dry_run:
        store.finish_run(replace(run, status="done", finished_at=now(), articles_updated=changed))


async def _better(
    kept: _Kept, source: Source, known: frozenset[int], cage: Cage, changes: SourceChanges
) -> list[tuple[ArticleVersion, ArticleVersion]]:
    """Before and after of the articles of a batch that change."""
    better = []
    async for reading in read_again(kept, source, known, cage):
        if reading.failed:
            changes.failed += 1
        elif reading.after is None:
            changes.add(Difference(reading.before.canonical_url, rejected=reading.rejected))
        else:
            found = difference(reading.before, reading.after)
            changes.add(found)
            if found.is_change:
                better.append((reading.before, reading.after))
    return better


async def read_again(
    tasks: Iterator[Task], source: Source, known: frozenset[int], cage: Cage
) -> AsyncIterator[Reading]:
    """Each article read from its page by today's extractor, and cleaned with what is known of its site, in any
    order. `tasks` are drawn as they are needed."""
    waiting: dict[int, Task] = {}

    def pages() -> Iterator[Page]:
        for task in tasks:
            page = page_again(task.kept, source)
            waiting[id(page)] = task
            yield page

    async for answer in cage.map_unordered(page_job, pages(), url_of=lambda page: page.url):
        before = waiting.pop(id(answer.argument)).version
        if isinstance(answer.result, Extracted):
            stripped = strip_boilerplate(answer.result, known, protect=source.protect, drop=source.drop)
            after = article_row(
                answer.result,
                stripped,
                source_id=before.source_id,
                found_url=before.url,
                feed_url=before.feed_url,
                first_seen_at=before.first_seen_at,
                fetched_at=before.fetched_at,
            )
            yield Reading(before, after)
        elif isinstance(answer.result, Rejected):
            yield Reading(before, None, rejected=answer.result.detail)
        else:
            yield Reading(before, None, failed=str(answer.error))


def page_again(kept: KeptPage, source: Source) -> Page:
    """What the extractor is told of a kept page: what it was told when it was fetched, by today's config."""
    return Page(
        url=kept.url,
        body=kept.body,
        content_type=kept.content_type,
        found_url=kept.link,
        fetched_at=kept.fetched_at,
        entry=kept.entry,
        timezone=source.timezone,
        language=source.language,
        site_name=source.name,
    )


class _Kept:
    """The articles of a batch that have a page, read from the disk as they are drawn; the others are counted."""

    def __init__(self, versions: Sequence[ArticleVersion], index: PageIndex, changes: SourceChanges) -> None:
        self._versions = iter(versions)
        self._index = index
        self._changes = changes

    def __iter__(self) -> Iterator[Task]:
        return self

    def __next__(self) -> Task:
        for version in self._versions:
            self._changes.articles += 1
            page = self._page_of(version)
            if page is not None:
                return Task(version, page)
            self._changes.without_page += 1
        raise StopIteration

    def _page_of(self, version: ArticleVersion) -> KeptPage | None:
        """The page that the version was made from; none of one that was made from its feed's own text."""
        place = self._index.latest(identity(version.url), version.fetched_at)
        if place is None or version.provenance.text == "feed":
            return None
        try:
            return read_page(place.file, place.offset, place.length)
        except StorageError:
            return None


def _spool(
    store: Store,
    better: Sequence[tuple[ArticleVersion, ArticleVersion]],
    run_id: str,
    find_mentions: FindMentions,
) -> None:
    based_on: Mapping[int, int] = {before.article_id: before.content_hash for before, _ in better}
    record = Record(
        batch_id=uuid.uuid4().hex,
        run_id=run_id,
        versions=tuple(after for _, after in better),
        mentions=tuple(
            mention
            for _, after in better
            for mention in find_mentions(after.article_id, after.title, after.text)
        ),
    )
    store.spool_reclean(record, based_on)
