"""Author lines become names, and only names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.metadata.names import author_names, is_name_like, labelled_names, upright_name

LINES = {
    "By Jane Doe": ("Jane Doe",),
    "Von Anna Brandt und Jonas Keller, dpa": ("Anna Brandt", "Jonas Keller", "dpa"),
    "Jane Doe and John Roe": ("Jane Doe", "John Roe"),
    "Jane Doe, Senior Political Correspondent": ("Jane Doe",),
    "Jane Doe; Senior Reporter": ("Jane Doe",),
    "Beatriz Lins - Repórter": ("Beatriz Lins",),
    "Keith Barry Senior Autos Reporter": ("Keith Barry",),
    "Elena Oberholzer (obe)": ("Elena Oberholzer",),
    "jane.doe@paper.example": (),
    "Jane Doe jane.doe@paper.example @janedoe": ("Jane Doe",),
    "https://www.facebook.com/janedoe": (),
    "Genevieve Carlton, Ph.D.": ("Genevieve Carlton",),
    "Dylan Bailey, MS, RD, FAND": ("Dylan Bailey",),
    "Robert Kennedy, Jr.": ("Robert Kennedy Jr",),
    "Reuters, AFP": ("Reuters", "AFP"),
    "Felix Schröder, AFP": ("Felix Schröder", "AFP"),
    "Ramón y Cajal": ("Ramón y Cajal",),
    "Luna González y Pedro Díaz": ("Luna González", "Pedro Díaz"),
    "Le Figaro et AFP": ("Le Figaro et AFP",),
    "JÖRG ZSCHOCHE": ("JÖRG ZSCHOCHE",),
    "Guardian staff reporter": ("Guardian staff reporter",),
    "srf/hosb": ("srf/hosb",),
    "Автор: Ирина Соколова": ("Ирина Соколова",),
    "Ирина Соколова и Пётр Лебедев": ("Ирина Соколова", "Пётр Лебедев"),
    "박서연 기자": ("박서연",),
    "記者：田中美咲": ("田中美咲",),
    "责编：牛镛、岳弘彬": ("牛镛", "岳弘彬"),
    "بقلم: سلمى حداد": ("سلمى حداد",),
    "Γράφει ο Νίκος Παπαδάκης": ("Νίκος Παπαδάκης",),
    "<b>By</b> Jane&nbsp;Doe": ("Jane Doe",),
    "admin": (),
    "": (),
    "105092": (),
    "12:30 2024": (),
}


@pytest.mark.parametrize(("line", "names"), LINES.items())
def test_a_line_gives_its_names(line: str, names: tuple[str, ...]) -> None:
    assert author_names([line]) == names


def test_the_name_of_the_site_is_not_taken_apart() -> None:
    assert author_names(["The Globe and Mail"], ["The Globe and Mail"]) == ("The Globe and Mail",)


def test_a_name_said_twice_counts_once_in_its_first_spelling() -> None:
    assert author_names(["Jane Doe", "JANE DOE", "John Roe"]) == ("Jane Doe", "John Roe")


def test_labels_within_a_line_name_their_own() -> None:
    assert labelled_names("2026年03月06日10:12 来源：南岭晚报 作者：陈晓燕") == ("陈晓燕",)
    assert labelled_names("Text: Elin Sundqvist Foto: Anders Wik") == ("Elin Sundqvist",)
    assert labelled_names("A colon: in a sentence") == ()


def test_a_catalogue_writes_names_the_other_way_round() -> None:
    assert upright_name("Doe, Jane") == "Jane Doe"
    assert upright_name("Jane Doe") == "Jane Doe"
    assert upright_name("Doe, Jane, PhD") == "Doe, Jane, PhD"


@pytest.mark.parametrize("name", ["Jane Doe", "Oscar de la Renta", "AFP", "سلمى حداد", "박서연", "田中美咲"])
def test_names_look_like_names(name: str) -> None:
    assert is_name_like(name)


@pytest.mark.parametrize(
    "name", ["read more", "Sign up for our morning briefing today now", "Mar 27", "de la", "x", "Who?"]
)
def test_other_lines_do_not(name: str) -> None:
    assert not is_name_like(name)


@given(st.lists(st.text(max_size=200), max_size=5))
def test_no_line_makes_it_raise_and_every_name_is_bounded_and_plain(lines: list[str]) -> None:
    names = author_names(lines, lines[:1])
    assert all(0 < len(name) <= 1000 and "\n" not in name and "\x00" not in name for name in names)
