"""Dates as web pages write them -> `Moment`: ISO 8601, RFC 2822, epochs, and the dates of print in many languages.

Pure and strict: a text that is not clearly one date is None. Nothing is guessed from today's date.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from extractors.metadata.months import MONTHS, ZONES, fold_letters
from extractors.model import Moment, Precision

FIRST_YEAR = 1990  # contract: nothing before it is believed; the web's own news starts there
MAX_TEXT = 160  # characters looked at; a date with its weekday, label and zone has under 80
MAX_OFFSET_H = 14  # of UTC, in use anywhere


@dataclass(frozen=True, slots=True)
class Habits:
    """How a page writes dates: the zone of clock times without one, and whether 3/4 is the fourth of March."""

    timezone: tzinfo | None = None
    month_first: bool = False


@dataclass(frozen=True, slots=True)
class _Day:
    year: int
    month: int
    day: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Clock:
    hour: int
    minute: int
    second: int | None
    zone: tzinfo | None


def parse_moment(text: str, habits: Habits = Habits()) -> Moment | None:
    """The first date in a short text, with its clock time where one stands beside it.

    Without an offset the zone of `habits` is assumed, or else UTC. Years before 1990 are None.
    """
    text = _plain(text)
    if not any(char.isdigit() for char in text):
        return None
    epoch = _parse_epoch(text)
    if epoch:
        return epoch
    day = next(_days_in(text, habits.month_first), None)
    if day is None or not FIRST_YEAR <= day.year < 2100:
        return None
    clock = _clock_beside(text, day)
    return _moment_of(day, clock, habits.timezone)


def zone_named(name: str | None) -> tzinfo | None:
    """The zone of an IANA name; None when there is none of that name."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _plain(text: str) -> str:
    """Folded, on one line, with ASCII digits (Arabic, Persian, Devanagari ... have their own)."""
    text = text[:MAX_TEXT]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(str(unicodedata.digit(c)) if c.isdigit() and c > "\x7f" else c for c in text)
        text = fold_letters(re.sub("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", text))
    return " ".join(text.lower().split())


_EPOCH = re.compile(r"(\d{10})(\d{3})?(?:\.\d+)?")


def _parse_epoch(text: str) -> Moment | None:
    match = _EPOCH.fullmatch(text)
    if not match:
        return None
    at = datetime.fromtimestamp(int(match.group(1)), UTC)
    return Moment(at) if FIRST_YEAR <= at.year < 2100 else None


# ------------------------------------------------------------------------------------------------------ the day

_YMD = re.compile(r"(?<!\d)(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})(?!\d)\s?[日일]?")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?=t?\d{0,6}(?:\D|$))")
_DMY = re.compile(r"(?<![\d.])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d.:])")
_LETTERS = r"([^\W\d_](?:[^\W\d_\u0300-\u0e7f]|[\u0300-\u0e7f]|\.(?=[^\W\d_]))*(?: (?:الثاني|الاول))?)"
_DAY_NAME_YEAR = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|[.ºª°a])?,?[ .\-/]?(?:de |di |d'|of |da )?" + _LETTERS +
    r"[.,]?[ \-/.,]?(?:de |del |do |of )?(\d{4})(?!\d)"
)  # fmt: skip
_NAME_DAY_YEAR = re.compile(
    r"(?<![^\W\d_])" + _LETTERS + r"[. \-]? ?(\d{1,2})(?:st|nd|rd|th)?,? ?(\d{4})(?!\d)"
)
_YEAR_NAME_DAY = re.compile(
    r"(?<!\d)(\d{4})\.? (?:m\. |gada )?" + r"(?:(\d{1,2})\. )?" + _LETTERS + r" ?(\d{1,2})?(?!\d)"
)
_NAME_DAY_CLOCK_YEAR = re.compile(_LETTERS + r" (\d{1,2}) [\d:]{5,8} (?:[a-z]{3,4}|[+-]\d{4}) (\d{4})(?!\d)")


def _days_in(text: str, month_first: bool) -> Iterator[_Day]:
    """Candidates, the safest way of writing first."""
    for pattern in (_YMD, _COMPACT):
        for found in pattern.finditer(text):
            yield from _day(found, int(found[1]), int(found[2]), int(found[3]))
    yield from _named_days(text)
    for found in _DMY.finditer(text):
        day, month, year = int(found[1]), int(found[3]), int(found[4])
        if (month_first and found[2] == "/" and day <= 12) or month > 12:
            day, month = month, day
        yield from _day(found, year + 2000 if year < 100 else year, month, day)


def _named_days(text: str) -> Iterator[_Day]:
    for found in _DAY_NAME_YEAR.finditer(text):
        yield from _day(found, int(found[3]), _month(found[2]), int(found[1]))
    for pattern in (_NAME_DAY_CLOCK_YEAR, _NAME_DAY_YEAR):
        for found in pattern.finditer(text):
            yield from _day(found, int(found[3]), _month(found[1]), int(found[2]))
    for found in _YEAR_NAME_DAY.finditer(text):
        number = found[2] or found[4]
        if number:
            yield from _day(found, int(found[1]), _month(found[3]), int(number))


def _month(name: str) -> int:
    return MONTHS.get(name) or MONTHS.get(name.rstrip(".")) or MONTHS.get(name + ".", 0)


