"""From visits to what is kept: boilerplate stripped, rows made, links settled, one outcome for each URL."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from extractors import polling
from extractors.boilerplate import known_lines, learn_sightings, merge_memory, strip_boilerplate
from extractors.errors import Postponed, SourceError
from extractors.model import (
    ArticleVersion,
    Extracted,
    Fingerprint,
    Link,
    LinkState,
    Memory,
    Mention,
    Outcome,
    Rejected,
    Sighting,
    Source,
    Stage,
    Status,
)
from extractors.polls import failed_outcome
from extractors.ports import FindMentions, Part
from extractors.rows import article_identity, article_row
from extractors.selection import pending_link, settled_link
from extractors.stories import fingerprint_of
from extractors.visits import Visit

MAX_LINES = 10_000  # remembered of one source: 250 articles' worth of lines met once, and all that repeat
NOTHING = Part()


@dataclass(slots=True)
class Cleaner:
    """Cleans the visits of one source, chunk by chunk; what an earlier chunk showed is known to the later.

    `stage` is that of its outcomes.
    """

    source: Source
    memory: Memory
    run_id: str
    find_mentions: FindMentions
    rng: random.Random
    stage: Stage = "page"

    def steps(self, visits: Sequence[Visit], now: datetime) -> Iterator[Part]:
        """All that is kept of these visits, in steps of a page, a few milliseconds each: who has others to serve does
        so in between. What comes before the last is empty."""
        sightings: list[Sighting] = []
        for visit in visits:
            sightings += self._learned(visit)
            yield NOTHING
        self.memory = bounded_memory(merge_memory(self.memory, sightings), MAX_LINES)
        known = known_lines(self.memory, now)
        rows: list[ArticleVersion | None] = []
        mentions: list[Mention] = []
        fingerprints: list[Fingerprint] = []
        for visit in visits:
            row = self._row(visit, known)
            rows.append(row)
            if row is not None:
                mentions += self.find_mentions(row.article_id, row.title, row.text)
                fingerprints.append(fingerprint_of(row))
            yield NOTHING
        settled = [self._settle(visit, row, now) for visit, row in zip(visits, rows, strict=True)]
        yield Part(
            versions=tuple(row for row in rows if row is not None),
            outcomes=tuple(outcome for outcome, _ in settled),
            links=tuple(link for _, link in settled),
            sightings=tuple(sightings),
            mentions=tuple(mentions),
            fingerprints=tuple(fingerprints),
        )

    def _learned(self, visit: Visit) -> tuple[Sighting, ...]:
        """The lines of an article that was not known before: an edited article has been counted already."""
        result, known = visit.result, visit.wanted.known
        if not isinstance(result, Extracted) or (known is not None and known.article_id):
            return ()
        return learn_sightings(self.source.id, article_identity(result), result.blocks, visit.at)

    def _row(self, visit: Visit, known: frozenset[int]) -> ArticleVersion | None:
        if not isinstance(visit.result, Extracted):
            return None
        stripped = strip_boilerplate(visit.result, known, protect=self.source.protect, drop=self.source.drop)
        seen = visit.wanted.known
        return article_row(
            visit.result,
            stripped,
            source_id=self.source.id,
            found_url=visit.wanted.url,
            feed_url=visit.wanted.candidate.feed_url,
            first_seen_at=seen.first_seen_at if seen else visit.at,
            fetched_at=visit.fetched_at or visit.at,
        )

    def _settle(self, visit: Visit, row: ArticleVersion | None, now: datetime) -> tuple[Outcome, Link]:
        article_id = row.article_id if row else None
        if visit.error is not None:
            outcome = failed_outcome(
                visit.error, self.run_id, self.source.id, visit.wanted.url, self.stage, visit.at
            )
            if row is not None:
                outcome = self._outcome(visit, "stored", f"from the feed: {visit.error}", article_id)
            return outcome, self._link_after_failure(visit, visit.error, article_id, now)
        if isinstance(visit.result, Rejected):
            outcome = self._outcome(visit, visit.result.status, visit.result.detail, None)
        else:
            outcome = self._outcome(visit, "stored" if row else "not_modified", "", article_id)
        return outcome, self._link_after_answer(visit, article_id, now)

    def _link_after_answer(self, visit: Visit, article_id: int | None, now: datetime) -> Link:
        state: LinkState = "final" if isinstance(visit.result, Rejected) else "stored"
        validators = visit.response.validators if visit.response else None
        return settled_link(
            visit.wanted, self.source.id, state, now, article_id=article_id, validators=validators
        )

    def _link_after_failure(
        self, visit: Visit, error: SourceError, article_id: int | None, now: datetime
    ) -> Link:
        wanted = visit.wanted
        if isinstance(error, Postponed):
            at = now + timedelta(seconds=error.retry_after_s or 0)
            return pending_link(wanted, self.source.id, now, at, article_id=article_id, failed=False)
        next_try_at = polling.next_try(wanted.attempts + 1, error.retry, error.retry_after_s, now, self.rng)
        if next_try_at is not None:
            return pending_link(wanted, self.source.id, now, next_try_at, article_id=article_id)
        state: LinkState = "final" if article_id is None else "stored"
        return settled_link(wanted, self.source.id, state, now, article_id=article_id)

    def _outcome(self, visit: Visit, status: Status, detail: str, article_id: int | None) -> Outcome:
        response = visit.response
        return Outcome(
            self.run_id,
            self.source.id,
            visit.wanted.url,
            self.stage,
            status,
            visit.at,
            detail=detail,
            http_status=response.http_status if response else None,
            bytes=visit.body_bytes,
            elapsed_ms=response.elapsed_ms if response else None,
            article_id=article_id,
        )


def bounded_memory(memory: Memory, most: int) -> Memory:
    """The memory, cut to half of `most` where it has more lines: those met in one article go first, and of these
    the oldest. A backfill of a million pages would otherwise remember every line that it has met."""
    if len(memory.lines) <= most:
        return memory
    ranked = sorted(memory.lines.values(), key=lambda line: (line.articles > 1, line.last_seen_at))
    kept = ranked[-(most // 2) :]
    return replace(memory, lines={line.digest: line for line in kept})
