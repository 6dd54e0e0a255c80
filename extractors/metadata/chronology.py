"""When an article was published and last changed: candidates -> one moment each, by a table of preferences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from extractors.metadata.clues import Clue, Clues
from extractors.metadata.dates import Habits, date_in_path, parse_moment, zone_named
from extractors.model import Moment
from extractors.urls import host_of

# Origins in the order of belief; what each is worth stands in docs/facts.md.
PUBLISHED = (
    "jsonld", "article", "parsely", "cxense", "sailthru", "citation", "microdata", "webpage", "feed", "meta", "dc",
    "url", "time", "dateline", "created",
)  # fmt: skip
MODIFIED = ("jsonld", "article", "microdata", "webpage", "og", "feed", "meta", "dc", "time", "dateline")
AHEAD = timedelta(days=2)  # contract: what lies further ahead is not believed
CLOCK_SLIP = timedelta(minutes=10)  # between a site's clock and ours


@dataclass(frozen=True, slots=True)
class Dated:
    """One clue that is a moment."""

    origin: str
    moment: Moment


def choose_published(clues: Clues, habits: Habits) -> tuple[Dated | None, tuple[Dated, ...]]:
    """The publication, and all candidates in the order of belief.

    The most believed origin gives the day. A clock time or an offset that it lacks comes from the next one that
    agrees with it; one that lies in the future gives way to another on its day, since its offset is wrong.
    """
    entry = clues.page.entry
    found = list(_dated(clues.of("published"), habits))
    if entry is not None and entry.published is not None:
        found.append(Dated("feed", entry.published))
    path = date_in_path(clues.page.url, habits) or date_in_path(clues.page.found_url, habits)
    if path is not None:
        found.append(Dated("url", path))
    ranked = _ranked(found, PUBLISHED, clues.page.fetched_at)
    return (_refined(ranked, clues.page.fetched_at) if ranked else None), ranked


def choose_modified(
    clues: Clues, habits: Habits, published: Moment | None
) -> tuple[Dated | None, tuple[Dated, ...]]:
    """The last change; none that lies before the publication."""
    entry = clues.page.entry
    found = list(_dated(clues.of("modified"), habits))
    if entry is not None and entry.updated is not None:
        found.append(Dated("feed", entry.updated))
    ranked = _ranked(found, MODIFIED, clues.page.fetched_at)
    if published is not None:
        ranked = tuple(one for one in ranked if one.moment.at >= published.at)
    return (_refined(ranked, clues.page.fetched_at) if ranked else None), ranked


def habits_of(clues: Clues, language: str | None) -> Habits:
    """How this page writes dates: the zone of its source, or else the offset that it states elsewhere."""
    zone = zone_named(clues.page.timezone) or _stated_offset(clues)
    return Habits(zone, _writes_month_first(clues, language))


def _stated_offset(clues: Clues) -> tzinfo | None:
    """An offset other than UTC that the page's own tags state, if they state only one."""
    offsets = set()
    for clue in (*clues.of("published"), *clues.of("modified")):
        moment = parse_moment(clue.text)
        if moment is not None and moment.offset == "stated" and moment.at.utcoffset():
            offsets.add(moment.at.tzinfo)
    return next(iter(offsets)) if len(offsets) == 1 else None


_DAY_FIRST_REGIONS = (
    "gb",
    "uk",
    "ie",
    "au",
    "nz",
    "in",
    "za",
    "ng",
    "ke",
    "sg",
    "hk",
    "pk",
    "my",
    "mt",
    "gh",
    "tz",
    "ug",
)


def _writes_month_first(clues: Clues, language: str | None) -> bool:
    """American English: 3/4 is the fourth of March there."""
    if language != "en":
        return False
    declared = " ".join(clue.text.lower().replace("_", "-") for clue in clues.of("language"))
    host = host_of(clues.page.url)
    if any(f"en-{region}" in declared for region in _DAY_FIRST_REGIONS):
        return False
    return host.rpartition(".")[2] not in _DAY_FIRST_REGIONS and not host.endswith(".eu")


def _dated(clues: Iterable[Clue], habits: Habits) -> Iterator[Dated]:
    for clue in clues:
        moment = parse_moment(clue.text, habits)
        if moment is not None:
            yield Dated(clue.origin, moment)


def _ranked(found: Iterable[Dated], order: Sequence[str], fetched_at: datetime | None) -> tuple[Dated, ...]:
    latest = fetched_at + AHEAD if fetched_at else None
    believed = [one for one in found if one.origin in order and (latest is None or one.moment.at <= latest)]
    return tuple(sorted(believed, key=lambda one: order.index(one.origin)))


def _refined(ranked: Sequence[Dated], fetched_at: datetime | None) -> Dated:
    """The first of the ranked, or one that says the same better."""
    best = ranked[0]
    if fetched_at is not None and best.moment.at > fetched_at + CLOCK_SLIP and best.moment.precision != "day":
        best = next((one for one in ranked[1:] if _is_past_twin(one, best, fetched_at)), best)
    if best.moment.precision == "day":
        return next(
            (one for one in ranked if one.moment.precision != "day" and _is_same_day(one, best)), best
        )
    if best.moment.offset == "assumed":
        return next(
            (one for one in ranked if one.moment.offset == "stated" and _is_same_clock(one, best)), best
        )
    return best


def _is_past_twin(one: Dated, best: Dated, fetched_at: datetime) -> bool:
    """The same moment under another offset, and not ahead of now."""
    apart = abs((one.moment.at - best.moment.at).total_seconds())
    return (
        one.moment.at <= fetched_at + CLOCK_SLIP and 0 < apart <= 14 * 3600 and one.moment.precision != "day"
    )


def _is_same_day(one: Dated, best: Dated) -> bool:
    day = best.moment.at.date()
    return one.moment.at.date() == day or one.moment.at.astimezone(best.moment.at.tzinfo).date() == day


def _is_same_clock(one: Dated, best: Dated) -> bool:
    left, right = (m.at.replace(tzinfo=None, second=0) for m in (one.moment, best.moment))
    return left == right
