"""Instants as the database has them: microseconds since 1970 in UTC.

They are read as integers (`epoch_us`) and made into `datetime` here: DuckDB's own way needs pytz, which it does
not ask for, and gives a string for what no `datetime` can hold.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)


def instant(microseconds: int) -> datetime:
    """The instant in UTC; what lies outside of the years 1 to 9999 becomes their end."""
    try:
        return EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return LATEST if microseconds > 0 else EARLIEST


def maybe_instant(microseconds: int | None) -> datetime | None:
    """The same, for a column that may be NULL."""
    return None if microseconds is None else instant(microseconds)


def in_utc(at: datetime | None) -> datetime | None:
    """The same instant in UTC. An offset that would lead out of the years 1 to 9999 leads to their end.

    Raises `ValueError` for a time without an offset: it is no instant.
    """
    if at is None:
        return None
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        raise ValueError(f"a time without an offset can't be stored: {at}")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return EARLIEST if at.year < 5000 else LATEST
