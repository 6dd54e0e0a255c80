"""What is shown on a terminal, and what a pipe gets."""

from __future__ import annotations

import io
import json
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.progress import RoundProgress, display_on, round_progress
from flows.safe_text import safe_text, width
from flows.terminal import Column, Terminal, cell_text, counted, fitted_widths, json_text

HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J \u202egnol\u202c \u2066x\u2069 a\x00b c\rd\ne\u2028f\ud800g"
)
ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=60)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal of 60 columns."""
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal(Screen(), Screen())


def shown(terminal: Terminal) -> str:
    assert isinstance(terminal.out, io.StringIO)
    return terminal.out.getvalue()


def piped() -> Terminal:
    return Terminal(io.StringIO(), io.StringIO())


# ------------------------------------------------------------------------------------------------------ safe text


def test_nothing_from_the_web_moves_the_cursor_or_turns_the_reading_around() -> None:
    assert safe_text(HOSTILE) == (
        "\\x1b[31mred\\x1b[0m \\x1b]0;title\\x07 \\x9b2J gnol x a\\x00b c d e f\ufffdg"
    )


def test_what_scripts_need_is_left_alone() -> None:
    persian, family = "می\u200cخواهم", "👩\u200d👧"
    assert safe_text(persian + family + "日本語 é e\u0301") == persian + family + "日本語 é e\u0301"


@given(ANY_TEXT)
def test_safe_text_is_safe_on_one_line_and_safe_again(text: str) -> None:
    safe = safe_text(text)
    assert safe_text(safe) == safe
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in safe)
    assert safe.encode("utf-8").decode("utf-8").splitlines() in ([], [safe])


@given(ANY_TEXT)
def test_lines_stay_lines_where_they_are_wanted(text: str) -> None:
    assert safe_text(text, lines=True).count("\n") == text.count("\n")


# ---------------------------------------------------------------------------------------------------------- tables


def test_a_piped_table_is_aligned_never_cut_and_plain() -> None:
    terminal = piped()
    long = "a very long title " * 20
    terminal.table(
        [Column("name"), Column("rows", "right"), Column("last")], [("日本", 5, long), ("a", 12345, None)]
    )
    assert shown(terminal) == (f"name   rows  last\n日本      5  {long.strip()}\na     12345\n")


def test_a_table_on_a_terminal_fits_it(screen: Terminal) -> None:
    rows = [("harbour", "A title that goes on and on, " * 9, 12), ("b", "日本語のとても長い見出し" * 9, 3)]
    screen.table([Column("source"), Column("title"), Column("articles", "right", whole=True)], rows)
    lines = shown(screen).splitlines()
    assert all(width(_without_styles(line)) <= 60 for line in lines)
    assert "…" in shown(screen)
    assert "harbour" in lines[2]
    assert _without_styles(lines[2]).rstrip().endswith("12")


def test_too_many_columns_become_lines_of_name_and_value(screen: Terminal) -> None:
    columns = [Column(f"column_{number}") for number in range(12)]
    screen.table(columns, [[f"value {number} of the row" for number in range(12)]])
    text = _without_styles(shown(screen))
    assert "-- row 1 --" in text
    assert "column_11  value 11 of the row" in text


def test_markup_and_escapes_in_a_cell_are_text(screen: Terminal) -> None:
    screen.table([Column("[red]t")], [["[bold]x[/bold] :smile: \x1b[31m"]])
    assert "[bold]x[/bold] :smile: \\x1b[31m" in shown(screen)
    assert "\x1b[31m" not in shown(screen)


def test_colours_are_off_when_the_user_wants_none(screen: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    screen.line("failed", "red")
    assert shown(screen) == "failed\n"


def test_a_line_has_its_style_on_a_terminal_only(screen: Terminal) -> None:
    screen.line("failed", "red")
    assert shown(screen) == "\x1b[31mfailed\x1b[0m\n"
    other = piped()
    other.line("failed \x1b[31m", "red")
    assert shown(other) == "failed \\x1b[31m\n"


@given(
    st.lists(st.lists(st.text(max_size=30), min_size=3, max_size=3), max_size=5),
    st.integers(min_value=1, max_value=120),
    st.lists(st.booleans(), min_size=3, max_size=3),
)
def test_widths_fit_or_there_are_none(rows: list[list[str]], available: int, whole: list[bool]) -> None:
    columns = [Column(f"column {n}", whole=flag) for n, flag in enumerate(whole)]
    widths = fitted_widths(columns, rows, available)
    if widths is not None:
        assert sum(widths) + 2 * 3 <= available
        for n, column in enumerate(columns):
            natural = max(width(text) for text in [column.name, *(row[n] for row in rows)])
            assert widths[n] == natural if column.whole else widths[n] >= min(natural, 10)


def test_cells_say_nothing_for_none_and_times_to_the_second() -> None:
    at = datetime(2026, 11, 24, 5, 30, 1, 999, tzinfo=UTC)
    cells = [cell_text(value) for value in (None, True, at, ["a", None, "b"], 5)]
    assert cells == ["", "yes", "2026-11-24 05:30:01+00:00", "a, , b", "5"]


def test_counts_are_said_in_words() -> None:
    assert [counted(n, "feed") for n in (0, 1, 1000)] == ["0 feeds", "1 feed", "1,000 feeds"]


# ------------------------------------------------------------------------------------------------------------ JSON


def test_json_is_one_line_that_any_reader_takes() -> None:
    terminal = piped()
    terminal.json({"at": datetime(2026, 1, 2, tzinfo=UTC), "title": "日本 \x1b", "ids": {3, 1}})
    assert shown(terminal) == '{"at": "2026-01-02T00:00:00+00:00", "title": "日本 \\u001b", "ids": [1, 3]}\n'


def test_a_lone_surrogate_is_escaped_and_not_an_error() -> None:
    assert json_text("a\ud800é") == '"a\\ud800\\u00e9"'


def test_json_for_a_stream_that_speaks_latin_is_escaped() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    Terminal(stream, stream).json("日本")
    stream.seek(0)
    assert json.loads(stream.read()) == "日本"


# -------------------------------------------------------------------------------------------------------- progress


def test_progress_is_silent_when_piped_but_for_notes() -> None:
    stream = io.StringIO()
    with round_progress(stream) as progress:
        _a_round(progress)
    assert stream.getvalue() == "no Prefect \\x1b[31m server\n"


def test_progress_shows_the_stages_of_a_round_and_goes_away(screen: Terminal) -> None:
    with round_progress(screen.err) as progress:
        _a_round(progress)
    assert isinstance(screen.err, io.StringIO)
    text = screen.err.getvalue()
    for expected in ("feeds", "2/3", "pages", "1/40", "committed", "no Prefect \\x1b[31m server"):
        assert expected in text


def test_a_bar_without_a_known_end_counts(screen: Terminal) -> None:
    with display_on(screen.err) as display:
        display.show("pages", 17, None)
    assert isinstance(screen.err, io.StringIO)
    assert "17/?" in screen.err.getvalue()


def _a_round(progress: RoundProgress) -> None:
    progress.feeds_planned(3)
    progress.feed_done()
    progress.feed_done()
    progress.pages_found(40)
    progress.page_done()
    progress.note("no Prefect \x1b[31m server")
    progress.committed(12)


def _without_styles(line: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", line)
