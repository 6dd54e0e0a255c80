"""A page's tree and what is known from outside -> its clues. Reads, judges nothing."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from extractors.metadata.article_node import choose_article, clues_of_article
from extractors.metadata.body_clues import (
    clues_of_datelines,
    clues_of_headings,
    clues_of_microdata,
    clues_of_times,
)
from extractors.metadata.bylines import clues_behind, clues_of_bylines
from extractors.metadata.clues import Clue, Clues
from extractors.metadata.jsonld import parse_blocks, text_of, types_of
from extractors.metadata.meta_tags import clues_of_metas
from extractors.metadata.prose import fold, plain
from extractors.metadata.scan import MIN_SAMPLE, Scan, find_bylines, find_datelines, scan_page
from extractors.model import Page

MAX_BODY = 2_000_000  # characters of articleBody
_DESCRIPTIONS = ("og:description", "description", "twitter:description")


def collect(tree: HtmlElement, page: Page) -> Clues:
    """All that the tags, the visible page, the feed entry and the address say. The tree is left as it is."""
    scan = scan_page(tree)
    nodes = parse_blocks(scan.blocks)
    article = choose_article(nodes, page.url, [scan.title, *(text for text, _ in scan.headings)])
    clues = list(clues_of_article(article, nodes)) if article is not None else []
    clues.extend(clues_of_metas(scan))
    clues.extend(clues_of_headings(scan))
    clues.extend(clues_of_microdata(scan))
    clues.extend(Clue("canonical", "link", plain(href)) for rel, href in scan.links if rel == "canonical")
    clues.extend(_clues_of_entry(page))
    heading = _main_heading(scan, clues)
    clues.extend(clues_of_times(scan, heading))
    clues.extend(_visible_clues(tree, heading, clues))
    body = text_of(article.get("articleBody"))[:MAX_BODY] if article is not None else ""
    return Clues(
        page=page,
        clues=tuple(clues),
        base_url=_base_url(page.url, scan.base),
        sample=_sample(scan, body),
        article_body=body,
        article_types=types_of(article) if article is not None else (),
    )


def _clues_of_entry(page: Page) -> Iterator[Clue]:
    entry = page.entry
    if entry is None:
        return
    if entry.title:
        yield Clue("title", "feed", plain(entry.title))
    yield from (Clue("author", "feed", plain(name)) for name in entry.authors)
    yield from (Clue("tag", "feed", plain(tag)) for tag in entry.tags)
    if entry.image_url:
        yield Clue("image", "feed", entry.image_url)
    if entry.language:
        yield Clue("language", "feed", entry.language)


def _main_heading(scan: Scan, clues: list[Clue]) -> HtmlElement | None:
    """The h1 that is the headline: the one that another title repeats, or else the first."""
    said = {fold(clue.text) for clue in clues if clue.fact == "title" and clue.origin != "h1"}
    title = fold(scan.title)
    for text, element in scan.headings:
        folded = fold(text)
        if folded in said or (folded and folded in title):
            return element
    return scan.headings[0][1] if scan.headings else None


def _visible_clues(tree: HtmlElement, heading: HtmlElement | None, clues: list[Clue]) -> Iterator[Clue]:
    """Bylines and datelines: looked for on every page, since tags may name the house alone."""
    yield from clues_of_bylines(find_bylines(tree))
    yield from clues_behind(heading)
    yield from clues_of_datelines(find_datelines(tree))


def _sample(scan: Scan, body: str) -> str:
    """Running text; where a page has no paragraphs, the body or description that its tags carry."""
    if len(scan.sample) >= MIN_SAMPLE:
        return scan.sample
    if body:
        return plain(body, 3_000)
    described = [content for key, content in scan.metas if key in _DESCRIPTIONS]
    return plain(" ".join([scan.sample, *described[:1], scan.title]), 3_000)


def _base_url(url: str, base: str) -> str:
    """What relative addresses are relative to: <base>, if it is one of the web."""
    try:
        joined = urljoin(url, base.strip()) if base else url
        return joined if urlsplit(joined).scheme in ("http", "https") else url
    except ValueError:
        return url
