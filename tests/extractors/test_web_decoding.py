"""Bodies unpacked within limits, and headers read without believing them; all of it pure."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import pickle
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extractors.errors import BadRedirect, DecodeFailed, SourceError, TooLarge
from extractors.model import Validators
from extractors.web.decoding import Unpacker
from extractors.web.dialling import Unreachable, UnreachableInTime
from extractors.web.headers import (
    MAX_RETRY_AFTER_S,
    read_fields,
    read_length,
    read_max_age_s,
    read_retry_after_s,
    read_validators,
    sendable,
)
from extractors.web.robots_book import RobotsUnavailable
from extractors.web.target import MAX_URL_CHARS, normal_target, parsed_target, read_target, shown

URL = "http://news.example/"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def packed(coding: str, body: bytes) -> bytes:
    if coding == "gzip":
        half = len(body) // 2
        return gzip.compress(body[:half]) + gzip.compress(body[half:])
    if coding == "deflate":
        return zlib.compress(body)
    if coding == "raw deflate":
        return zlib.compress(body)[2:-4]
    return body


def unpacked(coding: str, pieces: list[bytes], max_bytes: int = 10_000, *, truncate: bool = False) -> bytes:
    unpacker = Unpacker(URL, coding.removeprefix("raw "), max_bytes, truncate=truncate)
    for piece in pieces:
        unpacker.feed(piece)
    return unpacker.finish()


def cut(data: bytes, at: list[int]) -> list[bytes]:
    places = [0, *sorted(place % (len(data) + 1) for place in at), len(data)]
    return [data[begin:end] for begin, end in itertools.pairwise(places)]


CODINGS = st.sampled_from(["gzip", "deflate", "raw deflate", "identity", ""])


@given(coding=CODINGS, body=st.binary(max_size=300), at=st.lists(st.integers(0, 1_000), max_size=8))
def test_a_body_is_the_same_however_the_wire_cuts_it(coding: str, body: bytes, at: list[int]) -> None:
    assert unpacked(coding, cut(packed(coding, body), at)) == body


@given(
    coding=CODINGS,
    body=st.binary(max_size=300),
    limit=st.integers(0, 300),
    at=st.lists(st.integers(0, 1_000)),
)
def test_a_body_is_never_larger_than_its_limit(coding: str, body: bytes, limit: int, at: list[int]) -> None:
    pieces = cut(packed(coding, body), at)
    if len(body) > limit:
        with pytest.raises(TooLarge):
            unpacked(coding, pieces, limit)
    kept = unpacked(coding, pieces, limit, truncate=True)
    assert len(kept) <= limit
    assert body.startswith(kept)


@given(
    coding=st.sampled_from(["gzip", "deflate"]),
    body=st.binary(min_size=1, max_size=200),
    drop=st.integers(1, 400),
)
def test_a_packed_body_cut_short_is_an_error(coding: str, body: bytes, drop: int) -> None:
    data = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
    short = data[: max(1, len(data) - drop)]
    with pytest.raises(DecodeFailed):
        unpacked(coding, [short])


@given(coding=CODINGS, body=st.binary(max_size=200))
def test_no_bytes_raise_anything_else(coding: str, body: bytes) -> None:
    with contextlib.suppress(SourceError):
        unpacked(coding, [body])


def test_what_follows_a_gzip_stream_is_padding_even_where_it_looks_like_another_one() -> None:
    assert unpacked("gzip", [gzip.compress(b"page"), b"\0\0", b"\x1f\x8bnot really"]) == b"page"
    assert unpacked("deflate", [zlib.compress(b"page") + b"more"]) == b"page"
    assert unpacked("gzip", [gzip.compress(b"page"), b"\x1f", b"not really"]) == b"page"


def test_nothing_is_unpacked_beyond_what_is_full() -> None:
    unpacker = Unpacker(URL, "", 3, truncate=True)
    for piece in (b"ab", b"cd", b"ef", b""):
        unpacker.feed(piece)
    assert unpacker.full
    assert unpacker.finish() == b"abc"


# ---------------------------------------------------------------------------------------------------------- headers


def test_of_a_repeated_header_the_first_counts_and_lists_are_joined() -> None:
    raw = [
        (b"ETag", b'"1"'),
        (b"etag", b'"2"'),
        (b"Content-Encoding", b"gzip"),
        (b"content-encoding", b"br"),
        (b"A", b" b "),
    ]
    assert read_fields(raw) == {"etag": '"1"', "content-encoding": "gzip, br", "a": "b"}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("max-age=600", 600),
        ('public, max-age="60"', 60),
        ("s-maxage=5, Max-Age = 7", 7),
        ("max-age=99999999999", 31_536_000),
        ("max-age=600, no-cache", None),
        ("no-store, max-age=600", None),
        ("s-maxage=600", None),
        ("max-age=-5", None),
        ("", None),
    ],
)
def test_max_age_is_read_as_far_as_it_makes_sense(value: str, seconds: int | None) -> None:
    assert read_max_age_s({"cache-control": value}) == seconds


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_retry_after_date_is_never_negative_and_never_more_than_a_day(moment: datetime) -> None:
    seconds = read_retry_after_s({"retry-after": format_datetime(moment, usegmt=True)}, NOW)
    assert seconds is None or 0 <= seconds <= MAX_RETRY_AFTER_S


def test_a_retry_after_date_counts_from_now() -> None:
    date = format_datetime(NOW + timedelta(seconds=90), usegmt=True)
    assert read_retry_after_s({"retry-after": date}, NOW) == 90
    assert read_retry_after_s({"retry-after": "Tue, 24 Nov 2026 12:00:30"}, NOW) == 30


@given(st.text(max_size=60))
def test_no_header_is_too_strange_to_be_read(text: str) -> None:
    fields = {
        "retry-after": text,
        "cache-control": text,
        "content-length": text,
        "etag": text,
        "last-modified": text,
    }
    read_retry_after_s(fields, NOW)
    read_max_age_s(fields)
    read_length(fields)
    validators = read_validators(fields)
    assert sendable(validators) == validators
    assert (validators.etag + validators.last_modified).isascii()


def test_validators_that_can_be_sent_are_kept_as_they_are() -> None:
    kept = Validators('W/"a b"', "Mon, 23 Nov 2026 10:00:00 GMT")
    assert sendable(kept) == kept


# ---------------------------------------------------------------------------------------------------------- targets


@given(st.text(max_size=80))
@example("0..")
@example("..")
@example("news..example")
@example("[::1]")
def test_any_text_is_a_target_or_an_error_of_ours(text: str) -> None:
    for url in (text, f"http://{text}", f"http://news.example/{text}"):
        try:
            target = read_target(url)
        except BadRedirect:
            continue
        assert read_target(target.url) == target
        assert target.url.isascii()


_OF_A_HOST = st.text("ab019-_.xn", min_size=1, max_size=12)
_OCTETS = st.lists(st.sampled_from(["0", "7", "127", "255", "256", "08", "0x7f"]), min_size=1, max_size=5)
_OF_A_PATH = st.text("az09-._~!$&'()*+,;=:@/?%[]{}|\\^ AZé", max_size=12)


@given(
    host=_OF_A_HOST | _OCTETS.map(".".join),
    port=st.sampled_from(["", "", ":80", ":443", ":8080", ":0", ":99999", ":08"]),
    path=st.just("") | _OF_A_PATH.map("/".__add__),
    query=st.just("") | _OF_A_PATH.map("?".__add__),
)
def test_an_address_in_its_normal_form_is_what_httpx_makes_of_it(
    host: str, port: str, path: str, query: str
) -> None:
    for scheme in ("http", "https"):
        url = f"{scheme}://{host}{port}{path}{query}"
        target = normal_target(url)
        assert target is None or target == parsed_target(url, url)


def test_the_addresses_of_feeds_and_pages_are_in_their_normal_form() -> None:
    for url in (
        URL,
        "http://news.example",
        "https://n.example:8443/a/b.html?id=1&x=y",
        "http://127.0.1.1:80/",
    ):
        assert normal_target(url) is not None


def test_the_longest_url_is_taken() -> None:
    url = URL + "x" * (MAX_URL_CHARS - len(URL))
    assert read_target(url).url == url


@pytest.mark.parametrize("kind", [Unreachable, UnreachableInTime, RobotsUnavailable])
def test_errors_of_the_door_survive_pickling(kind: type[SourceError]) -> None:
    error = pickle.loads(pickle.dumps(kind(URL, "why", retry_after_s=7)))
    assert (type(error), error.url, error.detail, error.retry_after_s) == (kind, URL, "why", 7)


def test_what_the_web_sent_is_shown_escaped_and_cut() -> None:
    assert shown("\x1b[31mred\n\u202e") == "\\x1b[31mred\\n\\u202e"
    assert len(shown("x" * 500)) == 123
