"""A page's tree and what is known from outside -> its clues. Reads, judges nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from extractors.metadata.article_node import choose_article, clues_of_article, clues_of_breadcrumbs
from extractors.metadata.bylines import clues_behind, clues_of_bylines, clues_of_labels
from extractors.metadata.clues import Clue, Clues
from extractors.metadata.datelines import clues_of_datelines, clues_of_times
from extractors.metadata.dates import parse_moment
from extractors.metadata.jsonld import parse_blocks, text_of, types_of
from extractors.metadata.live import latest_updates
from extractors.metadata.meta_tags import clues_of_metas
from extractors.metadata.microdata import clues_of_microdata
from extractors.metadata.names import author_names
from extractors.metadata.prose import fold, plain, squeeze
from extractors.metadata.scan import MIN_SAMPLE, Scan, find_lines, scan_page
from extractors.metadata.titles import site_keys
from extractors.model import Page

MAX_BODY = 2_000_000  # characters of articleBody
MAX_SAID = 50  # authors or tags of one feed entry
_DESCRIPTIONS = ("og:description", "description", "twitter:description")


def collect(tree: HtmlElement, page: Page) -> Clues:
    """All that the tags, the visible page, the feed entry and the address say. The tree is left as it is."""
    scan = scan_page(tree)
    nodes = parse_blocks(scan.blocks)
    article = choose_article(nodes, page.url, [scan.title, *(text for text, _ in scan.headings)])
    clues = list(clues_of_article(article, nodes)) if article is not None else []
    clues.extend(clues_of_breadcrumbs(nodes))
    clues.extend(clues_of_metas(scan))
    clues.extend(_clues_of_document(scan))
    clues.extend(_clues_of_entry(page))
    heading = _main_heading(scan, clues)
    clues.extend(clues_of_microdata(scan, heading))
    clues.extend(clues_of_times(scan, heading))
    clues.extend(_visible_clues(tree, heading, clues, page))
    body = text_of(article.get("articleBody"))[:MAX_BODY] if article is not None else ""
    return Clues(
        page=page,
        clues=tuple(clues),
        base_url=_base_url(page.url, scan.base),
        sample=_sample(scan, body),
        article_body=body,
        article_types=types_of(article) if article is not None else (),
        live_updates=latest_updates(nodes),
    )


def _clues_of_document(scan: Scan) -> Iterator[Clue]:
    """Each h1, <title>, the language of <html>, and rel=canonical."""
    yield from (Clue("title", "h1", text) for text, _ in scan.headings)
    if scan.title:
        yield Clue("title", "title", scan.title)
    if scan.language.strip():
        yield Clue("language", "html", plain(scan.language, 40))
    yield from (Clue("canonical", "link", plain(href)) for href in scan.canonicals)


def _clues_of_entry(page: Page) -> Iterator[Clue]:
    entry = page.entry
    if entry is None:
        return
    if entry.title:
        yield Clue("title", "feed", plain(entry.title))
    yield from (Clue("author", "feed", plain(name)) for name in entry.authors[:MAX_SAID])
    yield from (Clue("tag", "feed", plain(tag)) for tag in entry.tags[:MAX_SAID])
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


def _visible_clues(
    tree: HtmlElement, heading: HtmlElement | None, clues: Sequence[Clue], page: Page
) -> Iterator[Clue]:
    """Bylines and datelines, looked for only where the tags name no person, or no time of day."""
    names = [clue.text for clue in clues if clue.fact == "site"]
    unsigned = not _names_person(clues, site_keys([page.site_name, *names], page.url))
    undated = not any(
        moment.precision != "day"
        for clue in clues
        if clue.fact == "published" and (moment := parse_moment(clue.text))
    )
    if not (unsigned or undated):
        return
    bylines, datelines = find_lines(tree)
    labelled = list(clues_of_labels(tree))
    if unsigned:
        yield from (clue for clue in labelled if clue.fact == "author")
        yield from clues_of_bylines(bylines)
        yield from clues_behind(heading)
    if undated:
        yield from (clue for clue in labelled if clue.fact == "published")
        yield from clues_of_datelines(datelines, heading)


def _names_person(clues: Sequence[Clue], house: frozenset[str]) -> bool:
    lines = [clue.text for clue in clues if clue.fact == "author" and clue.origin != "feed"]
    return any(squeeze(name) not in house for name in author_names(lines))


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
