"""Which sources make their pages in another way than before, as far as what was made of them shows.

The last articles of a source are set against its own earlier ones, block by block of as many: what lies well out of
the range that all earlier blocks kept to has changed. A block has a day's articles of the source, and 25 at least,
so that no hour of the day stands for all. The last week is not part of what is compared with: a change is told for a
week, then it has become usual.

Limits: bench/health.py, figures in docs/health.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.health.records import TemplateChange, TemplateSign

if TYPE_CHECKING:
    import duckdb

BLOCK = 25  # articles at least
BLOCKS = 6  # to be compared with, at least
HISTORY_DAYS = 63
SETTLING_DAYS = 7
LENGTH = 1.6  # times below the lowest, above the highest median of an earlier block
QUARTER = 1.3  # the same of the quartile on the other side: a day of briefs does not shorten the features
SHARE = 0.3  # more than in any earlier block
LINES = 1.0  # blocks of an article taken out, more than that


@dataclass(frozen=True, slots=True)
class Range:
    """A figure of a source: of its last block, and the lowest and highest of its earlier blocks."""

    now: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Pages:
    """What was made of the pages of one source. `articles` of its last block; None where too few are known."""

    source_id: str
    articles: int
    words: Range  # median, as of `removed`
    words_25: Range  # first quartile
    words_75: Range  # third quartile
    undated: Range
    unsigned: Range
    removed: Range


def changes_of(pages: Pages) -> Iterator[TemplateChange]:
    """The signs that the pages of a source have changed, none for most."""
    words, features, briefs = pages.words, pages.words_75, pages.words_25
    if words.now < words.low / LENGTH and features.now < features.low / QUARTER:
        yield _change(pages.source_id, "shorter", words, pages.articles)
    if words.now > words.high * LENGTH and briefs.now > briefs.high * QUARTER:
        yield _change(pages.source_id, "longer", words, pages.articles)
    if pages.undated.now > pages.undated.high + SHARE:
        yield _change(pages.source_id, "undated", pages.undated, pages.articles)
    if pages.unsigned.now > pages.unsigned.high + SHARE:
        yield _change(pages.source_id, "unsigned", pages.unsigned, pages.articles)
    if pages.removed.now > pages.removed.high + LINES:
        yield _change(pages.source_id, "removed", pages.removed, pages.articles)


def rejects_of(source_id: str, rejected: Range, pages: int) -> Iterator[TemplateChange]:
    """The sign that pages are no articles any more, where the last `pages` of a source show it."""
    if rejected.now > rejected.high + SHARE:
        yield _change(source_id, "rejected", rejected, pages)


def _change(source_id: str, sign: TemplateSign, span: Range, articles: int) -> TemplateChange:
    return TemplateChange(
        source_id, sign, round(span.now, 2), round(span.low, 2), round(span.high, 2), articles
    )


# ------------------------------------------------------------------------------------------------ from the copy

_ARTICLES = """
  SELECT source_id, first_seen_at AS "at", word_count AS words, CAST(published_at IS NULL AS INTEGER) AS undated,
    CAST(len(authors) = 0 AS INTEGER) AS unsigned, len(removed) AS removed
  FROM article_versions WHERE superseded_at IS NULL AND feed_url IS NOT NULL
    AND source_id IN (SELECT source_id FROM sources)
"""
_PAGES = """
  SELECT source_id, "at", CAST(status <> 'stored' AS INTEGER) AS rejected
  FROM outcomes WHERE stage = 'page' AND http_status = 200
    AND status IN ('stored', 'rejected', 'empty', 'extraction', 'parse', 'encoding')
    AND source_id IN (SELECT source_id FROM sources)
"""
_FIGURES = {
    "words": "median(words)",
    "words_25": "quantile_cont(words, 0.25)",
    "words_75": "quantile_cont(words, 0.75)",
    "undated": "avg(undated)",
    "unsigned": "avg(unsigned)",
    "removed": "median(removed)",
    "rejected": "avg(rejected)",
}
_OF_ARTICLES = ("words", "words_25", "words_75", "undated", "unsigned", "removed")


def _blocks_sql(rows: str, *figures: str) -> str:
    """For each source with enough of `rows`: the size of its blocks, and of each figure its last and its range."""
    of_block = ", ".join(f"CAST({_FIGURES[name]} AS DOUBLE) AS {name}" for name in figures)
    ranges = ", ".join(
        f"any_value({name}) FILTER (block = 0), min({name}) FILTER (is_old), max({name}) FILTER (is_old)"
        for name in figures
    )
    return f"""
    WITH clock AS (
      SELECT max(last_polled_at) AS now_at FROM feeds
    ), found AS ({rows}), recent AS (
      SELECT found.*, "at" <= now_at - INTERVAL {SETTLING_DAYS} DAY AS is_settled,
        row_number() OVER (PARTITION BY source_id ORDER BY "at" DESC) - 1 AS place
      FROM found, clock WHERE "at" > now_at - INTERVAL {HISTORY_DAYS} DAY AND "at" <= now_at
    ), sizes AS (
      SELECT source_id, CAST(greatest({BLOCK}, ceil(
        count(*) FILTER (is_settled) / {HISTORY_DAYS - SETTLING_DAYS})) AS BIGINT) AS size
      FROM recent GROUP BY source_id HAVING count(*) >= {BLOCK * (BLOCKS + 1)} AND NOT bool_and(is_settled)
    ), blocks AS (
      SELECT source_id, size, place // size AS block, {of_block},
        bool_and(is_settled) AND place // size > 0 AS is_old
      FROM recent JOIN sizes USING (source_id)
      GROUP BY source_id, size, place // size HAVING count(*) = size
    )
    SELECT source_id, size, {ranges} FROM blocks
    GROUP BY source_id, size HAVING count(*) FILTER (is_old) >= {BLOCKS}
    """  # noqa: S608 - constants of this module


def template_changes(con: duckdb.DuckDBPyConnection) -> tuple[TemplateChange, ...]:
    """What has changed of the pages of each source in the published copy on `con`, by source."""
    changes: list[TemplateChange] = []
    for source_id, size, *figures in con.execute(_blocks_sql(_ARTICLES, *_OF_ARTICLES)).fetchall():
        ranges = [Range(*figures[first : first + 3]) for first in range(0, len(figures), 3)]
        changes.extend(changes_of(Pages(source_id, size, *ranges)))
    for source_id, size, now, low, high in con.execute(_blocks_sql(_PAGES, "rejected")).fetchall():
        changes.extend(rejects_of(source_id, Range(now, low, high), size))
    return tuple(sorted(changes, key=lambda change: (change.source_id, change.sign)))
