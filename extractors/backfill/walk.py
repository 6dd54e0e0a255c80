"""A backfill of one source: links come in from somewhere, the missing ones are fetched by the stages of a round."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from extractors.backfill.choice import Sieve, Tally, select_missing
from extractors.cleaning import Cleaner
from extractors.errors import SourceError
from extractors.model import Entry, Outcome, Response, Source, Stage, Status
from extractors.polls import failed_outcome
from extractors.ports import Part, Tools
from extractors.selection import Wanted, candidates
from extractors.urls import host_of
from extractors.visiting import Patience, visit_links

T = TypeVar("T")

SLICE = 2_000  # links that the database is asked of at once: a look-up takes 20 ms, mostly to open the file
PIECE = 50  # pages that are fetched before it is asked again: a round may have had them meanwhile


@dataclass(frozen=True, slots=True)
class Offer:
    """What one document (a sitemap, a page of an archive, a list of addresses) offers, or why it could not be had.

    `url` is its own, "" where it has none and leaves no outcome. `remark` goes into its outcome.
    """

    url: str
    entries: tuple[Entry, ...] = ()
    response: Response | None = None
    error: SourceError | None = None
    remark: str = ""


Offers = AsyncGenerator[Offer, None]


@dataclass(slots=True)
class Quota:
    """How many pages are still to be fetched, all sources together; None is without a limit."""

    left: int | None = None

    def take(self, wanted: Sequence[T]) -> Sequence[T]:
        """As many of these as may be fetched; they are counted off."""
        if self.left is None:
            return wanted
        taken = wanted[: self.left]
        self.left -= len(taken)
        return taken

    @property
    def is_spent(self) -> bool:
        return self.left == 0


@dataclass(frozen=True, slots=True)
class Errand:
    """One source's part of a backfill.

    With `is_rehearsal` no page is fetched and nothing kept: the tally, `examples`, and the numbers of pages by host
    tell what would be.
    """

    source: Source
    stage: Stage  # of the documents
    sieve: Sieve
    quota: Quota
    patience: Patience
    is_rehearsal: bool = False
    tally: Tally = field(default_factory=Tally)
    examples: list[str] = field(default_factory=list)
    hosts: Counter[str] = field(default_factory=Counter)


EXAMPLES = 10


async def backfill_source(offers: Offers, errand: Errand, cleaner: Cleaner, tools: Tools) -> None:
    """Fetch, extract, clean and record what is missing of `offers`, in their order, until the quota is spent.

    Raises nothing that a web site can cause. Once `tools.stop` is set no further page is begun; what is done is
    recorded, and the same backfill carries on from there, since known links are left out.
    """
    async with aclosing(offers):
        async for offer in offers:
            tally = Tally()
            done = await _take(offer, errand, cleaner, tools, tally)
            errand.tally.add(tally)
            if offer.url and not errand.is_rehearsal:
                tools.recorder.add(Part(outcomes=(_outcome(offer, errand, tally, tools),)))
            if not done or errand.quota.is_spent or tools.stop.is_set():
                return


async def _take(offer: Offer, errand: Errand, cleaner: Cleaner, tools: Tools, tally: Tally) -> bool:
    """Fetch what is missing of one offer; False when it was stopped half-way."""
    for entries in _slices(offer.entries):
        picked = errand.sieve.pick(entries, tally)
        offered = candidates(picked, None)
        tally.repeated += len(picked) - len(offered)
        known = await tools.archive.known_links([c.link_hash for c in offered]) if offered else {}
        missing = select_missing(offered, known, tools.claimed, tools.now(), tally)
        wanted = errand.quota.take(missing)
        tally.wanted -= len(missing) - len(wanted)
        tools.claimed.update(each.candidate.link_hash for each in wanted)
        if not await _fetch(wanted, errand, cleaner, tools, tally):
            return False
        if errand.quota.is_spent:
            break
    return True


async def _fetch(
    wanted: Sequence[Wanted], errand: Errand, cleaner: Cleaner, tools: Tools, tally: Tally
) -> bool:
    if errand.is_rehearsal:
        errand.examples.extend(each.url for each in wanted[: EXAMPLES - len(errand.examples)])
        errand.hosts.update(host_of(each.url) for each in wanted)
        return not tools.stop.is_set()
    tools.progress.pages_found(len(wanted))
    for start in range(0, len(wanted), PIECE):
        piece = wanted[start : start + PIECE]
        if start:
            piece = await _still_missing(piece, tools, tally)
        if not await visit_links(cleaner, piece, tools, errand.patience):
            return False
    return True


async def _still_missing(wanted: Sequence[Wanted], tools: Tools, tally: Tally) -> Sequence[Wanted]:
    """Those that nobody else has stored since the database was asked of them."""
    known = await tools.archive.known_links([each.candidate.link_hash for each in wanted])
    missing = [each for each in wanted if known.get(each.candidate.link_hash) == each.known]
    for _ in range(len(wanted) - len(missing)):
        tally.known, tally.wanted = tally.known + 1, tally.wanted - 1
        tools.progress.page_done()
    return missing


def _slices(entries: tuple[Entry, ...]) -> Iterator[tuple[Entry, ...]]:
    rest = iter(entries)
    while piece := tuple(islice(rest, SLICE)):
        yield piece


def _outcome(offer: Offer, errand: Errand, tally: Tally, tools: Tools) -> Outcome:
    """Of the document itself."""
    if offer.error is not None:
        return failed_outcome(
            offer.error, tools.run_id, errand.source.id, offer.url, errand.stage, tools.now()
        )
    status: Status = "updated" if tally.wanted else "unchanged"
    parts = [tally.in_words()] if tally.found else []
    response = offer.response
    return Outcome(
        tools.run_id,
        errand.source.id,
        offer.url,
        errand.stage,
        status,
        tools.now(),
        detail="; ".join([*parts, offer.remark] if offer.remark else parts),
        http_status=response.http_status if response else None,
        bytes=len(response.body) if response else None,
        elapsed_ms=response.elapsed_ms if response else None,
    )
