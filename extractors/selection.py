"""Which links of a feed are fetched, and what is remembered of each afterwards: decisions without I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from extractors.model import Entry, KnownLink, Link, LinkState, Validators
from extractors.urls import hash64, identity

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry, its identity, and the feed that named it."""

    link_hash: int
    fingerprint: int
    entry: Entry
    feed_url: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A link to be fetched in this round. `known` is what was remembered of it, None for a new one."""

    candidate: Candidate
    known: KnownLink | None

    @property
    def url(self) -> str:
        return self.candidate.entry.url

    @property
    def attempts(self) -> int:
        return self.known.attempts if self.known else 0

    @property
    def validators(self) -> Validators:
        return self.known.validators if self.known else Validators()


@dataclass(frozen=True, slots=True)
class Selection:
    """What is fetched, and the feeds of which some entry is left for a later round."""

    wanted: tuple[Wanted, ...]
    unfinished: frozenset[str]


def entry_fingerprint(entry: Entry) -> int:
    """A number that changes when the entry says that its article changed.

    A feed that states when an entry was updated is believed; of others the summary is compared as well, its
    digits folded, since counters of comments and readers in it change with every poll.
    """
    if entry.updated is not None:
        return hash64("\x1f".join((entry.title, entry.updated.at.isoformat())))
    published = entry.published.at.isoformat() if entry.published else ""
    return hash64("\x1f".join((entry.title, published, _DIGITS.sub("0", entry.summary))))


def candidates(entries: Iterable[Entry], feed_url: str | None) -> tuple[Candidate, ...]:
    """The entries with their identities; of entries that lead to the same article, the first."""
    found: dict[int, Candidate] = {}
    for entry in entries:
        link_hash = identity(entry.url)
        if link_hash not in found:
            found[link_hash] = Candidate(link_hash, entry_fingerprint(entry), entry, feed_url)
    return tuple(found.values())


def pending_candidates(links: Iterable[Link]) -> tuple[Candidate, ...]:
    """Links whose time to be tried again has come, as candidates."""
    return tuple(
        Candidate(link.link_hash, link.fingerprint, link.entry or Entry(url=link.url), link.feed_url)
        for link in links
    )


def select_links(
    offered: Sequence[Candidate], known: Mapping[int, KnownLink], *, limit_per_feed: int, now: datetime
) -> Selection:
    """What of `offered` is fetched now: the new, the changed, and the pending whose time has come.

    Of each feed at most `limit_per_feed`, in the order offered (newest first); a feed with more is "unfinished",
    and must keep its old validators, or its next 304 would lose the rest. One link offered by several feeds is
    fetched once.
    """
    wanted: dict[int, Wanted] = {}
    taken: dict[str | None, int] = {}
    unfinished: set[str] = set()
    for candidate in offered:
        if candidate.link_hash in wanted or not _is_due(candidate, known.get(candidate.link_hash), now):
            continue
        if taken.get(candidate.feed_url, 0) >= limit_per_feed:
            if candidate.feed_url is not None:
                unfinished.add(candidate.feed_url)
            continue
        taken[candidate.feed_url] = taken.get(candidate.feed_url, 0) + 1
        wanted[candidate.link_hash] = Wanted(candidate, known.get(candidate.link_hash))
    return Selection(tuple(wanted.values()), frozenset(unfinished))


def _is_due(candidate: Candidate, known: KnownLink | None, now: datetime) -> bool:
    if known is None:
        return True
    if known.state == "pending":
        return known.next_try_at is None or known.next_try_at <= now
    # Two feeds of a site summarise one article in their own ways: only the one that named it says that it changed,
    # or every turn of the other would fetch it again.
    named_by_it = known.feed_url is None or known.feed_url == candidate.feed_url
    return named_by_it and known.fingerprint != candidate.fingerprint


def settled_link(
    wanted: Wanted,
    source_id: str,
    state: LinkState,
    now: datetime,
    *,
    article_id: int | None = None,
    validators: Validators | None = None,
) -> Link:
    """The link after its article was stored, or was found to be none ("final")."""
    return _link(wanted, source_id, state, now, article_id=article_id, validators=validators)


def pending_link(
    wanted: Wanted,
    source_id: str,
    now: datetime,
    next_try_at: datetime,
    *,
    article_id: int | None = None,
    failed: bool = True,
) -> Link:
    """The link after a failure that may pass: kept with its entry, to be tried again at `next_try_at`.

    `failed` False: it was not tried at all, and no attempt is counted.
    """
    return _link(
        wanted,
        source_id,
        "pending",
        now,
        article_id=article_id,
        attempts=wanted.attempts + failed,
        next_try_at=next_try_at,
        entry=wanted.candidate.entry,
    )


def _link(
    wanted: Wanted,
    source_id: str,
    state: LinkState,
    now: datetime,
    *,
    article_id: int | None = None,
    validators: Validators | None = None,
    attempts: int = 0,
    next_try_at: datetime | None = None,
    entry: Entry | None = None,
) -> Link:
    known = wanted.known
    return Link(
        link_hash=wanted.candidate.link_hash,
        source_id=source_id,
        url=wanted.url,
        feed_url=wanted.candidate.feed_url,
        state=state,
        fingerprint=wanted.candidate.fingerprint,
        first_seen_at=known.first_seen_at if known else now,
        updated_at=now,
        article_id=article_id if article_id is not None or known is None else known.article_id,
        validators=wanted.validators if validators is None else validators,
        attempts=attempts,
        next_try_at=next_try_at,
        entry=entry,
    )
