"""robots.txt: asked once, obeyed, believed for a day; what can't be had forbids for now."""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from extractors.errors import RateLimited, SourceError
from extractors.model import Request, Response, RobotsRecord
from extractors.web.client import WebClient
from extractors.web.robots import answered_record, product_token, read_rules

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PAGE = b"the page"
ORIGIN = "https://news.example"


def record(body: str, http_status: int = 200) -> RobotsRecord:
    return RobotsRecord(ORIGIN, http_status, body, NOW, NOW + timedelta(days=1))


def allows(body: str, path: str, agent: str = "presswatch") -> bool:
    return read_rules(record(body), agent).allow(ORIGIN + path)


# ------------------------------------------------------------------------------------------------------- the rules


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [
        ("presswatch (+https://example.org/about-our-crawler)", "presswatch"),
        ("PressWatch/0.1", "presswatch"),
        ("news-bot_2/1 (x)", "news-bot_2"),
        ("", "*"),
    ],
)
def test_the_product_token_is_the_first_word_without_its_version(user_agent: str, token: str) -> None:
    assert product_token(user_agent) == token


def test_our_own_group_is_obeyed_and_no_other() -> None:
    body = "User-agent: *\nDisallow: /\n\nUser-agent: PressWatch\nDisallow: /private/\nUser-agent: b\nDisallow: /x"
    assert allows(body, "/news")
    assert allows(body, "/x")
    assert not allows(body, "/private/a")
    assert not allows(body, "/news", agent="another")


@pytest.mark.parametrize(
    "line", ["User-agent: presswatch/2.0", "user agent presswatch", "USERAGENT:presswatch*"]
)
def test_our_name_is_found_in_the_ways_that_sites_write_it(line: str) -> None:
    assert not allows(f"{line}\nDisallow: /a", "/a")


def test_a_name_that_only_begins_like_ours_is_not_ours() -> None:
    assert allows("User-agent: press\nDisallow: /\nUser-agent: presswatchbot\nDisallow: /", "/a")


def test_several_agents_share_a_group_and_several_groups_are_one() -> None:
    shared = "User-agent: a\nUser-agent: presswatch\nDisallow: /1\n"
    body = shared + "User-agent: b\nDisallow: /2\nUser-agent: presswatch\nDisallow: /3"
    assert [allows(body, f"/{n}") for n in (1, 2, 3)] == [False, True, False]


def test_the_longest_rule_wins_with_wildcards_and_ends() -> None:
    body = "User-agent: *\nDisallow: /a*\nAllow: /a/public\nDisallow: /*.pdf$\nSitemap: https://x/\nAllow: /b"
    assert [allows(body, path) for path in ("/a/x", "/a/public/1", "/x.pdf", "/x.pdf?1")] == [
        False,
        True,
        False,
        True,
    ]


def test_a_byte_order_mark_and_broken_bytes_do_not_hide_the_first_line() -> None:
    body = b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /a\xff\x00\r\nDisallow: /b"
    rules = read_rules(answered_record(ORIGIN, 200, body, NOW), "presswatch")
    assert not rules.allow(f"{ORIGIN}/b")


def test_a_crawl_delay_is_kept_up_to_half_a_minute() -> None:
    def delay_s(value: str) -> float:
        return read_rules(record(f"User-agent: *\nCrawl-delay: {value}"), "presswatch").crawl_delay_s

    assert [delay_s(value) for value in ("2.5", "3600", "-1", "nan", "inf", "soon")] == [
        2.5,
        30.0,
        0.0,
        0.0,
        0.0,
        0.0,
    ]


@pytest.mark.parametrize(
    ("http_status", "allowed"),
    [(301, True), (404, True), (403, True), (400, True), (500, False), (503, False), (0, False)],
)
def test_what_is_not_there_allows_and_what_fails_forbids(http_status: int, allowed: bool) -> None:
    assert read_rules(record("", http_status), "presswatch").allow(f"{ORIGIN}/a") is allowed


def test_a_robots_bomb_is_read_in_no_time() -> None:
    """Sixteen thousand agents, each with sixteen thousand rules, fit into 500 KB."""
    agents = "".join(f"User-agent: bot{n:05}\n" for n in range(14_000)) + "User-agent: presswatch\n"
    rules = "".join(f"Disallow: /{n:05}\n" for n in range(12_000))
    began = time.monotonic()
    assert not allows(agents + rules, "/00007")
    assert time.monotonic() - began < 3


