"""The period of a press review, as people name it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.schedule import Schedule


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """Reviews by `schedule`, each of the time `since` before its moment, in `folder`; deleted after `keep`.

    `watchlists`: what they are about; none: everything.
    """

    schedule: Schedule
    since: timedelta
    folder: Path
    watchlists: tuple[str, ...] = ()
    keep: timedelta | None = None


LONGEST = timedelta(days=3_660)
_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_SPAN = re.compile(r"(\d{1,6})\s*([mhdw])\Z")
_DAY_LENGTH = len("2026-01-31")


def parse_span(text: str) -> timedelta:
    """The span that `text` states: "90m", "24h", "7d", "2w". ValueError, which says why, for any other."""
    match = _SPAN.match(text.strip())
    if match is None:
        raise ValueError("a span is a number with m, h, d or w, such as 24h or 7d")
    span = int(match[1]) * _UNITS[match[2]]
    if not timedelta(0) < span <= LONGEST:
        raise ValueError(f"a span lies between 1m and {LONGEST.days}d")
    return span


def parse_moment(text: str, *, end: bool = False) -> datetime:
    """2026-01-31, or 2026-01-31T12:00:00+01:00; UTC where no zone is said. Of a day its beginning, or its `end`.

    ValueError, which says why, for any other.
    """
    try:
        at = datetime.fromisoformat(text.strip())
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        return at + timedelta(days=1) if end and len(text.strip()) <= _DAY_LENGTH else at
    except (ValueError, OverflowError):
        raise ValueError("a date is written as 2026-01-31, a moment as 2026-01-31T12:00") from None


def period_of(since: str, until: str | None, now: datetime) -> tuple[datetime, datetime]:
    """The period that is asked for: `since` is a span before its end, or a moment; the end is now, unless said."""
    end = parse_moment(until, end=True) if until else now.astimezone(UTC)
    try:
        start = end - parse_span(since) if _SPAN.match(since.strip()) else parse_moment(since)
    except OverflowError:
        raise ValueError("that is before the year 1") from None
    if start >= end:
        raise ValueError("the period ends before it begins")
    if end - start > LONGEST:
        raise ValueError(f"a period has {LONGEST.days:,} days at the most")
    return start, end
