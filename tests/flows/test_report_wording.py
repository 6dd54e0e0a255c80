"""How a press review says things, and which period it is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.report import wording
from flows.report.period import parse_moment, parse_span, period_of
from flows.safe_text import safe_text, width
from flows.schedule import last_moment, next_moment, parse_schedule

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "span"),
    [("90m", timedelta(minutes=90)), ("24h", DAY), (" 7d ", 7 * DAY), ("2w", 14 * DAY)],
)
def test_a_span_is_a_number_and_a_unit(text, span):
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["", "24", "h", "-1h", "0h", "1y", "1.5d", "999999w", "٢٤h2"])
def test_what_is_no_span_is_said(text):
    with pytest.raises(ValueError, match="a span"):
        parse_span(text)


@pytest.mark.parametrize(
    ("since", "until", "period"),
    [
        ("24h", None, (NOW - DAY, NOW)),
        ("2026-11-01", None, (datetime(2026, 11, 1, tzinfo=UTC), NOW)),
        ("2026-11-01", "2026-11-02", (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))),
        (
            "1h",
            "2026-11-02T12:00+02:00",
            (datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2026, 11, 2, 10, tzinfo=UTC)),
        ),
    ],
)
def test_a_period_is_a_span_before_its_end_or_goes_from_moment_to_moment(since, until, period):
    assert period_of(since, until, NOW) == period


@pytest.mark.parametrize(
    ("since", "until"),
    [("2026-11-25", None), ("soon", None), ("24h", "never"), ("1800-01-01", None), ("3660d", "0001-02-01"),
     ("1d", "9999-12-31")],
)  # fmt: skip
def test_a_period_that_makes_no_sense_is_a_value_error_and_no_other(since, until):
    with pytest.raises(ValueError, match=r"."):
        period_of(since, until, NOW)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_for_a_period_is_one_or_a_value_error(since, until):
    try:
        start, end = period_of(since, until, NOW)
    except ValueError:
        return
    assert start < end
    assert parse_moment(start.isoformat()) == start


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001
       st.sampled_from(["0 7 * * *", "*/10 * * * *", "10m", "30 6 * * MON", "7d"]))  # fmt: skip
def test_the_last_moment_of_a_schedule_is_the_one_before_the_next(now, text):
    schedule = parse_schedule(text)

    last = last_moment(schedule, now)

    assert last <= now < next_moment(schedule, last)
    assert last_moment(schedule, last) == last


@pytest.mark.parametrize(
    ("since", "until", "title", "detail"),
    [
        (NOW - DAY, NOW, "Tuesday, 24 November 2026", "the 24 hours to 07:00 UTC"),
        (NOW - timedelta(minutes=90), NOW, "Tuesday, 24 November 2026", "the 90 minutes to 07:00 UTC"),
        (NOW - 7 * DAY, NOW, "17 to 24 November 2026", "from Tuesday, 07:00 to Tuesday, 07:00 UTC"),
        (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC), "1 to 30 November 2026", "whole days in UTC"),
        (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC), "Sunday, 1 November 2026", "whole days in UTC"),
        (datetime(2025, 12, 30, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC), "30 December 2025 to 2 January 2026", "whole days in UTC"),
        (datetime(2026, 10, 30, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC), "30 October to 2 November 2026", "whole days in UTC"),
    ],
)  # fmt: skip
def test_a_period_is_named_by_its_days_and_then_its_hours(since, until, title, detail):
    assert (wording.period_title(since, until), wording.period_detail(since, until)) == (title, detail)


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [(112, 100, "12 % more"), (93, 100, "7 % fewer"), (100, 100, "as many"), (5, None, ""), (0, 0, ""),
     (4, 0, "up from 0"), (40, 10, "up from 10"), (0, 10, "100 % fewer")],
)  # fmt: skip
def test_a_change_is_said_as_people_do(now, before, text):
    assert wording.change_text(now, before) == text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("The council met on Monday, and it agreed. Nobody spoke.", "The council met on Monday, and it agreed."),
        ("By Jane Doe\n\nMr. Smith and the U.S. envoy met for the first time. They agreed.",
         "Mr. Smith and the U.S. envoy met for the first time."),
        ("It grew by 2.5 per cent in the third quarter of the year, as in the second. More.",
         "It grew by 2.5 per cent in the third quarter of the year, as in the second."),
        ("“We were there before anybody else came to help us,” she said. He was not.",
         "“We were there before anybody else came to help us,” she said."),
        ("市議会は月曜日に会合を開き、夜間バスの運行を来年三月まで延長することを決めた。反対はなかった。",
         "市議会は月曜日に会合を開き、夜間バスの運行を来年三月まで延長することを決めた。"),
        ("Title again and again, so that it is long enough\nA sentence of a lead that is long enough to be told.",
         "A sentence of a lead that is long enough to be told."),
        ("Short.", "Short."),
        ("", ""),
    ],
)  # fmt: skip
def test_the_lead_is_the_first_sentence_that_says_something(text, sentence):
    assert wording.lead_sentence(text, "Title  again and again, so that it is long ENOUGH") == sentence


@given(st.text(), st.integers(2, 60))
def test_what_is_cut_fits_and_is_safe(text, columns):
    short = wording.cut(text, columns)

    assert width(short) <= columns
    assert "\n" not in short
    assert safe_text(short) == short


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "https:", "//x.example/", "", "http://[", "https://x.example/\u202e",
     "https://x.example/a b", "java\nscript:alert(1)", "https://x.example/" + "a" * 2_000, "ftp://x.example/"],
)  # fmt: skip
def test_only_addresses_of_the_web_are_links(url):
    assert wording.web_link(url) == ""


def test_an_address_of_the_web_is_a_link_as_it_is():
    assert wording.web_link('HTTPS://x.example/a?b="c"&d') == 'HTTPS://x.example/a?b="c"&d'


def test_changed_words_of_a_headline_stand_in_their_order():
    assert wording.changed_words("Three hurt as ferry strikes", "Five hurt as ferry strikes pier") == (
        ("gone", "Three"), ("new", "Five"), ("same", "hurt as ferry strikes"), ("new", "pier"),
    )  # fmt: skip
    assert wording.changed_words("It rained all day", "Nothing else was said") == (
        ("gone", "It rained all day"), ("new", "Nothing else was said"),
    )  # fmt: skip
    assert wording.changed_words("", "It is new") == (("new", "It is new"),)
    long = "word " * 100
    assert wording.changed_words(long, "short") == (("gone", long), ("new", "short"))


@pytest.mark.parametrize(
    ("before", "after", "quoted"),
    [
        ("As said, ", ".", ("As said, ", "heat pump", ".")),
        ("x" * 20 + " a" * 40, " and it went on " + "b" * 95, ("…" + " a" * 40, "heat pump", " and it went on " + "b" * 95 + "…")),
        ("", " is one. " + "c " * 60, ("", "heat pump", " is one." + " c" * 58 + "…")),
    ],
)  # fmt: skip
def test_a_quote_is_from_word_to_word(before, after, quoted):
    first, term, last = wording.quoted(before[-90:], "heat pump", after[:110])

    assert (first, term) == quoted[:2]
    assert last.rstrip("… ")[:20] == quoted[2].rstrip("… ")[:20]
    assert last.endswith("…") == (len(after) >= 110)


@pytest.mark.parametrize(
    ("names", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c"), (list("abcdef"), "a, b, c and 3 more")],
)  # fmt: skip
def test_names_are_listed_as_in_a_sentence(names, text):
    assert wording.listed(names, 4) == text


def test_delays_and_spans():
    assert [wording.delay_text(timedelta(minutes=m)) for m in (0, 89, 90, 2_000, 5_000)] == [
        "+0 min", "+89 min", "+2 h", "+33 h", "+3 d",
    ]  # fmt: skip
    assert wording.after_text(12) == "12 min after publication"
    assert [wording.hours_text(hours) for hours in (1, 6, 24, 168, 672)] == [
        "1 hour", "6 hours", "24 hours", "7 days", "28 days",
    ]  # fmt: skip
    assert wording.span_text(timedelta(minutes=310)) == "about 5 hours"
    assert wording.correction_text("CORRECTION: an earlier version") == "an earlier version"
