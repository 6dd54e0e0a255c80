"""Judge stored text again, and store a version of what changes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from extractors.boilerplate import judge_memory, known_lines
from extractors.model import ArticleVersion, Memory, Record, Run, Source
from extractors.ports import FindMentions
from extractors.rejudging import rejudged
from flows.rounds.round import new_run_id
from storage.reading import StoredArticle
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
    """Go through the articles of all sources once, a batch at a time, and tell what became of each source.

    What changes in a batch is committed with it: a kill loses at most the batch under way, and the same command
    does it again.
    """
    store.migrate()
    run = Run(new_run_id(now()), "reclean", now())
    if not dry_run:
        store.commit(now())
        store.start_run(run)
    tallies = _tallies(store, sources, now())
    if not dry_run:
        store.set_line_states(
            {(tally.source.id, digest): state for tally in tallies.values() for digest, state in tally.states}
        )
    for batch in store.stored_articles(list(tallies)) if tallies else ():
        versions = _changed(batch, tallies)
        if versions and not dry_run:
            record = _record([new for _, new in versions.values()], run.run_id, find_mentions)
            store.spool_reclean(record, _based_on(versions))
            store.commit(now())
    yield from (tally.told() for tally in tallies.values())
    if not dry_run:
        changed = sum(tally.changed for tally in tallies.values())
        store.finish_run(replace(run, status="done", finished_at=now(), articles_updated=changed))


@dataclass(slots=True)
class _Tally:
    """What is known of a source, and how many of its articles were judged and have changed so far."""

    source: Source
    known: frozenset[int]
    states: tuple[tuple[int, str], ...]
    articles: int = 0
    changed: int = 0

    def told(self) -> Recleaned:
        lines_known = sum(state == "known" for _, state in self.states)
        return Recleaned(self.source.id, self.articles, self.changed, lines_known)


def _tallies(store: Store, sources: Sequence[Source], now: datetime) -> dict[str, _Tally]:
    memories = store.memories([source.id for source in sources])
    tallies = {}
    for source in sources:
        memory = judge_memory(memories.get(source.id, Memory(source.id)), now)
        states = tuple((digest, line.state) for digest, line in memory.lines.items())
        tallies[source.id] = _Tally(source, known_lines(memory, now), states)
    return tallies


def _changed(
    batch: Sequence[StoredArticle], tallies: Mapping[str, _Tally]
) -> dict[int, tuple[ArticleVersion, ArticleVersion]]:
    """The articles of a batch whose text is another one by what is known now: before and after, by article_id."""
    versions = {}
    for stored in batch:
        tally = tallies[stored.version.source_id]
        again = rejudged(stored.version, tally.known, protect=tally.source.protect, drop=tally.source.drop)
        tally.articles += 1
        if again is not None:
            tally.changed += 1
            versions[again.article_id] = (stored.version, again)
    return versions


def _based_on(versions: dict[int, tuple[ArticleVersion, ArticleVersion]]) -> dict[int, int]:
    return {article_id: old.content_hash for article_id, (old, _) in versions.items()}


def _record(versions: Sequence[ArticleVersion], run_id: str, find_mentions: FindMentions) -> Record:
    return Record(
        batch_id=uuid.uuid4().hex,
        run_id=run_id,
        versions=tuple(versions),
        mentions=tuple(m for v in versions for m in find_mentions(v.article_id, v.title, v.text)),
    )
