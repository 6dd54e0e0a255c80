"""Facts of real pages against their truth: floors that may only rise. Skipped where the bench sets are not laid."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml.html import HtmlElement

from extractors.html import parse_html
from extractors.metadata.facts import read_facts
from extractors.model import Facts, Page

BENCH = Path(__file__).parents[3] / "shared" / "bench"
# Measured 2026-11; below each by what one page in a hundred is worth.
FLOORS = {"title": 0.94, "date": 0.98, "time": 0.99, "authors": 0.93}

pytestmark = pytest.mark.skipif(
    not (BENCH / "news").is_dir(), reason=f"no bench sets at {BENCH.name}/ beside the checkout"
)


def fold(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def read_set(name: str) -> Iterator[tuple[dict[str, Any], Facts]]:
    for line in (BENCH / name / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        tree = parse_html(gzip.decompress((BENCH / name / "html" / f"{truth['id']}.html.gz").read_bytes()))
        assert isinstance(tree, HtmlElement)
        fetched_at = datetime.fromisoformat(truth["crawled_at"]).replace(tzinfo=UTC)
        yield truth, read_facts(tree, Page(truth["url"], b"", fetched_at=fetched_at))


def score(truth: dict[str, Any], facts: Facts) -> Iterator[tuple[str, float]]:
    yield "title", float(fold(facts.title.value) == fold(truth["title"]))
    when, said = datetime.fromisoformat(truth["published_at"]), facts.published.value
    day = said and (said.at.astimezone(when.tzinfo) if when.tzinfo else said.at).date()
    yield "date", float(day == when.date())
    if when.tzinfo:
        yield "time", float(said is not None and abs((said.at - when).total_seconds()) <= 60)
    if truth["authors"] is not None:
        names, true = ({fold(name) for name in names} for names in (facts.authors.value, truth["authors"]))
        yield "authors", len(names & true) / len(names | true) if names | true else 1.0


def test_facts_of_real_news_pages_keep_their_floors() -> None:
    scores: dict[str, list[float]] = {}
    for truth, facts in read_set("news"):
        for name, value in score(truth, facts):
            scores.setdefault(name, []).append(value)
    means = {name: sum(values) / len(values) for name, values in scores.items()}
    assert {name: round(mean, 4) for name, mean in means.items() if mean < FLOORS[name]} == {}
