"""A run, what it knows when it begins, and what it keeps in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from extractors.model.articles import ArticleVersion, Fingerprint, Mention, Rematch
from extractors.model.feeds import FeedState, Gap
from extractors.model.lines import Memory, Sighting
from extractors.model.links import Link
from extractors.model.outcomes import Outcome
from extractors.model.web import RobotsRecord


@dataclass(frozen=True, slots=True)
class Record:
    """What leaves a stage together and is committed in one transaction, once (`batch_id`)."""

    batch_id: str
    run_id: str
    versions: tuple[ArticleVersion, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    links: tuple[Link, ...] = ()
    feeds: tuple[FeedState, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    mentions: tuple[Mention, ...] = ()
    robots: tuple[RobotsRecord, ...] = ()
    gaps: tuple[Gap, ...] = ()
    fingerprints: tuple[Fingerprint, ...] = ()
    rematches: tuple[Rematch, ...] = ()
    watched: int | None = None  # hash of the watchlists that the versions were matched by


@dataclass(frozen=True, slots=True)
class Run:
    """One round, backfill or other command that wrote."""

    run_id: str
    command: str
    started_at: datetime
    finished_at: datetime | None = None
    status: Literal["running", "done", "failed", "stopped"] = "running"
    articles_new: int = 0
    articles_updated: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a round needs to know, read once and frozen."""

    feeds: tuple[FeedState, ...]  # the due ones
    pending: tuple[Link, ...]  # links whose next try is due
    memories: Mapping[str, Memory]  # by source_id
    robots: Mapping[str, RobotsRecord]  # by origin
