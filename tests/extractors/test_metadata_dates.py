"""Dates as the web and the press write them, and those that are none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extractors.metadata.dates import Habits, date_in_path, parse_moment, zone_named
from extractors.metadata.months import MONTHS

MACHINES = {
    "2025-02-02T19:07:46.0000000Z": "2025-02-02T19:07:46+00:00",
    "2024-08-28T10:00:23+0000": "2024-08-28T10:00:23+00:00",
    "2024-08-08T08:00Z": "2024-08-08T08:00:00+00:00",
    "2024-04-24T13:45:00-04:00": "2024-04-24T13:45:00-04:00",
    "2024-05-01T10:00:00+05:30": "2024-05-01T10:00:00+05:30",
    "2024-05-01T10:00:00-03:30": "2024-05-01T10:00:00-03:30",
    "2024-05-16 09:26:10 +0200": "2024-05-16T09:26:10+02:00",
    "Tue, 03 Jun 2025 12:00:00 GMT": "2025-06-03T12:00:00+00:00",
    "Wed Apr 24 13:45:00 CEST 2024": "2024-04-24T13:45:00+02:00",
    "20240424T134500Z": "2024-04-24T13:45:00+00:00",
    "1714000000": "2024-04-24T23:06:40+00:00",
    "1714000000123": "2024-04-24T23:06:40+00:00",
}  # fmt: skip

PRINT = {
    "Apr 24, 2024, 1:45 pm ET": "2024-04-24T13:45:00-04:00",
    "Updated 13:45 GMT, April 24th, 2024": "2024-04-24T13:45:00+00:00",
    "24 апреля 2024, 13:45": "2024-04-24T13:45:00+00:00",
    "24 апр. 2024 13:45 (МСК)": "2024-04-24T13:45:00+03:00",
    "12 февраля 2024 г. в 9:05": "2024-02-12T09:05:00+00:00",
    "Mittwoch, 24.04.2024, 13.45 Uhr": "2024-04-24T13:45:00+00:00",
    "24. April 2024 um 13:45 Uhr": "2024-04-24T13:45:00+00:00",
    "le 24 avril 2024 à 13h45": "2024-04-24T13:45:00+00:00",
    "Publié le 1er mai 2024 à 8h05": "2024-05-01T08:05:00+00:00",
    "24 de abril de 2024 - 13:45h": "2024-04-24T13:45:00+00:00",
    "24.4.2024 klo 13.45": "2024-04-24T13:45:00+00:00",
    "2024. április 24. 13:45": "2024-04-24T13:45:00+00:00",
    "2024 m. balandžio 24 d. 13:45": "2024-04-24T13:45:00+00:00",
    "24 Şubat 2024 Cumartesi 13:45": "2024-02-24T13:45:00+00:00",
    "13:45, 24 Δεκεμβρίου 2024": "2024-12-24T13:45:00+00:00",
    "2024年4月24日　午後3時05分": "2024-04-24T15:05:00+00:00",
    "2024年04月24日13:45": "2024-04-24T13:45:00+00:00",
    "2024년 4월 24일 오후 3:45": "2024-04-24T15:45:00+00:00",
    "2024. 4. 24. 오전 12:10": "2024-04-24T00:10:00+00:00",
    "24 अप्रैल 2024, 01:45 PM IST": "2024-04-24T13:45:00+05:30",
    "نُشر في ١٠ آذار ٢٠٢٦ - ١٤:٢٥": "2026-03-10T14:25:00+00:00",
    "24 เม.ย. 2567 13:45 น.": "2024-04-24T13:45:00+00:00",
}  # fmt: skip

DAYS = {
    "April 24, 2024": "2024-04-24", "Sept. 4, 2024": "2024-09-04", "24-Apr-2024": "2024-04-24",
    "3.4.24": "2024-04-03",
    "20240424": "2024-04-24", "2024/04/24": "2024-04-24", "24/04/2024": "2024-04-24", "04/24/2024": "2024-04-24",
    "٢٤ نيسان ٢٠٢٤": "2024-04-24", "বুধবার, ২৪ এপ্রিল ২০২৪": "2024-04-24", "24 พฤษภาคม 2567": "2024-05-24",
    "5 mar 2026": "2026-03-05", "5 mar. 2026": "2026-03-05", "Mar 5, 2026": "2026-03-05", "05/mar/2026": "2026-03-05",
    "5 de mar. de 2026": "2026-03-05", "5 marraskuuta 2026": "2026-11-05", "5 maalis 2026": "2026-03-05",
    "24 أبريل 2024": "2024-04-24", "24. dubna 2024": "2024-04-24", "24 października 2024": "2024-10-24",
}  # fmt: skip


@pytest.mark.parametrize(("text", "instant"), (MACHINES | PRINT).items())
def test_a_date_with_a_clock_time_is_that_instant(text: str, instant: str) -> None:
    moment = parse_moment(text)
    assert moment is not None
    assert moment.at == datetime.fromisoformat(instant)
    assert moment.precision in ("second", "minute")


@pytest.mark.parametrize("text", MACHINES)
def test_an_offset_that_stands_there_is_stated(text: str) -> None:
    moment = parse_moment(text, Habits(ZoneInfo("Asia/Tokyo")))
    assert moment is not None
    assert moment.offset == "stated"


@pytest.mark.parametrize(("text", "day"), DAYS.items())
def test_a_date_without_a_clock_time_is_a_day(text: str, day: str) -> None:
    moment = parse_moment(text)
    assert moment is not None
    assert (moment.at.date().isoformat(), moment.precision, moment.offset) == (day, "day", "assumed")


def test_midnight_sharp_is_how_systems_write_a_day() -> None:
    moment = parse_moment("2024-04-24T00:00:00+02:00")
    assert moment is not None
    assert (moment.precision, moment.offset) == ("day", "stated")


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "word 2024", "0000-00-00", "2024-13-45", "2024-02-30", "9999-01-01", "1989-12-31",
     "1.234.567",
     "0", "99999999999999", "31/02/2024", "24 Foo 2024", "12:30"],
)  # fmt: skip
def test_what_is_no_believable_date_is_none(text: str) -> None:
    assert parse_moment(text) is None


def test_the_zone_of_the_source_is_assumed_where_none_is_stated_with_its_summer_time() -> None:
    berlin = Habits(zone_named("Europe/Berlin"))
    winter, summer = parse_moment("2024-01-24 13:45", berlin), parse_moment("2024-07-24 13:45", berlin)
    assert winter is not None
    assert summer is not None
    assert winter.at.utcoffset() == timedelta(hours=1)
    assert summer.at.utcoffset() == timedelta(hours=2)
    assert winter.offset == "assumed"


def test_an_impossible_offset_counts_as_none() -> None:
    moment = parse_moment("2024-04-24T13:45:00+23:00")
    assert moment is not None
    assert (moment.at, moment.offset) == (datetime(2024, 4, 24, 13, 45, tzinfo=UTC), "assumed")


def test_an_impossible_clock_time_leaves_the_day() -> None:
    moment = parse_moment("2024-04-24T25:61")
    assert moment is not None
    assert moment.precision == "day"


def test_americans_write_the_month_first() -> None:
    american = parse_moment("03/04/2024", Habits(month_first=True))
    british = parse_moment("03/04/2024")
    assert american is not None
    assert british is not None
    assert (american.at.month, british.at.month) == (3, 4)


@pytest.mark.parametrize("name", ["", None, "Nowhere/City", "../../etc/passwd", "Europe/\x00"])
def test_a_zone_that_does_not_exist_is_none(name: str | None) -> None:
    assert zone_named(name) is None


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2024/04/24/story", "2024-04-24"),
        ("https://a.example/news/2024-04-24-story", "2024-04-24"),
        ("https://a.example/20240424/story", "2024-04-24"), ("https://a.example/world/2024/feb/24/x", "2024-02-24"),
        ("http://a.example/n1/2024/0424/c1001-40223222.html", "2024-04-24"),
        ("https://a.example/2024/4/5/x", "2024-04-05"),
        ("https://a.example/article-12345678.html", None), ("https://a.example/a/198765432", None),
        ("https://a.example/2024/13/45/x", None), ("https://a.example/x?d=/2024/04/24/", None), ("", None),
    ],
)  # fmt: skip
def test_the_day_in_an_address(url: str, day: str | None) -> None:
    moment = date_in_path(url)
    assert (moment.at.date().isoformat() if moment else None) == day


@given(
    st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)),  # noqa: DTZ001 - the strategy asks for naive bounds
    st.integers(-13 * 60, 13 * 60),
)
def test_every_iso_instant_is_read_back(naive: datetime, offset_min: int) -> None:
    at = naive.replace(tzinfo=UTC, microsecond=0) + timedelta(minutes=offset_min)
    moment = parse_moment(at.isoformat())
    assert moment is not None
    assert moment.at == at


@given(st.text(max_size=200) | st.text(alphabet="0123456789-/.: TZapm年月日+,", max_size=60))
@example("٣" * 100)
@example("1" * 10)
@example("²⁰24-04-24")
def test_no_text_makes_it_raise(text: str) -> None:
    moment = parse_moment(text, Habits(UTC, month_first=True))
    assert moment is None or 1989 <= moment.at.year <= 2100
    date_in_path(text)


ENGLISH_SHORT = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def test_every_short_month_of_english_is_read() -> None:
    assert [MONTHS.get(name) for name in ENGLISH_SHORT] == list(range(1, 13))
