"""A site's feeds and sitemaps, found from a page of it; and lists of subscriptions."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper import SITE, PaperParsers, PaperWeb

from extractors.discovery import Site, discover_site, page_links, try_feed
from extractors.errors import ParseFailed, SourceError
from extractors.opml import Subscription, parse_opml

NEWS_MAP = (
    b"<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>https://harbour.example/1</loc>"
    b"<n:news><n:publication><n:language>en</n:language></n:publication><n:title>One</n:title>"
    b"<n:publication_date>2026-03-01</n:publication_date></n:news></url></urlset>"
)


def rss(title: str = "Post", entries: int = 2, language: str = "en-GB") -> bytes:
    items = "".join(
        f"<item><title>{n}</title><link>{SITE}/{n}</link><pubDate>Sun, 0{n + 1} Mar 2026 08:00:00 GMT</pubDate></item>"
        for n in range(entries)
    )
    frame = f"<title>{title}</title><language>{language}</language>"
    return f"<rss version='2.0'><channel>{frame}{items}</channel></rss>".encode()


def page(head: str = "", body: str = "") -> bytes:
    name = "<meta property='og:site_name' content='The  Post'>"
    return f"<html lang=de><head>{name}{head}</head><body>{body}</body></html>".encode()


def stated(href: str, kind: str = "application/rss+xml") -> str:
    return f"<link rel='alternate' type='{kind}' href='{href}'>"


def discovered(answers: dict[str, object], url: str = f"{SITE}/") -> tuple[Site, PaperWeb]:
    web = PaperWeb(answers)
    return asyncio.run(discover_site(url, web, PaperParsers())), web


def test_the_feeds_that_a_page_states_are_found_and_tried() -> None:
    site, web = discovered(
        {
            f"{SITE}/": page(
                stated("/a.xml")
                + stated("/b", "application/atom+xml; charset=utf-8")
                + stated("/c", "text/html")
            ),
            f"{SITE}/a.xml": rss(),
            f"{SITE}/b": b"<html>no feed</html>",
        }
    )
    assert (site.name, site.language) == ("The Post", "de")
    first, second = site.feeds
    assert (first.url, first.entries, first.dated, first.title) == (f"{SITE}/a.xml", 2, 2, "Post")
    assert second.error is not None
    assert second.error.status == "not_a_feed"
    assert f"{SITE}/feed/" not in web.urls(), "one is enough: the usual places are left in peace"


def test_links_that_look_like_feeds_of_the_same_site_are_tried_and_those_that_are_none_forgotten() -> None:
    body = "".join(
        f"<a href='{href}'>x</a>"
        for href in (
            "/rss/all",
            "/news/feed",
            "/feedback",
            "https://other.example/rss",
            "/feedless.html",
            "javascript:rss",
        )
    )
    site, web = discovered({f"{SITE}/": page(body=body), f"{SITE}/rss/all": rss()})
    assert [feed.url for feed in site.feeds] == [f"{SITE}/rss/all"]
    assert f"{SITE}/news/feed" in web.urls()
    assert not {f"{SITE}/feedback", "https://other.example/rss"} & set(web.urls())


def test_where_a_page_says_nothing_the_usual_places_are_tried() -> None:
    site, _ = discovered({f"{SITE}/": page(), f"{SITE}/feed.xml": rss()})
    assert [feed.url for feed in site.feeds] == [f"{SITE}/feed.xml"]


def test_an_address_may_be_a_feed_itself() -> None:
    site, _ = discovered({f"{SITE}/x.xml": rss("The Post")}, f"{SITE}/x.xml")
    assert [feed.url for feed in site.feeds] == [f"{SITE}/x.xml"]
    assert (site.name, site.language) == ("The Post", "en")


def test_one_feed_under_two_spellings_is_one_and_comments_stand_last() -> None:
    head = stated("/comments/feed/") + stated("/feed/") + stated("/feed")
    answers: dict[str, object] = {f"{SITE}/": page(head), f"{SITE}/comments/feed/": rss()}
    site, _ = discovered(answers | {f"{SITE}/feed": rss(), f"{SITE}/feed/": rss()})
    assert [(feed.url, feed.is_aside) for feed in site.feeds] == [
        (f"{SITE}/feed/", False),
        (f"{SITE}/comments/feed/", True),
    ]


def test_sitemaps_of_news_are_told_from_others_also_inside_of_an_index() -> None:
    places = "".join(f"<sitemap><loc>{SITE}/{name}</loc></sitemap>" for name in ("news-map.xml", "o.xml"))
    site, web = discovered(
        {
            f"{SITE}/": page(),
            f"{SITE}/robots.txt": b"Sitemap: /index.xml\nSitemap: /gone.xml",
            f"{SITE}/index.xml": f"<sitemapindex>{places}</sitemapindex>".encode(),
            f"{SITE}/news-map.xml": NEWS_MAP,
        }
    )
    assert [(each.url, each.is_news, each.sitemaps) for each in site.sitemaps] == [
        (f"{SITE}/index.xml", False, 2),
        (f"{SITE}/gone.xml", False, 0),
        (f"{SITE}/news-map.xml", True, 0),
    ]
    assert f"{SITE}/o.xml" not in web.urls()


def test_a_site_without_anything_has_nothing_and_its_own_failure_is_raised() -> None:
    site, _ = discovered({f"{SITE}/": page()})
    assert site.feeds == site.sitemaps == ()
    with pytest.raises(SourceError):
        discovered({}, f"{SITE}/none")


def test_links_are_relative_to_the_base_of_the_page() -> None:
    found = page_links(page("<base href='/news/'>" + stated("feed.xml")), f"{SITE}/x/y")
    assert found.stated == (f"{SITE}/news/feed.xml",)


def test_a_feed_that_fails_is_found_with_its_error() -> None:
    found = asyncio.run(try_feed(f"{SITE}/none", PaperWeb({}), PaperParsers()))
    assert found.error is not None
    assert found.error.status == "http_4xx"


@given(st.binary(max_size=400))
def test_any_bytes_have_links_or_none(body: bytes) -> None:
    page_links(body, f"{SITE}/")


# ---------------------------------------------------------------------------------------------------------- OPML


def test_subscriptions_are_read_with_their_folders_and_categories() -> None:
    body = (
        b"<?xml version='1.0'?><opml version='2.0'><body><outline text='News'><outline text='UK'>"
        b"<outline type='rss' text='Post' xmlUrl='https://a.example/rss' htmlUrl='https://a.example/' "
        b"language='en-us' category='/daily/press,local'/></outline></outline>"
        b"<outline text='Again' xmlUrl='https://a.example/rss'/><outline text='none' xmlUrl='javascript:x'/>"
        b"</body></opml>"
    )
    assert parse_opml(body, "x.opml") == (
        Subscription(
            "https://a.example/rss", "Post", "https://a.example/", "en", ("News", "UK", "press", "local")
        ),
    )


def test_a_list_that_is_cut_short_gives_what_can_be_read() -> None:
    body = b"<opml><body><outline text='A' xmlUrl='https://a.example/f'/><outline text='B"
    assert [each.name for each in parse_opml(body, "x")] == ["A"]


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"\xff\xfe", b"{}"])
def test_what_is_no_opml_says_so(body: bytes) -> None:
    with pytest.raises(ParseFailed):
        parse_opml(body, "x.opml")


def test_entities_are_not_expanded_and_nothing_is_opened() -> None:
    body = (
        b'<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY a "aaaaaaaaaa">]>'
        b"<opml><body><outline text='&a;&x;' xmlUrl='https://a.example/f'/></body></opml>"
    )
    try:
        names = [each.name for each in parse_opml(body, "x")]
    except ParseFailed:
        return
    assert names in ([], ["https://a.example/f"], ["aaaaaaaaaa"])


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_none(body: bytes) -> None:
    with suppress(ParseFailed):
        parse_opml(body, "x")
