"""Pages out of WARC files: what archives keep, and what may be wrong with it."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Callable
from datetime import UTC, datetime

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.errors import DecodeFailed, SourceError, TooLarge
from extractors.warc import Census, WarcPage, read_pages
from extractors.warc.bodies import plain_body, unchunked

HTML = "Content-Type: text/html\r\n"
MAX_BYTES = 100_000


def record(
    url: str = "https://a.example/1",
    body: bytes = b"<html>one",
    headers: str = HTML,
    *,
    status: str = "200 OK",
    kind: str = "response",
    date: str = "WARC-Date: 2025-01-02T03:04:05Z\r\n",
    media: str = "application/http; msgtype=response",
) -> bytes:
    http = f"HTTP/1.1 {status}\r\n{headers}\r\n".encode() + body
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:1>\r\n{date}WARC-Target-URI: {url}\r\n"
        f"Content-Type: {media}\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def read(
    *records: bytes, wants: Callable[[str], bool] = lambda url: True
) -> tuple[list[WarcPage | SourceError], Census]:
    census = Census()
    pages = read_pages(io.BytesIO(b"".join(records)), max_bytes=MAX_BYTES, wants=wants, census=census)
    return list(pages), census


def packed(*records: bytes) -> list[bytes]:
    return [gzip.compress(each) for each in records]


@pytest.mark.parametrize(
    "form", [packed, lambda *records: list(records), lambda *r: [gzip.compress(b"".join(r))]]
)
def test_pages_come_with_their_address_their_body_and_their_time(form: Callable[..., list[bytes]]) -> None:
    pages, census = read(*form(record(), record("https://a.example/2", b"<p>two")))
    first, second = pages
    assert isinstance(first, WarcPage)
    assert isinstance(second, WarcPage)
    assert (first.url, first.body, first.content_type) == ("https://a.example/1", b"<html>one", "text/html")
    assert first.fetched_at == datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert second.body == b"<p>two"
    assert census == Census(records=2, pages=2)


def test_what_is_no_page_is_counted_and_left() -> None:
    pages, census = read(
        *packed(
            record(status="301 Moved"),
            record(headers="Content-Type: image/png\r\n"),
            record(url="dns:a.example", media="text/dns"),
            record(kind="request"),
            record(kind="revisit"),
            record(url="javascript:void(0)"),
            record(url="https://other.example/1"),
        ),
        wants=lambda url: "a.example" in url,
    )
    assert pages == []
    assert census == Census(records=5, others=3, unwanted=2)
    assert census.in_words() == "5 records: 0 pages, 3 of other kinds, 2 of no source"


def test_a_page_needs_no_media_type_and_its_address_may_be_in_brackets() -> None:
    (page,), _ = read(record("<https://a.example/1>", headers=""))
    assert isinstance(page, WarcPage)
    assert page.url == "https://a.example/1"


@pytest.mark.parametrize("date", ["", "WARC-Date: yesterday\r\n"])
def test_a_time_that_is_missing_or_none_is_not_known(date: str) -> None:
    (page,), _ = read(record(date=date))
    assert isinstance(page, WarcPage)
    assert page.fetched_at is None


CODED = [
    ("gzip", gzip.compress(b"<html>x")),
    ("x-gzip", gzip.compress(b"<html>x")),
    ("deflate", zlib.compress(b"<html>x")),
    ("deflate", zlib.compress(b"<html>x")[2:-4]),
    ("br", brotli.compress(b"<html>x")),
    ("gzip", b"<html>x"),
    ("deflate", b"<html>x"),
    ("br", b"<html>x"),
    ("zstd", b"<html>x"),
    ("identity", b"<html>x"),
    ("br, gzip", gzip.compress(brotli.compress(b"<html>x"))),
]


@pytest.mark.parametrize(("coding", "body"), CODED)
def test_a_body_is_unpacked_where_it_is_packed_and_left_where_the_archive_has_unpacked_it(
    coding: str, body: bytes
) -> None:
    (page,), _ = read(record(body=body, headers=f"{HTML}Content-Encoding: {coding}\r\n"))
    assert isinstance(page, WarcPage)
    assert page.body == b"<html>x"


@pytest.mark.parametrize(
    "body", [b"5\r\n<html\r\n2;x=y\r\n>x\r\n0\r\n\r\n", b"<html>x"], ids=["in chunks", "joined already"]
)
def test_chunks_are_joined_where_there_are_any(body: bytes) -> None:
    (page,), _ = read(record(body=body, headers=f"{HTML}Transfer-Encoding: chunked\r\n"))
    assert isinstance(page, WarcPage)
    assert page.body == b"<html>x"


@pytest.mark.parametrize(
    "body", [b"5\r\n<html", b"5\r\n<htmlXX0\r\n\r\n", b"zz\r\n", b"", b"ffffffff\r\nx", b"5\r\n<html\r\n"]
)
def test_what_is_not_in_chunks_to_its_end_stays_as_it_is(body: bytes) -> None:
    assert unchunked(body) == body


BOMBS = [
    ("gzip", gzip.compress(b"a" * 50_000_000)),
    ("deflate", zlib.compress(b"a" * 50_000_000)),
    ("br", brotli.compress(b"a" * 50_000_000)),
    ("identity", b"a" * (MAX_BYTES + 1)),
    ("identity", b"a" * (MAX_BYTES * 5)),
]


@pytest.mark.parametrize(("coding", "body"), BOMBS)
def test_a_page_that_is_too_large_is_an_error_and_the_next_is_read(coding: str, body: bytes) -> None:
    pages, _ = read(*packed(record(body=body, headers=f"{HTML}Content-Encoding: {coding}\r\n"), record()))
    assert isinstance(pages[0], TooLarge)
    assert isinstance(pages[1], WarcPage)


BROKEN = [
    ("gzip", gzip.compress(b"<html>" * 100)[:-20]),
    ("gzip", b"\x1f\x8bgarbage"),
    ("br", b"\x00\x01garbage"),
    ("deflate", b"garbage"),
    ("zstd", b"\x28\xb5\x2f\xfdgarbage"),
]


@pytest.mark.parametrize(("coding", "body"), BROKEN)
def test_a_body_that_can_not_be_unpacked_is_an_error(coding: str, body: bytes) -> None:
    with pytest.raises(DecodeFailed):
        plain_body(body, "", coding, "https://a.example/1", MAX_BYTES)


def test_damage_is_stepped_over_and_counted() -> None:
    good, noise = gzip.compress(record()), gzip.compress(record(body=os.urandom(5_000)))
    broken = bytearray(noise)
    broken[2_000] ^= 0xFF
    pages, census = read(good, bytes(broken), b"JUNK" * 30_000, good)
    assert [isinstance(page, WarcPage) for page in pages] == [True, True]
    assert census.pages == 2
    assert census.damages >= 1
    assert "damaged" in census.in_words()


def test_a_file_that_is_cut_short_gives_what_is_whole() -> None:
    good, noise = gzip.compress(record()), gzip.compress(record("https://a.example/2", os.urandom(5_000)))
    pages, _ = read(good, noise[:-2_000])
    assert isinstance(pages[0], WarcPage)
    assert isinstance(pages[1], DecodeFailed)


@pytest.mark.parametrize("data", [b"", b"<html>" * 100, b"\x1f\x8b\x08" * 100, b"WARC/1.0\r\n\r\n"])
def test_what_is_no_warc_file_has_no_pages(data: bytes) -> None:
    assert read(data)[0] == []


@given(st.integers(0, 600), st.integers(0, 255))
def test_one_wrong_byte_never_raises(place: int, value: int) -> None:
    data = bytearray(b"".join(packed(record(), record("https://a.example/2"), record("https://a.example/3"))))
    data[place % len(data)] = value
    pages, _ = read(bytes(data))
    assert all(isinstance(page, WarcPage | SourceError) for page in pages)