@given(
    st.lists(
        st.sampled_from(
            [
                "User-agent: *",
                "User-agent: presswatch",
                "User-agent: other",
                "Disallow: /a",
                "Disallow: /",
                "Allow: /a/b",
                "Disallow:",
                "",
                "# note",
                "Crawl-delay: 3",
                "Sitemap: https://x/",
                "nonsense",
                "Foo: bar",
                "Disallow /a/b$",
            ]
        )
    )
)
def test_the_group_taken_out_says_what_the_whole_file_says(lines: list[str]) -> None:
    whole = Protego.parse("\n".join(lines))
    ours = read_rules(record("\n".join(lines)), "presswatch")
    for path in ("/", "/a", "/a/b", "/a/b/c", "/c"):
        assert ours.allow(ORIGIN + path) == whole.can_fetch(ORIGIN + path, "presswatch")
    assert ours.crawl_delay_s == (whole.crawl_delay("presswatch") or 0.0)


@given(st.text(max_size=300))
def test_no_text_is_too_strange_for_a_robots_txt(text: str) -> None:
    read_rules(answered_record(ORIGIN, 200, text.encode("utf-8", "surrogatepass"), NOW), "presswatch").allow(
        ORIGIN + "/a"
    )


# ------------------------------------------------------------------------------------------------------ on the wire


def robots(loopback: Any, body: str) -> Any:
    return loopback.reply(200, body.encode(), {"Content-Type": "text/plain"})


def test_robots_txt_is_asked_first_and_once_for_all(loopback: Any, fetch: Any) -> None:
    site = loopback.site(
        {
            "/robots.txt": robots(loopback, "User-agent: *\nDisallow: /private/"),
            "*": loopback.reply(200, PAGE),
        }
    )
    urls = [site.url(f"/{n}") for n in range(8)] + [site.url("/private/1")]
    *pages, forbidden = fetch.all(urls, at_once=True, respect_robots=True)
    assert all(isinstance(page, Response) for page in pages)
    assert (forbidden.status, forbidden.retry, forbidden.retry_after_s) == ("robots", "hard", None)
    assert site.paths()[0] == "/robots.txt"
    assert site.paths().count("/robots.txt") == 1
    assert "/private/1" not in site.paths()


def test_what_was_learned_is_handed_out_once(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"/robots.txt": robots(loopback, "User-agent: *"), "*": loopback.reply(200, PAGE)})
    fetch.one(site.url(), respect_robots=True, client={"now": lambda: NOW})
    (learned,) = fetch.client.learned_robots()
    assert learned == RobotsRecord(site.url(""), 200, "User-agent: *", NOW, NOW + timedelta(days=1))
    assert fetch.client.learned_robots() == ()


def test_what_is_remembered_is_believed_until_it_expires(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"*": loopback.reply(200, PAGE)})
    for age, asked in ((timedelta(hours=23), 0), (timedelta(days=1), 1)):
        remembered = RobotsRecord(
            site.url(""), 200, "User-agent: *\nDisallow: /private", NOW, NOW + timedelta(days=1)
        )
        now = NOW + age
        client = {"robots": {site.url(""): remembered}, "now": lambda now=now: now}
        results = fetch.all([site.url("/a"), site.url("/private")], respect_robots=True, client=client)
        assert site.paths().count("/robots.txt") == asked
        assert isinstance(results[1], Response) == bool(asked)


def test_robots_txt_is_not_asked_where_it_is_not_respected(loopback: Any, fetch: Any) -> None:
    site = loopback.site(
        {"/robots.txt": robots(loopback, "User-agent: *\nDisallow: /"), "*": loopback.reply(200, PAGE)}
    )
    assert fetch.one(site.url(), respect_robots=False).body == PAGE
    assert site.paths() == ["/"]


@pytest.mark.parametrize("http_status", [400, 401, 403, 404, 410])
def test_no_robots_txt_allows_all(loopback: Any, fetch: Any, http_status: int) -> None:
    site = loopback.site({"/robots.txt": loopback.reply(http_status), "/": loopback.reply(200, PAGE)})
    assert fetch.one(site.url(), respect_robots=True).body == PAGE
    assert fetch.client.learned_robots()[0].http_status == http_status


