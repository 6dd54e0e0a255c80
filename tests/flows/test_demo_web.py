"""The demo's news web, asked over real HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from xml.etree import ElementTree

import httpx
import pytest

from extractors.model import Source
from flows.demo import DemoWeb
from flows.demo.papers import PAPERS, read_manuscripts

T = TypeVar("T")
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
ATOM = "{http://www.w3.org/2005/Atom}"


def _on_the_air(work: Callable[[DemoWeb, httpx.AsyncClient], Awaitable[T]]) -> T:
    async def main() -> T:
        async with DemoWeb(NOW) as web, httpx.AsyncClient() as client:
            return await work(web, client)

    return asyncio.run(main())


def _links(feed: str) -> list[str]:
    root = ElementTree.fromstring(feed)
    links = [item.findtext("link", "") for item in root.iter("item")]
    links += [entry.find(f"{ATOM}link").get("href", "") for entry in root.iter(f"{ATOM}entry")]  # type: ignore[union-attr]
    return links


async def _read(client: httpx.AsyncClient, source: Source) -> tuple[httpx.Response, list[str]]:
    feed = await client.get(source.feeds[0])
    return feed, _links(feed.text)


# ---------------------------------------------------------------------------------------- what is in the papers


def test_there_are_three_papers_of_which_one_is_not_in_english() -> None:
    async def work(web: DemoWeb, _: httpx.AsyncClient) -> list[tuple[str, str | None, str | None]]:
        return [(source.id, source.language, source.timezone) for source in web.sources]

    assert _on_the_air(work) == [
        ("courier", "en", "Europe/London"),
        ("tribune", "en", "America/Halifax"),
        ("anzeiger", "de", "Europe/Berlin"),
    ]


def test_every_article_is_long_enough_and_unlike_the_others() -> None:
    stories = [one.story for paper in PAPERS for one in read_manuscripts(paper, NOW)]
    assert len(stories) >= 24
    assert all(len(" ".join(story.paragraphs).split()) >= 120 for story in stories)
    assert all(story.title and story.authors and story.section and story.summary for story in stories)
    assert len({story.title for story in stories}) == len(stories)
    assert len({story.slug for story in stories}) == len(stories)


def test_articles_are_dated_in_the_days_before_now_in_the_time_of_their_paper() -> None:
    for paper in PAPERS:
        for manuscript in read_manuscripts(paper, NOW):
            at = manuscript.story.published_at
            assert NOW - timedelta(days=4) < at <= NOW
            assert str(at.tzinfo) == paper.timezone


def test_one_article_waits_and_one_has_an_edit_that_fits_its_text() -> None:
    manuscripts = [one for paper in PAPERS for one in read_manuscripts(paper, NOW)]
    assert sum(one.later for one in manuscripts) == 1
    edited = [one for one in manuscripts if one.edit]
    assert len(edited) == 1
    for found, _ in edited[0].edit.changes:  # type: ignore[union-attr]
        assert "\n\n".join(edited[0].story.paragraphs).count(found) == 1


def test_a_wire_report_is_in_two_papers() -> None:
    texts = {
        paper.id: [set(one.story.paragraphs) for one in read_manuscripts(paper, NOW)] for paper in PAPERS
    }
    assert max(len(one & other) for one in texts["courier"] for other in texts["tribune"]) >= 4


# --------------------------------------------------------------------------------------------------- over HTTP


def test_feeds_sitemaps_and_pages_agree_on_what_there_is() -> None:
    async def work(web: DemoWeb, client: httpx.AsyncClient) -> int:
        total = 0
        for source in web.sources:
            feed, links = await _read(client, source)
            assert feed.status_code == 200
            assert ("rss" if source.id != "tribune" else "atom") in feed.headers["content-type"]
            index = await client.get(source.sitemaps[0])
            maps = re.findall("<loc>(.*?)</loc>", index.text)
            assert len(maps) == 2
            places = {link.partition("?")[0] for link in links}
            for url in maps:
                sitemap = (await client.get(url)).text
                ElementTree.fromstring(sitemap)
                assert set(re.findall("<loc>(.*?)</loc>", sitemap)) == places
            for link in links:
                assert (await client.get(link)).status_code == 200
            total += len(links)
        assert total == web.article_count
        return total

    assert _on_the_air(work) == 27


def test_pages_carry_the_text_and_the_furniture_of_real_sites() -> None:
    furniture = {
        "courier": (
            "Read more:",
            "Zoom",
            "Share this:",
            "newsletter",
            "first appeared on",
            "You may also like",
        ),
        "tribune": (">X<", "ADVERTISEMENT", "inbox", "Follow the", "RELATED STORIES", ">Read more<"),
        "anzeiger": (
            "Lesen Sie auch:",
            "Bild vergrößern",
            "teilen:",
            "Newsletter",
            "erschien zuerst im",
            " Uhr<",
        ),
    }

    async def work(web: DemoWeb, client: httpx.AsyncClient) -> None:
        for source in web.sources:
            _, links = await _read(client, source)
            for link in links:
                page = (await client.get(link)).text
                assert [line for line in furniture[source.id] if line not in page] == []
                assert page.count("<p>") >= 12

    _on_the_air(work)


def test_each_paper_tells_its_facts_in_its_own_way() -> None:
    async def work(web: DemoWeb, client: httpx.AsyncClient) -> dict[str, str]:
        pages = {}
        for source in web.sources:
            _, links = await _read(client, source)
            pages[source.id] = (await client.get(links[0])).text
        return pages

    pages = _on_the_air(work)
    data = json.loads(pages["courier"].partition('ld+json">')[2].partition("</script>")[0])
    assert data["@type"] == "NewsArticle"
    assert data["author"][0]["name"] == "Maud Ellery"
    assert datetime.fromisoformat(data["datePublished"]) == NOW - timedelta(hours=2.4)
    assert '<meta property="article:published_time" content="2026-11-24T03:54:00-04:00">' in pages["tribune"]
    assert "ld+json" not in pages["tribune"]
    assert "Dienstag, 24. November 2026, 7.18 Uhr" in pages["anzeiger"]
    assert "Von Ilse Brandner" in pages["anzeiger"]
    assert "og:" not in pages["anzeiger"]
    assert "ld+json" not in pages["anzeiger"]


def test_front_pages_lead_to_the_articles_and_pictures_are_there() -> None:
    async def work(web: DemoWeb, client: httpx.AsyncClient) -> None:
        assert [source.name for source in web.sources] == list(web.home_pages)
        for home in web.home_pages.values():
            front = (await client.get(home)).text
            assert 'rel="alternate"' in front
            for path in re.findall('<h2><a href="(.*?)">', front):
                page = await client.get(home + path[1:])
                image = re.search('<img src="(.*?)"', page.text)
                assert image
                picture = await client.get(home + image[1][1:])
                assert picture.headers["content-type"] == "image/svg+xml"
                ElementTree.fromstring(picture.text)

    _on_the_air(work)


def test_robots_may_come_in_and_are_shown_the_sitemap() -> None:
    async def work(web: DemoWeb, client: httpx.AsyncClient) -> None:
        for source in web.sources:
            robots = await client.get(httpx.URL(source.feeds[0]).join("/robots.txt"))
            assert "Disallow: /search\n" in robots.text
            assert f"Sitemap: {source.sitemaps[0]}\n" in robots.text

    _on_the_air(work)


def test_what_has_not_changed_is_304_by_tag_and_by_date() -> None:
    async def work(web: DemoWeb, client: httpx.AsyncClient) -> None:
        for source in web.sources:
            feed, links = await _read(client, source)
            page = await client.get(links[0])
            for answer in (feed, page):
                tag, date = answer.headers["etag"], answer.headers["last-modified"]
                for headers in (
                    {"If-None-Match": tag},
                    {"If-None-Match": f'"x", {tag}'},
                    {"If-Modified-Since": date},
                ):
                    again = await client.get(answer.url, headers=headers)
                    assert (again.status_code, again.content) == (304, b"")
                    assert again.headers["etag"] == tag
                for headers in (
                    {"If-None-Match": '"other"', "If-Modified-Since": date},
                    {"If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"},
                    {"If-Modified-Since": "yesterday"},
                ):
                    assert (await client.get(answer.url, headers=headers)).status_code == 200

    _on_the_air(work)


def test_bodies_are_packed_for_those_who_can_unpack_them() -> None:
    async def work(web: DemoWeb, client: httpx.AsyncClient) -> None:
        url = web.sources[0].feeds[0]
        packed = await client.get(url)
        plain = await client.get(url, headers={"Accept-Encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.text == plain.text
        assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2

    _on_the_air(work)


# ------------------------------------------------------------------------------------------------ the third round


def test_an_advance_publishes_one_article_and_edits_one_and_leaves_the_rest() -> None:
    async def work(web: DemoWeb, client: httpx.AsyncClient) -> None:
        before = {source.id: await _read(client, source) for source in web.sources}
        tags = {
            link: (await client.get(link)).headers["etag"] for _, links in before.values() for link in links
        }
        web.advance(LATER)
        after = {source.id: await _read(client, source) for source in web.sources}
        assert [len(after[name][1]) - len(before[name][1]) for name in after] == [1, 0, 0]
        assert "2026/11/24/river-swim-reopens" in after["courier"][1][0]
        assert (await client.get(after["courier"][1][0])).status_code == 200
        assert after["anzeiger"][0].headers["etag"] == before["anzeiger"][0].headers["etag"]
        changed = [link for link, tag in tags.items() if (await client.get(link)).headers["etag"] != tag]
        assert [link.rpartition("/")[2] for link in changed] == ["harbour-strike-ends"]
        edited = (await client.get(changed[0])).text
        assert "Passenger ferries to the islands" in edited
        assert "Correction:" in edited
        assert 'article:modified_time" content="2026-11-24T05:40:00-04:00"' in edited

    _on_the_air(work)


def test_an_edited_article_keeps_its_id_and_address_in_the_feed_and_has_a_new_date() -> None:
    async def work(web: DemoWeb, client: httpx.AsyncClient) -> list[tuple[str | None, ...]]:
        found = []
        for at in (None, LATER):
            if at:
                web.advance(at)
            feed, _ = await _read(client, web.sources[1])
            entry = next(iter(ElementTree.fromstring(feed.text).iter(f"{ATOM}entry")))
            found.append(
                tuple(entry.findtext(ATOM + name) for name in ("id", "published", "updated", "title"))
            )
        return found

    before, after = _on_the_air(work)
    assert before[:2] == after[:2]
    assert before[1] == before[2]
    assert after[2] == "2026-11-24T05:40:00-04:00"
    assert "ferries" in str(after[3])


# ---------------------------------------------------------------------------------------------------- the server


def test_the_traffic_of_a_round_can_be_told() -> None:
    async def work(web: DemoWeb, client: httpx.AsyncClient) -> None:
        tags = {}
        for source in web.sources:
            feed, links = await _read(client, source)
            tags[source.feeds[0]] = feed.headers["etag"]
            await client.get(links[0])
        first = web.take_traffic()
        assert (first.count(), first.count("feed"), first.count("page"), first.count(conditional=True)) == (
            6,
            3,
            3,
            0,
        )
        assert first.body_bytes > 6000
        for url, tag in tags.items():
            await client.get(url, headers={"If-None-Match": tag})
        second = web.take_traffic()
        assert second.count("feed", status=304, conditional=True) == second.count() == 3
        assert second.body_bytes == 0
        assert web.take_traffic().hits == ()

    _on_the_air(work)


def test_what_is_not_there_and_what_is_not_asked_for_properly() -> None:
    async def work(web: DemoWeb, client: httpx.AsyncClient) -> None:
        home = next(iter(web.home_pages.values()))
        assert (await client.get(f"{home}no/such/page")).status_code == 404
        post = await client.post(home, content=b"x=1")
        assert (post.status_code, post.headers["allow"]) == (405, "GET, HEAD")
        head = await client.head(home)
        assert (head.status_code, head.content) == (200, b"")
        assert int(head.headers["content-length"]) > 500
        assert (await client.get(home, headers={"Connection": "close"})).headers["connection"] == "close"

    _on_the_air(work)


@pytest.mark.parametrize(
    "nonsense", [b"hello\r\n\r\n", b"GET nowhere HTTP/1.1\r\n\r\n", b"GET /" + b"x" * 100_000]
)
def test_nonsense_is_a_bad_request_and_the_end_of_the_connection(nonsense: bytes) -> None:
    async def work(web: DemoWeb, _: httpx.AsyncClient) -> bytes:
        url = httpx.URL(web.sources[0].feeds[0])
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(nonsense)
        answer = await reader.read()
        writer.close()
        return answer

    assert _on_the_air(work).startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_the_web_goes_off_the_air_at_once_with_connections_open() -> None:
    async def main() -> httpx.URL:
        async with httpx.AsyncClient() as client:
            async with DemoWeb(NOW) as web:
                url = httpx.URL(web.sources[0].feeds[0])
                await client.get(url)
                loop = asyncio.get_running_loop()
                started = loop.time()
            assert loop.time() - started < 1
            with pytest.raises(httpx.ConnectError):
                await client.get(url)
            return url

    asyncio.run(main())


def test_ports_can_be_chosen_and_a_taken_one_is_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        async def main() -> None:
            async with DemoWeb(NOW, (0, taken.getsockname()[1], 0)):
                pass

        with pytest.raises(OSError, match="in use"):
            asyncio.run(main())


def test_a_time_without_a_zone_and_a_wrong_number_of_ports_are_refused() -> None:
    with pytest.raises(ValueError, match="timezone"):
        DemoWeb(NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="ports"):
        DemoWeb(NOW, (0, 0))


def test_its_sources_are_all_that_a_config_needs() -> None:
    async def work(web: DemoWeb, _: httpx.AsyncClient) -> tuple[tuple[Source, ...], tuple[str, ...]]:
        return web.sources, web.networks

    sources, networks = _on_the_air(work)
    assert networks == ("127.0.0.1/32",)
    assert all(source.feeds and source.sitemaps and source.tags for source in sources)
    assert all(re.fullmatch(r"[a-z0-9_-]+", source.id) for source in sources)
