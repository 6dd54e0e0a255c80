"""The date that a page prints above its text as a line of its own: the last resort, where no tag tells it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from extractors.boilerplate.labels import is_dateline
from extractors.metadata.dates import Habits, parse_moment, zone_named
from extractors.model import Fact, Moment

MAX_LINES_AHEAD = 12  # before the text begins
TEXT_CHARS = 120  # a line from which the text has begun
MAX_AHEAD = timedelta(days=2)  # contract: what lies further in the future is not believed


def dateline(lines: Sequence[str], timezone: str | None, fetched_at: datetime | None) -> Fact[Moment | None]:
    """The moment of the first line that is a date and nothing else, before the text begins."""
    for line in lines[:MAX_LINES_AHEAD]:
        if len(line) >= TEXT_CHARS:
            break
        moment = parse_moment(line, Habits(zone_named(timezone))) if is_dateline(line) else None
        if moment is not None and (fetched_at is None or moment.at <= fetched_at + MAX_AHEAD):
            return Fact(moment, "dateline")
    return Fact(None)
