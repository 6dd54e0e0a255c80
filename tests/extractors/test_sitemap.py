"""Sitemaps of all kinds, packed, broken, hostile."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.errors import DecodeFailed, EmptyBody, NotAFeed, ParseFailed, SourceError, TooLarge
from extractors.sitemap import MAX_BYTES, Sitemap, parse_sitemap

URL = "https://paper.example/sitemap.xml"
NOW = datetime(2026, 3, 6, tzinfo=UTC)
XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def urlset(urls: str, attributes: str = XMLNS) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {attributes}>{urls}</urlset>'.encode()


def page(path: str, lastmod: str = "") -> str:
    return f"<url><loc>https://paper.example/{path}</loc>{f'<lastmod>{lastmod}</lastmod>' if lastmod else ''}</url>"


def parsed(body: bytes, max_entries: int = 50_000) -> Sitemap:
    return parse_sitemap(body, URL, max_entries=max_entries, timezone="Europe/Berlin", fetched_at=NOW)


def paths(sitemap: Sitemap) -> list[str]:
    return [entry.url.removeprefix("https://paper.example/") for entry in sitemap.entries]


def test_addresses_come_newest_first_with_their_last_change() -> None:
    body = urlset(page("old", "2026-01-01") + page("new", "2026-03-01T10:00:00+01:00") + page("undated"))
    sitemap = parsed(body)
    assert paths(sitemap) == ["new", "undated", "old"]
    updated = sitemap.entries[0].updated
    assert updated is not None
    assert updated.at.isoformat() == "2026-03-01T10:00:00+01:00"
    assert sitemap.entries[0].published is None
    assert not sitemap.truncated


def test_a_news_sitemap_says_title_date_language_keywords_and_picture() -> None:
    news = (
        "<news:news><news:publication><news:name>The Paper</news:name><news:language>en-GB</news:language>"
        "</news:publication><news:publication_date>2026-03-05T10:00:00Z</news:publication_date>"
        "<news:title>Fish &amp;amp; chips</news:title><news:keywords>Food, Fish, Food</news:keywords></news:news>"
        "<image:image><image:loc>/i.jpg</image:loc><image:title>No title</image:title></image:image>"
    )
    body = urlset(f"<url><loc>/fish</loc><lastmod>2026-03-06</lastmod>{news}</url>", f"{XMLNS} {NEWS}")
    (entry,) = parsed(body).entries
    assert entry.url == "https://paper.example/fish"
    assert entry.title == "Fish & chips"
    assert entry.published is not None
    assert entry.published.at == datetime(2026, 3, 5, 10, tzinfo=UTC)
    assert entry.updated is not None
    assert entry.updated.precision == "day"
    assert entry.language == "en"
    assert entry.tags == ("Food", "Fish")
    assert entry.image_url == "https://paper.example/i.jpg"


def test_an_index_gives_its_sitemaps_in_order() -> None:
    body = (
        f"<sitemapindex {XMLNS}><sitemap><loc>/a.xml</loc><lastmod>2026-02-01</lastmod></sitemap>"
        "<sitemap><loc>javascript:x</loc></sitemap><sitemap><loc>https://paper.example/b.xml.gz</loc></sitemap>"
        "</sitemapindex>"
    )
    sitemap = parsed(body.encode())
    assert [child.url for child in sitemap.sitemaps] == [
        "https://paper.example/a.xml",
        "https://paper.example/b.xml.gz",
    ]
    assert sitemap.sitemaps[0].lastmod is not None
    assert sitemap.sitemaps[1].lastmod is None
    assert sitemap.entries == ()


def test_a_list_of_addresses_is_a_sitemap() -> None:
    body = b"\xef\xbb\xbfhttps://paper.example/a\r\n\r\nhttps://paper.example/b\nhttps://paper.example/a\nnonsense://x\n"
    sitemap = parsed(body, max_entries=1)
    assert paths(sitemap) == ["a"]
    assert sitemap.truncated


def test_a_feed_is_a_sitemap() -> None:
    body = b"<rss version='2.0'><channel><item><title>T</title><link>/a</link></item></channel></rss>"
    assert paths(parsed(body)) == ["a"]


def test_only_the_newest_are_kept() -> None:
    body = urlset("".join(page(f"{day}", f"2026-02-{day:02}") for day in range(1, 29)))
    sitemap = parsed(body, max_entries=3)
    assert paths(sitemap) == ["28", "27", "26"]
    assert sitemap.truncated


def test_an_address_named_twice_is_one_entry() -> None:
    assert paths(parsed(urlset(page("a", "2026-02-01") + page("a", "2026-02-02")))) == ["a"]


@pytest.mark.parametrize(
    "body",
    [
        urlset(page("a") + page("b"), attributes=""),
        urlset(page("a") + page("b"), attributes='xmlns="http://www.google.com/schemas/sitemap/0.84"'),
        urlset(page("a") + page("b")).replace(b"urlset", b"s:urlset").replace(b"<url>", b"<s:url>"),
        urlset(page("a") + page("b")).replace(b"</url>", b""),
        urlset(page("a") + page("b"))[:-15],
        urlset(page("a") + page("b") + "<url><loc>https://paper.example/c"),
        urlset("<url><loc> https://paper.example/a\n</loc></url><url><lastmod>x</lastmod></url>" + page("b")),
        urlset("<!-- <url><loc>/no</loc></url> -->" + page("a") + page("b")),
        urlset("<url><loc><![CDATA[https://paper.example/a]]></loc></url>" + page("b")),
        urlset(page("a") + page("b")).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        b"Warning: something\n" + urlset(page("a") + page("b")),
        urlset(page("a") + page("b")) + b"<script>x</script>",
        gzip.compress(urlset(page("a") + page("b"))),
    ],
)
def test_what_is_slightly_wrong_is_read_all_the_same(body: bytes) -> None:
    assert paths(parsed(body))[:2] == ["a", "b"]


def test_bare_ampersands_in_addresses_are_read() -> None:
    assert paths(parsed(urlset(page("a?x=1&y=2&copy=3")))) == ["a?x=1&y=2&copy=3"]


def test_a_document_type_is_never_read() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<!DOCTYPE urlset [<!ENTITY e0 "x">{entities}<!ENTITY f SYSTEM "file:///etc/passwd">]>'.encode()
    sitemap = parsed(body + urlset("<url><loc>https://paper.example/&e9;&f;</loc></url>"))
    assert paths(sitemap) == ["&e9;&f;"]


def test_a_bomb_of_gzip_is_too_large() -> None:
    bomb = gzip.compress(b" " * (MAX_BYTES + 1_000_000))
    assert len(bomb) < 100_000
    with pytest.raises(TooLarge):
        parsed(bomb)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", EmptyBody),
        (b" \n", EmptyBody),
        (b"<html><body>no</body></html>", NotAFeed),
        (b"<html><body><urlset/></body></html>", NotAFeed),
        (b"%PDF-1.7", NotAFeed),
        (gzip.compress(urlset(page("a")))[:-12], DecodeFailed),
        (b"\x1f\x8bnonsense", DecodeFailed),
        (urlset("<link>loc</link>"), ParseFailed),
    ],
)
def test_what_is_no_sitemap_is_refused(body: bytes, error: type[SourceError]) -> None:
    with pytest.raises(error):
        parsed(body)


def test_an_empty_urlset_is_a_sitemap_without_entries() -> None:
    assert parsed(urlset("")) == Sitemap(URL)


def test_120_000_addresses_are_cut_and_quick() -> None:
    body = urlset("".join(page(f"{number}", "2026-02-01") for number in range(120_000)))
    started = time.process_time()
    sitemap = parsed(body, max_entries=10)
    assert len(sitemap.entries) == 10
    assert sitemap.truncated
    assert time.process_time() - started < 15  # 3 s on a quiet machine


@given(
    st.lists(
        st.sampled_from(
            [
                "<url>",
                "</url>",
                "<loc>",
                "</loc>",
                "https://x.example/",
                "<sitemap>",
                "<lastmod>",
                "2026",
                "&",
                "<",
            ]
        )
        | st.text(max_size=5)
    )
    | st.just(["\x1f\x8b"])
)
def test_any_jumble_is_a_sitemap_or_a_source_error(pieces: list[str]) -> None:
    try:
        sitemap = parsed(f"<urlset>{''.join(pieces)}".encode("utf-8", "replace"))
    except SourceError:
        return
    assert all(entry.url.startswith(("http://", "https://")) for entry in sitemap.entries)
