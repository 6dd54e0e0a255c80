"""A live blog is read as its introduction where its page has the latest entries only, and whole where it has all."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from extractors.article.page import extract_page
from extractors.boilerplate import strip_boilerplate
from extractors.model import Extracted, Page

BEGUN = datetime(2026, 3, 2, 8, tzinfo=UTC)
INTRODUCTION = (
    (
        "Voters in the three coastal counties are choosing a new assembly today, the first since the reform of the harbour "
        "tax, and the polling stations stay open until nine in the evening."
    ),
    (
        "The count begins at once; the first figures are expected from Sandholm, where fewer than four thousand people are "
        "entitled to vote, and the last ones from the capital long after midnight."
    ),
)
ENTRIES = (
    (
        "Queues at the old fish market",
        "More than two hundred people are waiting in the rain before the doors of the market hall.",
    ),
    (
        "A ballot box arrives late",
        "The box of the island of Lille Holm came with the noon ferry, three hours behind its plan.",
    ),
    (
        "Turnout at noon: 31 per cent",
        "That is four points more than at the same time five years ago, says the county clerk.",
    ),
)


def blog(entries_from: datetime, introduction: tuple[str, ...] = INTRODUCTION) -> Page:
    updates = [
        {
            "@type": "BlogPosting",
            "headline": headline,
            "articleBody": text,
            "datePublished": (entries_from + timedelta(minutes=10 * number)).isoformat(),
        }
        for number, (headline, text) in enumerate(ENTRIES)
    ]
    node = {
        "@type": "LiveBlogPosting",
        "headline": "Coastal counties vote: live",
        "datePublished": BEGUN.isoformat(),
        "coverageStartTime": BEGUN.isoformat(),
        "liveBlogUpdate": updates,
    }
    body = "".join(f"<p>{text}</p>" for text in introduction) + "".join(
        f"<h2>{headline}</h2><p>{text}</p>" for headline, text in ENTRIES
    )
    html = (
        f"<html lang='en'><head><title>Coastal counties vote: live</title><script type='application/ld+json'>{json.dumps(node)}"
        f"</script></head><body><main><h1>Coastal counties vote: live</h1><article>{body}</article></main></body></html>"
    )
    return Page("https://courier.example/live/vote", html.encode(), "text/html; charset=utf-8")


def told(page: Page) -> tuple[tuple[str, ...], list[str]]:
    extracted = extract_page(page)
    assert isinstance(extracted, Extracted)
    stripped = strip_boilerplate(extracted, frozenset())
    return stripped.kept, [each.text for each in stripped.removed if each.reason == "live update"]


def test_of_a_page_with_the_latest_entries_the_introduction_is_the_text() -> None:
    kept, entries = told(blog(BEGUN + timedelta(hours=9)))
    assert kept == INTRODUCTION
    assert entries == [line for entry in ENTRIES for line in entry], (
        "each entry is told as removed, none is lost"
    )


@pytest.mark.parametrize(
    "page",
    [blog(BEGUN + timedelta(minutes=5)), blog(BEGUN + timedelta(hours=9), INTRODUCTION[:1])],
    ids=["all entries", "hardly an introduction"],
)
def test_otherwise_the_entries_are_text(page: Page) -> None:
    kept, entries = told(page)
    assert all(text in kept for _, text in ENTRIES)
    assert entries == []
