"""A backfill out of WARC pages: known ones left out, others extracted as they come, nothing fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from paper import (
    NOW,
    SITE,
    SOURCE,
    PaperArchive,
    PaperParsers,
    PaperWeb,
    Recorder,
    known_link,
    paper_tools,
    story,
)

from extractors.backfill.choice import Tally
from extractors.backfill.period import ALWAYS, Period
from extractors.backfill.walk import Quota
from extractors.backfill.warcs import OF_ANOTHER_TIME, Batch, Sorting, batches
from extractors.errors import DecodeFailed, ExtractionFailed, SourceError
from extractors.model import Extracted, Fact, Facts, Page, Rejected
from extractors.ports import Tools
from extractors.urls import identity
from extractors.visiting import source_cleaner
from extractors.warc import WarcPage

THEN = datetime(2025, 6, 1, tzinfo=UTC)


def page(number: int, *, fetched_at: datetime | None = THEN, published: str = "", path: str = "") -> WarcPage:
    url = f"{SITE}/{path}{number}"
    return WarcPage(url, story(number, published=published), "text/html", fetched_at, number)


def sorting(tools: Tools, period: Period = ALWAYS, limit: int | None = None, **changes: object) -> Sorting:
    cleaners = {SOURCE.id: source_cleaner(SOURCE, None, tools, stage="warc")}
    return Sorting(tools, period, Quota(limit), cleaners, lambda url: SOURCE, window=4, **changes)  # type: ignore[arg-type]


def sorted_out(
    pages: Sequence[WarcPage | SourceError],
    period: Period = ALWAYS,
    limit: int | None = None,
    archive: PaperArchive | None = None,
    parsers: PaperParsers | None = None,
    **changes: object,
) -> tuple[Recorder, Sorting, list[int]]:
    places: list[int] = []

    async def go() -> tuple[Recorder, Sorting]:
        tools, recorder = paper_tools(PaperWeb({}), archive, parsers=parsers or PaperParsers())
        made = sorting(tools, period, limit, **changes)
        await made.take(batches(iter(pages)), places.append)
        assert not tools.web.asked, "nothing is fetched"  # type: ignore[attr-defined]
        return recorder, made

    recorder, made = asyncio.run(go())
    return recorder, made, places


def test_pages_are_stored_with_the_time_of_their_capture() -> None:
    recorder, made, places = sorted_out([page(1), page(2)])
    versions = recorder.all("versions")
    assert {version.fetched_at for version in versions} == {THEN}  # type: ignore[attr-defined]
    assert {version.first_seen_at for version in versions} == {NOW}  # type: ignore[attr-defined]
    assert recorder.statuses() == {f"{SITE}/1": "stored", f"{SITE}/2": "stored"}
    assert {outcome.stage for outcome in recorder.all("outcomes")} == {"warc"}  # type: ignore[attr-defined]
    assert all(outcome.bytes for outcome in recorder.all("outcomes"))  # type: ignore[attr-defined]
    assert made.tallies == {SOURCE.id: Tally(found=2, wanted=2)}
    assert places == [2]


def test_known_pages_are_not_extracted_and_the_same_page_twice_is_one() -> None:
    link = identity(f"{SITE}/1")
    recorder, made, _ = sorted_out(
        [page(1), page(2), page(2)], archive=PaperArchive({link: known_link(link, "stored")})
    )
    assert recorder.statuses() == {f"{SITE}/2": "stored"}
    assert made.tallies[SOURCE.id].known == 1


def test_what_was_captured_or_dated_before_the_period_is_not_extracted() -> None:
    period = Period(since=THEN, until=THEN + timedelta(days=30))
    early, dated = page(1, fetched_at=THEN - timedelta(days=1)), page(2, path="2024/01/02/")
    recorder, made, _ = sorted_out([early, dated, page(3, fetched_at=None)], period)
    assert recorder.statuses() == {f"{SITE}/3": "stored"}
    assert made.tallies[SOURCE.id] == Tally(found=3, outside=2, wanted=1)


def test_an_article_of_another_time_is_not_stored_and_may_be_asked_for_again() -> None:
    period = Period(since=datetime(2025, 5, 1, tzinfo=UTC))
    recorder, made, _ = sorted_out([page(1, published="2025-01-01T10:00:00Z")], period)
    assert recorder.details() == {f"{SITE}/1": OF_ANOTHER_TIME}
    assert not recorder.all("links")
    assert not recorder.all("versions")
    assert made.tallies[SOURCE.id].outside == 1


def test_no_more_pages_are_taken_than_were_asked_for() -> None:
    recorder, _, _ = sorted_out([page(n) for n in range(9)], limit=3)
    assert len(recorder.statuses()) == 3


def test_a_rehearsal_counts_and_keeps_nothing() -> None:
    recorder, made, _ = sorted_out([page(1), DecodeFailed(f"{SITE}/2", "cut short")], is_rehearsal=True)
    assert not recorder.parts
    assert made.tallies[SOURCE.id] == Tally(found=2, wanted=1)


def test_a_record_that_can_not_be_read_is_told_and_the_web_may_still_have_its_page() -> None:
    recorder, _, _ = sorted_out([DecodeFailed(f"{SITE}/1", "cut short"), page(2)])
    assert recorder.statuses() == {f"{SITE}/1": "decode", f"{SITE}/2": "stored"}
    assert [link.url for link in recorder.all("links")] == [f"{SITE}/2"]  # type: ignore[attr-defined]


def test_a_page_that_hangs_the_extractor_is_not_tried_again() -> None:
    class HangingParsers(PaperParsers):
        async def page(self, page: Page) -> Extracted | Rejected:
            raise ExtractionFailed(page.url, "took longer than 15 s")

    recorder, _, _ = sorted_out([page(1)], parsers=HangingParsers())
    assert recorder.statuses() == {f"{SITE}/1": "extraction"}
    assert [link.state for link in recorder.all("links")] == ["final"]  # type: ignore[attr-defined]


def test_what_goes_wrong_with_the_disk_is_raised_behind_what_was_done() -> None:
    def breaking() -> Iterator[Batch]:
        yield [page(1)]
        raise OSError(5, "Input/output error")

    async def go() -> Recorder:
        tools, recorder = paper_tools(PaperWeb({}))
        with pytest.raises(OSError, match="Input/output"):
            await sorting(tools).take(breaking(), lambda place: None)
        return recorder

    assert asyncio.run(go()).statuses() == {f"{SITE}/1": "stored"}


def test_a_stop_ends_it_with_what_is_done_recorded() -> None:
    async def go() -> tuple[bool, Recorder]:
        tools, recorder = paper_tools(PaperWeb({}))

        def stopping() -> Iterator[Batch]:
            yield [page(1), page(2)]
            asyncio.run_coroutine_threadsafe(_set(tools.stop), loop).result(5)
            yield [page(3)]

        loop = asyncio.get_running_loop()
        went_on = await sorting(tools).take(stopping(), lambda place: None)
        return went_on, recorder

    went_on, recorder = asyncio.run(go())
    assert not went_on
    assert f"{SITE}/3" not in recorder.statuses()


async def _set(stop: asyncio.Event) -> None:
    stop.set()


def test_many_pages_are_recorded_chunk_by_chunk_while_others_are_extracted() -> None:
    class QuickParsers(PaperParsers):
        async def page(self, page: Page) -> Extracted | Rejected:
            await asyncio.sleep(0)
            return Extracted(page.url, Facts(Fact("Title")), (f"The text of {page.url}.",))

    recorder, made, _ = sorted_out([page(n) for n in range(150)], parsers=QuickParsers())
    assert len(recorder.statuses()) == made.tallies[SOURCE.id].wanted == 150
    sizes = [len(part.versions) for part in recorder.parts]
    assert len(sizes) >= 3
    assert max(sizes) <= 80
    assert sum(sizes) == 150


def test_batches_are_bounded_in_number_and_in_bytes() -> None:
    small = [page(n) for n in range(450)]
    assert [len(batch) for batch in batches(iter(small))] == [200, 200, 50]
    large = [WarcPage(f"{SITE}/{n}", bytes(9_000_000), "", None, n) for n in range(3)]
    assert [len(batch) for batch in batches(iter(large))] == [2, 1]
