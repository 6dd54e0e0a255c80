"""`presswatch sources discover|check|import|export`, on sites on loopback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from loopback.answers import redirect, reply
from loopback.server import LoopbackServer, Site

from extractors.discovery import FoundFeed, FoundSitemap
from extractors.errors import (
    AddressBlocked,
    ConnectionFailed,
    EmptyBody,
    Gone,
    Http4xx,
    Http5xx,
    NotAFeed,
    RobotsForbidden,
    SourceError,
)
from extractors.model import Source
from extractors.opml import Subscription, parse_opml
from flows.config import load_config
from flows.discovery.entries import as_opml, as_yaml, drafts_of, free_id
from flows.discovery.verdicts import error_words, feed_verdict, sitemap_verdict

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
FEED = (
    "<rss version='2.0'><channel><title>The Post</title><item><title>One</title><link>@BASE@/1</link>"
    "<pubDate>Wed, 04 Mar 2026 08:00:00 GMT</pubDate></item></channel></rss>"
)


@pytest.fixture
def site() -> Iterator[Site]:
    with LoopbackServer() as server:
        answers = {
            "/": reply(
                "<html><head><link rel=alternate type=application/rss+xml href=/rss></head><body></body></html>"
            ),
            "/rss": reply(FEED, kind="application/rss+xml"),
            "/old": redirect("/rss", 301),
            "/page": reply("<html><body>no feed</body></html>"),
            "/robots.txt": reply(
                "User-agent: *\nDisallow: /private\nSitemap: @BASE@/map.xml", kind="text/plain"
            ),
            "/map.xml": reply("<urlset><url><loc>@BASE@/1</loc></url></urlset>", kind="text/xml"),
        }
        yield server.listen("127.0.4.9", answers)


def with_sources(folder: Path, *sources: str) -> None:
    text = (folder / "config.yaml").read_text("utf-8").partition("sources:")[0]
    (folder / "config.yaml").write_text(text + "sources:\n" + "\n".join(sources), "utf-8")


def test_what_is_found_is_a_source_that_the_config_takes(
    presswatch: Callable[..., Any], workplace: Path, site: Site
) -> None:
    ran = presswatch("sources", "discover", f"{site.base}/")
    assert ran.code == 0, ran.err
    assert "1 entries" in ran.out
    snippet = ran.out[ran.out.index("sources:") :]
    (workplace / "new.yaml").write_text(snippet, "utf-8")
    (source,) = load_config(workplace / "new.yaml").sources
    assert (source.id, source.name, source.feeds) == ("the-post", "The Post", (f"{site.base}/rss",))
    told = json.loads(presswatch("sources", "discover", f"{site.base}/", "--json").out)
    assert [each["url"] for each in told["sitemaps"]] == [f"{site.base}/map.xml"]
    assert told["source"]["feeds"] == [f"{site.base}/rss"]


def test_a_site_that_has_nothing_or_is_not_there_says_so(
    presswatch: Callable[..., Any], workplace: Path, site: Site
) -> None:
    site.answers.clear()
    site.answers["/"] = reply("<html><body>hello</body></html>")
    ran = presswatch("sources", "discover", f"{site.base}/")
    assert (ran.code, ran.out.strip()) == (1, f"{site.base}/: no feed and no sitemap found")
    gone = presswatch("sources", "discover", f"{site.base}/none")
    assert gone.code == 3
    assert "404" in gone.err


def test_each_source_is_checked_and_what_is_wrong_is_said_in_words(
    presswatch: Callable[..., Any], workplace: Path, site: Site
) -> None:
    base = site.base
    with_sources(
        workplace,
        f"  - {{id: good, name: Good, feeds: [{base}/rss], sitemaps: [{base}/map.xml]}}",
        f"  - {{id: moved, name: Moved, feeds: [{base}/old]}}",
        f"  - {{id: bad, name: Bad, feeds: [{base}/none, {base}/page, {base}/private]}}",
    )
    ran = presswatch("sources", "check", "--json")
    assert ran.code == 1
    found = {each["url"].removeprefix(base): (each["grade"], each["found"]) for each in json.loads(ran.out)}
    assert found["/map.xml"] == ("ok", "1 addresses")
    assert found["/old"][0] == "warn"
    assert found["/none"] == ("fail", "there is nothing at this address (HTTP 404)")
    assert found["/page"][1].startswith("what is there is no feed or sitemap")
    assert found["/private"] == ("fail", "its robots.txt forbids it to us (disallowed by robots.txt)")
    shown = presswatch("sources", "check", "--source", "bad")
    assert "-> presswatch sources discover finds what the site has now" in shown.out
    assert presswatch("sources", "check", "--source", "nobody").code == 2
    assert not (workplace / "data").exists(), "nothing is stored"


def test_a_list_of_subscriptions_goes_in_and_out(presswatch: Callable[..., Any], workplace: Path) -> None:
    exported = presswatch("sources", "export")
    assert exported.code == 0
    (workplace / "feeds.opml").write_text(exported.out, "utf-8")
    same = presswatch("sources", "import", "feeds.opml")
    assert (same.code, same.out) == (0, "")
    (workplace / "config.yaml").unlink()
    imported = presswatch("sources", "import", "feeds.opml")
    (source,) = yaml.safe_load(imported.out)["sources"]
    assert source == {
        "id": "the-harbour-post",
        "name": "The Harbour Post",
        "feeds": ["https://harbour.example/rss"],
        "language": "en",
    }
    (workplace / "wrong.opml").write_text("<html></html>", "utf-8")
    wrong = presswatch("sources", "import", "wrong.opml")
    assert (wrong.code, wrong.err) == (3, "presswatch: wrong.opml: no OPML in it\n")


def test_what_goes_out_comes_in_again() -> None:
    sources = (
        Source("a", "A & <B>", feeds=("https://a.example/1", "https://a.example/2"), tags=("uk", "daily")),
        Source("b", "Zeitung", feeds=("https://b.example/rss?x=1&y=2",), language="de"),
    )
    drafts = drafts_of(parse_opml(as_opml(sources, "mine").encode(), "x"))
    assert [(d.name, d.feeds, d.tags, d.language) for d in drafts] == [
        (s.name, s.feeds, s.tags, s.language) for s in sources
    ]
    assert yaml.safe_load(as_yaml(drafts))["sources"][0]["feeds"] == list(sources[0].feeds)


def test_feeds_of_one_name_on_different_sites_are_different_sources() -> None:
    found = drafts_of(
        [Subscription("https://a.example/f", "News"), Subscription("https://b.example/f", "News")]
    )
    assert [draft.id for draft in found] == ["news", "news-2"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Süddeutsche Zeitung", "suddeutsche-zeitung"),
        ("朝日新聞", "source"),
        ("--", "source"),
        ("x" * 99, "x" * 40),
    ],
)
def test_an_id_is_made_of_any_name(name: str, expected: str) -> None:
    assert free_id(name, ()) == expected


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (Http4xx("u", "HTTP 403", http_status=403), "it refuses us (HTTP 403)"),
        (Gone("u", "HTTP 410", http_status=410), "it is gone for good (HTTP 410)"),
        (Http5xx("u", "HTTP 502", http_status=502), "its server has a fault (HTTP 502)"),
        (ConnectionFailed("u", "refused"), "it can't be reached (refused)"),
        (AddressBlocked("u"), "its address is private, and may not be fetched"),
        (RobotsForbidden("u"), "its robots.txt forbids it to us"),
        (NotAFeed("u", "an HTML page"), "what is there is no feed or sitemap (an HTML page)"),
        (EmptyBody("u"), "its answer is empty"),
        (Http4xx("u", "HTTP 418", http_status=418), "http 4xx (HTTP 418)"),
    ],
)
def test_each_failure_has_words(error: SourceError, says: str) -> None:
    assert error_words(error)[0] == says


def test_a_feed_is_warned_of_before_it_fails() -> None:
    fresh = FoundFeed("u", entries=9, dated=9, newest_at=NOW - timedelta(hours=3), full_text=True)
    assert feed_verdict("a", fresh, NOW).found == "9 entries, the newest 3 h ago, with full text"
    cases = (
        FoundFeed("u"),
        FoundFeed("u", entries=9),
        FoundFeed("u", entries=9, dated=9, newest_at=NOW - timedelta(days=60)),
        FoundFeed("u", entries=9, dated=9, newest_at=NOW, moved_to="https://new.example/"),
    )
    assert [feed_verdict("a", case, NOW).grade for case in cases] == ["warn"] * 4
    assert sitemap_verdict("a", FoundSitemap("u")).grade == "warn"
    assert sitemap_verdict("a", FoundSitemap("u", sitemaps=3)).found == "an index of 3 sitemaps"
    assert sitemap_verdict("a", FoundSitemap("u", NotAFeed("u"))).grade == "fail"
