"""Values on their way into the database and back: times, text, entries, sets of parameters."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.model import Entry, Moment
from storage.entries import entry_json, entry_of
from storage.errors import one_line
from storage.instants import EARLIEST, LATEST, in_utc, instant, maybe_instant
from storage.parameters import as_json
from storage.text import storable

any_text = st.text(st.characters(codec=None))  # lone surrogates and NUL included
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.builds(Moment, st.datetimes(timezones=zones), st.sampled_from(("second", "minute", "day")))


@given(any_text)
def test_text_keeps_its_length_and_all_that_can_be_stored(text):
    kept = storable(text)

    assert len(kept) == len(text)
    assert kept.encode().decode() == kept
    assert "\x00" not in kept
    assert all(a == b or b == "\ufffd" for a, b in zip(text, kept, strict=True))
    assert storable(kept) == kept


@given(
    st.builds(
        Entry,
        url=st.text(),
        entry_id=st.text(),
        title=st.text(),
        authors=st.lists(st.text()).map(tuple),
        published=st.none() | moments,
        updated=st.none() | moments,
        summary=st.text(),
        content_html=st.text(),
        tags=st.lists(st.text()).map(tuple),
        language=st.none() | st.text(min_size=1),
        image_url=st.none() | st.text(min_size=1),
    )
)
def test_an_entry_comes_back_as_it_was(entry):
    assert entry_of(entry_json(entry)) == entry


@given(st.datetimes(timezones=zones))
def test_an_instant_comes_back_as_it_was_but_for_the_ends_of_the_calendar(at):
    stored = in_utc(at)

    assert stored is not None
    assert instant((stored - EARLIEST) // timedelta(microseconds=1) + _epoch_us(EARLIEST)) == stored
    if EARLIEST + timedelta(days=1) < at < LATEST - timedelta(days=1):
        assert stored == at


def _epoch_us(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def test_instants_beyond_the_calendar_become_its_ends():
    assert instant(10**18) == LATEST
    assert instant(-(10**18)) == EARLIEST
    assert maybe_instant(None) is None
    assert in_utc(None) is None


def test_a_time_without_an_offset_is_no_instant():
    with pytest.raises(ValueError, match="without an offset"):
        in_utc(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


@given(st.lists(st.integers(-(2**63), 2**63 - 1)), st.lists(any_text))
def test_sets_of_parameters_reach_sql_as_they_are(numbers, texts):
    with duckdb.connect() as con:
        found = con.execute(
            """SELECT from_json($numbers, '["BIGINT"]'), from_json($texts, '["VARCHAR"]')""",
            {"numbers": as_json(numbers), "texts": as_json([storable(text) for text in texts])},
        ).fetchone()

    assert found == (numbers, [storable(text) for text in texts])


def test_parameters_are_json():
    assert json.loads(as_json([1, "ü", None])) == [1, "ü", None]


@pytest.mark.parametrize(
    ("message", "said"), [("", "ValueError"), ("  first \nsecond", "first"), ("x" * 400, "x" * 299 + "…")]
)
def test_of_an_error_one_line_is_said(message, said):
    assert one_line(ValueError(message)) == said
