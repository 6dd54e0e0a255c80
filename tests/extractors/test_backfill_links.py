"""Backfills by sitemap, archived feed and list, with a web of dictionaries and the real stages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from paper import NOW, SITE, SOURCE, PaperArchive, PaperWeb, Recorder, known_link, paper_tools, story

from extractors.backfill.archives import archive_offers, paged_url
from extractors.backfill.choice import Sieve, Tally
from extractors.backfill.period import ALWAYS, Period
from extractors.backfill.sitemaps import lists_no_articles, robots_sitemaps, sitemap_offers, sitemap_roots
from extractors.backfill.walk import Errand, Offer, Offers, Quota, backfill_source
from extractors.errors import ConnectionFailed, Http5xx
from extractors.model import Entry, KnownLink, Source
from extractors.ports import Tools
from extractors.urls import identity, same_site
from extractors.visiting import Patience, source_cleaner

FEED = SOURCE.feeds[0]


def urlset(*places: str | tuple[str, str]) -> bytes:
    items = "".join(
        f"<url><loc>{p[0]}</loc><lastmod>{p[1]}</lastmod></url>"
        if isinstance(p, tuple)
        else f"<url><loc>{p}</loc></url>"
        for p in places
    )
    return f"<urlset>{items}</urlset>".encode()


def index(*places: str | tuple[str, str]) -> bytes:
    return urlset(*places).replace(b"urlset", b"sitemapindex").replace(b"url>", b"sitemap>")


def rss(*numbers: int, more: str = "") -> bytes:
    items = "".join(
        f"<item><title>Story {n}</title><link>{SITE}/{n}</link><guid>{n}</guid>"
        f"<pubDate>Wed, {n:02} Feb 2026 08:00:00 GMT</pubDate></item>"
        for n in numbers
    )
    return (
        "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>Post</title>"
        f"{more}{items}</channel></rss>"
    ).encode()


def archived(rel: str, url: str) -> str:
    return f"<atom:link rel='{rel}' href='{url}'/>"


def errand_for(period: Period = ALWAYS, limit: int | None = None, **changes: object) -> Errand:
    sieve = Sieve(period, None, lambda url: same_site(url, SITE))
    return Errand(SOURCE, "sitemap", sieve, Quota(limit), Patience(3), **changes)  # type: ignore[arg-type]


def backfilled(
    web: PaperWeb,
    offers: str | list[Offer],
    errand: Errand,
    archive: PaperArchive | None = None,
    **changes: object,
) -> Recorder:
    """Backfill by "sitemap", "archive", or from these offers."""

    async def go() -> Recorder:
        tools, recorder = paper_tools(web, archive, **changes)
        cleaner = source_cleaner(SOURCE, None, tools)
        await backfill_source(_stream(offers, errand, tools), errand, cleaner, tools)
        return recorder

    return asyncio.run(go())


async def _stream(offers: str | list[Offer], errand: Errand, tools: Tools) -> Offers:
    if isinstance(offers, list):
        for offer in offers:
            yield offer
        return
    source: AsyncIterator[Offer]
    if offers == "archive":
        source = archive_offers(SOURCE, FEED, errand.sieve.period, tools)
    else:
        roots = await sitemap_roots(SOURCE, [SITE], tools)
        source = sitemap_offers(SOURCE, roots, errand.sieve.period, tools, asyncio.Semaphore(2))
    async for offer in source:
        yield offer


def site(stories: int, **documents: bytes) -> dict[str, object]:
    answers: dict[str, object] = {f"{SITE}/{n}": story(n) for n in range(1, stories + 1)}
    return answers | {f"{SITE}/{name.replace('__', '.')}": body for name, body in documents.items()}


# ------------------------------------------------------------------------------------------------------ sitemaps


def test_what_a_sitemap_lists_is_stored_and_the_sitemap_has_an_outcome_of_its_own() -> None:
    web = PaperWeb(site(2, sitemap__xml=urlset(f"{SITE}/1", f"{SITE}/2")))
    errand = errand_for()
    recorder = backfilled(web, "sitemap", errand)
    assert recorder.statuses() == {
        f"{SITE}/1": "stored",
        f"{SITE}/2": "stored",
        f"{SITE}/sitemap.xml": "updated",
    }
    assert recorder.details()[f"{SITE}/sitemap.xml"] == "2 addresses, 2 to fetch"
    assert not recorder.all("feeds"), "a backfill never touches the feeds"
    assert [link.state for link in recorder.all("links")] == ["stored", "stored"]


def test_the_sitemaps_of_robots_txt_go_before_the_usual_place() -> None:
    robots = (
        b"User-agent: *\nDisallow:\nSITEMAP: /maps/news.xml\nSitemap: https://harbour.example/maps/old.xml #x"
    )
    assert robots_sitemaps(robots, f"{SITE}/robots.txt") == (f"{SITE}/maps/news.xml", f"{SITE}/maps/old.xml")
    web = PaperWeb(site(1, robots__txt=b"Sitemap: /news.xml", news__xml=urlset(f"{SITE}/1")))
    assert backfilled(web, "sitemap", errand_for()).statuses()[f"{SITE}/1"] == "stored"
    assert f"{SITE}/sitemap.xml" not in web.urls()


def test_the_sitemaps_of_the_config_go_before_all_others() -> None:
    source = Source("a", "A", sitemaps=(f"{SITE}/own.xml",))
    tools, _ = paper_tools(PaperWeb({}))
    assert asyncio.run(sitemap_roots(source, [SITE], tools)) == (f"{SITE}/own.xml",)


def test_an_index_is_followed_the_newest_sitemap_first() -> None:
    maps = index((f"{SITE}/old.xml", "2025-01-01"), (f"{SITE}/new.xml", "2026-02-01"), f"{SITE}/undated.xml")
    web = PaperWeb(
        site(
            3,
            sitemap__xml=maps,
            old__xml=urlset(f"{SITE}/1"),
            new__xml=urlset(f"{SITE}/2"),
            undated__xml=urlset(f"{SITE}/3"),
        )
    )
    backfilled(web, "sitemap", errand_for())
    asked = [url for url in web.urls() if url.endswith(("/1", "/2", "/3"))]
    assert asked == [f"{SITE}/2", f"{SITE}/1", f"{SITE}/3"]


def test_sitemaps_that_loop_end() -> None:
    web = PaperWeb(site(0, sitemap__xml=index(f"{SITE}/b.xml"), b__xml=index(f"{SITE}/sitemap.xml")))
    backfilled(web, "sitemap", errand_for())
    assert web.urls().count(f"{SITE}/sitemap.xml") == 1


def test_sitemaps_of_another_time_or_of_no_articles_are_not_read() -> None:
    maps = index(
        (f"{SITE}/a.xml", "2025-01-01"),
        f"{SITE}/sitemap-2025-03.xml",
        f"{SITE}/sitemap-2026-02.xml",
        f"{SITE}/category-sitemap.xml",
    )
    web = PaperWeb(site(0, sitemap__xml=maps))
    recorder = backfilled(web, "sitemap", errand_for(Period(since=datetime(2026, 2, 1, tzinfo=UTC))))
    assert web.urls()[-2:] == [f"{SITE}/sitemap.xml", f"{SITE}/sitemap-2026-02.xml"]
    assert recorder.details()[f"{SITE}/sitemap.xml"] == "1 of 4 sitemaps followed"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("post_tag-sitemap.xml", True),
        ("category-sitemap2.xml.gz", True),
        ("author-sitemap.xml", True),
        ("sitemap-page-3.xml", False),
        ("post-sitemap.xml", False),
        ("news-images-sitemap.xml", False),
    ],
)
def test_what_lists_no_articles_is_told_by_its_name(name: str, expected: bool) -> None:
    assert lists_no_articles(f"{SITE}/{name}") is expected


def test_a_sitemap_that_can_not_be_had_is_an_outcome_and_the_others_go_on() -> None:
    web = PaperWeb(
        site(1, sitemap__xml=index(f"{SITE}/gone.xml", f"{SITE}/here.xml"), here__xml=urlset(f"{SITE}/1"))
    )
    statuses = backfilled(web, "sitemap", errand_for()).statuses()
    assert statuses[f"{SITE}/gone.xml"] == "http_4xx"
    assert statuses[f"{SITE}/1"] == "stored"


# -------------------------------------------------------------------------------------------------------- choice


def test_what_is_known_is_not_fetched_again_whatever_the_sitemap_says_of_it() -> None:
    stored, final = identity(f"{SITE}/1"), identity(f"{SITE}/2")
    archive = PaperArchive({stored: known_link(stored, "stored"), final: known_link(final, "final")})
    web = PaperWeb(site(3, sitemap__xml=urlset((f"{SITE}/1", "2026-03-03"), f"{SITE}/2", f"{SITE}/3")))
    errand = errand_for()
    backfilled(web, "sitemap", errand, archive)
    assert web.urls()[-1:] == [f"{SITE}/3"]
    assert errand.tally == Tally(found=3, known=2, wanted=1)


def test_what_failed_before_waits_for_its_time() -> None:
    early, due = identity(f"{SITE}/1"), identity(f"{SITE}/2")
    archive = PaperArchive(
        {
            early: known_link(early, "pending", next_try_at=NOW + timedelta(hours=1)),
            due: known_link(due, "pending", attempts=2, next_try_at=NOW),
        }
    )
    web = PaperWeb(site(2))
    errand = errand_for()
    recorder = backfilled(web, [Offer("", (Entry(f"{SITE}/1"), Entry(f"{SITE}/2")))], errand, archive)
    assert recorder.statuses() == {f"{SITE}/2": "stored"}
    assert errand.tally == Tally(found=2, waiting=1, wanted=1)


def test_other_times_other_sites_and_the_same_article_twice_are_left_out_and_counted() -> None:
    places = (
        f"{SITE}/2026/02/10/x",
        f"{SITE}/2026/02/10/x?utm_source=mail",
        f"{SITE}/2025/02/10/y",
        "https://other.example/2026/02/10/z",
    )
    web = PaperWeb({f"{SITE}/2026/02/10/x": story(1)})
    errand = errand_for(Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)))
    offer = Offer(f"{SITE}/list.xml", tuple(map(Entry, places)))
    recorder = backfilled(web, [offer, offer], errand)
    assert web.urls() == [f"{SITE}/2026/02/10/x"]
    assert errand.tally == Tally(found=8, repeated=3, outside=2, elsewhere=2, wanted=1)
    assert "1 of another time, 1 on another site" in recorder.details()[f"{SITE}/list.xml"]


def test_what_a_round_stores_meanwhile_is_not_fetched_once_more() -> None:
    class GrowingArchive(PaperArchive):
        async def known_links(self, hashes: Sequence[int]) -> Mapping[int, KnownLink]:
            found = await super().known_links(hashes)
            self.known = {
                identity(f"{SITE}/{n}"): known_link(identity(f"{SITE}/{n}"), "stored") for n in range(60, 120)
            }
            return found

    web = PaperWeb({})
    errand = errand_for()
    backfilled(web, [Offer("", tuple(Entry(f"{SITE}/{n}") for n in range(120)))], errand, GrowingArchive())
    assert sorted(int(url.rpartition("/")[2]) for url in web.urls()) == list(range(60))
    assert errand.tally == Tally(found=120, known=60, wanted=60)


def test_no_more_pages_are_fetched_than_were_asked_for() -> None:
    web = PaperWeb(site(5))
    errand = errand_for(limit=2)
    backfilled(web, [Offer("", tuple(Entry(f"{SITE}/{n}") for n in range(1, 6)))], errand)
    assert len(web.asked) == 2
    assert errand.quota.is_spent


def test_a_rehearsal_fetches_no_page_and_keeps_nothing() -> None:
    web = PaperWeb(site(2, sitemap__xml=urlset(f"{SITE}/1", f"{SITE}/2")))
    errand = errand_for(is_rehearsal=True)
    recorder = backfilled(web, "sitemap", errand)
    assert not recorder.parts
    assert [url for url in web.urls() if not url.endswith((".xml", ".txt"))] == []
    assert errand.examples == [f"{SITE}/1", f"{SITE}/2"]
    assert errand.hosts == {"harbour.example": 2}


def test_a_site_that_fails_page_after_page_is_left_and_a_missing_page_is_not_its_fault() -> None:
    answers: dict[str, object] = {f"{SITE}/{n}": Http5xx(f"{SITE}/{n}", "HTTP 500") for n in range(10, 30)}
    web = PaperWeb(answers)
    entries = tuple(Entry(f"{SITE}/{n}") for n in (*range(10), *range(10, 30)))
    errand = errand_for()
    backfilled(web, [Offer("", entries)], errand, page_tasks=1)
    assert errand.patience.is_over
    assert errand.patience.last == "http_5xx: HTTP 500"
    assert len(web.asked) == 10 + 3, "ten pages that are not there, and three that failed"


def test_a_stop_ends_it_with_what_is_done_recorded() -> None:
    stop = asyncio.Event()

    class StoppingWeb(PaperWeb):
        async def get(self, request):  # type: ignore[no-untyped-def]
            answer = await super().get(request)
            stop.set()
            return answer

    web = StoppingWeb(site(9))
    entries = tuple(Entry(f"{SITE}/{n}") for n in range(1, 10))
    recorder = backfilled(web, [Offer("", entries)], errand_for(), stop=stop, page_tasks=1)
    assert recorder.statuses() == {f"{SITE}/1": "stored"}


# ------------------------------------------------------------------------------------------------------ archives


@pytest.mark.parametrize("rel", ["prev-archive", "next"])
def test_an_archived_feed_is_followed_back_along_its_links(rel: str) -> None:
    pages = {
        FEED: rss(9, more=archived(rel, f"{SITE}/feed-2.xml")),
        f"{SITE}/feed-2.xml": rss(8, more=archived(rel, f"{SITE}/feed-1.xml")),
        f"{SITE}/feed-1.xml": rss(7, more=archived(rel, FEED)),
    }
    web = PaperWeb(site(9) | pages)
    recorder = backfilled(web, "archive", errand_for())
    assert recorder.statuses() == dict.fromkeys(pages, "updated") | {
        f"{SITE}/{n}": "stored" for n in (9, 8, 7)
    }
    assert not any(request.validators.etag for request in web.asked)
    assert {link.feed_url for link in recorder.all("links")} == {None}, "no feed is polled for it"


def test_a_feed_without_links_is_paged_as_wordpress_does_until_nothing_new_comes() -> None:
    pages = {
        FEED: rss(9, 8),
        f"{FEED}?paged=2": rss(7, 6),
        f"{FEED}?paged=3": rss(7, 6),  # a site that serves its last page for ever
        f"{FEED}?paged=4": rss(5),
    }
    web = PaperWeb(site(9) | pages)
    statuses = backfilled(web, "archive", errand_for()).statuses()
    assert sorted(url for url, status in statuses.items() if status == "stored") == [
        f"{SITE}/{n}" for n in (6, 7, 8, 9)
    ]
    assert f"{FEED}?paged=4" not in web.urls()


def test_no_page_behind_the_last_is_the_end_and_no_failure() -> None:
    web = PaperWeb(site(9) | {FEED: rss(9)})
    assert backfilled(web, "archive", errand_for()).statuses() == {FEED: "updated", f"{SITE}/9": "stored"}


def test_a_feed_that_fails_half_way_back_says_so() -> None:
    broken = ConnectionFailed(f"{FEED}?paged=2", "reset")
    web = PaperWeb(site(9) | {FEED: rss(9), f"{FEED}?paged=2": broken})
    assert backfilled(web, "archive", errand_for()).statuses()[f"{FEED}?paged=2"] == "connection"


def test_the_way_back_ends_where_all_is_older_than_asked_for() -> None:
    pages = {FEED: rss(28, 27), f"{FEED}?paged=2": rss(4, 3), f"{FEED}?paged=3": rss(2, 1)}
    web = PaperWeb(site(28) | pages)
    backfilled(web, "archive", errand_for(Period(since=datetime(2026, 2, 20, tzinfo=UTC))))
    assert f"{FEED}?paged=3" not in web.urls()
    assert f"{SITE}/4" not in web.urls()


def test_the_number_of_a_page_takes_the_place_of_another() -> None:
    assert paged_url("https://a.example/?feed=rss2", 2) == "https://a.example/?feed=rss2&paged=2"
    assert paged_url("https://a.example/feed/?paged=2", 3) == "https://a.example/feed/?paged=3"


def test_the_same_backfill_again_fetches_nothing() -> None:
    web = PaperWeb(site(2, sitemap__xml=urlset(f"{SITE}/1", f"{SITE}/2", f"{SITE}/no-such-page")))
    first = backfilled(web, "sitemap", errand_for())
    known = {
        link.link_hash: known_link(link.link_hash, link.state, next_try_at=link.next_try_at)  # type: ignore[attr-defined]
        for link in first.all("links")
    }
    web.asked.clear()
    again = backfilled(web, "sitemap", errand_for(), PaperArchive(known))
    assert [url for url in web.urls() if not url.endswith((".xml", ".txt"))] == []
    assert again.statuses() == {f"{SITE}/sitemap.xml": "unchanged"}
