"""One page -> its facts and its blocks of text, or why it is no article."""

from __future__ import annotations

import re
from importlib.metadata import version

import trafilatura
from lxml.html import HtmlElement
from trafilatura.settings import Document

from extractors.html import NotHtml, parse_html
from extractors.model import Entry, Extracted, Fact, Facts, Page, Rejected

MIN_WORDS = 8


def extract_page(page: Page) -> Extracted | Rejected:
    """The article in a page, or why there is none. Never raises for what is in the page."""
    tree = parse_html(page.body, page.content_type)
    if isinstance(tree, NotHtml):
        return Rejected(page.url, tree.detail, tree.status)
    facts = _facts(tree, page)
    document = trafilatura.bare_extraction(tree, url=page.url, include_comments=False, favor_recall=True)
    text = document.text or "" if isinstance(document, Document) else ""
    blocks = tuple(line.strip() for line in re.split(r"\n+", text) if line.strip())
    if len(text.split()) < MIN_WORDS:
        return Rejected(page.url, "next to no text")
    return Extracted(page.url, facts, blocks, extractor=f"trafilatura {version('trafilatura')}")


def extract_entry(entry: Entry, page: Page) -> Extracted | Rejected:
    """The article in a feed's own content, for a page that can't be had. `page.body` is not read."""
    return Rejected(page.url, "the feed has no full text")


def _facts(tree: HtmlElement, page: Page) -> Facts:
    heading = tree.find(".//h1")
    title = " ".join(heading.text_content().split()) if heading is not None else ""
    return Facts(Fact(title, "h1"))
