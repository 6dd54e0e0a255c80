"""Which sources make their pages in another way: the decision on figures, and the figures out of a published copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from extractors.model import ArticleVersion, Outcome, Record, Removed, Source
from storage.health.records import TemplateChange
from storage.health.template import Pages, Range, changes_of, template_changes
from storage.query import opened_copy
from storage.store import Store

HOUR = timedelta(hours=1)
USUAL = Pages(
    "a",
    25,
    words=Range(450, 400, 500),
    words_25=Range(220, 200, 250),
    words_75=Range(700, 600, 800),
    undated=Range(0.0, 0.0, 0.1),
    unsigned=Range(0.2, 0.1, 0.3),
    removed=Range(2.0, 1.0, 3.0),
)

Look = Callable[..., list[tuple[str, float]]]


def cut(pages: Pages, by: float) -> Pages:
    """Every text of the last block that much shorter, or longer."""
    spans = {name: getattr(pages, name) for name in ("words", "words_25", "words_75")}
    return replace(pages, **{name: replace(span, now=span.now * by) for name, span in spans.items()})


def signs(pages: Pages) -> list[str]:
    return [change.sign for change in changes_of(pages)]


def test_what_keeps_to_its_own_range_has_not_changed() -> None:
    assert signs(USUAL) == []
    assert signs(replace(USUAL, words=Range(300, 400, 500))) == []
    assert signs(replace(USUAL, undated=Range(0.35, 0.0, 0.1))) == []


def test_each_figure_far_out_of_its_range_is_a_sign() -> None:
    assert signs(cut(USUAL, 0.3)) == ["shorter"]
    assert signs(cut(USUAL, 2.0)) == ["longer"]
    broken = replace(
        USUAL, undated=Range(1.0, 0.0, 0.1), unsigned=Range(1.0, 0.1, 0.3), removed=Range(7.0, 1.0, 3.0)
    )
    assert signs(broken) == ["undated", "unsigned", "removed"]


def test_a_day_of_briefs_and_one_of_a_long_read_are_no_new_template() -> None:
    assert signs(replace(USUAL, words=Range(150, 400, 500))) == []
    assert signs(replace(USUAL, words=Range(1_500, 400, 500))) == []


def test_a_change_says_what_is_and_what_was() -> None:
    (change,) = changes_of(cut(USUAL, 0.3))
    assert change == TemplateChange("a", "shorter", 135, 400, 500, 25)


# ----------------------------------------------------------------------------------------------- out of a copy


@pytest.fixture
def look(store: Store, make, now: datetime) -> Look:
    """The signs of source `a`, with an article every three hours, made by a function of its number (0 is the last)."""

    def signs_of(
        article: Callable[[int, ArticleVersion], ArticleVersion] = lambda _, version: version,
        outcome: Callable[[int, Outcome], Outcome] = lambda _, outcome: outcome,
        articles: int = 260,
    ) -> list[tuple[str, float]]:
        versions = [
            article(
                n,
                make.version(
                    f"https://a.example/{n}",
                    f"Text {n}",
                    first_seen_at=now - 3 * n * HOUR,
                    word_count=400 + n % 60,
                ),
            )
            for n in range(articles)
        ]
        outcomes = tuple(
            outcome(n, replace(make.outcome(version), at=version.first_seen_at, http_status=200))
            for n, version in enumerate(versions)
        )
        store.sync_sources([Source("a", "The A", ("https://a.example/rss",))])
        store.spool(make.record("b1", *versions, outcomes=outcomes, feeds=(make.feed(),)))
        store.commit(now)
        store.publish(now)
        with opened_copy(store.published) as con:
            return [(change.sign, change.now) for change in template_changes(con)]

    return signs_of


def test_a_source_that_goes_on_as_before_has_no_sign(look: Look) -> None:
    assert look() == []


def test_texts_cut_short_are_seen_in_a_few_days(look: Look) -> None:
    assert look(lambda n, v: replace(v, word_count=90) if n < 20 else v) == [("shorter", 90)]


def test_dates_and_authors_that_are_lost_are_seen(look: Look) -> None:
    found = look(lambda n, v: replace(v, published_at=None, authors=()) if n < 25 else v)
    assert found == [("undated", 1.0), ("unsigned", 1.0)]


def test_dates_that_were_never_there_are_no_change(look: Look) -> None:
    assert look(lambda _, v: replace(v, published_at=None)) == []


def test_more_lines_taken_out_are_seen(look: Look) -> None:
    extra = tuple(Removed(f"Line {n}", "furniture", n) for n in range(6))
    assert look(lambda n, v: replace(v, removed=extra) if n < 25 else v) == [("removed", 6)]


def test_pages_that_are_no_articles_any_more_are_seen(look: Look) -> None:
    assert look(outcome=lambda n, o: replace(o, status="rejected", article_id=None) if n < 20 else o) == [
        ("rejected", 0.8)
    ]


def test_links_that_were_never_fetched_are_no_rejected_pages(look: Look) -> None:
    assert look(outcome=lambda n, o: replace(o, status="rejected", http_status=None) if n < 25 else o) == []


def test_of_few_articles_nothing_is_said(look: Look) -> None:
    assert look(lambda n, v: replace(v, word_count=90) if n < 25 else v, articles=120) == []


def test_what_has_been_so_for_a_week_has_become_usual(look: Look) -> None:
    assert look(lambda n, v: replace(v, word_count=90) if n < 140 else v) == []


def test_a_source_that_has_not_published_for_a_week_is_not_judged(look: Look, store, make, now) -> None:
    look(lambda n, v: replace(v, word_count=90) if n < 25 else v)
    later = now + timedelta(days=30)
    store.spool(Record("b2", "r1", feeds=(make.feed(at=later),)))
    store.commit(later)
    store.publish(later)
    with opened_copy(store.published) as con:
        assert template_changes(con) == ()
