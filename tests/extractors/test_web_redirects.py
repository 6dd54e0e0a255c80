"""Redirects: followed hop by hop, each hop checked, counted and paced, and the lasting ones remembered."""

from __future__ import annotations

from typing import Any

import pytest

from extractors.errors import BadRedirect
from extractors.model import Validators
from extractors.web.redirects import Trail
from extractors.web.target import read_target

PAGE = b"the page"


def to(loopback: Any, location: str, http_status: int = 302) -> Any:
    return loopback.reply(http_status, b"moved", {"Location": location})


@pytest.mark.parametrize("http_status", [301, 302, 303, 307, 308])
def test_each_kind_of_redirect_is_followed(loopback: Any, fetch: Any, http_status: int) -> None:
    site = loopback.site(
        {"/": to(loopback, "/there?a=b#part", http_status), "/there?a=b": loopback.reply(200, PAGE)}
    )
    response = fetch.one(site.url())
    assert response.body == PAGE
    assert response.url == site.url()
    assert response.final_url == site.url("/there?a=b")
    assert response.redirects == 1
    assert response.permanent_url == (site.url("/there?a=b") if http_status in (301, 308) else None)


def test_the_permanent_url_ends_where_the_chain_of_permanent_redirects_does(
    loopback: Any, fetch: Any
) -> None:
    site = loopback.site(
        {
            "/1": to(loopback, "/2", 301),
            "/2": to(loopback, "/3", 308),
            "/3": to(loopback, "/4", 302),
            "/4": to(loopback, "/5", 301),
            "/5": loopback.reply(200, PAGE),
        }
    )
    response = fetch.one(site.url("/1"))
    assert response.permanent_url == site.url("/3")
    assert response.final_url == site.url("/5")
    assert response.redirects == 4


def test_a_redirect_that_is_temporary_first_moves_nothing(loopback: Any, fetch: Any) -> None:
    site = loopback.site(
        {"/1": to(loopback, "/2", 302), "/2": to(loopback, "/3", 301), "/3": loopback.reply(200, PAGE)}
    )
    assert fetch.one(site.url("/1")).permanent_url is None


def test_a_redirect_leads_to_another_host_with_the_validators(loopback: Any, fetch: Any) -> None:
    there = loopback.site({"/feed": loopback.reply(304)})
    here = loopback.site({"/feed": to(loopback, there.url("/feed"), 301)})
    response = fetch.one(here.url("/feed"), validators=Validators('"v"'))
    assert (response.http_status, response.permanent_url) == (304, there.url("/feed"))
    assert there.seen[0].headers["if-none-match"] == '"v"'


def test_as_many_redirects_as_allowed_are_followed_and_not_one_more(loopback: Any, fetch: Any) -> None:
    async def on(visit: Any) -> None:
        step = int(visit.seen.path[1:])
        visit.write(
            loopback.http(302, headers={"Location": f"/{step - 1}"}) if step else loopback.http(200, PAGE)
        )

    site = loopback.site({"*": on})
    assert fetch.one(site.url("/3"), max_redirects=3).redirects == 3
    error = fetch.error(site.url("/4"), max_redirects=3)
    assert (error.status, error.detail, error.http_status) == ("redirect", "more than 3 redirects", 302)
    assert fetch.error(site.url("/1"), max_redirects=0).status == "redirect"


@pytest.mark.parametrize("loop", [{"/a": "/a"}, {"/a": "/b", "/b": "/a"}, {"/a": "/a#again"}])
def test_a_loop_is_noticed_at_once(loopback: Any, fetch: Any, loop: dict[str, str]) -> None:
    site = loopback.site({path: to(loopback, target) for path, target in loop.items()})
    error = fetch.error(site.url("/a"), max_redirects=50)
    assert error.status == "redirect"
    assert error.detail.startswith("a loop")
    assert len(site.seen) == len(loop)


@pytest.mark.parametrize(
    "location",
    [
        "",
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,page",
        "about:blank",
        "http://",
        "http://[::1",
        "http://:80/",
        "http://example.org:99999/",
        "/" + "x" * 10_000,
        "http://" + "x" * 300 + ".example/",
    ],
)
def test_a_redirect_to_where_no_page_can_be_is_not_followed(loopback: Any, fetch: Any, location: str) -> None:
    site = loopback.site({"/": to(loopback, location)})
    error = fetch.error(site.url())
    assert (error.status, error.http_status) == ("redirect", 302)
    assert error.detail.isprintable()
    assert len(error.detail) < 250
    assert len(site.seen) == 1


def test_a_redirect_without_location_is_none(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"/": loopback.reply(301)})
    assert fetch.error(site.url()).detail == "a redirect without Location"


def test_a_location_in_raw_utf_8_with_spaces_is_understood(loopback: Any, fetch: Any) -> None:
    location = "/f\xfcr alle".encode().decode("latin-1")
    site = loopback.site({"/": to(loopback, location), "/f%C3%BCr%20alle": loopback.reply(200, PAGE)})
    assert fetch.one(site.url()).body == PAGE


def test_a_location_in_latin_1_is_no_crash(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"/": to(loopback, "/f\xfcr"), "*": loopback.reply(200, PAGE)})
    assert fetch.one(site.url()).body == PAGE


def test_a_large_body_beside_a_redirect_is_left(loopback: Any, fetch: Any) -> None:
    async def large(visit: Any) -> None:
        visit.write(b"HTTP/1.1 302 Found\r\nLocation: /page\r\nTransfer-Encoding: chunked\r\n\r\n")
        await visit.pour(b"10000\r\n" + b"x" * 65_536 + b"\r\n")

    site = loopback.site({"/": large, "/page": loopback.reply(200, PAGE)})
    assert fetch.one(site.url()).body == PAGE


def test_a_meta_refresh_is_a_page_like_any_other(loopback: Any, fetch: Any) -> None:
    body = b'<meta http-equiv="refresh" content="0; url=/other">'
    site = loopback.site({"/": loopback.reply(200, body, {"Refresh": "0; url=/other"})})
    assert fetch.one(site.url()).body == body
    assert site.paths() == ["/"]


def test_hops_on_one_host_are_as_far_apart_as_other_requests(loopback: Any, fetch: Any) -> None:
    site = loopback.site(
        {"/1": to(loopback, "/2"), "/2": to(loopback, "/3"), "/3": loopback.reply(200, PAGE)}
    )
    fetch.one(site.url("/1"), per_host_delay_s=0.1)
    assert site.gap() >= 0.1


def test_a_trail_refuses_what_is_no_target() -> None:
    trail = Trail(read_target("http://example.org/a"), 5)
    with pytest.raises(BadRedirect, match="not a URL"):
        trail.follow(301, "http://[")
    assert trail.hops == 0
