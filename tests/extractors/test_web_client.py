"""What comes out of the door to the web: a complete answer, or the right error, whatever a server does."""

from __future__ import annotations

import asyncio
import gzip
import time
import zlib
from typing import Any

import pytest

from extractors.errors import SourceError
from extractors.model import Response, Validators

PAGE = b"<html><p>Something happened.</p></html>"


def chunked(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


# --------------------------------------------------------------------------------------------------- what goes well


def test_a_page_comes_whole_with_what_its_headers_say(loopback: Any, fetch: Any) -> None:
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "ETag": 'W/"v1"',
        "Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT",
        "Cache-Control": "public, max-age=600",
    }
    site = loopback.site({"/": loopback.reply(200, PAGE, headers)})
    response = fetch.one(site.url())
    assert response.body == PAGE
    assert response.content_type == "text/html; charset=utf-8"
    assert response.validators == Validators('W/"v1"', "Mon, 23 Nov 2026 10:00:00 GMT")
    assert (response.http_status, response.max_age_s, response.redirects) == (200, 600, 0)
    assert response.final_url == site.url()
    assert response.permanent_url is None
    assert 0 <= response.elapsed_ms < 500


def test_a_request_says_honestly_who_asks_and_what_it_can_read(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"*": loopback.reply(200, PAGE)})
    fetch.one(site.url("/a?b=c d"), user_agent="presswatch/0.1 (+https://example.org/bot)")
    seen = site.seen[0]
    assert seen.path == "/a?b=c%20d"
    assert seen.headers["user-agent"] == "presswatch/0.1 (+https://example.org/bot)"
    assert seen.headers["accept-encoding"] == "gzip, deflate"
    assert seen.headers["host"] == f"{site.address}:{site.port}"
    assert "cookie" not in seen.headers
    assert "if-none-match" not in seen.headers


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(PAGE)),
        ("x-gzip", gzip.compress(PAGE)),
        ("GZIP, identity", gzip.compress(PAGE)),
        ("gzip", gzip.compress(PAGE[:10]) + gzip.compress(PAGE[10:])),
        ("gzip", gzip.compress(PAGE) + b"\0" * 512),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)[2:-4]),
        ("identity", PAGE),
        ("", PAGE),
    ],
)
def test_each_accepted_coding_gives_the_page(loopback: Any, fetch: Any, coding: str, packed: bytes) -> None:
    site = loopback.site({"/": loopback.reply(200, packed, {"Content-Encoding": coding})})
    assert fetch.one(site.url()).body == PAGE


def test_an_empty_packed_body_is_an_empty_page(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"/": loopback.reply(200, b"", {"Content-Encoding": "gzip"})})
    assert fetch.one(site.url()).body == b""


def test_chunked_bodies_and_bodies_up_to_the_close_come_whole(loopback: Any, fetch: Any) -> None:
    site = loopback.site(
        {
            "/chunked": loopback.raw(
                HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(PAGE[:5], PAGE[5:]), end="keep"
            ),
            "/close": loopback.raw(HEAD + b"\r\n", PAGE),
            "/http10": loopback.raw(b"HTTP/1.0 200 OK\r\n\r\n" + PAGE),
            "/203": loopback.reply(203, PAGE),
        }
    )
    for response in fetch.all([site.url(path) for path in ("/chunked", "/close", "/http10", "/203")]):
        assert isinstance(response, Response), response
        assert response.body == PAGE
        assert response.http_status == 200


# --------------------------------------------------------------------------------------------- conditional requests


def test_unchanged_is_a_304_that_keeps_the_validators_it_was_asked_with(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"/": loopback.reply(304, headers={"ETag": '"new"'})})
    response = fetch.one(site.url(), validators=Validators('"old"', "Mon, 23 Nov 2026 10:00:00 GMT"))
    assert (response.http_status, response.body) == (304, b"")
    assert response.validators == Validators('"new"', "Mon, 23 Nov 2026 10:00:00 GMT")
    assert site.seen[0].headers["if-none-match"] == '"old"'
    assert site.seen[0].headers["if-modified-since"] == "Mon, 23 Nov 2026 10:00:00 GMT"


def test_a_304_that_nobody_asked_for_is_an_error(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"/": loopback.reply(304)})
    assert fetch.error(site.url()).status == "http_3xx"


