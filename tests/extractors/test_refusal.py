"""Which pages are no articles: listings, and what only looks like one."""

from __future__ import annotations

from datetime import UTC, datetime

from extractors.article.page import extract_page
from extractors.model import Extracted, Page, Rejected

NOW = datetime(2026, 11, 24, tzinfo=UTC)
STUDIES = (
    "We rebuilt the harbour office of Kelm in two summers, with the people who work in it and around them. "
    "The quay stayed open all the time, and the last crane was painted by its own driver."
)


def page(links: list[str]) -> Page:
    """A page of few sentences with a list of links."""
    items = "".join(f'<li><a href="/{number}">{text}</a></li>' for number, text in enumerate(links))
    body = f"<h1>What we have built</h1><ul>{items}</ul><p>{STUDIES}</p>"
    html = f"<!doctype html><html lang='en'><head><title>What we have built</title></head><body>{body}</body></html>"
    return Page("https://www.example.org/work", html.encode(), "text/html; charset=utf-8", fetched_at=NOW)


def test_headlines_that_lead_elsewhere_and_hardly_a_paragraph_are_a_listing() -> None:
    headlines = [
        f"Council votes to rebuild the harbour wall number {number} this year" for number in range(12)
    ]
    refused = extract_page(page(headlines))
    assert isinstance(refused, Rejected)
    assert refused.detail == "a listing of other pages"


def test_the_items_of_a_long_menu_are_no_headlines() -> None:
    menu = [f"Harbour Engineering Services ({number})" for number in range(12)]
    assert isinstance(extract_page(page(menu)), Extracted)
