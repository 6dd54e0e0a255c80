"""A library that stumbles has nothing to say; a bug of our own is told as one, and never looks like a bad page."""

from __future__ import annotations

import logging

import pytest

from extractors.article.outside import answer_of
from extractors.article.page import extract_page
from extractors.model import Page, Rejected


def test_a_library_that_raises_has_nothing_to_say_and_that_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def stumbles() -> str:
        raise KeyError("span")

    with caplog.at_level(logging.WARNING):
        assert answer_of("htmldate", stumbles) == ""
    assert "htmldate stumbled: KeyError: 'span' (test_extraction_bugs.py:" in caplog.text


def test_what_says_something_of_the_whole_page_is_passed_on() -> None:
    def too_deep() -> str:
        raise RecursionError

    with pytest.raises(RecursionError):
        answer_of("trafilatura", too_deep)


def test_a_bug_of_ours_is_told_with_its_place(caplog: pytest.LogCaptureFixture) -> None:
    told = extract_page(Page("https://a.example/1", body=None))  # type: ignore[arg-type]
    assert isinstance(told, Rejected)
    assert told.status == "extraction"
    assert told.detail.startswith("a bug in presswatch: TypeError: ")
    assert "(html.py:" in told.detail
    assert "a bug met at https://a.example/1" in caplog.text
