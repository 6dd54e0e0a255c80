"""The WARC files of a backfill, one after the other, each read while the pages before it are extracted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from extractors.backfill.choice import Tally
from extractors.backfill.walk import Quota
from extractors.backfill.warcs import Sorting, batches
from extractors.cleaning import Cleaner
from extractors.model import Outcome, Source, Status
from extractors.ports import Part, Tools
from extractors.urls import host_of
from extractors.visiting import source_cleaner
from extractors.warc import Census, read_pages
from flows.backfill.fieldwork import Ground
from flows.backfill.request import BackfillRequest, SourceShare

WINDOW_PER_WORKER = 4  # pages pickled and ready, so that no worker waits while others' pages are cleaned
HOSTS_REMEMBERED = 100_000  # Common Crawl's news have some 10,000 hosts in a file


@dataclass(slots=True)
class WarcWork:
    """A backfill of WARC files under way, and what was met."""

    request: BackfillRequest
    ground: Ground
    tools: Tools
    quota: Quota
    tallies: dict[str, Tally] = field(default_factory=dict)
    mishaps: list[tuple[str, str]] = field(default_factory=list)
    unwanted: int = 0
    _done_bytes: int = 0

    async def go(self) -> None:
        """Take the files in their order, until the quota is spent."""
        whose = _Whose(self.request, self.ground)
        sorting = Sorting(
            self.tools,
            self.request.period,
            self.quota,
            self._cleaners(),
            whose.source_of,
            window=self.request.extract.workers * WINDOW_PER_WORKER,
            is_rehearsal=self.request.dry_run,
            tallies=self.tallies,
        )
        for path in self.request.files:
            if self.tools.stop.is_set() or self.quota.is_spent:
                return
            await self._take(path, sorting, whose)
            self._done_bytes += path.stat().st_size

    async def _take(self, path: Path, sorting: Sorting, whose: _Whose) -> None:
        census = Census()
        before = sum(tally.wanted for tally in self.tallies.values())
        failure = ""
        try:
            with path.open("rb") as stream:
                pages = read_pages(
                    stream, max_bytes=self.request.fetch.max_bytes, wants=whose.is_wanted, census=census
                )
                await sorting.take(batches(pages), self._show)
        except OSError as error:
            failure = error.strerror or str(error)
        self.unwanted += census.unwanted
        found_some = sum(tally.wanted for tally in self.tallies.values()) > before
        self._note(path, census, failure, "updated" if found_some else "unchanged")

    def _note(self, path: Path, census: Census, failure: str, status: Status) -> None:
        """The outcome of the file itself; what is wrong with it, is told."""
        if failure:
            self.mishaps.append((str(path), failure))
        elif census.damages and not census.records:
            failure = f"no WARC file: {census.complaint}"
            self.mishaps.append((str(path), failure))
        elif census.damages:
            self.mishaps.append((str(path), census.in_words()))
        if not self.request.dry_run:
            now = self.tools.now()
            outcome = Outcome(
                self.tools.run_id, "", str(path), "warc", "parse" if failure else status, now,
                detail=failure or census.in_words(),
            )  # fmt: skip
            self.tools.recorder.add(Part(outcomes=(outcome,)))

    def shares(self) -> tuple[SourceShare, ...]:
        """What was met of each source."""
        return tuple(SourceShare(source_id, tally) for source_id, tally in self.tallies.items())

    def _cleaners(self) -> Mapping[str, Cleaner]:
        return {
            source.id: source_cleaner(source, self.ground.memories.get(source.id), self.tools, stage="warc")
            for source in self.request.sources
        }

    def _show(self, place: int) -> None:
        total = sum(path.stat().st_size for path in self.request.files)
        self.tools.progress.place("MB read", (self._done_bytes + place) // 1_000_000, total // 1_000_000)


class _Whose:
    """Whose a page is: the source's on whose site it is; else, and where several share one, that of --source."""

    def __init__(self, request: BackfillRequest, ground: Ground) -> None:
        self._request = request
        self._belonging = ground.belonging
        by_id = {source.id: source for source in request.sources}
        self._fallback = by_id[request.only[0]] if request.only else None
        self._cached = lru_cache(maxsize=HOSTS_REMEMBERED)(self._of_host)

    def is_wanted(self, url: str) -> bool:
        return self._cached(host_of(url)) is not None

    def source_of(self, url: str) -> Source:
        """The source of a page that is wanted."""
        source = self._cached(host_of(url))
        if source is None:
            raise ValueError(f"nobody wants {url}")
        return source

    def _of_host(self, host: str) -> Source | None:
        found = self._belonging.of(f"https://{host}/")
        return found[0] if len(found) == 1 else self._fallback
