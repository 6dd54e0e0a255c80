"""Which of the links that a backfill meets are fetched. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from extractors.backfill.period import Period, entry_span
from extractors.model import Entry, KnownLink
from extractors.selection import Candidate, Wanted


@dataclass(slots=True)
class Tally:
    """Links that a backfill has met, by what was decided on them. `found` is all of them.

    `known`: stored, or found before to be no article. `waiting`: failed before, and their next try is not due.
    `repeated`: named before in this run. `outside`: of another time than asked for. `elsewhere`: on another site.
    `wanted`: what is left to be fetched.
    """

    found: int = 0
    known: int = 0
    repeated: int = 0
    waiting: int = 0
    outside: int = 0
    elsewhere: int = 0
    wanted: int = 0

    def add(self, other: Tally) -> None:
        """Count the other's as well."""
        for name in ("found", "known", "repeated", "waiting", "outside", "elsewhere", "wanted"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def in_words(self) -> str:
        """ "1,200 addresses, 1,150 known, 50 to fetch"."""
        parts = [
            f"{count:,} {what}"
            for count, what in (
                (self.known, "known"),
                (self.repeated, "named before"),
                (self.waiting, "waiting for another try"),
                (self.outside, "of another time"),
                (self.elsewhere, "on another site"),
                (self.wanted, "to fetch"),
            )
            if count
        ]
        return ", ".join([f"{self.found:,} addresses", *parts])


@dataclass(frozen=True, slots=True)
class Sieve:
    """What a backfill asks for. `is_ours` says of an address whether it is on a site of the source."""

    period: Period
    timezone: str | None
    is_ours: Callable[[str], bool]

    def pick(self, entries: Iterable[Entry], tally: Tally) -> tuple[Entry, ...]:
        """The entries that are asked for, as far as can be told without asking the database; the others counted."""
        kept = []
        for entry in entries:
            tally.found += 1
            if not self.is_ours(entry.url):
                tally.elsewhere += 1
            elif not self.period.may_hold(entry_span(entry, self.timezone)):
                tally.outside += 1
            else:
                kept.append(entry)
        return tuple(kept)


def select_missing(
    offered: Sequence[Candidate],
    known: Mapping[int, KnownLink],
    claimed: Set[int],
    now: datetime,
    tally: Tally,
) -> tuple[Wanted, ...]:
    """The links that were never stored nor found to be no article, and those that failed and are due again.

    Unlike a round, a backfill does not fetch again what it knows because an entry says something else of it: a
    sitemap and a feed never say the same. `claimed`: links that this run has taken care of already.
    """
    wanted = []
    for candidate in offered:
        before = known.get(candidate.link_hash)
        if candidate.link_hash in claimed:
            tally.repeated += 1
        elif before is not None and before.state != "pending":
            tally.known += 1
        elif before is not None and before.next_try_at is not None and before.next_try_at > now:
            tally.waiting += 1
        else:
            tally.wanted += 1
            wanted.append(Wanted(candidate, before))
    return tuple(wanted)
