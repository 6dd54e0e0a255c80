"""What there is to be told of, by a look at the state of things. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.health.words import NETWORK_DOWN, change_text, disk_text, gap_text, quiet_text, why_failing
from flows.moments import minute
from flows.notices.settings import Kind
from storage.health import StatusReport

DEAD_AFTER = timedelta(days=1)  # nine tries and more by then, with their back-off: docs/polling.md
MAX_TEXT = 300  # characters of one line; half of what a chat takes of a message is the least


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong now. `subject` tells it from others of its kind: the same words, the same trouble."""

    kind: Kind
    subject: str
    text: str
    since: datetime


def conditions(report: StatusReport, failure: str | None, now: datetime) -> tuple[Condition, ...]:
    """All that is wrong at `now`. `failure`: why the round that just ended has failed; None where it has not."""
    return (
        *round_conditions(failure, now),
        *_disks(report, now),
        *_feeds(report),
        *_sources(report, now),
        *_gaps(report),
    )


def round_conditions(failure: str | None, now: datetime) -> Iterator[Condition]:
    """Whether the round has failed: the one thing that can be told without a database."""
    if failure is not None:
        yield Condition("round_failed", "", _line(failure), now)


def _disks(report: StatusReport, now: datetime) -> Iterator[Condition]:
    for disk in report.disks:
        if disk.is_low:
            yield Condition("disk_low", disk.folder, _line(disk_text(disk)), now)


def _feeds(report: StatusReport) -> Iterator[Condition]:
    for feed in report.failing:
        since, as_of = feed.failing_since, report.as_of
        if since is None or as_of is None or (feed.state != "gone" and as_of - since < DEAD_AFTER):
            continue
        text = f"{feed.source_id}: {feed.feed_url}: {why_failing(feed)}, since {minute(since)}"
        yield Condition("feed_dead", feed.feed_url, _line(text), since)


def _sources(report: StatusReport, now: datetime) -> Iterator[Condition]:
    for quiet in report.quiet:
        since = quiet.last_article_at or now
        text = f"{quiet.source_id}: {quiet_text(quiet)}; the last one was seen {minute(since)}"
        yield Condition("source_quiet", quiet.source_id, _line(text), since)
    for change in report.changed:
        subject = f"{change.source_id} {change.sign}"
        yield Condition("template_changed", subject, _line(f"{change.source_id}: {change_text(change)}"), now)


def _gaps(report: StatusReport) -> Iterator[Condition]:
    for gap in report.gaps:
        subject = f"{gap.feed_url} {gap.from_at.isoformat()}"
        text = f"{gap.source_id or gap.feed_url}: {gap_text(gap)}"
        yield Condition("gap", subject, _line(text), gap.to_at)


def failure_of(*, network_down: bool, status: str | None) -> str | None:
    """Why a round that has come to its end has failed all the same; None where it has not."""
    if network_down:
        return NETWORK_DOWN
    return "it ended as failed" if status == "failed" else None


def _line(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