async def silence(visit: Any) -> None:
    await asyncio.sleep(5)


async def drip(visit: Any) -> None:
    visit.write(b"HTTP/1.1 200 OK\r\n\r\n")
    await visit.drip(b"#" * 1000, 0.02)


def test_a_robots_txt_that_fails_forbids_for_now(loopback: Any, fetch: Any) -> None:
    cases = {
        "500": loopback.reply(500),
        "503": loopback.reply(503),
        "silent": silence,
        "slow": drip,
        "garbage": loopback.raw(b"\x00\x01\x02\r\n\r\n"),
        "packed": loopback.reply(200, b"\x1f\x8b\x08broken", {"Content-Encoding": "gzip"}),
    }
    for name, answer in cases.items():
        site = loopback.site({"/robots.txt": answer, "/": loopback.reply(200, PAGE)})
        error = fetch.error(site.url(), respect_robots=True, timeout_s=0.3)
        assert (name, error.status, error.retry) == (name, "robots", "soft")
        assert error.retry_after_s is not None
        assert 0 < error.retry_after_s <= 3600
        assert "/" not in site.paths()
        (learned,) = fetch.client.learned_robots()
        assert learned.http_status in (0, 500, 503)
        assert not read_rules(learned, "presswatch").allow(site.url())


def test_a_robots_txt_that_could_not_be_asked_for_says_nothing(loopback: Any, fetch: Any) -> None:
    error = fetch.error("http://127.0.3.254:9/", respect_robots=True)
    assert (error.status, error.detail) == ("connection", "at robots.txt: connection refused")
    assert fetch.client.learned_robots() == ()


def test_a_site_that_asks_for_less_at_its_robots_txt_is_left_alone(loopback: Any, fetch: Any) -> None:
    site = loopback.site(
        {"/robots.txt": loopback.reply(429, headers={"Retry-After": "100"}), "/": loopback.reply(200)}
    )
    errors = fetch.all([site.url(), site.url("/a")], respect_robots=True)
    assert all(isinstance(error, RateLimited) for error in errors)
    assert [error.url for error in errors] == [site.url(), site.url("/a")]
    assert site.paths() == ["/robots.txt"]
    assert fetch.client.learned_robots() == ()


def test_a_robots_txt_is_followed_five_times_and_then_not_there(loopback: Any, fetch: Any) -> None:
    async def on(visit: Any) -> None:
        step = int(visit.seen.path[1:])
        body = b"User-agent: *\nDisallow: /private"
        visit.write(
            loopback.http(301, headers={"Location": f"/{step - 1}"}) if step else loopback.http(200, body)
        )

    def site_with(hops: int) -> Any:
        return loopback.site(
            {
                "/robots.txt": loopback.reply(301, headers={"Location": f"/{hops - 1}"}),
                "/private": loopback.reply(200, PAGE),
                "*": on,
            }
        )

    assert fetch.error(site_with(5).url("/private"), respect_robots=True, timeout_s=30).status == "robots"
    assert fetch.one(site_with(6).url("/private"), respect_robots=True, timeout_s=30).body == PAGE


@pytest.mark.parametrize("endless", [False, True])
def test_of_a_huge_robots_txt_the_first_500_kib_count(loopback: Any, fetch: Any, endless: bool) -> None:
    begin = b"User-agent: *\nDisallow: /private\n"
    filler = b"# nothing to see\n" * 4_000

    async def pour(visit: Any) -> None:
        visit.write(b"HTTP/1.1 200 OK\r\n\r\n" + begin)
        await visit.pour(filler, 1_000 if endless else 12)
        visit.close()

    site = loopback.site({"/robots.txt": pour, "*": loopback.reply(200, PAGE)})
    page, forbidden = fetch.all([site.url("/a"), site.url("/private")], respect_robots=True, timeout_s=30)
    assert page.body == PAGE
    assert forbidden.status == "robots"
    assert len(fetch.client.learned_robots()[0].body) == 500 * 1024


def test_the_target_of_a_redirect_is_asked_for_as_well(loopback: Any, fetch: Any) -> None:
    there = loopback.site(
        {"/robots.txt": robots(loopback, "User-agent: *\nDisallow: /private"), "*": loopback.reply(200, PAGE)}
    )
    here = loopback.site({"/": loopback.reply(302, headers={"Location": there.url("/private")})})
    error = fetch.error(here.url(), respect_robots=True)
    assert (error.status, error.url) == ("robots", there.url("/private"))
    assert there.paths() == ["/robots.txt"]


