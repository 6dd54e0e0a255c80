"""Judge stored text again, source by source, and store a version of what changes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from extractors.boilerplate import judge_memory, known_lines
from extractors.model import ArticleVersion, Memory, Record, Run, Source
from extractors.ports import FindMentions
from extractors.rejudging import rejudged
from flows.rounds.round import new_run_id
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Recleaned:
    """What became of one source: articles judged, and how many of them changed."""

    source_id: str
    articles: int
    changed: int
    lines_known: int


def reclean(
    store: Store,
    sources: Sequence[Source],
    find_mentions: FindMentions,
    now: Callable[[], datetime],
    *,
    dry_run: bool = False,
) -> Iterator[Recleaned]:
    """Go through the sources. What changes is spooled batch by batch and committed at the end of each source; a
    kill loses at most the source under way, and the same command does it again."""
    store.migrate()
    run = Run(new_run_id(now()), "reclean", now())
    if not dry_run:
        store.commit(now())
        store.start_run(run)
    changed = 0
    memories = store.memories([source.id for source in sources])
    for source in sources:
        memory = judge_memory(memories.get(source.id, Memory(source.id)), now())
        result = _source(store, source, memory, find_mentions, run, now, dry_run)
        changed += result.changed
        yield result
    if not dry_run:
        store.finish_run(replace(run, status="done", finished_at=now(), articles_updated=changed))


def _source(
    store: Store,
    source: Source,
    memory: Memory,
    find_mentions: FindMentions,
    run: Run,
    now: Callable[[], datetime],
    dry_run: bool,
) -> Recleaned:
    known = known_lines(memory, now())
    if not dry_run:
        store.set_line_states({(source.id, digest): line.state for digest, line in memory.lines.items()})
    judged = changed = 0
    for batch in store.stored_articles([source.id]):
        judged += len(batch)
        versions = {
            stored.version.article_id: (stored.version, again)
            for stored in batch
            if (again := rejudged(stored.version, known, protect=source.protect, drop=source.drop))
        }
        changed += len(versions)
        if versions and not dry_run:
            record = _record([new for _, new in versions.values()], run.run_id, find_mentions)
            store.spool_reclean(record, _based_on(versions))
    if changed and not dry_run:
        store.commit(now())
    return Recleaned(source.id, judged, changed, sum(line.state == "known" for line in memory.lines.values()))


def _based_on(versions: dict[int, tuple[ArticleVersion, ArticleVersion]]) -> dict[int, int]:
    return {article_id: old.content_hash for article_id, (old, _) in versions.items()}


def _record(versions: Sequence[ArticleVersion], run_id: str, find_mentions: FindMentions) -> Record:
    return Record(
        batch_id=uuid.uuid4().hex,
        run_id=run_id,
        versions=tuple(versions),
        mentions=tuple(m for v in versions for m in find_mentions(v.article_id, v.title, v.text)),
    )
