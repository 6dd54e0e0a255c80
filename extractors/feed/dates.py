"""Dates as feeds and sitemaps write them -> `Moment`: RFC 822 and W3C profiles first, then those of print.

A clock time without an offset, or with a zone name that means several zones (IST, AST), is read in the zone of the
source and marked "assumed"; a name that is the source's own ("CST" for a paper in Shanghai) is believed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from extractors.metadata.dates import FIRST_YEAR, Habits, parse_moment
from extractors.metadata.months import fold_letters
from extractors.model import Moment, Precision

LAST_YEAR = 2099
MAX_CHARS = 100
MAX_AHEAD = timedelta(days=2)  # contract: more than two days ahead is not believed

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:T|\s)\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s*(.{0,30}))?",
    re.IGNORECASE,
)
_RFC = re.compile(
    r"(?:[^\W\d_]{2,9}\.?,?\s+)?(\d{1,2})[\s-]+([^\W\d_]{3,9})\.?[\s-]+(\d{4}|\d{2})"
    r"(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*(.{0,30}))?"
)
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
    "january": 1, "february": 2, "march": 3, "april": 4, "june": 6, "july": 7,
    "august": 8, "sept": 9, "september": 9, "october": 10, "november": 11, "december": 12,
}  # fmt: skip
_OFFSET = re.compile(r"(?:GMT|UTC|UT)?\s*([+\-\u2212])(\d{1,2})(?::?(\d{2}))?(?!\d)", re.IGNORECASE)
_NAME = re.compile(r"\(?([A-Za-z]{1,5})\b")

# Hours east of UTC. RFC 822's own names, and those that mean one zone only wherever news is published.
_ZONE_HOURS: dict[str, float] = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "AKST": -9, "AKDT": -8, "HST": -10, "ADT": -3, "NST": -3.5, "NDT": -2.5, "BRT": -3, "ART": -3,
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "MEZ": 1, "MESZ": 2,
    "EET": 2, "EEST": 3, "MSK": 3, "TRT": 3, "SAST": 2, "CAT": 2, "EAT": 3, "WAT": 1,
    "PKT": 5, "NPT": 5.75, "WIB": 7, "ICT": 7, "SGT": 8, "HKT": 8, "PHT": 8, "AWST": 8, "JST": 9, "KST": 9,
    "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DateRules:
    """How the dates of one document are read: the zone of its source, and the last instant that is believed."""

    zone: tzinfo | None = None
    latest: datetime | None = None


def read_moment(text: str, rules: DateRules = DateRules()) -> Moment | None:
    """The instant that a date of a feed means; None for nonsense, years before 1990, and what is yet to come."""
    text = text.strip()[:MAX_CHARS].rstrip()
    if not text:
        return None
    try:
        moment = _standard(text, rules.zone) or parse_moment(text, Habits(rules.zone))
        if moment is None or not _is_believable(moment.at, rules.latest):
            return None
    except (ValueError, OverflowError):  # no such day; a year that an offset takes out of range
        return None
    return moment


def _is_believable(at: datetime, latest: datetime | None) -> bool:
    return FIRST_YEAR <= at.year <= LAST_YEAR and (latest is None or at <= latest)


def _standard(text: str, zone: tzinfo | None) -> Moment | None:
    if found := _ISO.fullmatch(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := _RFC.fullmatch(text):
        year, month, day = _full_year(found[3]), _MONTHS.get(fold_letters(found[2]), 0), int(found[1])
        if not month:
            return None  # a name in another language
    else:
        return None
    hour, minute, second, rest = found[4], found[5], found[6], (found[7] or "").strip()
    if hour is None:
        return Moment(datetime(year, month, day, tzinfo=zone or UTC), "day", "assumed")
    at = datetime(
        year, month, day, int(hour) % 24, int(minute), min(int(second or 0), 59), tzinfo=zone or UTC
    )
    if int(hour) == 24:
        at += timedelta(days=1)
    elif int(hour) > 24 or rest[:2].upper() in {"AM", "PM"}:
        return None  # the general reader knows halves of days
    precision: Precision = "minute" if second is None else "second"
    if (at.hour, at.minute, at.second) == (0, 0, 0):
        precision = "day"  # midnight is how systems without a time write a day
    stated = _stated_zone(rest, at, zone)
    return (
        Moment(at, precision, "assumed") if stated is None else Moment(at.replace(tzinfo=stated), precision)
    )


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 70 else 1900)


def _stated_zone(text: str, at: datetime, zone: tzinfo | None) -> tzinfo | None:
    if offset := _OFFSET.match(text):
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        if hours > 14 or minutes > 59:
            return None
        east = timedelta(hours=hours, minutes=minutes)
        return timezone(east if offset[1] == "+" else -east)
    named = _NAME.match(text)
    if named is None:
        return None
    name = named[1].upper()
    if zone is not None and at.replace(tzinfo=zone).tzname() == name:
        return zone
    hours_east = _ZONE_HOURS.get(name)
    return None if hours_east is None else timezone(timedelta(hours=hours_east))
