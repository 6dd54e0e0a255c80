"""Moments as people write them: 24h, 7d, 2026-11-01. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

_SPAN = re.compile(r"(\d{1,6})([hdw])", re.ASCII)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


class PeriodError(ValueError):
    """Not a moment; the message says what one looks like."""


def moment_of(text: str, now: datetime, *, end: bool = False) -> datetime:
    """The moment that is meant, in UTC: so long before `now`; a day (its beginning, or with `end` the beginning of
    the next one); a time, which without an offset is UTC. Raises `PeriodError`."""
    span = _SPAN.fullmatch(text)
    try:
        if span:
            return now.astimezone(UTC) - int(span[1]) * _UNITS[span[2]]
        if len(text) == 10:
            day = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            return day + timedelta(days=1) if end else day
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        shown = text if len(text) <= 40 else text[:39] + "…"
        raise PeriodError(
            f"expected a span such as 24h or 7d, or a day such as 2026-11-01, found {shown!r}"
        ) from None
