"""The desks between a harvest and the database."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from extractors.model import KnownLink, Outcome, Record, RobotsRecord, Validators
from extractors.ports import Part
from flows.rounds.desk import LinkDesk, RecordDesk, merged_record

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def known(link_hash: int) -> KnownLink:
    return KnownLink(link_hash, "stored", 1, 0, None, NOW, 1, Validators())


@dataclass
class SlowStore:
    """Answers after a moment, and notes what it was asked."""

    fails: int = 0
    asked: list[list[int]] = field(default_factory=list)
    spooled: list[Record] = field(default_factory=list)
    commits: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def known_links(self, hashes: Sequence[int]) -> Mapping[int, KnownLink]:
        with self.lock:
            self.asked.append(list(hashes))
            if self.fails:
                self.fails -= 1
                raise OSError("busy")
        time.sleep(0.02)
        return {h: known(h) for h in hashes if h % 2}

    def spool(self, record: Record) -> None:
        with self.lock:
            if self.fails:
                self.fails -= 1
                raise OSError("disk full")
            self.spooled.append(record)

    def commit(self, now: datetime) -> object:
        self.commits += 1
        return None


def outcome(url: str) -> Outcome:
    return Outcome("run-1", "example", url, "page", "stored", NOW)


def desk(store: SlowStore, on_broken: object = lambda: None) -> RecordDesk:
    return RecordDesk(store, "run-1", now=lambda: NOW, on_broken=on_broken)  # type: ignore[arg-type]


def test_questions_of_many_sources_are_asked_together() -> None:
    store = SlowStore()

    async def go() -> list[Mapping[int, KnownLink]]:
        links = LinkDesk(store)
        return await asyncio.gather(*(links.known_links([n, n + 1]) for n in range(1, 100, 2)))

    answers = asyncio.run(go())
    assert [sorted(answer) for answer in answers] == [[n] for n in range(1, 100, 2)]
    assert len(store.asked) <= 3


def test_a_question_that_failed_is_asked_again_by_whoever_waits_behind() -> None:
    store = SlowStore(fails=1)

    async def go() -> list[object]:
        links = LinkDesk(store)
        return await asyncio.gather(links.known_links([1]), links.known_links([3]), return_exceptions=True)

    first, second = asyncio.run(go())
    assert isinstance(first, OSError)
    assert isinstance(second, Mapping)
    assert sorted(second) == [3]


def test_parts_are_spooled_in_their_order() -> None:
    store = SlowStore()

    async def go() -> None:
        async with desk(store) as records:
            for n in range(5):
                records.add(Part(outcomes=(outcome(f"https://x.example/{n}"),)))

    asyncio.run(go())
    urls = [o.url for record in store.spooled for o in record.outcomes]
    assert urls == [f"https://x.example/{n}" for n in range(5)]


def test_a_spool_that_failed_takes_nothing_more_and_says_why() -> None:
    store, told = SlowStore(fails=1), []

    async def go() -> None:
        async with desk(store, lambda: told.append(1)) as records:
            records.add(Part(outcomes=(outcome("https://x.example/1"),)))
            records._full.set()
            await asyncio.sleep(0.1)
            records.add(Part(outcomes=(outcome("https://x.example/2"),)))

    with pytest.raises(OSError, match="disk full"):
        asyncio.run(go())
    assert not store.spooled
    assert told == [1]


def test_robots_files_leave_with_what_they_allowed() -> None:
    learned = [RobotsRecord("https://x.example", 200, "", NOW, NOW)]
    record = merged_record([Part(outcomes=(outcome("https://x.example/1"),))], tuple(learned), "run-1")
    assert (len(record.outcomes), len(record.robots)) == (1, 1)
    assert record.batch_id != merged_record([], (), "run-1").batch_id
