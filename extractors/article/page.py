"""One page -> its facts and its blocks of text, or why it is no article."""

from __future__ import annotations

import logging
from dataclasses import replace
from html import escape

from extractors.article.body import EXTRACTOR, read_body
from extractors.article.dateline import dateline
from extractors.article.furniture import left_out, lines_around
from extractors.article.guesses import page_guess
from extractors.article.live import REASON as LIVE_UPDATE
from extractors.article.live import introduction
from extractors.article.outside import told
from extractors.article.refusal import refusal
from extractors.article.text import join_text, word_count
from extractors.boilerplate.folding import fold_line
from extractors.boilerplate.labels import MAX_LABEL_CHARS, label_reason
from extractors.boilerplate.lexicon import shipped_lexicon
from extractors.html import NotHtml, parse_html
from extractors.metadata.collection import collect
from extractors.metadata.decisions import decide
from extractors.model import Entry, Extracted, Facts, Page, Rejected, Removed

_LOG = logging.getLogger(__name__)

MIN_ENTRY_WORDS = 40  # of a feed's content that counts as the full text: summaries have under 40 words


def extract_page(page: Page) -> Extracted | Rejected:
    """The article in a page, or why there is none. Never raises for what is in the page."""
    try:
        return _extracted(page)
    except (RecursionError, MemoryError) as error:
        return Rejected(page.url, f"too deep or too large to read: {type(error).__name__}", "extraction")
    except Exception as error:  # a bug of ours: told as one and logged, and no reason to lose the other pages
        _LOG.exception("a bug met at %s", page.url)
        return Rejected(page.url, f"a bug in presswatch: {told(error)}", "extraction")


def extract_entry(entry: Entry, page: Page) -> Extracted | Rejected:
    """The article in a feed's own content, for a page that can't be had. `page.body` is not read."""
    title = escape(entry.title)
    markup = f"<html><head><title>{title}</title></head><body><article>{entry.content_html}</article></body></html>"
    tree = parse_html(markup.encode("utf-8", "replace"), "text/html; charset=utf-8")
    if isinstance(tree, NotHtml):
        return Rejected(page.url, f"the feed's content: {tree.detail}")
    clues = collect(tree, page)
    body = read_body(tree, clues)
    if word_count(join_text(body.blocks)) < MIN_ENTRY_WORDS:
        return Rejected(page.url, "the feed has no full text")
    return Extracted(page.url, decide(clues), body.blocks, text_origin="feed", extractor=EXTRACTOR)


def _extracted(page: Page) -> Extracted | Rejected:
    tree = parse_html(page.body, page.content_type)
    if isinstance(tree, NotHtml):
        return Rejected(page.url, tree.detail, tree.status)
    clues = collect(tree, page)
    facts = decide(clues, guess=page_guess(tree, page.fetched_at))
    body = read_body(tree, clues)
    lines = lines_around(body.plain)
    titles = {fold_line(clue.text) for clue in clues.of("title")}
    text = join_text(
        block
        for block in body.blocks
        if len(block) > MAX_LABEL_CHARS or (fold_line(block) not in titles and not label_reason(block, facts))
    )
    reason = refusal(facts.title.value, text, clues, body.plain)
    if reason:
        return Rejected(page.url, reason)
    if facts.published.value is None:
        facts = replace(facts, published=dateline(lines, page.timezone, page.fetched_at))
    stays = introduction(body.blocks, clues.live_updates)
    blocks, entries = body.blocks[:stays], body.blocks[stays:]
    furniture = left_out(lines, blocks, lambda line: _reason(line, facts))
    behind = len(blocks) + len(furniture)
    updates = tuple(Removed(text, LIVE_UPDATE, behind + number) for number, text in enumerate(entries))
    return Extracted(page.url, facts, blocks, furniture + updates, body.origin, EXTRACTOR)


def _reason(line: str, facts: Facts) -> str | None:
    return shipped_lexicon().reason(line, at_edge=True) or label_reason(line, facts)
