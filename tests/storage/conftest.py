"""Databases of a test's own, and short ways to say what goes into them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from extractors.model import (
    ArticleVersion,
    FeedState,
    Link,
    Mention,
    Outcome,
    Provenance,
    Record,
    Removed,
    Sighting,
    Validators,
)
from extractors.urls import hash64, identity
from storage.query import run_query
from storage.store import Store

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
FEED = "https://a.example/rss"
URL = "https://a.example/news/1"


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def blank_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without a row, made once: copying it costs a tenth of migrating."""
    folder = tmp_path_factory.mktemp("blank")
    made = Store(folder / "live.duckdb", folder / "news.duckdb")
    made.migrate()
    return made.database


@pytest.fixture
def store(tmp_path: Path, blank_database: Path) -> Store:
    (tmp_path / "data").mkdir()
    shutil.copy(blank_database, tmp_path / "data" / "live.duckdb")
    return Store(tmp_path / "data" / "live.duckdb", tmp_path / "out" / "news.duckdb", foreign_timeout_s=0.3)


@pytest.fixture
def rows(store: Store) -> Callable[..., list[tuple[object, ...]]]:
    """Rows of the live file, as an analyst would see them after the next publish."""

    def ask(sql: str, *params: object) -> list[tuple[object, ...]]:
        store.publish(NOW)
        return run_query(store.published, sql, params).rows

    return ask


@dataclass(frozen=True)
class Maker:
    """Makes records: one article a call, with its outcome and its link."""

    def version(self, url: str = URL, text: str = "First.\n\nSecond.", **fields: Any) -> ArticleVersion:
        title = fields.pop("title", "A title")
        made = ArticleVersion(
            article_id=identity(fields.get("canonical_url", url)), source_id="a", url=url, canonical_url=url,
            title=title, authors=("Jane Doe", "李雷"), published_at=NOW - timedelta(hours=1), modified_at=None,
            language="en", text=text, word_count=len(text.split()), section=None, tags=("x",), image_url=None,
            paywalled=None, feed_url=FEED, first_seen_at=NOW, fetched_at=NOW + timedelta(seconds=1),
            content_hash=hash64(title + "\n" + text),
            removed=(Removed("Read more", "furniture", 2),),
            provenance=Provenance("jsonld", "jsonld", "trafilatura", "jsonld", "second", "stated", "html", "link",
                                  ("title:og=Another",), "test 1"),
        )  # fmt: skip
        return replace(made, **fields)

    def link(self, version: ArticleVersion, at: datetime = NOW, **fields: Any) -> Link:
        made = Link(
            link_hash=identity(version.url), source_id=version.source_id, url=version.url, feed_url=FEED,
            state="stored", fingerprint=1, first_seen_at=at, updated_at=at, article_id=version.article_id,
        )  # fmt: skip
        return replace(made, **fields)

    def feed(self, url: str = FEED, at: datetime = NOW, **fields: Any) -> FeedState:
        made = FeedState(url, "a", Validators('"v1"'), at, at + timedelta(minutes=10), last_status="stored")
        return replace(made, **fields)

    def outcome(self, version: ArticleVersion, run_id: str = "r1") -> Outcome:
        return Outcome(
            run_id, version.source_id, version.url, "page", "stored", NOW, article_id=version.article_id
        )

    def sighting(self, version: ArticleVersion, line: str = "Read more", at: datetime = NOW) -> Sighting:
        return Sighting(version.source_id, hash64(line), line, version.article_id, at)

    def mention(self, version: ArticleVersion, term: str = "first", start: int = 0) -> Mention:
        return Mention(version.article_id, "watch", term, start, start + len(term))

    def record(
        self, batch_id: str, *versions: ArticleVersion, at: datetime = NOW, run_id: str = "r1", **fields: Any
    ) -> Record:
        return Record(
            batch_id,
            run_id,
            versions=versions,
            outcomes=fields.pop("outcomes", tuple(self.outcome(version, run_id) for version in versions)),
            links=fields.pop("links", tuple(self.link(version, at) for version in versions)),
            **fields,
        )


@pytest.fixture(scope="session")
def make() -> Maker:
    return Maker()
