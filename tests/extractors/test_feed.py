"""Feeds that are large, hostile or odd, and what always holds of any bytes."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extractors.errors import EmptyBody, NotAFeed, ParseFailed, SourceError
from extractors.feed import parse_feed
from extractors.model import Feed
from extractors.urls import identity

URL = "https://base.example/feed.xml"
NOW = datetime(2026, 3, 6, tzinfo=UTC)
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:georss="http://www.georss.org/georss"'
)


def rss(items: str, channel: str = "") -> bytes:
    head = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {NAMESPACES}><channel><title>T</title>'
    return f"{head}{channel}{items}</channel></rss>".encode()


def item(number: int, inside: str = "") -> str:
    return f"<item><title>Story {number}</title><link>https://x.example/{number}</link>{inside}</item>"


def dated(number: int, at: datetime) -> str:
    return item(number, f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate>")


def parsed(body: bytes, max_entries: int = 500) -> Feed:
    return parse_feed(body, URL, max_entries=max_entries, timezone="Europe/Berlin", fetched_at=NOW)


# ----------------------------------------------------------------------------------------- what always holds

pieces = st.sampled_from([
    "<rss version='2.0'>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<link>", "</link>", "<guid>",
    "</guid>", "https://x.example/1", "<![CDATA[", "]]>", "<!--", "-->", "&amp;", "&#xD800;", "&#99999999999;",
    "<", ">", "<pubDate>", "</pubDate>", "Fri, 31 Dec 9999 23:59:59 -0500", "<?x", "?>", "<!DOCTYPE x [", "]>",
    "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "</entry>", "<content type='xhtml'>", "<div>", "&",
    "<media:content url='a' width='999999999999'/>", "<enclosure url=\"", "<dc:creator>", "<x:y z:w='1'>", "\x00",
    "\ud800", "<description>", "</description>", "<category/>", "<ttl>-1</ttl>", "<georss:point>1</georss:point>",
    "</rss>",
])  # fmt: skip


@given(st.binary(max_size=2_000))
@example(b"\xff\xfe<\x00r\x00")
@example(b"{" * 100_000)
@example(b'{"version": "https://jsonfeed.org/version/1", "items": [' + b"[" * 50_000)
@example(b'{"version": "https://jsonfeed.org/version/1", "items": [{"url": ' + b"1" * 5_000 + b"}]}")
def test_any_bytes_are_a_feed_or_a_source_error(body: bytes) -> None:
    _read_or_refused(body)


@given(st.lists(pieces | st.text(max_size=10), max_size=40))
def test_any_jumble_of_markup_is_a_feed_or_a_source_error(jumble: list[str]) -> None:
    text = "<rss version='2.0'><channel>" + "".join(jumble)
    _read_or_refused(text.encode("utf-8", "surrogatepass"))


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
@example("\ud83d\udc68\x00\x1b[2J", "javascript:x", "=cmd|' /C calc'!A0")
def test_what_a_feed_says_comes_out_clean(title: str, link: str, author: str) -> None:
    clean = [text.replace("]]>", "").encode("utf-8", "replace").decode() for text in (title, link, author)]
    inside = "<title><![CDATA[{}]]></title><link><![CDATA[{}]]></link><dc:creator><![CDATA[{}]]></dc:creator>"
    feed = _read_or_refused(rss(f"<item>{inside.format(*clean)}</item>"))
    for entry in feed.entries if feed else ():
        assert entry.url.startswith(("http://", "https://"))
        for text in (entry.title, entry.summary, *entry.authors):
            assert text == " ".join(text.split())
            assert not any(ord(char) < 32 or 0xD800 <= ord(char) <= 0xDFFF for char in text)
        assert len(entry.title) <= 1_000


@given(st.lists(st.integers(0, 30), min_size=1, max_size=30), st.integers(1, 40), st.randoms())
def test_the_order_of_a_document_does_not_change_what_is_taken(
    days: list[int], most: int, random: object
) -> None:
    items = [dated(number, NOW - timedelta(days=day, minutes=number)) for number, day in enumerate(days)]
    before = parsed(rss("".join(items)), max_entries=most)
    random.shuffle(items)  # type: ignore[attr-defined]
    after = parsed(rss("".join(items)), max_entries=most)
    assert before.entries == after.entries
    assert before.truncated is after.truncated is (len(items) > most)
    times = [entry.published.at for entry in before.entries if entry.published]
    assert times == sorted(times, reverse=True)


def _read_or_refused(body: bytes) -> Feed | None:
    try:
        feed = parsed(body)
    except SourceError:
        return None
    addresses = [identity(entry.url) for entry in feed.entries]
    assert len(addresses) == len(set(addresses))
    return feed


# ------------------------------------------------------------------------------------------------- large ones


def _seconds(body: bytes) -> tuple[Feed, float]:
    started = time.monotonic()
    feed = parsed(body)
    return feed, time.monotonic() - started


def test_of_100_000_entries_only_the_newest_are_kept_whatever_their_order() -> None:
    oldest_first = (dated(number, NOW - timedelta(minutes=100_000 - number)) for number in range(100_000))
    feed, seconds = _seconds(rss("".join(oldest_first)))
    assert feed.truncated
    assert len(feed.entries) == 500
    assert feed.entries[0].url == "https://x.example/99999"
    assert feed.entries[-1].url == "https://x.example/99500"
    assert seconds < 15  # 2 s on a quiet machine; feedparser by itself needs a minute


def test_of_many_entries_without_dates_the_first_are_kept() -> None:
    feed = parsed(rss("".join(item(number) for number in range(30))), max_entries=10)
    assert [entry.title for entry in feed.entries] == [f"Story {number}" for number in range(10)]
    assert feed.truncated


def test_an_entry_of_the_year_9999_does_not_crowd_out_the_news() -> None:
    future = item(0, "<pubDate>Fri, 31 Dec 9999 23:59:59 GMT</pubDate>") * 5
    feed = parsed(rss(dated(1, NOW) + future + dated(2, NOW - timedelta(days=1))), max_entries=1)
    assert [entry.title for entry in feed.entries] == ["Story 1"]


def test_an_item_inside_of_text_is_no_item() -> None:
    inside = f"<description><![CDATA[<item><link>https://no.example/</link></item>{item(9)}]]></description>"
    feed = parsed(rss(item(1, inside) + item(2)), max_entries=2)
    assert [entry.title for entry in feed.entries] == ["Story 1", "Story 2"]
    assert not feed.truncated


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("40,000 attributes", "<media:content " + " ".join(f'a{n}="1"' for n in range(40_000)) + "/>"),
        ("escaped comments", "<description>" + "&lt;!--" * 100_000 + "</description>"),
        ("comments", "<description>" + "<!--" * 100_000 + "</description>"),
        ("instructions", "<description>" + "<?" * 100_000 + "</description>"),
        ("declarations", "<description>" + "<!" * 100_000 + "</description>"),
        ("ampersands", "<description>" + "&" * 100_000 + "</description>"),
        ("closing tags", "<description>" + "</a" * 19_000 + "</description>"),
        ("open quotes", "<description>" + '<a b="' * 19_000 + "</description>"),
        ("open titles", "<title>" * 19_000),
        ("categories", "".join(f"<category>c{n}</category>" for n in range(5_000)) + "<category/>" * 15_000),
        ("nesting", "<a>" * 9_000 + "</a>" * 9_000),
        ("a long name", f"<{'a' * 200_000}/>"),
        ("a long reference", f"<description>&#{'9' * 100_000};</description>"),
        ("prefixes", "".join(f"<p{n}:a/>" for n in range(9_000))),
        ("a long word", f"<description>{'x' * 1_000_000}</description>"),
        ("a long date", f"<pubDate>{'1' * 100_000}</pubDate>"),
        ("long authors", f"<dc:creator>{'a, ' * 100_000}</dc:creator>"),
    ],
)
def test_what_is_quadratic_elsewhere_is_quick_and_costs_its_neighbours_nothing(
    name: str, inside: str
) -> None:
    feed, seconds = _seconds(rss(item(1) + item(2, inside) + item(3)))
    assert {"Story 1", "Story 3"} <= {entry.title for entry in feed.entries}, name
    assert seconds < 4  # under 0.5 s on a quiet machine


def test_text_that_never_ends_swallows_what_is_behind_it_and_nothing_more() -> None:
    feed, seconds = _seconds(rss(item(1) + item(2, "<description>" + "<![CDATA[" * 100_000) + item(3)))
    assert [entry.title for entry in feed.entries] == ["Story 1", "Story 2"]
    assert seconds < 4


def test_an_item_of_100_000_elements_is_skipped_with_its_reason() -> None:
    feed = parsed(rss(item(1) + item(2, "<a>" * 100_000 + "</a>" * 100_000) + item(3)))
    assert [entry.title for entry in feed.entries] == ["Story 1", "Story 3"]
    assert [each.detail for each in feed.skipped] == ["an item of too many elements"]


def test_a_channel_of_30_000_elements_is_refused() -> None:
    with pytest.raises(ParseFailed, match="too many elements"):
        parsed(rss(item(1), channel="<category>x</category>" * 30_000))


def test_full_text_and_titles_are_bounded() -> None:
    story = f"<content:encoded><![CDATA[<p>{'x' * 2_000_000}</p>]]></content:encoded>"
    feed = parsed(rss(f"<item><title>{'T' * 100_000}</title><link>/1</link>{story}</item>"))
    assert len(feed.entries[0].title) == 1_000
    assert len(feed.entries[0].content_html) == 1_000_000
    assert len(feed.entries[0].summary) <= 2_000


def test_a_link_of_a_megabyte_is_skipped() -> None:
    feed = parsed(
        rss(f"<item><title>x</title><link>https://x.example/{'a' * 1_000_000}</link></item>" + item(2))
    )
    assert [entry.title for entry in feed.entries] == ["Story 2"]
    assert len(feed.skipped[0].url) <= 500


# ----------------------------------------------------------------------------------------------- hostile ones


def test_a_body_that_is_a_path_is_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_bytes(rss(item(1)))
    with pytest.raises(NotAFeed):
        parsed(str(secret).encode())
    with pytest.raises(NotAFeed):
        parsed(os.fsencode(secret.as_uri()))


def test_entities_are_never_expanded_and_nothing_is_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("TOP SECRET")
    declarations = f'<!ENTITY a "aaaa"><!ENTITY b "{"&a;" * 1_000}"><!ENTITY f SYSTEM "{secret.as_uri()}">'
    body = f"<?xml version='1.0'?><!DOCTYPE rss [{declarations}]>".encode() + rss(
        "<item><title>&b; &f; &a;</title><link>https://x.example/1</link></item>"
    )
    feed = parsed(body)
    assert feed.entries[0].title == "&b; &f; &a;"


def test_a_truncated_answer_gives_the_entries_that_came() -> None:
    body = rss("".join(item(number, "<description>text</description>") for number in range(20)))
    for length in range(len(body) // 2, len(body), 97):
        feed = parsed(body[:length])
        assert 5 <= len(feed.entries) <= 20
        assert feed.entries[0].url == "https://x.example/0"


def test_an_item_never_gets_the_link_of_another() -> None:
    broken = "<item><title>No link <b>here</title><description>a <b>b <i>c</description></item>"
    feed = parsed(rss(item(1) + broken + item(2)))
    assert [(entry.title, entry.url) for entry in feed.entries] == [
        ("Story 1", "https://x.example/1"),
        ("Story 2", "https://x.example/2"),
    ]
    assert len(feed.skipped) == 1


def test_an_item_that_the_parser_fails_at_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    from extractors.feed import xmlfeed

    real = xmlfeed.feedparser.parse

    def fails_at_poison(stream: object, **options: object) -> object:
        body = stream.getvalue()  # type: ignore[attr-defined]
        if b"poison" in body:
            raise KeyError("met for the first time")
        return real(stream, **options)

    monkeypatch.setattr(xmlfeed.feedparser, "parse", fails_at_poison)
    feed = parsed(rss(item(1) + item(2, "<category>poison</category>") + item(3)))
    assert [entry.title for entry in feed.entries] == ["Story 1", "Story 3"]
    assert [each.detail for each in feed.skipped] == ["an item that can't be parsed"]
    with pytest.raises(ParseFailed):
        parsed(rss(item(1), channel="<category>poison</category>"))


@pytest.mark.parametrize(
    "charset",
    ["undefined", "idna", "punycode", "unicode_escape", "rot13", "zlib", "utf-7", "cp037", "x" * 5_000],
)
def test_a_charset_that_is_none_does_not_lose_the_feed(charset: str) -> None:
    body = rss(item(1)).replace(b"utf-8", charset.encode()).replace(b"Story", b"Caf\xe9 \xe9t\xe9 \x80")
    assert parsed(body).entries[0].url == "https://x.example/1"


@pytest.mark.parametrize("body", [b"", b"   \r\n\t", b"\xef\xbb\xbf", b"\x00\x00\x00"])
def test_an_empty_body_is_said_to_be_empty(body: bytes) -> None:
    with pytest.raises(EmptyBody):
        parsed(body)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"<html><body>soon</body></html>", "a web page"),
        (b"<!doctype html><title>x", "a web page"),
        (b"<opml version='2.0'/>", "<opml>"),
        (b"hello", "no XML"),
        (b"{}", "JSON"),
        (b"<feed><entry/></feed>", ""),
    ],
)
def test_what_is_no_feed_is_refused_with_what_it_is(body: bytes, detail: str) -> None:
    if not detail:  # a root without a namespace is taken for what it looks like
        assert parsed(body).entries == ()
        return
    with pytest.raises(NotAFeed, match=detail):
        parsed(body)


# -------------------------------------------------------------------------------------------- what feeds say


@pytest.mark.parametrize(
    ("channel", "ttl_s"),
    [
        ("<ttl>60</ttl>", 3_600),
        ("<ttl> 5 </ttl>", 300),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>99999999999999999999</ttl>", None),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", 86_400),
        ("<sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 900),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 3_600),
        ("<ttl>15</ttl><sy:updatePeriod>daily</sy:updatePeriod>", 900),
    ],
)
def test_how_long_a_publisher_wants_to_be_left_alone_is_heard(channel: str, ttl_s: int | None) -> None:
    assert parsed(rss(item(1), channel=channel)).ttl_s == ttl_s


def test_links_to_more_of_the_feed_are_absolute() -> None:
    channel = '<atom:link rel="next" href="?page=2"/><atom:link rel="self" href="/feed.xml"/><link>/</link>'
    feed = parsed(rss(item(1), channel=channel))
    assert feed.next_url == "https://base.example/feed.xml?page=2"
    assert feed.self_url == "https://base.example/feed.xml"
    assert feed.site_url == "https://base.example/"


def test_an_archived_feed_leads_to_the_one_before_it() -> None:
    channel = '<atom:link rel="next" href="/n"/><atom:link rel="prev-archive" href="/a"/>'
    assert parsed(rss(item(1), channel=channel)).next_url == "https://base.example/a"


def test_a_long_description_serves_as_full_text_and_a_teaser_does_not() -> None:
    teaser = item(1, "<description>&lt;p&gt;Short.&lt;/p&gt;</description>")
    story = item(2, "<description>" + "&lt;p&gt;A paragraph of the story.&lt;/p&gt;" * 40 + "</description>")
    short, long = parsed(rss(teaser + story)).entries
    assert short.content_html == ""
    assert long.content_html.startswith("<p>A paragraph")
    assert long.summary.startswith("A paragraph of the story. A paragraph")


@pytest.mark.parametrize(
    ("inside", "image"),
    [
        ('<media:thumbnail url="/t.jpg"/>', "https://base.example/t.jpg"),
        ('<media:thumbnail url="/t.jpg"/><media:content url="/c.jpg" type="image/jpeg"/>', "https://base.example/c.jpg"),
        ('<media:content url="/v.mp4" type="video/mp4"/>', None),
        ('<enclosure url="/e.png" type="image/png"/>', "https://base.example/e.png"),
        ('<enclosure url="/e.mp3" type="audio/mpeg"/>', None),
        ('<media:thumbnail url="data:image/png;base64,AAAA"/>', None),
    ],
)  # fmt: skip
def test_the_picture_of_an_entry_is_found(inside: str, image: str | None) -> None:
    assert parsed(rss(item(1, inside))).entries[0].image_url == image


def test_a_picture_in_base64_is_no_text() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><link href="/1"/><id>1</id>'
        '<content type="image/png">aGVsbG8=</content></entry></feed>'
    )
    assert parsed(atom.encode()).entries[0].content_html == ""


def test_dates_are_held_against_the_time_of_the_fetch_if_there_is_one() -> None:
    body = rss(dated(1, NOW + timedelta(days=3)))
    assert parsed(body).entries[0].published is None
    published = parse_feed(body, URL).entries[0].published
    assert published is not None
    assert published.at == NOW + timedelta(days=3)
