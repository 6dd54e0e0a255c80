"""What tests of commands share: running one as a user does, with and without a terminal; a store with a history."""

from __future__ import annotations

import io
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from extractors.model import ArticleVersion, FeedState, Gap, Link, Outcome, Provenance, Record, Run, Source
from flows.cli import run_command
from storage.store import Store

SMALL_CONFIG = """\
database: data/presswatch.duckdb
published: data/news.duckdb
fetch:
  user_agent: "presswatch-tests (+https://presswatch.example/tests)"
  per_host_delay_s: 0
  timeout_s: 5
  allow_networks: [127.0.0.0/8]
extract: {workers: 1, timeout_s: 10}
sources:
  - id: harbour
    name: The Harbour Post
    feeds: [https://harbour.example/rss]
    timezone: Europe/Oslo
    language: en
    drop: ["Printed on paper from managed forests"]
    protect: ["Read more"]
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


class FakeTerminal(io.StringIO):
    """A stream with somebody in front of it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def presswatch(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run a command in this process, its output piped."""

    def run(*args: object) -> Ran:
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            code = run_command([str(arg) for arg in args])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Ran(int(code), out, err)

    return run


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own, with a small config, that commands run in."""
    (tmp_path / "config.yaml").write_text(SMALL_CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PRESSWATCH_CONFIG", raising=False)
    return tmp_path


# ------------------------------------------------------------------------------------------- a store with a history

HISTORY_NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HISTORY_SOURCES = (
    Source("harbour", "The Harbour Post", ("https://harbour.example/rss",)),
    Source("valley", "Valley News", ("https://valley.example/a", "https://valley.example/b")),
    Source("hill", "Hill Herald", ("https://hill.example/rss",)),
    Source("new", "New Paper", ("https://new.example/rss",)),
)
HISTORY_CONFIG = """\
sources:
  - {id: harbour, name: The Harbour Post, feeds: ["https://harbour.example/rss"]}
  - {id: valley, name: Valley News, feeds: ["https://valley.example/a", "https://valley.example/b"]}
  - {id: hill, name: Hill Herald, feeds: ["https://hill.example/rss"]}
  - {id: new, name: New Paper, feeds: ["https://new.example/rss"]}
"""


def history_article(number: int, source_id: str, seen_at: datetime, **fields: Any) -> ArticleVersion:
    """An article that its feed named six minutes after it was published."""
    url = f"https://{source_id}.example/{number}"
    origin = Provenance(
        "h1", "", "trafilatura", "jsonld", "minute", "stated", "html", "", (), "trafilatura 2.3.1"
    )
    made = ArticleVersion(
        number, source_id, url, url, f"Number {number}", ("Jane Doe",), seen_at - timedelta(minutes=6), None, "en",
        "Text.", 400, None, (), None, None, f"https://{source_id}.example/rss", seen_at, seen_at, number, (), origin,
    )  # fmt: skip
    return replace(made, **fields)


def history_feeds() -> tuple[FeedState, ...]:
    now, hour = HISTORY_NOW, timedelta(hours=1)
    return (
        FeedState("https://harbour.example/rss", "harbour", last_polled_at=now),
        FeedState("https://hill.example/rss", "hill", last_polled_at=now),
        FeedState("https://valley.example/a", "valley", last_polled_at=now, consecutive_failures=7,
                  last_status="timeout", state="failing", failing_since=now - 50 * hour, next_poll_at=now + hour),
        FeedState("https://valley.example/b", "valley", last_polled_at=now, consecutive_failures=2,
                  last_status="http_4xx", state="gone", failing_since=now - 5 * hour),
    )  # fmt: skip


@pytest.fixture(scope="session")
def made_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weeks of the Harbour Post, which has gone quiet, and of the Hill Herald, whose pages have changed; one feed that
    fails, one that is gone; a gap; a page to be tried again."""
    folder = tmp_path_factory.mktemp("history") / "data"
    now, hour = HISTORY_NOW, timedelta(hours=1)
    store = Store(folder / "presswatch.duckdb", folder / "news.duckdb")
    store.sync_sources(HISTORY_SOURCES)
    quiet = [history_article(n, "harbour", now - timedelta(days=2 + n // 10, minutes=n)) for n in range(200)]
    fresh = [history_article(1000 + n, "valley", now - hour * (1 + n)) for n in range(3)]
    early = [history_article(1100, "valley", now - 60 * 24 * hour)]
    changed = [
        history_article(2000 + n, "hill", now - n * 3 * hour, word_count=90 if n < 30 else 400 + n % 50)
        for n in range(400)
    ]
    pending = Link(
        1, "valley", "https://valley.example/p", None, "pending", 1, now, now, next_try_at=now + hour
    )
    versions = (*quiet, *fresh, *early, *changed)
    outcomes = [
        Outcome("run-1", v.source_id, v.url, "page", "stored", now, article_id=v.article_id) for v in versions
    ]
    failed = Outcome(
        "run-1", "valley", "https://valley.example/a", "feed", "timeout", now, detail="no answer in 20 s"
    )
    gap = Gap("https://valley.example/a", now - 40 * hour, now - hour, 12, "rolled over between two polls")
    store.start_run(Run("run-1", "run", now - hour))
    store.spool(
        Record("batch-1", "run-1", versions=versions, outcomes=(*outcomes, failed), feeds=history_feeds(),
               links=(pending,), gaps=(gap,))
    )  # fmt: skip
    store.commit(now)
    store.finish_run(Run("run-1", "run", now - hour, now - hour + timedelta(seconds=75), "done"))
    store.publish(now)
    return folder


@pytest.fixture
def history(workplace: Path, made_history: Path) -> Path:
    """A folder of one's own with a config and a store that has a history (`made_history`)."""
    (workplace / "config.yaml").write_text(HISTORY_CONFIG)
    shutil.copytree(made_history, workplace / "data")
    return workplace


@pytest.fixture(scope="session")
def desk_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weeks of made-up news, published, with their search index. To be copied, and not to be written to."""
    from desk import news_store

    from storage.search import index_folder, update_search

    published = news_store(tmp_path_factory.mktemp("desk")).published
    update_search(published, index_folder(published))
    return published


@pytest.fixture
def desk(workplace: Path, desk_copy: Path) -> Path:
    """A workplace with a copy of them."""
    (workplace / "data").mkdir()
    shutil.copy(desk_copy, workplace / "data/news.duckdb")
    shutil.copytree(desk_copy.with_suffix(".search"), workplace / "data/news.search")
    return workplace
