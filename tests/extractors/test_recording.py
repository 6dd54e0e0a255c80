"""Chunks on their way to the recorder: one at a time, others served in between, and nothing lost by a stop."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest
from paper import SITE, SOURCE, PaperWeb, paper_tools, story

from extractors.model import Entry
from extractors.selection import Wanted, candidates
from extractors.visiting import source_cleaner, visit_links

OTHER = replace(SOURCE, id="ferry", name="The Ferry Times")


def wanted(*numbers: int) -> list[Wanted]:
    return [Wanted(each, None) for each in candidates((Entry(f"{SITE}/{n}") for n in numbers), None)]


def paper_web(count: int) -> PaperWeb:
    return PaperWeb({f"{SITE}/{number}": story(number) for number in range(count)})


def test_one_chunk_is_cleaned_at_a_time_and_others_are_served_after_each_page() -> None:
    passes, seen = 0, []

    def noted(_article_id: int, title: str, _text: str) -> tuple[()]:
        seen.append((passes, int(title.split()[1])))
        return ()

    async def ticking() -> None:
        nonlocal passes
        while True:
            passes += 1
            await asyncio.sleep(0)

    async def go() -> int:
        tools, recorder = paper_tools(paper_web(12), find_mentions=noted)
        clock = asyncio.create_task(ticking())
        await asyncio.gather(
            visit_links(source_cleaner(SOURCE, None, tools), wanted(*range(6)), tools),
            visit_links(source_cleaner(OTHER, None, tools), wanted(*range(6, 12)), tools),
        )
        clock.cancel()
        return len(recorder.all("versions"))

    assert asyncio.run(go()) == 12
    assert [number >= 6 for _, number in seen] == [seen[0][1] >= 6] * 6 + [seen[-1][1] >= 6] * 6
    moments = [moment for moment, _ in seen]
    assert all(before < after for before, after in pairwise(moments))


@pytest.mark.parametrize("at", [1, 3, 6, 7, 12])
def test_what_is_cancelled_while_it_is_cleaned_or_waits_for_that_is_recorded_once(at: int) -> None:
    tasks: list[asyncio.Task[bool]] = []
    count = 0

    def cancelling(_article_id: int, _title: str, _text: str) -> tuple[()]:
        nonlocal count
        count += 1
        if count == at:
            for task in tasks:
                task.cancel()
        return ()

    async def go() -> list[str]:
        tools, recorder = paper_tools(paper_web(12), find_mentions=cancelling)
        for source, numbers in ((SOURCE, range(6)), (OTHER, range(6, 12))):
            cleaner = source_cleaner(source, None, tools)
            tasks.append(asyncio.create_task(visit_links(cleaner, wanted(*numbers), tools)))
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert any(isinstance(end, asyncio.CancelledError) for end in ends) or at == 12
        return sorted(version.url for version in recorder.all("versions"))

    assert asyncio.run(go()) == sorted(f"{SITE}/{number}" for number in range(12))


def test_a_bug_in_cleaning_costs_its_chunk_and_no_other() -> None:
    def stumbling(_article_id: int, title: str, _text: str) -> tuple[()]:
        if " 3 " in title:
            raise ZeroDivisionError
        return ()

    async def go() -> list[str]:
        tools, recorder = paper_tools(paper_web(12), find_mentions=stumbling)
        ends = await asyncio.gather(
            visit_links(source_cleaner(SOURCE, None, tools), wanted(*range(6)), tools),
            visit_links(source_cleaner(OTHER, None, tools), wanted(*range(6, 12)), tools),
            return_exceptions=True,
        )
        assert isinstance(ends[0], ZeroDivisionError)
        assert ends[1] is True
        return sorted(version.url for version in recorder.all("versions"))

    assert asyncio.run(go()) == sorted(f"{SITE}/{number}" for number in range(6, 12))
