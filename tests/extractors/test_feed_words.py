"""Dates, names and plain text, as feeds write them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extractors.feed.cut import choose_items, newest_first, split_items
from extractors.feed.dates import DateRules, read_moment
from extractors.feed.entries import iso_language
from extractors.feed.people import names_in
from extractors.feed.repair import from_root, mended, what_it_is, without_comments
from extractors.feed.text import one_line, plain_text, plain_title

BERLIN = DateRules(ZoneInfo("Europe/Berlin"))
KOLKATA = DateRules(ZoneInfo("Asia/Kolkata"))
SHANGHAI = DateRules(ZoneInfo("Asia/Shanghai"))

FIRST, LAST = datetime.fromisoformat("1991-01-01"), datetime.fromisoformat("2098-12-31")

# ------------------------------------------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thu, 05 Mar 2026 10:00:00 +0100", "2026-03-05T10:00:00+01:00 second stated"),
        ("Thu, 05 Mar 2026 10:00 +01:00", "2026-03-05T10:00:00+01:00 minute stated"),
        ("5 Mar 2026 10:00:00 Z", "2026-03-05T10:00:00+00:00 second stated"),
        ("Thursday, 05-Mar-26 10:00:00 GMT", "2026-03-05T10:00:00+00:00 second stated"),
        ("05 March 2026 10:00:00 UTC", "2026-03-05T10:00:00+00:00 second stated"),
        ("Thu, 05 Mar 2026 10:00:00 -0000", "2026-03-05T10:00:00+00:00 second stated"),
        ("Thu, 05 Mar 2026 10:00:00 +0530 (IST)", "2026-03-05T10:00:00+05:30 second stated"),
        ("Thu, 05 Mar 2026 10:00:00 −0500", "2026-03-05T10:00:00-05:00 second stated"),
        ("Thu, 05 Mar 2026 10:00:00 UTC+2", "2026-03-05T10:00:00+02:00 second stated"),
        ("2026-03-05T10:00:00.123456789Z", "2026-03-05T10:00:00+00:00 second stated"),
        ("2026-03-05T10:00:00,5+0100", "2026-03-05T10:00:00+01:00 second stated"),
        ("2026-03-05t10:00z", "2026-03-05T10:00:00+00:00 minute stated"),
        ("2026-3-5 9:05:00 CET", "2026-03-05T09:05:00+01:00 second stated"),
        ("2026-03-05", "2026-03-05T00:00:00+01:00 day assumed"),
        ("2026-03-05T00:00:00+01:00", "2026-03-05T00:00:00+01:00 day stated"),
        ("2026-03-05T23:59:60Z", "2026-03-05T23:59:59+00:00 second stated"),
        ("2026-07-05 10:00:00", "2026-07-05T10:00:00+02:00 second assumed"),
        ("2026-03-05 10:00:00 AST", "2026-03-05T10:00:00+01:00 second assumed"),
        ("2026-03-05 10:00:00 Mars", "2026-03-05T10:00:00+01:00 second assumed"),
        ("2026-03-05 10:00:00 +15:00", "2026-03-05T10:00:00+01:00 second assumed"),
        ("2026-03-05 10:00:00 +01:75", "2026-03-05T10:00:00+01:00 second assumed"),
        ("Mi, 04 Mär 2026 10:00:00 +0100", "2026-03-04T10:00:00+01:00 second stated"),
        ("4 de marzo de 2026", "2026-03-04T00:00:00+01:00 day assumed"),
        ("2026年3月5日 14:05", "2026-03-05T14:05:00+01:00 minute assumed"),
        ("03/05/2026 and then some", None),
        ("Thu, 31 Feb 2026 10:00:00 GMT", None),
        ("Thu, 05 Foo 2026 10:00:00 GMT", None),
        ("Thu, 05 Mar 2026 25:00:00 GMT", "2026-03-05T00:00:00+01:00 day assumed"),  # no time, and yet a day
        ("Thu, 05 Mar 2026 10:99:00 GMT", None),
        ("0000-00-00 00:00:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-05:00", None),
        ("10000-01-01", None),
        ("99999999999999999999", None),
        ("now", None),
        ("", None),
        ("   ", None),
    ],
)
def test_a_date_means_one_instant_or_none(text: str, expected: str | None) -> None:
    moment = read_moment(text, BERLIN)
    if text.startswith("03/05"):  # which is the month, nobody knows; either is a day of 2026
        assert moment is not None
        assert moment.at.year == 2026
        return
    assert (f"{moment.at.isoformat()} {moment.precision} {moment.offset}" if moment else None) == expected


def test_a_zone_name_that_is_the_sources_own_is_believed() -> None:
    text = "Thu, 05 Mar 2026 10:00:00 {}"
    indian, chinese = read_moment(text.format("IST"), KOLKATA), read_moment(text.format("CST"), SHANGHAI)
    american = read_moment(text.format("CST"), BERLIN)
    assert indian is not None
    assert chinese is not None
    assert american is not None
    assert (indian.at.utcoffset(), indian.offset) == (timedelta(hours=5, minutes=30), "stated")
    assert chinese.at.utcoffset() == timedelta(hours=8)
    assert american.at.utcoffset() == timedelta(hours=-6)


def test_a_clock_time_without_a_zone_is_utc_where_the_source_has_none() -> None:
    moment = read_moment("2026-03-05 10:00:00")
    assert moment is not None
    assert moment.at == datetime(2026, 3, 5, 10, tzinfo=UTC)
    assert moment.offset == "assumed"


def test_a_day_ends_at_24_hours() -> None:
    moment = read_moment("2026-03-05T24:00:00Z")
    assert moment is not None
    assert moment.at == datetime(2026, 3, 6, tzinfo=UTC)


def test_what_is_yet_to_come_is_not_believed() -> None:
    rules = DateRules(None, datetime(2026, 3, 5, 12, tzinfo=UTC))
    assert read_moment("2026-03-05T12:00:00Z", rules) is not None
    assert read_moment("2026-03-05T12:00:01Z", rules) is None


@pytest.mark.parametrize("letter", ["ے", "п", "ก", "a", "é", "中"])
def test_a_long_word_beside_a_number_is_no_date_and_takes_no_time(letter: str) -> None:
    started = time.process_time()
    assert read_moment(f"Thu, 7 {letter * 80} 7", BERLIN) is None
    assert time.process_time() - started < 1.0  # a millisecond; it was minutes, of backtracking


@given(st.text(max_size=120))
@example("2026-03-05T10:00:00+" + "9" * 80)
@example("٢٠٢٦-٠٣-٠٥")
def test_no_text_is_a_date_outside_of_its_bounds(text: str) -> None:
    moment = read_moment(text, BERLIN)
    if moment is not None:
        assert 1990 <= moment.at.year <= 2099
        moment.at.astimezone(UTC)


@given(st.datetimes(FIRST, LAST), st.integers(-12 * 60, 14 * 60))
def test_what_a_feed_would_write_is_read_back(at: datetime, minutes_east: int) -> None:
    sign, (hours, minutes) = "-" if minutes_east < 0 else "+", divmod(abs(minutes_east), 60)
    at = at.replace(microsecond=0)
    expected = at.replace(tzinfo=UTC) - timedelta(minutes=minutes_east)
    for text in (
        f"{at:%a, %d %b %Y %H:%M:%S} {sign}{hours:02}{minutes:02}",
        f"{at.isoformat()}{sign}{hours:02}:{minutes:02}",
    ):
        moment = read_moment(text)
        assert moment is not None
        assert moment.at == expected


# ------------------------------------------------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["jane@paper.example (Jane Doe)"], ("Jane Doe",)),
        (["Jane Doe &lt;jane@paper.example&gt;"], ("Jane Doe",)),
        (["noreply@paper.example"], ()),
        (["By <b>Jane Doe</b>"], ("Jane Doe",)),
        (["by the sea"], ("by the sea",)),
        (["Jane Doe, John Roe, Ann Poe"], ("Jane Doe", "John Roe", "Ann Poe")),
        (["Jane Doe, Reuters"], ("Jane Doe", "Reuters")),
        (["Doe, Jane"], ("Doe, Jane",)),
        (["Jane Doe, Senior Reporter"], ("Jane Doe",)),
        (["Senior Reporter"], ("Senior Reporter",)),
        (["Jane Doe, PhD, John Roe"], ("Jane Doe, PhD", "John Roe")),
        (["Jane Doe and John Roe"], ("Jane Doe", "John Roe")),
        (["Jane Doe / John Roe; Ann Poe | AFP"], ("Jane Doe", "John Roe", "Ann Poe", "AFP")),
        (["Jane Doe", "JANE DOE", "John Roe"], ("Jane Doe", "John Roe")),
        (["  Jane   Doe,  "], ("Jane Doe",)),
        (["https://paper.example/jane", "www.x.example", "null", "---", ""], ()),
        (["Anne-Marie O’Neill"], ("Anne-Marie O’Neill",)),
        (["Ursula von der Leyen"], ("Ursula von der Leyen",)),
        (["王小明"], ("王小明",)),
    ],
)
def test_authors_are_names(texts: list[str], names: tuple[str, ...]) -> None:
    assert names_in(texts) == names


@given(st.lists(st.text(max_size=100), max_size=5))
def test_names_are_short_lines_and_few(texts: list[str]) -> None:
    names = names_in(texts)
    assert len(names) <= 20
    assert all(name == " ".join(name.split()) and 0 < len(name) <= 200 for name in names)


# ------------------------------------------------------------------------------------------------------- text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One Two Three"),
        ("a <!-- b --> c <script>x < y</script> d<STYLE>p{}</STYLE>e", "a c d e".replace("d e", "de")),
        ("open <!-- never closed", "open"),
        ("open <script>never closed", "open"),
        ("Fish &amp; chips &#8211; &euro;5 &#99999999999; &bogus;", "Fish & chips – €5 &bogus;"),
        ("<![CDATA[inner]]>", "inner"),
        ("x" * 3_000, "x" * 2_000),
        ("word " * 1_000, ("word " * 400).strip()),
        ("", ""),
    ],
)
def test_a_description_becomes_one_plain_line(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("AT&amp;amp;T &amp;quot;x&amp;quot;", 'AT&T "x"'),
        ("&lt;b&gt;Bold&lt;/b&gt; <i>it</i>", "Bold it"),
        ("a < b > c and List<T>", "a < b > c and List<T>"),
        ("tab\tnew\nline\u2028sep", "tab new line sep"),
        ("soft\u00adhyphen zero\u200bwidth bom\ufeff", "softhyphen zerowidth bom"),
        ("\u202eevil\u202c \x1b[31mred", "evil [31mred"),
        ("loose\u200djoiner and \U0001f469\u200d\U0001f680", "loosejoiner and \U0001f469\u200d\U0001f680"),
        ("lone \ud800 surrogate", "lone surrogate"),
    ],
)
def test_a_title_keeps_what_is_meant(markup: str, text: str) -> None:
    assert plain_title(markup) == text


@given(st.text(), st.integers(1, 50))
def test_a_line_is_clean_and_no_longer_than_asked_for(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert line == " ".join(line.split())
    assert one_line(line, limit) == line


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("EN-gb", "en"),
        (" pt_BR ", "pt"),
        ("zh-Hant-TW", "zh"),
        ("eng", None),
        ("", None),
        ("x-klingon", None),
    ],
)
def test_a_language_tag_gives_its_code(tag: str, language: str | None) -> None:
    assert iso_language(tag) == language


# ------------------------------------------------------------------------------------------------- documents


def test_places_without_a_time_stand_by_the_one_before() -> None:
    day = datetime(2026, 3, 5, tzinfo=UTC)
    later = day + timedelta(days=1)
    assert newest_first([day, None, later, None]) == [2, 3, 0, 1]
    assert newest_first([None, day, later]) == [2, 0, 1]
    assert newest_first([None, None]) == [0, 1]
    assert newest_first([]) == []


@given(
    st.lists(
        st.sampled_from(["<item>", "</item>", "<item/>", "<![CDATA[", "]]>", "x", "</channel>"]), max_size=30
    )
)
def test_nothing_of_a_document_is_lost_when_it_is_cut(pieces: list[str]) -> None:
    text = "<rss>" + "".join(pieces) + "</rss>"
    document = split_items(text, "rss")
    whole = "".join((document.before, *document.items, document.after))
    assert whole.count("x") == text.count("x")
    assert all(item.startswith("<item") and item.endswith(("</item>", "/>")) for item in document.items)
    assert sorted(whole.replace("</item>", "").replace("]]>", "")) == sorted(
        text.replace("</item>", "").replace("]]>", "")
    )


def test_items_are_chosen_by_their_dates_in_the_order_of_the_document() -> None:
    items = [f"<item><pubDate>2026-03-0{day}</pubDate></item>" for day in (1, 3, 2)]
    chosen = choose_items(items, 2, DateRules())
    assert chosen.items == (items[1], items[2])
    assert chosen.truncated


def test_a_document_of_too_many_elements_in_all_is_cut() -> None:
    item = "<item>" + "<a/>" * 15_000 + "</item>"
    chosen = choose_items([item] * 20, 500, DateRules())
    assert len(chosen.items) == 13
    assert chosen.truncated


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("a<!-- b -->c", "ac"),
        ("a<!-- b", "a b"),
        ("a<!-- b<!-- c -->d", "ad"),
        ("<![CDATA[<!-- x -->]]><!-- y -->z", "<![CDATA[<!-- x -->]]>z"),
        ("<![CDATA[<!-- never closed", "<![CDATA[<!-- never closed"),
        ("<!-- <![CDATA[ --> ]]>", " ]]>"),
        ("plain", "plain"),
    ],
)
def test_comments_go_and_what_is_quoted_stays(text: str, without: str) -> None:
    assert without_comments(text) == without


@pytest.mark.parametrize(
    ("text", "as_mended"),
    [
        ("a & b &amp; c &nbsp;&eacute; &LT; &bogus;", "a &amp; b &amp; c \xa0é &lt; &amp;bogus;"),
        ("&#65; &#xD800; &#0; &#x41;", "&#65;   &#65;"),
        ("2 < 3 <b>4</b> </ x>", "2 &lt; 3 <b>4</b> &lt; x>"),
        ("<?php x ?>a<!ELEMENT y>b<![CDATA[&]]>c]]>", "ab<![CDATA[&]]>c]]&gt;"),
        ("<link/><link></link><link> x</link>", "<link> x</link>"),
        (f"<a {'x' * 30_000}>b<c {'y' * 30_000}/>", "<a>b<c/>"),
    ],
)  # fmt: skip
def test_marks_are_mended_outside_of_cdata(text: str, as_mended: str) -> None:
    assert mended(text) == as_mended


def test_a_document_says_what_it_is() -> None:
    assert what_it_is("<html>") == "a web page"
    assert what_it_is("<kml>") == "<kml>"
    assert what_it_is("no") == "no XML"
    assert from_root("junk<x:rss a='1'>", ("rss",)) == ("x:rss", "<x:rss a='1'>")
    assert from_root("<html><rss>", ("rss",)) is None
    assert from_root("<rssfoo>", ("rss",)) is None