def test_a_crawl_delay_longer_than_ours_is_kept(loopback: Any, fetch: Any) -> None:
    site = loopback.site(
        {"/robots.txt": robots(loopback, "User-agent: *\nCrawl-delay: 0.2"), "*": loopback.reply(200, PAGE)}
    )
    fetch.all([site.url(f"/{n}") for n in range(3)], respect_robots=True, at_once=True, per_host_delay_s=0.1)
    assert site.gaps()[0] >= 0.05
    assert statistics.median(site.gaps()[1:]) >= 0.2


def test_the_delay_of_a_host_can_be_asked_for(loopback: Any, fetch: Any) -> None:
    site = loopback.site(
        {"/robots.txt": robots(loopback, "User-agent: *\nCrawl-delay: 7\nDisallow: /private")}
    )

    async def delay_s(path: str, **settings: Any) -> float:
        async with WebClient(fetch.settings(per_host_delay_s=0.5, **settings)) as web:
            return await web.delay_s(site.url(path))

    assert asyncio.run(delay_s("/", respect_robots=True)) == 7.0
    assert asyncio.run(delay_s("/", respect_robots=False)) == 0.5
    with pytest.raises(SourceError, match="disallowed"):
        asyncio.run(delay_s("/private", respect_robots=True))


def test_one_who_gives_up_does_not_take_robots_txt_from_the_others(loopback: Any, fetch: Any) -> None:
    async def slowly(visit: Any) -> None:
        await asyncio.sleep(0.2)
        visit.write(loopback.http(404))

    site = loopback.site({"/robots.txt": slowly, "/": loopback.reply(200, PAGE)})

    async def go() -> Response:
        async with WebClient(fetch.settings(respect_robots=True)) as web:
            impatient = asyncio.create_task(web.get(Request(site.url(), "a")))
            patient = asyncio.create_task(web.get(Request(site.url(), "b")))
            await asyncio.sleep(0.05)
            impatient.cancel()
            return await patient

    assert asyncio.run(go()).body == PAGE
    assert site.paths() == ["/robots.txt", "/"]


def test_leaving_while_robots_txt_is_fetched_leaves_nothing_behind(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"/robots.txt": silence})

    async def go() -> bool:
        async with WebClient(fetch.settings(respect_robots=True, timeout_s=30)) as web:
            task = asyncio.create_task(web.get(Request(site.url(), "a")))
            await asyncio.sleep(0.05)
            task.cancel()
        return len(asyncio.all_tasks()) <= 2

    began = time.monotonic()
    assert asyncio.run(go())
    assert time.monotonic() - began < 1


def test_errors_at_robots_txt_are_told_for_each_page(loopback: Any, fetch: Any) -> None:
    urls = [f"http://127.0.3.254:9/{n}" for n in range(5)]
    errors = fetch.all(urls, respect_robots=True, at_once=True)
    assert [error.url for error in errors if isinstance(error, SourceError)] == urls


def test_a_host_with_a_long_crawl_delay_gets_some_of_our_time_and_the_rest_is_postponed(
    loopback: Any, fetch: Any
) -> None:
    site = loopback.site(
        {"/robots.txt": robots(loopback, "User-agent: *\nCrawl-delay: 0.2"), "*": loopback.reply(200, PAGE)}
    )
    urls = [site.url(f"/{n}") for n in range(5)]
    results = fetch.all(urls, respect_robots=True, client={"patience_s": 0.5})
    assert [getattr(result, "status", "had") for result in results] == ["had", "had"] + ["pending"] * 3
    assert results[-1].retry_after_s == 1
    assert site.paths() == ["/robots.txt", "/0", "/1"]


def test_a_host_that_can_not_be_dialled_in_time_has_not_forbidden_anything(loopback: Any, fetch: Any) -> None:
    async def silence(reader: Any, writer: Any) -> None:
        await asyncio.sleep(5)

    site = loopback.site({}, handler=silence)  # TLS is never answered
    url = site.url("/").replace("http:", "https:")
    assert fetch.error(url, respect_robots=True, timeout_s=0.3).status == "timeout"
