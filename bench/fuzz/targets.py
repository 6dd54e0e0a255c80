"""What is fuzzed: each target takes bytes, and says by an AssertionError what must never be.

A target that returns has found nothing. What one of them finds becomes a test beside those of its module.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from extractors.article.page import extract_page
from extractors.boilerplate import known_lines, learn_sightings, merge_memory, pieces_of, strip_boilerplate
from extractors.errors import SourceError
from extractors.feed import parse_feed
from extractors.html import NotHtml, parse_html
from extractors.metadata.collection import collect
from extractors.metadata.decisions import decide
from extractors.model import Extracted, Fact, Facts, Memory, Page, Removed, RobotsRecord
from extractors.sitemap import parse_sitemap
from extractors.urls import BadUrl, canonical_url, host_of, identity, is_home, same_site, web_url
from extractors.web.headers import read_fields, read_max_age_s, read_retry_after_s, read_validators
from extractors.web.robots import read_rules
from flows.config import ConfigError, load_config

NOW = datetime(2026, 11, 24, tzinfo=UTC)
URL = "https://www.example.org/news/feed.xml"


def feed(data: bytes) -> None:
    """Any bytes are a feed or a SourceError; what comes out is clean and as much as asked for."""
    content_type = data[:1].decode("latin-1") + "/xml; charset=utf-8" if data[:1] == b"a" else ""
    with suppress(SourceError):
        found = parse_feed(data, URL, content_type=content_type, max_entries=20, fetched_at=NOW)
        assert len(found.entries) <= 20
        for entry in found.entries:
            assert entry.url.startswith(("http://", "https://")), entry.url
            assert "\n" not in entry.title
            assert entry.published is None or entry.published.at.utcoffset() is not None
        links = [identity(entry.url) for entry in found.entries]
        assert len(set(links)) == len(links)


def sitemap(data: bytes) -> None:
    """As for feeds."""
    with suppress(SourceError):
        found = parse_sitemap(data, URL, max_entries=20)
        assert len(found.entries) <= 20


def metadata(data: bytes) -> None:
    """Any bytes have facts, or are no page."""
    tree = parse_html(data, "text/html")
    if isinstance(tree, NotHtml):
        return
    page = Page(URL, data, "text/html", fetched_at=NOW)
    facts = decide(collect(tree, page))
    assert "\n" not in facts.title.value
    assert all(author.strip() for author in facts.authors.value)
    if (moment := facts.published.value) is not None:
        assert moment.at.utcoffset() is not None
        assert moment.at.year >= 1900


def article(data: bytes) -> None:
    """Any bytes are an article with a text in it, or rejected with a reason."""
    result = extract_page(Page(URL, data, "text/html; charset=utf-8", fetched_at=NOW))
    if isinstance(result, Extracted):
        assert result.blocks
        assert all(block.strip() and "\n\n" not in block for block in result.blocks)
    else:
        assert result.detail


def urls(data: bytes) -> None:
    """The canonical form is stable, names the same article, and nothing but BadUrl is raised."""
    text = data.decode("utf-8", "surrogateescape")
    base, _, href = text.partition("\n")
    for url in (text, f"http://{text}", f"https://example.org/{text}", f"https://example.org/?{text}"):
        assert -(2**63) <= identity(url) < 2**63
        is_home(url)
        same_site(url, host_of(url))
        try:
            canonical = canonical_url(url)
        except BadUrl:
            continue
        assert canonical_url(canonical) == canonical, canonical
        assert identity(canonical) == identity(url), canonical
        assert canonical.isascii()
    link = web_url(base, href) or web_url(URL, text)
    assert link is None or link.startswith(("http://", "https://"))


def boilerplate(data: bytes) -> None:
    """What is kept and what is removed are together what was extracted; twice the same gives the same."""
    text = data.decode("utf-8", "replace")
    blocks = tuple(block for line in text.split("\n") if (block := line.strip()))
    if not blocks:
        return
    furniture = (Removed(blocks[0], "nav", 0),) if text.startswith("#") else ()
    extracted = Extracted(URL, Facts(Fact(blocks[-1][:80])), blocks, furniture)
    memory = Memory("a")
    for article_id in (1, 2, 3, 4):
        memory = merge_memory(memory, learn_sightings("a", article_id, blocks[: article_id + 1], NOW))
    known = known_lines(memory, NOW)
    stripped = strip_boilerplate(extracted, known)
    assert strip_boilerplate(extracted, known) == stripped
    places = {removed.position: removed.text for removed in stripped.removed}
    kept = iter(stripped.kept)
    pieces = [piece.text for piece in pieces_of(extracted)]
    assert [places.get(place) or next(kept) for place in range(len(pieces))] == pieces
    assert next(kept, None) is None


def config(data: bytes) -> None:
    """Any file is a config, or a ConfigError that tells its problems a line each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_bytes(data)
        try:
            load_config(path, {}, cpus=lambda: 1)
            told = [f"{path}: nothing wrong"]
        except ConfigError as error:
            told = str(error).split("\n")
        assert all(line.startswith(str(path)) for line in told), told


def robots(data: bytes) -> None:
    """Any robots.txt has rules; any headers can be read."""
    body = data.decode("utf-8", "replace")
    rules = read_rules(RobotsRecord("https://example.org", 200, body, NOW, NOW), "presswatch")
    rules.allow("https://example.org/news/1?a=b")
    assert 0 <= rules.crawl_delay_s <= 60
    fields = read_fields(
        (name, value) for name, _, value in (line.partition(b":") for line in data.split(b"\n"))
    )
    fields["retry-after"] = fields["cache-control"] = body
    assert 0 <= (read_retry_after_s(fields, NOW) or 0) <= 86_400
    assert 0 <= (read_max_age_s(fields) or 0) <= 31_536_000
    assert read_validators(fields).etag.isascii()


TARGETS: dict[str, Callable[[bytes], None]] = {
    "feed": feed,
    "sitemap": sitemap,
    "metadata": metadata,
    "article": article,
    "urls": urls,
    "boilerplate": boilerplate,
    "config": config,
    "robots": robots,
}
