"""When rounds start: a cron expression, or an interval such as 10m."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cronsim import CronSim, CronSimError

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_INTERVAL = re.compile(r"(\d{1,9})\s*([smhd])\Z")
SHORTEST_S = 5
LONGEST_S = 31 * 86400
ANCHOR = datetime(2026, 1, 1, tzinfo=UTC)  # intervals are counted from here, whoever counts


@dataclass(frozen=True, slots=True)
class Schedule:
    """Exactly one of the two is set. `cron` has five fields and is read in UTC."""

    cron: str | None = None
    interval_s: int | None = None


def parse_schedule(text: str) -> Schedule:
    """The schedule that `text` states: "*/10 * * * *", "90s", "10m", "1h", "1d".

    Raises ValueError, which says why not.
    """
    text = " ".join(text.split())
    match = _INTERVAL.match(text)
    if match:
        interval_s = int(match[1]) * _UNITS_S[match[2]]
        if not SHORTEST_S <= interval_s <= LONGEST_S:
            raise ValueError(f"an interval lies between {SHORTEST_S}s and {LONGEST_S // 86400}d")
        return Schedule(interval_s=interval_s)
    if len(text.split()) != 5:
        raise ValueError("a cron expression has five fields: minute, hour, day, month, weekday")
    try:
        next(CronSim(text, ANCHOR))
    except CronSimError as error:
        raise ValueError(str(error).lower()) from None
    except StopIteration:
        raise ValueError("it never comes round") from None
    return Schedule(cron=text)


def next_moment(schedule: Schedule, after: datetime) -> datetime:
    """The first moment of the schedule that is later than `after`, in UTC."""
    after = after.astimezone(UTC)
    if schedule.cron is not None:
        return next(CronSim(schedule.cron, after))
    step = timedelta(seconds=schedule.interval_s or SHORTEST_S)
    return ANCHOR + ((after - ANCHOR) // step + 1) * step


def last_moment(schedule: Schedule, now: datetime) -> datetime:
    """The last moment of the schedule that is not later than `now`, in UTC."""
    now = now.astimezone(UTC)
    if schedule.cron is not None:
        return next(CronSim(schedule.cron, now + timedelta(microseconds=1), reverse=True))
    step = timedelta(seconds=schedule.interval_s or SHORTEST_S)
    return ANCHOR + (now - ANCHOR) // step * step