@pytest.mark.parametrize("etag", ['"' + "x" * 1100 + '"', '"caf\xe9"', '"a\tb"'])
def test_a_validator_that_would_break_a_request_is_neither_kept_nor_sent(
    loopback: Any, fetch: Any, etag: str
) -> None:
    site = loopback.site({"/": loopback.reply(200, PAGE, {"ETag": etag, "Last-Modified": "x" * 1100})})
    response = fetch.one(site.url(), validators=Validators(etag, "\x7f"))
    assert response.validators == Validators()
    assert not {"if-none-match", "if-modified-since"} & site.seen[0].headers.keys()


# ------------------------------------------------------------------------------------------------------- by status


@pytest.mark.parametrize(
    ("http_status", "status"),
    [
        (201, "protocol"),
        (202, "protocol"),
        (204, "empty"),
        (205, "empty"),
        (206, "protocol"),
        (300, "http_3xx"),
        (305, "http_3xx"),
        (306, "http_3xx"),
        (400, "http_4xx"),
        (401, "http_4xx"),
        (403, "http_4xx"),
        (404, "http_4xx"),
        (408, "http_4xx"),
        (410, "http_4xx"),
        (418, "http_4xx"),
        (429, "rate_limited"),
        (451, "http_4xx"),
        (500, "http_5xx"),
        (501, "http_5xx"),
        (503, "http_5xx"),
        (511, "http_5xx"),
        (600, "protocol"),
        (999, "protocol"),
    ],
)
def test_every_status_has_its_name(loopback: Any, fetch: Any, http_status: int, status: str) -> None:
    body = b"" if http_status == 204 else b"sorry"
    answer = loopback.http(http_status, body, length=http_status != 204)
    site = loopback.site({"/": loopback.raw(answer, end="keep")})
    error = fetch.error(site.url())
    assert (error.status, error.http_status) == (status, http_status)
    assert error.url == site.url()
    assert error.elapsed_ms is not None


def test_gone_is_final(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"/": loopback.reply(410)})
    assert fetch.error(site.url()).retry == "final"


def test_a_switch_of_protocols_is_refused(loopback: Any, fetch: Any) -> None:
    site = loopback.site(
        {"/": loopback.raw(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")}
    )
    assert fetch.error(site.url()).status == "protocol"


@pytest.mark.parametrize(
    ("http_status", "stated", "status", "retry_after_s"),
    [
        (503, "120", "rate_limited", 120),
        (429, "7", "rate_limited", 7),
        (429, "99999999999", "rate_limited", 86_400),
        (429, "soon", "rate_limited", None),
        (503, "Tue, 01 Jan 2036 00:00:00 GMT", "rate_limited", 86_400),
        (503, "Tue, 01 Jan 2006 00:00:00 GMT", "rate_limited", 0),
        (503, "Tue, 01 Jan 9999 00:00:00 -9999", "rate_limited", None),
        (500, "30", "http_5xx", 30),
        (403, "30", "http_4xx", 30),
    ],
)
def test_retry_after_is_told_and_bounded_and_not_slept(
    loopback: Any, fetch: Any, http_status: int, stated: str, status: str, retry_after_s: int | None
) -> None:
    site = loopback.site({"/": loopback.reply(http_status, b"", {"Retry-After": stated})})
    began = time.monotonic()
    error = fetch.error(site.url())
    assert (error.status, error.retry_after_s) == (status, retry_after_s)
    assert len(site.seen) == 1
    assert time.monotonic() - began < 0.4


# ------------------------------------------------------------------------------------------------ time and amount


async def silence(visit: Any) -> None:
    await asyncio.sleep(10)


async def drip_head(visit: Any) -> None:
    await visit.drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000, 0.02)


async def drip_body(visit: Any) -> None:
    visit.write(HEAD + b"Content-Length: 1000\r\n\r\n")
    await visit.drip(b"x" * 1000, 0.02)


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (silence, "no answer within 0.3 s"),
        (drip_head, "no answer within 0.3 s"),
        (drip_body, "body not complete within 0.3 s"),
    ],
)
def test_the_time_limit_is_for_the_whole_request(loopback: Any, fetch: Any, answer: Any, detail: str) -> None:
    site = loopback.site({"/": answer})
    began = time.monotonic()
    error = fetch.error(site.url(), timeout_s=0.3)
    assert (error.status, error.detail) == ("timeout", detail)
    assert 250 <= (error.elapsed_ms or 0) < 600
    assert time.monotonic() - began < 1.0
    assert len(site.seen) == 1


