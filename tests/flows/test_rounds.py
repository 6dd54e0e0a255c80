"""Rounds over the demo's papers, with every part real: web, worker processes, database, published copy."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from extractors.model import ExtractSettings, FetchSettings, Removed
from extractors.rejudging import extracted_again, rejudged
from flows.demo.web import DemoWeb
from flows.reclean import reclean
from flows.rounds.round import RoundRequest, RoundResult, now_utc, run_round
from flows.rounds.stopping import Stop
from flows.rounds.summary import exit_code, headline, summary_rows
from storage.holding import holding_of
from storage.indexed import index_folder
from storage.query import opened_copy, run_query
from storage.search.index import opened_index
from storage.store import Store


class Silence:
    def feed_done(self) -> None: ...
    def pages_found(self, count: int) -> None: ...
    def page_done(self) -> None: ...


class StopsAfter(Silence):
    """Stops the round once so many pages are done: by the event, and not by a clock."""

    def __init__(self, pages: int, stop: Stop) -> None:
        self._left = pages
        self._stop = stop

    def page_done(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._stop.set()


@pytest.fixture(scope="module")
def three_rounds(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[RoundRequest, list[RoundResult], list[str]]:
    """The requests, results and traffic of three rounds: all new, nothing new, one new and one edited."""
    folder = tmp_path_factory.mktemp("rounds")

    async def go() -> tuple[RoundRequest, list[RoundResult], list[str]]:
        results, traffic = [], []
        async with DemoWeb(datetime.now(UTC)) as web:
            request = RoundRequest(
                database=folder / "live.duckdb",
                published=folder / "news.duckdb",
                sources=web.sources,
                watchlists=(),
                fetch=FetchSettings(per_host_delay_s=0.01, allow_networks=web.networks),
                extract=ExtractSettings(workers=2),
                all_feeds=True,
                search=True,
            )
            for number in range(3):
                if number == 2:
                    web.advance(datetime.now(UTC) + timedelta(seconds=1))
                web.take_traffic()
                results.append(await run_round(request, progress=Silence(), stop=Stop()))
                seen = web.take_traffic()
                traffic.append(f"{seen.count('feed')} {seen.count('feed', status=304)} {seen.count('page')}")
        return request, results, traffic

    return asyncio.run(go())


def counts(results: list[RoundResult]) -> list[tuple[int, int]]:
    return [(r.summary.run.articles_new, r.summary.run.articles_updated) for r in results if r.summary]


def test_a_first_round_stores_all_a_second_nothing_a_third_what_changed(three_rounds: object) -> None:
    _, results, traffic = three_rounds  # type: ignore[misc]
    assert counts(results) == [(27, 0), (0, 0), (1, 1)]
    assert traffic == ["3 0 27", "3 3 0", "3 1 2"]
    assert [exit_code(result) for result in results] == [0, 0, 0]
    assert "27 new" in headline(results[0])
    assert ("articles new", 27) in summary_rows(results[0])


def test_analysts_see_every_article_once_and_the_edit_as_a_version(three_rounds: object) -> None:
    request, _, _ = three_rounds  # type: ignore[misc]
    ((articles, distinct, edited),) = run_query(
        request.published,
        "SELECT count(*), count(DISTINCT canonical_url), count(*) FILTER (version = 2) FROM articles",
    ).rows
    assert (articles, distinct, edited) == (28, 28, 1)
    ((versions,),) = run_query(request.published, "SELECT count(*) FROM article_versions").rows
    assert versions == 29


def test_each_round_brings_the_search_index_up_to_date(three_rounds: object) -> None:
    request, _, _ = three_rounds  # type: ignore[misc]
    _, mark = opened_index(index_folder(request.published))
    assert mark.articles == 28
    with opened_copy(request.published) as con:
        assert mark.is_of(holding_of(con))


def test_an_article_reaches_the_database_without_its_furniture(three_rounds: object) -> None:
    request, _, _ = three_rounds  # type: ignore[misc]
    texts = [str(text) for (text,) in run_query(request.published, "SELECT text FROM articles").rows]
    for furniture in ("Read more:", "Sign up for The Valley Letter", "Share this:", "first appeared on"):
        assert not [text for text in texts if furniture in text], furniture


def test_every_url_of_a_run_has_one_outcome(three_rounds: object) -> None:
    request, _, _ = three_rounds  # type: ignore[misc]
    twice = run_query(
        request.published, "SELECT run_id, url FROM outcomes GROUP BY ALL HAVING count(*) > 1"
    ).rows
    assert not twice


def test_reclean_adds_a_version_where_the_text_changes_and_nowhere_else(three_rounds: object) -> None:
    request, _, _ = three_rounds  # type: ignore[misc]
    store = Store(request.database, request.published)
    first = next(iter(store.stored_articles([request.sources[0].id])))[0].version
    line = min(first.text.split("\n\n"), key=len)
    sources = [replace(request.sources[0], drop=(line,)), *request.sources[1:]]
    rehearsed = list(reclean(store, sources, lambda *_: (), now_utc, dry_run=True))
    done = list(reclean(store, sources, lambda *_: (), now_utc))
    again = list(reclean(store, sources, lambda *_: (), now_utc))
    assert [r.changed for r in rehearsed] == [r.changed for r in done]
    assert sum(r.changed for r in again) == 0
    after = {s.version.article_id: s for batch in store.stored_articles() for s in batch}
    changed = after[first.article_id]
    assert line not in changed.version.text.split("\n\n")
    assert any(each.text == line and each.reason == "dropped by config" for each in changed.version.removed)
    assert changed.version.fetched_at == first.fetched_at


def test_judging_again_puts_back_a_line_that_is_known_no_more(three_rounds: object) -> None:
    request, _, _ = three_rounds  # type: ignore[misc]
    store = Store(request.database, request.published)
    version = next(iter(store.stored_articles()))[0].version
    kept = version.text.split("\n\n")
    hidden = replace(
        version, text="\n\n".join(kept[1:]), removed=(Removed(kept[0], "repeated on the site", 0),)
    )
    assert extracted_again(hidden).blocks == tuple(kept)
    back = rejudged(hidden, frozenset())
    assert back is not None
    assert back.text.split("\n\n")[0] == kept[0]


def test_a_stopped_round_keeps_what_it_has_and_the_next_one_does_the_rest(tmp_path: Path) -> None:
    async def go() -> tuple[RoundResult, RoundResult]:
        async with DemoWeb(datetime.now(UTC)) as web:
            request = RoundRequest(
                database=tmp_path / "live.duckdb",
                published=tmp_path / "news.duckdb",
                sources=web.sources,
                watchlists=(),
                fetch=FetchSettings(per_host_delay_s=0.3, allow_networks=web.networks),
                extract=ExtractSettings(workers=2),
                all_feeds=True,
            )
            stop = Stop()
            stopped = await run_round(request, progress=StopsAfter(3, stop), stop=stop)
            quick = replace(request, fetch=replace(request.fetch, per_host_delay_s=0.01))
            return stopped, await run_round(quick, progress=Silence(), stop=Stop())

    first, second = asyncio.run(go())
    assert first.stopped
    assert first.summary is not None
    assert first.summary.run.status == "stopped"
    assert 3 <= first.summary.run.articles_new < 27
    assert sum(new for new, _ in counts([first, second])) == 27
