"""Pages kept in a round, and read again: nothing changes, or what does is told, and stored when asked for."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from loopback.answers import reply
from loopback.server import LoopbackServer, Site
from paper import story

from extractors.model import ArchiveSettings, ArticleVersion, ExtractSettings, KeptPage, Record
from extractors.urls import identity
from flows.config import Config, load_config
from flows.rereading.comparison import Difference, SourceChanges, difference
from flows.rereading.report import reclean_from_archive
from flows.rereading.reread import reread
from flows.rounds.page_desk import PageDesk
from storage.pages import PageIndex, PageWriter, read_page
from storage.pages.index import index_path, page_files
from storage.query import run_query
from storage.store import Store

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def site() -> Iterator[Site]:
    """A paper of five articles, one of which is none."""
    with LoopbackServer() as server:
        items = "".join(
            f"<item><title>Story {n} of the harbour</title><link>@BASE@/{n}</link></item>" for n in range(5)
        )
        answers = {f"/{n}": reply(story(n)) for n in range(4)} | {
            "/4": reply("<html><p>no article</p></html>")
        }
        answers["/feed"] = reply(
            f"<rss version='2.0'><channel>{items}</channel></rss>", kind="application/rss+xml"
        )
        yield server.listen("127.0.4.8", answers)


@pytest.fixture
def config(workplace: Path, site: Site) -> Config:
    text = (workplace / "config.yaml").read_text("utf-8")
    text = text.replace("https://harbour.example/rss", f"{site.base}/feed").replace(
        "timezone: Europe/Oslo", ""
    )
    (workplace / "config.yaml").write_text(f"archive: {{folder: pages}}\n{text}", "utf-8")
    return load_config(workplace / "config.yaml")


def rows(config: Config, sql: str) -> list[tuple[Any, ...]]:
    return run_query(config.published, sql).rows


def alter(config: Config, **changes: object) -> None:
    """Make the stored articles what an older extractor would have made of their pages."""
    store = Store(config.database, config.published)
    for batch in store.stored_articles():
        versions = [replace(each.version, content_hash=1, **changes) for each in batch]
        based_on = {each.version.article_id: each.version.content_hash for each in batch}
        store.spool_reclean(Record("altered", "run", versions=tuple(versions)), based_on)
    store.commit(NOW)


def again(config: Config, *, dry_run: bool) -> SourceChanges:
    async def go() -> list[SourceChanges]:
        assert config.archive is not None
        store = Store(config.database, config.published)
        return [
            changes
            async for changes in reread(
                store, config.sources, config.archive, ExtractSettings(1, 10.0), lambda *_: (), lambda: NOW,
                dry_run=dry_run,
            )
        ]  # fmt: skip

    (changes,) = asyncio.run(go())
    return changes


def test_every_page_of_a_round_is_kept_also_of_what_was_no_article(
    presswatch: Callable[..., Any], config: Config, site: Site
) -> None:
    assert presswatch("run").code == 0
    assert config.archive is not None
    index = PageIndex.of(config.archive.folder)
    assert len(index) == 5
    place = index.latest(identity(f"{site.base}/1"), datetime.now(UTC))
    assert place is not None
    kept = read_page(place.file, place.offset, place.length)
    assert (kept.body, kept.source_id) == (story(1), "harbour")
    assert kept.entry is not None
    assert kept.entry.title == "Story 1 of the harbour"


def test_articles_find_their_pages_by_the_query_of_the_docs(
    presswatch: Callable[..., Any], config: Config, site: Site
) -> None:
    assert presswatch("run").code == 0
    assert config.archive is not None
    docs = (Path(__file__).parents[2] / "docs/backfills.md").read_text("utf-8")
    query = docs.partition("```sql")[2].partition("```")[0].replace("data/pages", str(config.archive.folder))
    assert sorted(row[:2] for row in rows(config, query)) == [
        (f"Story {n} of the harbour", f"{site.base}/{n}") for n in range(4)
    ]


def test_the_same_extractor_changes_nothing(presswatch: Callable[..., Any], config: Config) -> None:
    assert presswatch("run").code == 0
    changes = again(config, dry_run=False)
    assert (changes.articles, changes.changed, changes.without_page, changes.failed) == (4, 0, 0, 0)
    assert rows(config, "SELECT max(version) FROM articles") == [(1,)]


def test_a_rehearsal_says_what_would_change_and_by_how_much_and_stores_nothing(
    presswatch: Callable[..., Any], config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert presswatch("run").code == 0
    alter(config, title="HARBOUR NEWS", text="Only this much was read.", word_count=5, published_at=NOW)
    assert reclean_from_archive(config, config.sources, dry_run=True, as_json=True) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert {key: told[key] for key in ("changed", "titles", "dates", "texts", "authors")} == {
        "changed": 4, "titles": 4, "dates": 4, "texts": 4, "authors": 0,
    }  # fmt: skip
    assert told["median_length_change"] > 5
    assert told["examples"]["title"][0]["change"].startswith("'HARBOUR NEWS' > 'Story")
    assert reclean_from_archive(config, config.sources, dry_run=True, as_json=False) == 0
    assert "would change" in capsys.readouterr().out
    assert (
        run_query(config.published, "SELECT DISTINCT title FROM articles WHERE title = 'HARBOUR NEWS'").rows
        == []
    )


def test_what_is_better_is_stored_as_a_version_once(
    presswatch: Callable[..., Any], config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert presswatch("run").code == 0
    alter(config, title="HARBOUR NEWS")
    assert reclean_from_archive(config, config.sources, dry_run=False, as_json=True) == 0
    assert rows(config, "SELECT count(*), min(version), max(version) FROM articles") == [(4, 3, 3)]
    assert rows(config, "SELECT count(*) FROM articles WHERE title LIKE 'Story%'") == [(4,)]
    assert rows(config, "SELECT articles_updated FROM runs WHERE command LIKE 'reclean%'") == [(4,)]
    assert again(config, dry_run=False).changed == 0


def test_better_facts_of_the_same_text_are_stored(presswatch: Callable[..., Any], config: Config) -> None:
    assert presswatch("run").code == 0
    alter(config, authors=("Nobody",))
    changes = again(config, dry_run=False)
    assert (changes.changed, changes.authors, changes.texts) == (4, 4, 0)
    Store(config.database, config.published).publish(NOW)
    assert rows(config, "SELECT DISTINCT authors FROM articles") == [([],)]


def test_an_article_without_its_page_stays_as_it_is(presswatch: Callable[..., Any], config: Config) -> None:
    assert presswatch("run").code == 0
    assert config.archive is not None
    (file,) = page_files(config.archive.folder)
    lines = index_path(file).read_bytes().splitlines(keepends=True)
    index_path(file).write_bytes(b"".join(lines[:2]))
    changes = again(config, dry_run=True)
    assert changes.articles == 4
    assert changes.without_page >= 2
    file.write_bytes(b"")
    assert again(config, dry_run=True).without_page == 4


def test_without_an_archive_it_says_so(workplace: Path, site: Site, presswatch: Callable[..., Any]) -> None:
    bare = load_config(workplace / "config.yaml")
    with pytest.raises(Exception, match="has no `archive:`"):
        reclean_from_archive(bare, bare.sources, dry_run=True, as_json=False)
    (workplace / "config.yaml").write_text(
        "archive: {folder: pages}\n" + (workplace / "config.yaml").read_text("utf-8"), "utf-8"
    )
    empty = load_config(workplace / "config.yaml")
    with pytest.raises(Exception, match="no pages are kept in"):
        reclean_from_archive(empty, empty.sources, dry_run=True, as_json=False)


# ---------------------------------------------------------------------------------------------------- comparison


def version(**changes: object) -> ArticleVersion:
    from extractors.model import Provenance

    made = ArticleVersion(
        article_id=1, source_id="a", url="https://a.example/1", canonical_url="https://a.example/1", title="T",
        authors=(), published_at=NOW, modified_at=None, language="en", text="one two", word_count=2, section=None,
        tags=(), image_url=None, paywalled=None, feed_url=None, first_seen_at=NOW, fetched_at=NOW, content_hash=1,
        removed=(), provenance=Provenance("", "", "", "", "", "", "", "", (), ""),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_difference_is_told_by_what_readers_see() -> None:
    assert not difference(version(), version(content_hash=2, tags=("x",))).is_change
    for changes in ({"title": "U"}, {"published_at": None}, {"authors": ("A",)}, {"text": "one"}):
        assert difference(version(), version(**changes)).is_change
    longer = difference(version(), version(text="one two three", word_count=3))
    assert longer.length_share == 0.5
    assert difference(version(word_count=0), version(word_count=3)).length_share == 0.0


def test_what_would_be_another_article_or_none_is_told_and_is_no_change() -> None:
    changes = SourceChanges("a")
    changes.add(difference(version(), version(article_id=2, title="U")))
    changes.add(Difference("https://a.example/2", rejected="a listing"))
    assert (changes.changed, changes.moved, changes.rejected) == (0, 1, 1)
    assert set(changes.examples) == {"moved", "rejected"}
    assert changes.median_share == 0.0


def test_of_many_changes_of_a_kind_a_few_are_shown() -> None:
    changes = SourceChanges("a")
    for _ in range(20):
        changes.add(difference(version(), version(title="U")))
    assert (changes.titles, len(changes.examples["title"])) == (20, 5)


# ------------------------------------------------------------------------------------------------------ the desk


def kept(number: int, size: int = 100) -> KeptPage:
    url = f"https://a.example/{number}"
    return KeptPage(url, url, bytes(size), "text/html", NOW + timedelta(seconds=number), "a")


def test_the_desk_keeps_pages_behind_the_back_of_the_round(tmp_path: Path) -> None:
    async def go() -> None:
        async with PageDesk(ArchiveSettings(tmp_path / "pages"), lambda: NOW) as desk:
            await asyncio.gather(*(desk.keep(kept(n)) for n in range(50)))

    asyncio.run(go())
    assert len(PageIndex.of(tmp_path / "pages")) == 50


def test_who_is_ahead_of_the_disk_waits_and_loses_nothing(tmp_path: Path) -> None:
    async def go() -> None:
        async with PageDesk(ArchiveSettings(tmp_path / "pages"), lambda: NOW) as desk:
            for number in range(12):
                await desk.keep(kept(number, 10_000_000))

    asyncio.run(go())
    assert len(PageIndex.of(tmp_path / "pages")) == 12


def test_a_disk_that_takes_nothing_is_said_once_and_costs_no_article(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "pages").write_text("a file where the folder should be")

    async def go() -> bool:
        async with PageDesk(ArchiveSettings(tmp_path / "pages"), lambda: NOW) as desk:
            for number in range(5):
                await desk.keep(kept(number))
                await asyncio.sleep(0.01)
            return desk.broken

    assert asyncio.run(go())
    assert len([record for record in caplog.records if "not kept any more" in record.message]) == 1


def test_old_files_go_when_the_desk_opens(tmp_path: Path) -> None:
    settings = ArchiveSettings(tmp_path / "pages", keep_days=1)
    with PageWriter(settings, lambda: NOW) as writer:
        writer.write(kept(1))
    (file,) = page_files(settings.folder)
    os.utime(file, (0, 0))

    async def go() -> None:
        async with PageDesk(settings, lambda: NOW):
            pass

    asyncio.run(go())
    assert page_files(settings.folder) == []
