"""`presswatch backfill` end to end: a real site on loopback, a real database, and kill -9 in the middle."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from loopback.answers import reply, slowly
from loopback.server import LoopbackServer, Site
from paper import story

from storage.query import run_query

PAGES = 40


@pytest.fixture
def site() -> Iterator[Site]:
    """A paper with a sitemap of 40 articles of May 2025, a feed of the newest, and older pages of it."""
    with LoopbackServer() as server:
        answers = {f"/2025/05/{n % 28 + 1:02}/{n}": reply(story(n)) for n in range(PAGES)}
        places = "".join(f"<url><loc>@BASE@{path}</loc></url>" for path in answers)
        answers["/robots.txt"] = reply(
            "User-agent: *\nDisallow: /private\nSitemap: @BASE@/index.xml", kind="text/plain"
        )
        answers["/index.xml"] = reply(
            "<sitemapindex><sitemap><loc>@BASE@/2025-05.xml.gz</loc></sitemap></sitemapindex>",
            kind="text/xml",
        )
        listing = server.listen("127.0.4.7", answers)
        packed = gzip.compress(listing_of(listing, places))
        listing.answers["/2025-05.xml.gz"] = reply(packed, kind="application/gzip")
        listing.answers["/feed/"] = reply(feed(listing, 39, 38), kind="application/rss+xml")
        listing.answers["/feed/?paged=2"] = reply(feed(listing, 37, 36), kind="application/rss+xml")
        yield listing


def listing_of(site: Site, places: str) -> bytes:
    return f"<urlset>{places}</urlset>".replace("@BASE@", site.base).encode()


def feed(site: Site, *numbers: int) -> str:
    items = "".join(
        f"<item><title>Story {n} of the harbour</title><link>{site.base}/2025/05/{n % 28 + 1:02}/{n}</link></item>"
        for n in numbers
    )
    return f"<rss version='2.0'><channel><title>Post</title>{items}</channel></rss>"


@pytest.fixture
def config(workplace: Path, site: Site) -> Path:
    """A config with that paper and another one."""
    text = (workplace / "config.yaml").read_text("utf-8")
    text = text.replace("https://harbour.example/rss", f"{site.base}/feed/").replace(
        "timezone: Europe/Oslo", ""
    )
    text += "  - {id: other, name: Other, feeds: [https://other.example/rss]}\n"
    (workplace / "config.yaml").write_text(text, "utf-8")
    return workplace


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    return run_query(folder / "data" / "news.duckdb", sql).rows


def asked_pages(site: Site) -> list[str]:
    return [seen.path for seen in site.seen if seen.path.startswith("/2025/")]


def test_a_sitemap_is_read_stored_and_never_fetched_again(
    presswatch: Callable[..., Any], config: Path, site: Site
) -> None:
    rehearsed = presswatch("backfill", "sitemap", "--source", "harbour", "--dry-run", "--json")
    assert rehearsed.code == 0
    assert json.loads(rehearsed.out)["to_fetch"] == PAGES
    assert not asked_pages(site)
    assert not (config / "data").exists()

    first = presswatch("backfill", "sitemap", "--source", "harbour", "--until", "2025-05-14", "--json")
    assert first.code == 0, first.err
    told = json.loads(first.out)
    assert told["new"] == len(asked_pages(site)) == told["found"] - told["outside"]
    assert 0 < told["new"] < PAGES
    rest = json.loads(presswatch("backfill", "sitemap", "--source", "harbour", "--json").out)
    assert (rest["new"], rest["known"]) == (PAGES - told["new"], told["new"])
    again = presswatch("backfill", "sitemap", "--source", "harbour")
    assert again.code == 0
    assert "0 new, 40 known, 0 errors" in again.out
    assert sorted(asked_pages(site)) == sorted(set(asked_pages(site)))
    assert rows(config, "SELECT count(*) FROM articles") == [(PAGES,)]
    assert rows(config, "SELECT DISTINCT command, status FROM runs") == [("backfill sitemap", "done")]
    assert rows(config, "SELECT count(*) FROM feeds") == [(0,)], "validators are left alone"


def test_a_round_and_an_archive_meet_and_each_article_is_one(
    presswatch: Callable[..., Any], config: Path, site: Site
) -> None:
    assert presswatch("run", "--source", "harbour").code == 0
    ran = presswatch("backfill", "archive", "--source", "harbour", "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["new"], told["known"]) == (0, 2, 2)
    assert rows(config, "SELECT count(*), count(DISTINCT article_id) FROM articles") == [(4, 4)]
    assert len(asked_pages(site)) == 4


def test_a_list_takes_what_is_of_a_source_and_says_what_is_of_none(
    presswatch: Callable[..., Any], config: Path, site: Site
) -> None:
    path = asked = "/2025/05/02/1"
    lines = [
        f"{site.base}{path}",
        f"{site.base}{path}?utm_source=mail",
        json.dumps({"url": f"{site.base}/2025/05/03/2", "title": "Two"}),
        json.dumps({"url": "https://elsewhere.example/x", "source": "nobody"}),
        "https://elsewhere.example/y",
        "no address",
        "# a remark",
    ]
    (config / "list.txt").write_text("\n".join(lines), "utf-8")
    ran = presswatch("backfill", "urls", "list.txt", "--json")
    told = json.loads(ran.out)
    assert ran.code == 1
    assert (told["new"], told["unmatched"], told["repeated"]) == (2, 3, 1)
    assert "no source 'nobody' in the config" in ran.err
    assert "https://elsewhere.example/y: no source of the config is on this site" in ran.err
    assert rows(config, "SELECT url FROM outcomes WHERE source_id = '' ORDER BY url") == [
        ("https://elsewhere.example/x",),
        ("https://elsewhere.example/y",),
        ("no address",),
    ]
    assert asked_pages(site).count(asked) == 1


def test_a_list_may_be_packed_and_a_source_named_for_what_belongs_to_none(
    presswatch: Callable[..., Any], config: Path, site: Site
) -> None:
    (config / "list.gz").write_bytes(gzip.compress(f"{site.base}/2025/05/02/1\n".encode()))
    assert presswatch("backfill", "urls", "list.gz", "--source", "other").code == 0
    assert rows(config, "SELECT source_id FROM articles") == [("harbour",)], "its own site goes first"


def test_people_are_told_in_words(presswatch: Callable[..., Any], config: Path, site: Site) -> None:
    rehearsed = presswatch("backfill", "sitemap", "--source", "harbour", "--dry-run")
    assert "40 pages would be fetched in about" in rehearsed.out
    assert f"harbour  {site.base}/2025/05/01/0" in rehearsed.out
    del site.answers["/2025/05/02/1"]
    site.answers["/2025/05/03/2"] = reply("<html><body><p>Nothing much.</p></body></html>")
    ran = presswatch("backfill", "sitemap", "--source", "harbour", "--limit", "4")
    assert "the same command carries on" in ran.out
    assert "rejected: " in ran.out
    assert "pages failed: http 4xx" in ran.out
    assert "http_4xx: HTTP 404" in ran.out


def test_a_site_that_fails_page_after_page_is_left_and_named(
    presswatch: Callable[..., Any], config: Path, site: Site
) -> None:
    for path in [path for path in site.answers if path.startswith("/2025/")]:
        site.answers[path] = reply("", status=403)
    ran = presswatch("backfill", "sitemap", "--source", "harbour", "--json")
    assert ran.code == 1
    assert "harbour: left, since page after page fails (http_4xx: HTTP 403)" in ran.err
    assert len(asked_pages(site)) < 30
    assert json.loads(ran.out)["left"] == [{"source_id": "harbour", "why": "http_4xx: HTTP 403"}]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("sitemap", "--source", "nobody"), "no source 'nobody'"),
        (("sitemap", "--since", "soon"), "no date: 'soon'"),
        (("sitemap", "--since", "2025-02-01", "--until", "2025-01-01"), "--since is later than --until"),
        (("warc", "none.warc.gz"), "does not exist"),
        (("archive",), "Missing option '--source'"),
        (("sitemaps",), "Did you mean sitemap?"),
    ],
)
def test_wrong_usage_is_one_line_and_nothing_runs(
    presswatch: Callable[..., Any], config: Path, args: tuple[str, ...], says: str
) -> None:
    ran = presswatch("backfill", *args)
    assert ran.code == 2
    assert says in ran.err
    assert not (config / "data").exists()


def test_a_list_that_is_not_there_is_said(presswatch: Callable[..., Any], config: Path) -> None:
    ran = presswatch("backfill", "urls", "none.txt")
    assert ran.code == 3
    assert "can't read none.txt: no such file" in ran.err


def test_pages_out_of_a_warc_file_are_stored_once_and_those_of_others_counted(
    presswatch: Callable[..., Any], config: Path, site: Site
) -> None:
    urls = [f"{site.base}/2025/05/{n:02}/w" for n in range(1, 6)]
    pages = [_response(url, story(n)) for n, url in enumerate(urls)]
    pages.append(_response("https://elsewhere.example/1", story(99)))
    (config / "a.warc.gz").write_bytes(b"".join(map(gzip.compress, pages)))
    first = json.loads(presswatch("backfill", "warc", "a.warc.gz", "--json").out)
    assert (first["new"], first["of_others"]) == (5, 1)
    again = json.loads(presswatch("backfill", "warc", "a.warc.gz", "--json").out)
    assert (again["new"], again["known"]) == (0, 5)
    assert not asked_pages(site)
    taken = json.loads(presswatch("backfill", "warc", "a.warc.gz", "--source", "other", "--json").out)
    assert taken["new"] == 1
    (config / "b.warc.gz").write_bytes(b"<html>no archive")
    wrong = presswatch("backfill", "warc", "b.warc.gz")
    assert wrong.code == 1
    assert "no WARC file" in wrong.err


def _response(url: str, body: bytes) -> bytes:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2025-05-30T00:00:00Z\r\n"
        f"WARC-Target-URI: {url}\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGINT])
def test_a_backfill_that_was_stopped_half_way_fetches_what_is_missing(
    presswatch: Callable[..., Any], config: Path, site: Site, signum: signal.Signals
) -> None:
    for path in [path for path in site.answers if path.startswith("/2025/")]:
        site.answers[path] = slowly(site.answers[path], 0.1)
    process = subprocess.Popen(
        [sys.executable, "-m", "flows", "backfill", "sitemap", "--source", "harbour"],
        cwd=config,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        text=True,
    )
    _wait_for(lambda: len(asked_pages(site)) >= PAGES // 2)
    process.send_signal(signum)
    _, err = process.communicate(timeout=120)
    assert process.returncode == (-signal.SIGKILL if signum == signal.SIGKILL else 130), err
    before = len(asked_pages(site))
    assert before < PAGES
    ran = presswatch("backfill", "sitemap", "--source", "harbour", "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["found"]) == (0, PAGES)
    assert rows(config, "SELECT count(*), count(DISTINCT article_id) FROM article_versions") == [
        (PAGES, PAGES)
    ]
    if signum == signal.SIGINT:
        assert len(asked_pages(site)) == PAGES, "nothing is fetched twice"
        assert rows(config, "SELECT status FROM runs ORDER BY started_at") == [("stopped",), ("done",)]


def _wait_for(condition: Callable[[], bool], limit_s: float = 120.0) -> None:
    give_up_at = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)
