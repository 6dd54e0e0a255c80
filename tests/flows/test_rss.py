"""A feed of ours is one that any reader takes, whatever the web has put into it."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import Any

import feedparser
from hypothesis import example, given
from hypothesis import strategies as st

from flows.rss import LEAD_CHARS, MAX_TAGS, Channel, rss_lines
from storage.export import Item

AT = datetime(2026, 11, 1, 11, tzinfo=UTC)
CHANNEL = Channel("Energy & more", "https://example.org/?a=1&b=2", "What <we> watch for")


def item(**fields: Any) -> Item:
    values: dict[str, Any] = {
        "article_id": -5, "title": "A title", "authors": ("Jane Doe",), "url": "https://a.example/1?x=1&y=2",
        "at": AT, "first_seen_at": AT, "tags": ("energy",), "source_name": "The A", "feed_url": "https://a.example/rss",
        "lead": "First.\n\nSecond.",
    }  # fmt: skip
    return Item(**(values | fields))


def written(*items: Item) -> str:
    return "\n".join(rss_lines(CHANNEL, items))


def parsed(*items: Item) -> Any:
    return feedparser.parse(
        io.BytesIO(written(*items).encode()), sanitize_html=False, resolve_relative_uris=False
    )


def test_a_reader_sees_the_articles() -> None:
    feed = parsed(item())
    assert (feed.bozo, feed.version) == (False, "rss20")
    assert (feed.feed.title, feed.feed.link) == ("Energy & more", "https://example.org/?a=1&b=2")
    (entry,) = feed.entries
    assert (entry.title, entry.link) == ("A title", "https://a.example/1?x=1&y=2")
    assert (entry.id, entry.guidislink) == ("presswatch:-5", False)
    assert entry.published_parsed[:6] == (2026, 11, 1, 11, 0, 0)
    assert (entry.author, [tag.term for tag in entry.tags]) == ("Jane Doe", ["energy"])
    assert entry.summary == "<p>First.</p><p>Second.</p>"
    assert (entry.source.title, entry.source.href) == ("The A", "https://a.example/rss")


def test_a_feed_without_articles_is_one_too() -> None:
    feed = parsed()
    assert (feed.bozo, feed.version, feed.entries) == (False, "rss20", [])


def test_an_article_without_title_or_feed_has_something_in_their_place() -> None:
    (entry,) = parsed(item(title="", feed_url=None)).entries
    assert (entry.title, entry.source.href) == ("(no title)", "https://a.example/")


def test_a_text_is_cut_between_words_and_tags_are_not_endless() -> None:
    (entry,) = parsed(item(lead="word " * 200, tags=tuple(f"tag {n}" for n in range(99)))).entries
    assert entry.summary.endswith("word…</p>")
    assert len(entry.summary) <= LEAD_CHARS + 8
    assert len(entry.tags) == MAX_TAGS
    (entry,) = parsed(item(lead="热" * 999)).entries
    assert len(entry.summary) == LEAD_CHARS + 8


def test_markup_of_the_web_is_shown_as_text() -> None:
    (entry,) = parsed(item(title="<script>a</script>", lead="<img src=x onerror=alert(1)>")).entries
    assert entry.title == "<script>a</script>"
    assert entry.summary == "<p>&lt;img src=x onerror=alert(1)&gt;</p>"


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
@example("\ud800 \x00 \x1b[31m \ufffe ]]>", "a & b &amp; <b>", ["\x0b"])
def test_it_is_well_formed_whatever_the_texts_are(title: str, lead: str, names: list[str]) -> None:
    text = written(
        item(title=title, lead=lead, authors=tuple(names), tags=tuple(names), source_name=title, url=lead)
    )
    root = ET.fromstring(text.encode("utf-8"))
    assert root.findtext("channel/item/guid") == "presswatch:-5"
    description = root.findtext("channel/item/description") or ""
    assert set(re.findall("<[^>]*>", description)) <= {"<p>", "</p>"}