def test_redirects_share_one_time_limit(loopback: Any, fetch: Any) -> None:
    async def slowly(visit: Any) -> None:
        await asyncio.sleep(0.15)
        step = int(visit.seen.path[1:] or "0")
        visit.write(loopback.http(302, headers={"Location": f"/{step + 1}"}))

    site = loopback.site({"*": slowly})
    began = time.monotonic()
    assert fetch.error(site.url("/0"), timeout_s=0.4).status == "timeout"
    assert time.monotonic() - began < 0.8


async def endless(visit: Any) -> None:
    visit.write(HEAD + b"\r\n")
    await visit.pour(b"x" * 65_536)


async def endless_chunks(visit: Any) -> None:
    visit.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    await visit.pour(b"10000\r\n" + b"x" * 65_536 + b"\r\n")


async def endless_head(visit: Any) -> None:
    visit.write(HEAD)
    await visit.pour(b"X-Filler: " + b"x" * 8_000 + b"\r\n")


def bomb(coding: str, megabytes: int = 50) -> bytes:
    packer = zlib.compressobj(9, wbits={"gzip": 31, "deflate": 15}[coding])
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(megabytes)) + packer.flush()


@pytest.mark.parametrize("answer", [endless, endless_chunks])
def test_an_endless_body_ends_at_the_limit(loopback: Any, fetch: Any, answer: Any) -> None:
    site = loopback.site({"/": answer})
    assert fetch.error(site.url(), timeout_s=30).status == "too_large"


def test_an_endless_head_is_no_http(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"/": endless_head})
    assert fetch.error(site.url(), timeout_s=30).status == "protocol"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_noticed_at_the_limit(loopback: Any, fetch: Any, coding: str) -> None:
    packed = bomb(coding)
    assert len(packed) < 60_000
    site = loopback.site({"/": loopback.reply(200, packed, {"Content-Encoding": coding})})
    assert fetch.error(site.url()).status == "too_large"


def test_a_body_announced_too_large_is_not_read(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"/": loopback.raw(HEAD + b"Content-Length: 50000000\r\n\r\n", end="keep")})
    error = fetch.error(site.url())
    assert error.status == "too_large"
    assert (error.elapsed_ms or 0) < 300


def test_a_body_as_large_as_allowed_is_taken(loopback: Any, fetch: Any) -> None:
    site = loopback.site(
        {"/": loopback.reply(200, b"x" * 100_000), "/1": loopback.reply(200, b"x" * 100_001)}
    )
    assert len(fetch.one(site.url()).body) == 100_000
    assert fetch.error(site.url("/1")).status == "too_large"


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", b"\x0b\x02\x80page\x03"),
        ("zstd", b"\x28\xb5\x2f\xfd"),
        ("compress", b"x"),
        ("gzip, gzip", gzip.compress(gzip.compress(PAGE))),
        ("gzip, br", b"x"),
        ("gzip", gzip.compress(PAGE)[:-6]),
        ("gzip", PAGE),
        ("gzip", b"\x1f\x8b\x08" + b"\xff" * 40),
        ("deflate", zlib.compress(PAGE)[:-6]),
        ("deflate", b"\xff" * 40),
        ("gzip", gzip.compress(b"") * 2000),
        ("\x1b[31mred", b"x"),
    ],
)
def test_what_can_not_be_unpacked_is_said_so(loopback: Any, fetch: Any, coding: str, body: bytes) -> None:
    site = loopback.site({"/": loopback.reply(200, body, {"Content-Encoding": coding})})
    error = fetch.error(site.url())
    assert error.status == "decode"
    assert error.detail.isprintable()


def test_two_headers_for_two_codings_are_two_codings(loopback: Any, fetch: Any) -> None:
    body = gzip.compress(zlib.compress(PAGE))
    head = HEAD + b"Content-Encoding: deflate\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(
        body
    )
    site = loopback.site({"/": loopback.raw(head + body, end="keep")})
    assert fetch.error(site.url()).status == "decode"


