"""When an article was published, as its address and its entry tell, and what of it is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.backfill.listing import Listed, Unreadable, parse_line
from extractors.backfill.period import Period, Span, address_span, entry_span, sitemap_span
from extractors.model import Entry, Moment

DAY = timedelta(days=1)
MAY = datetime(2024, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "first"),
    [
        ("https://a.example/2024/05/17/some-words", datetime(2024, 5, 17, tzinfo=UTC)),
        ("https://a.example/news/2024-05-17-some-words.html", datetime(2024, 5, 17, tzinfo=UTC)),
        ("https://a.example/2024/may/17/some-words", datetime(2024, 5, 17, tzinfo=UTC)),
        ("https://a.example/2024/05/some-words/", MAY),
    ],
)
def test_the_day_or_month_in_an_address_is_when_its_article_was_published(url: str, first: datetime) -> None:
    span = address_span(url)
    assert span is not None
    assert span.earliest == first
    assert span.latest >= first + DAY - timedelta(microseconds=1)


@pytest.mark.parametrize(
    "url", ["https://a.example/some-words", "https://a.example/2024/99/x", "https://a.example/20240/05"]
)
def test_an_address_without_a_day_tells_nothing(url: str) -> None:
    assert address_span(url) is None


def test_the_day_of_an_address_is_meant_where_the_source_is() -> None:
    span = address_span("https://a.example/2024/05/17/x", "America/New_York")
    assert span is not None
    assert span.earliest.astimezone(UTC) == datetime(2024, 5, 17, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "month"),
    [
        ("https://a.example/sitemap-2024-05.xml", 5),
        ("https://a.example/sitemap_202405.xml.gz", 5),
        ("https://a.example/2024/12/sitemap.xml", 12),
        ("https://a.example/sitemap.xml?yyyy=2024&mm=05", 5),
    ],
)
def test_the_month_in_the_name_of_a_sitemap_is_that_of_its_articles(url: str, month: int) -> None:
    span = sitemap_span(url)
    assert span is not None
    assert span.earliest == datetime(2024, month, 1, tzinfo=UTC) - DAY


@pytest.mark.parametrize("url", ["https://a.example/sitemap-3.xml", "https://a.example/sitemap-2024.xml"])
def test_a_number_in_the_name_of_a_sitemap_is_no_month(url: str) -> None:
    assert sitemap_span(url) is None


def test_what_an_entry_says_of_its_publication_goes_before_its_address_and_its_last_change() -> None:
    url, at = "https://a.example/2024/05/17/x", datetime(2023, 1, 1, tzinfo=UTC)
    assert entry_span(Entry(url, published=Moment(at))) == Span(at, at)
    assert entry_span(Entry(url, updated=Moment(at))) == address_span(url)
    assert entry_span(Entry("https://a.example/x", updated=Moment(at))) == Span(at, at)
    assert entry_span(Entry("https://a.example/x")) is None


def test_a_day_without_a_time_is_all_of_that_day() -> None:
    span = entry_span(Entry("https://a.example/x", published=Moment(MAY, "day")))
    assert Period(since=MAY + timedelta(hours=20)).may_hold(span)


def test_a_period_holds_what_begins_on_its_first_day_and_not_what_begins_when_it_is_over() -> None:
    period = Period(MAY, MAY + DAY)
    assert period.holds(MAY)
    assert period.holds(MAY + timedelta(hours=23))
    assert not period.holds(MAY + DAY)
    assert not period.holds(MAY - timedelta(seconds=1))
    assert period.holds(None)
    assert period.may_hold(None)


INSTANTS = st.integers(0, 3_000).map(lambda days: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=days))


@given(INSTANTS, INSTANTS, INSTANTS, INSTANTS)
def test_a_span_with_an_instant_in_the_period_may_always_be_held(
    a: datetime, b: datetime, c: datetime, d: datetime
) -> None:
    first, last = sorted((a, b))
    span = Span(*sorted((c, d)))
    period = Period(first, last)
    if period.holds(span.earliest) or period.holds(span.latest):
        assert period.may_hold(span)


# --------------------------------------------------------------------------------------------------------- lists


def test_a_line_is_an_address_or_an_object_with_one() -> None:
    plain = parse_line(b"https://a.example/x\r\n")
    assert isinstance(plain, Listed)
    assert plain.entry.url == "https://a.example/x"
    line = (
        b'{"url": "https://a.example/y", "source": "post", "title": "T", "published_at": "2024-05-01T10:00Z"}'
    )
    told = parse_line(line)
    assert isinstance(told, Listed)
    assert (told.source_id, told.entry.title) == ("post", "T")
    assert told.entry.published is not None
    assert told.entry.published.at == datetime(2024, 5, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("line", [b"", b"   \n", b"# a remark\n", b"\xef\xbb\xbf\n"])
def test_empty_lines_and_remarks_are_left_out(line: bytes) -> None:
    assert parse_line(line) is None


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"ftp://a.example/x", "no web address"),
        (b"some words", "no web address"),
        (b'{"url": 3}', 'JSON without a "url"'),
        (b'{"url": "https://a.example/x"', "JSON that can't be read"),
        (b"[" * 90_000, "no web address"),
        (b'{"a":' * 19_000, "JSON that can't be read"),
        (b"x" * 200_000, "more than 100,000 bytes"),
    ],
)
def test_a_line_that_is_no_address_says_why(line: bytes, why: str) -> None:
    found = parse_line(line)
    assert isinstance(found, Unreadable)
    assert found.detail == why


@given(st.binary(max_size=300))
def test_any_bytes_are_a_line_that_is_understood_or_not(line: bytes) -> None:
    assert isinstance(parse_line(line), Listed | Unreadable | None)
