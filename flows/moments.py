"""Moments and spans, as people say them."""

from __future__ import annotations

from datetime import UTC, datetime


def ago(at: datetime | None, now: datetime | None = None) -> str:
    """ "4 min ago", "3 days ago"; "" for None. What lies ahead is "now"."""
    if at is None:
        return ""
    seconds = ((now or datetime.now(UTC)) - at).total_seconds()
    return f"{span(seconds)} ago" if seconds >= 1 else "now"


def span(seconds: float) -> str:
    """ "4.2 s", "12 min", "3 h", "5 days": two figures are enough for a look."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    for unit, size, upto in (("s", 1, 90), ("min", 60, 90 * 60), ("h", 3600, 36 * 3600)):
        if seconds < upto:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86400:.0f} days"


def minute(at: datetime) -> str:
    """2026-11-24 05:50, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