def test_a_body_in_crumbs_does_not_hold_up_the_others(loopback: Any, fetch: Any) -> None:
    async def crumbs(visit: Any) -> None:
        visit.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        await visit.pour(b"1\r\nx\r\n" * 2_000, 50)

    site = loopback.site({"/": crumbs})
    other = loopback.site({"/": loopback.reply(200, PAGE)})
    crumbled, page = fetch.all([site.url(), other.url()], at_once=True, timeout_s=30)
    assert isinstance(crumbled, SourceError)
    assert isinstance(page, Response)
    assert crumbled.detail == "a body in crumbs"
    assert page.elapsed_ms < (crumbled.elapsed_ms or 0)


# ------------------------------------------------------------------------------------- broken and brought back


@pytest.mark.parametrize(
    ("pieces", "end", "status"),
    [
        ((), "abort", "connection"),
        ((), "close", "connection"),
        ((b"HTTP/1.1 200 OK\r\nContent-Le",), "close", "protocol"),
        ((b"HTTP/1.1 200 OK\r\nContent-Le",), "abort", "protocol"),
        ((b"\x16\x03\x01\x02\x00garbage\r\n\r\n",), "close", "protocol"),
        ((b"220 mail.example.org ESMTP\r\n",), "keep", "protocol"),
        ((b"HTTP/1.1 ABC OK\r\n\r\n",), "close", "protocol"),
        ((HEAD + b"Content-Length: 100\r\n\r\n" + PAGE,), "close", "protocol"),
        ((HEAD + b"Content-Length: 100\r\n\r\n" + PAGE,), "abort", "protocol"),
        ((HEAD + b"Content-Length: -5\r\n\r\n",), "close", "protocol"),
        ((HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nxxxxxx",), "close", "protocol"),
        ((HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nxx\r\n",), "close", "protocol"),
        ((HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nxxxxxxx\r\n0\r\n\r\n",), "close", "protocol"),
        ((HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffffff\r\n",), "close", "protocol"),
        ((HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nxxxxx\r\n",), "close", "protocol"),
        ((HEAD + b"Transfer-Encoding: gzip\r\n\r\nx",), "close", "protocol"),
        ((HEAD + b"Bad Header\r\n\r\n",), "close", "protocol"),
        ((HEAD + b"X: a\0b\r\n\r\n",), "close", "protocol"),
    ],
)
def test_what_breaks_is_named_after_a_second_try(
    loopback: Any, fetch: Any, pieces: tuple[bytes, ...], end: str, status: str
) -> None:
    site = loopback.site({"/": loopback.raw(*pieces, end=end)})
    error = fetch.error(site.url(), timeout_s=2)
    assert error.status == status
    assert error.detail.isprintable()
    assert len(site.seen) == 2


def test_a_shorter_content_length_cuts_the_page_and_spoils_the_connection(loopback: Any, fetch: Any) -> None:
    lie = loopback.raw(HEAD + b"Content-Length: 5\r\n\r\n" + PAGE, end="keep")
    site = loopback.site({"/lie": lie, "/page": loopback.reply(200, PAGE)})
    cut, page = fetch.all([site.url("/lie"), site.url("/page")])
    assert cut.body == PAGE[:5]
    assert page.body == PAGE
    assert site.paths() == ["/lie", "/page"]
    assert site.connections == 2


def test_a_304_with_a_body_does_not_spoil_the_next_answer(loopback: Any, fetch: Any) -> None:
    forged = loopback.http(200, b"not the page")
    site = loopback.site(
        {
            "/": loopback.raw(b"HTTP/1.1 304 Not Modified\r\n\r\n" + forged, end="keep"),
            "/page": loopback.reply(200, PAGE),
        }
    )
    unchanged, page = fetch.all([site.url(), site.url("/page")], validators=Validators('"v"'))
    assert unchanged.http_status == 304
    assert page.body == PAGE


def test_what_comes_before_the_answer_is_passed_over_up_to_a_point(loopback: Any, fetch: Any) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
    site = loopback.site(
        {
            "/": loopback.raw(early + loopback.http(200, PAGE), end="keep"),
            "/never": loopback.raw(early * 50, end="keep"),
        }
    )
    assert fetch.one(site.url()).body == PAGE
    assert fetch.error(site.url("/never")).status == "protocol"


def test_an_answer_given_before_the_request_was_read_is_heard(loopback: Any, fetch: Any) -> None:
    async def busy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(loopback.http(503, b"busy", {"Retry-After": "60"}))
        await writer.drain()
        writer.close()

    site = loopback.site({}, handler=busy)
    assert fetch.error(site.url()).status == "rate_limited"


@pytest.mark.parametrize("rest", [b"cut", b"x" * 100_000, b"zz\r\n"])
def test_the_body_of_an_error_does_not_matter(loopback: Any, fetch: Any, rest: bytes) -> None:
    head = b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = rest if rest.startswith(b"zz") else b"%x\r\n%s" % (len(rest), rest)
    site = loopback.site({"/": loopback.raw(head + chunk), "/page": loopback.reply(200, PAGE)})
    error, page = fetch.all([site.url(), site.url("/page")])
    assert (error.status, error.http_status) == ("http_4xx", 404)
    assert page.body == PAGE


def test_an_error_page_that_drips_is_left_after_a_second(loopback: Any, fetch: Any) -> None:
    async def drip(visit: Any) -> None:
        visit.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\n")
        await visit.drip(b"x" * 1000, 0.02)

    site = loopback.site({"/": drip})
    began = time.monotonic()
    assert fetch.error(site.url(), timeout_s=10).status == "http_4xx"
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("http_status", [408, 500, 502, 503, 504])
def test_a_server_that_fails_once_is_asked_again(loopback: Any, fetch: Any, http_status: int) -> None:
    site = loopback.site({"/": loopback.in_turn(loopback.reply(http_status), loopback.reply(200, PAGE))})
    assert fetch.one(site.url()).body == PAGE
    assert len(site.seen) == 2


@pytest.mark.parametrize(
    "first",
    [b"", HEAD + b"Content-Length: 100\r\n\r\n" + PAGE, HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nxx"],
)
def test_a_connection_that_breaks_once_is_no_failure(loopback: Any, fetch: Any, first: bytes) -> None:
    site = loopback.site({"/": loopback.in_turn(loopback.raw(first, end="abort"), loopback.reply(200, PAGE))})
    assert fetch.one(site.url()).body == PAGE
    assert len(site.seen) == 2


@pytest.mark.parametrize("http_status", [404, 501, 505])
def test_an_answer_that_will_not_change_is_not_asked_for_twice(
    loopback: Any, fetch: Any, http_status: int
) -> None:
    site = loopback.site({"/": loopback.reply(http_status)})
    fetch.error(site.url())
    assert len(site.seen) == 1


def test_a_refused_connection_says_so(fetch: Any) -> None:
    error = fetch.error("http://127.0.3.254:9/")
    assert (error.status, error.detail) == ("connection", "connection refused")


# ----------------------------------------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/relative",
        "example.org/page",
        "ftp://127.0.3.1/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "gopher://127.0.3.1/",
        "http://",
        "http:///path",
        "http://[::1",
        "http://127.0.3.1:99999/",
        "http://127.0.3.1:0/",
        "http://127.0.3.1:port/",
        "http://exa mple.org/",
        "http://example.org/\x00",
        "http://example.org/a\nb",
        "http://example.org/\ud800",
        "http://\u2603\u200b.example/",
        "http://" + "a" * 300 + ".example/",
        "http://example.org/" + "x" * 1_000_000,
    ],
)
def test_what_is_no_address_of_a_page_is_not_fetched(fetch: Any, url: str) -> None:
    error = fetch.error(url)
    assert error.status == "redirect"
    assert error.retry == "hard"


def test_a_name_in_a_url_is_not_sent_and_a_fragment_neither(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"/page": loopback.reply(200, PAGE)})
    response = fetch.one(f"HTTP://user:secret@{site.address}:{site.port}/page#part")
    assert response.final_url == site.url("/page")
    assert "authorization" not in site.seen[0].headers


def test_a_proxy_of_the_environment_is_not_used(
    loopback: Any, fetch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.3.254:9")
    site = loopback.site({"/": loopback.reply(200, PAGE)})
    assert fetch.one(site.url()).body == PAGE


def test_a_user_agent_that_breaks_headers_is_refused(fetch: Any) -> None:
    with pytest.raises(ValueError, match="user_agent"):
        fetch.all([], user_agent="bad\r\nX-Injected: yes")
