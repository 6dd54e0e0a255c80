"""One page -> its facts and its blocks of text, or why it is no article."""

from __future__ import annotations

from extractors.article.body import EXTRACTOR, read_body
from extractors.article.guesses import page_guess
from extractors.html import NotHtml, parse_html
from extractors.metadata import collect, decide
from extractors.model import Entry, Extracted, Page, Rejected

MIN_WORDS = 8


def extract_page(page: Page) -> Extracted | Rejected:
    """The article in a page, or why there is none. Never raises for what is in the page."""
    tree = parse_html(page.body, page.content_type)
    if isinstance(tree, NotHtml):
        return Rejected(page.url, tree.detail, tree.status)
    clues = collect(tree, page)
    facts = decide(clues, guess=page_guess(tree, page.fetched_at))
    body = read_body(tree, clues)
    if sum(len(block.split()) for block in body.blocks) < MIN_WORDS:
        return Rejected(page.url, "next to no text")
    return Extracted(page.url, facts, body.blocks, text_origin=body.origin, extractor=EXTRACTOR)


def extract_entry(entry: Entry, page: Page) -> Extracted | Rejected:
    """The article in a feed's own content, for a page that can't be had. `page.body` is not read."""
    return Rejected(page.url, "the feed has no full text")