def _day(found: re.Match[str], year: int, month: int, day: int) -> Iterator[_Day]:
    if 2500 <= year < 2620:
        year -= 543  # the Buddhist era, as Thai papers print it
    if 1 <= month <= 12 and 1 <= day <= 31:
        yield _Day(year, month, day, found.start(), found.end())


# ---------------------------------------------------------------------------------------------------- the clock

_CLOCK = re.compile(
    r"(?<![\d:.])(?P<half>오전|오후|午前|午後|上午|下午)?\s?"
    r"(?P<hour>\d{1,2})(?:[:.h時点點시]| uhr )\s?(?P<minute>\d{2})(?![\d%])[分분]?"
    r"(?::?(?P<second>\d{2})(?:[.,]\d{1,9})?)?[秒초]?(?P<after>.{0,16})"
)
_HALF_AFTER = re.compile(r"\s?([ap])\.?\s?m\b\.?|\s?(صباحا|مساء|μμ|πμ)")
_ZONE = re.compile(r"\s?\(?(?:(utc|gmt)\s?)?([+\-−]\d{1,2}):?(\d{2})?(?!\d)|[\s(]{0,2}([a-zмск]{1,4})\b")
_AFTERNOON = frozenset(("오후", "午後", "下午", "p", "مساء", "μμ"))


def _clock_beside(text: str, day: _Day) -> _Clock | None:
    after = text[day.end : day.end + 50]
    if (after[:1] == "t" and after[1:7].isdigit()) or after[:4].isdigit():
        packed = re.match(r"t?(\d\d)(\d\d)(\d\d)?", after)
        if packed:
            rest = after[packed.end() :]
            return _checked(int(packed[1]), int(packed[2]), packed[3], _zone_in(rest))
    inside = text[day.start : day.end]
    for place in (inside if ":" in inside else "", after, text[max(0, day.start - 30) : day.start]):
        found = _CLOCK.search(place)
        if found:
            return _clock_of(found)
    return None


def _clock_of(found: re.Match[str]) -> _Clock | None:
    hour, after = int(found["hour"]), found["after"]
    half_after = _HALF_AFTER.match(after)
    half = found["half"] or (half_after and (half_after[1] or half_after[2]))
    if half_after:
        after = after[half_after.end() :]
    if half in _AFTERNOON and hour < 12:
        hour += 12
    elif half and half not in _AFTERNOON and hour == 12:
        hour = 0
    return _checked(hour, int(found["minute"]), found["second"], _zone_in(after))


def _checked(hour: int, minute: int, second: str | None, zone: tzinfo | None) -> _Clock | None:
    seconds = int(second) if second else None
    if hour > 23 or minute > 59 or (seconds or 0) > 60:
        return None
    return _Clock(hour, minute, min(seconds, 59) if seconds is not None else None, zone)


def _zone_in(text: str) -> tzinfo | None:
    found = _ZONE.match(text)
    if not found:
        return None
    if found[2]:
        hours, minutes = int(found[2].replace("−", "-")), int(found[3] or 0)
        signed = timedelta(hours=hours, minutes=-minutes if found[2][0] in "-−" else minutes)
        return timezone(signed) if abs(hours) <= MAX_OFFSET_H and minutes < 60 else None
    known = ZONES.get(found[4])
    if isinstance(known, str):
        return zone_named(known)
    return timezone(timedelta(hours=known)) if known is not None else None


def _moment_of(day: _Day, clock: _Clock | None, assumed: tzinfo | None) -> Moment | None:
    zone = (clock and clock.zone) or assumed or UTC
    try:
        if clock is None:
            return Moment(datetime(day.year, day.month, day.day, tzinfo=zone), "day", "assumed")
        at = datetime(day.year, day.month, day.day, clock.hour, clock.minute, clock.second or 0, tzinfo=zone)
    except ValueError:
        return None
    precision: Precision = "second" if clock.second is not None else "minute"
    if (clock.hour, clock.minute, clock.second or 0) == (0, 0, 0):
        precision = "day"  # midnight is how systems without a time write a day
    return Moment(at, precision, "stated" if clock.zone else "assumed")


# -------------------------------------------------------------------------------------------------- in addresses

_IN_PATH = re.compile(
    r"[/_-]((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2]|[1-9](?=[/_-])|[a-z]{3}(?=[/_-]))[/_-]?"
    r"(0[1-9]|[12]\d|3[01]|[1-9](?=[/_-]))(?=[/_.-]|$)"
)


def date_in_path(url: str, habits: Habits = Habits()) -> Moment | None:
    """The day in the path of an address, e.g. /2024/04/24/, /2024-04-24-, /20240424/, /2024/feb/24/."""
    path = re.split("[?#]", url[:1_000].lower(), maxsplit=1)[0]
    for found in _IN_PATH.finditer(path, path.find("//") + 2):
        month = int(found[2]) if found[2].isdigit() else MONTHS.get(found[2], 0)
        day = _Day(int(found[1]), month, int(found[3]), 0, 0)
        if 1 <= month <= 12 and FIRST_YEAR <= day.year < 2100:
            return _moment_of(day, None, habits.timezone)
    return None
