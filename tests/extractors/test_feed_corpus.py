"""Every feed of tests/corpus/feeds: what must be read in it, or why it is none, each within two seconds."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractors.errors import SourceError
from extractors.feed import parse_feed
from extractors.model import Entry, Moment

CORPUS = Path(__file__).parent.parent / "corpus" / "feeds"
EXPECTED: Mapping[str, dict[str, object]] = json.loads((CORPUS / "expected.json").read_text(encoding="utf-8"))
URL = "https://base.example/feed.xml"
NOW = datetime(2026, 3, 6, tzinfo=UTC)


def described(entry: Entry) -> dict[str, object]:
    """The entry as expected.json writes it: what is empty is left out."""
    facts = {
        "url": entry.url,
        "id": entry.entry_id,
        "title": entry.title,
        "authors": list(entry.authors),
        "published": said(entry.published),
        "updated": said(entry.updated),
        "summary": entry.summary,
        "content": entry.content_html,
        "tags": list(entry.tags),
        "language": entry.language,
        "image": entry.image_url,
    }
    return {name: fact for name, fact in facts.items() if fact}


def said(moment: Moment | None) -> str:
    return f"{moment.at.isoformat()} {moment.precision} {moment.offset}" if moment else ""


def read(name: str) -> dict[str, object]:
    body = (CORPUS / name).read_bytes()
    try:
        feed = parse_feed(body, URL, timezone="Europe/Berlin", fetched_at=NOW)
    except SourceError as error:
        return {"error": str(error)}
    facts = {
        "title": feed.title,
        "language": feed.language,
        "ttl_s": feed.ttl_s,
        "next": feed.next_url,
        "self": feed.self_url,
        "site": feed.site_url,
        "entries": [described(entry) for entry in feed.entries],
        "skipped": [f"{each.url}: {each.detail}" for each in feed.skipped],
    }
    return {name: fact for name, fact in facts.items() if fact}


@pytest.mark.parametrize(
    "name", sorted(path.name for path in CORPUS.iterdir() if path.name != "expected.json")
)
def test_a_feed_is_read_as_it_was_meant_or_refused_with_its_reason(name: str) -> None:
    started = time.process_time()
    assert read(name) == EXPECTED[name]
    assert time.process_time() - started < 2.0


def test_the_corpus_has_what_it_says() -> None:
    assert len(EXPECTED) >= 60
    assert sum(name.startswith("ill_") for name in EXPECTED) >= 35
