"""What a press review tells of a period, read from the published copy: records, bounded in number.

An article belongs to the period by its publication time, or by first sight where that is unknown or later. One that
was published up to a day before the period and seen only in it belongs to it too: the review before could not know it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from storage.health.quiet import quiet_sources
from storage.query import opened_copy
from storage.review import questions
from storage.review.records import (
    LATE,
    EditedArticle,
    Failing,
    Gap,
    Headline,
    Quiet,
    Report,
    ReportData,
    ReportRequest,
    Story,
    Totals,
    Voice,
    Volume,
    WatchlistFigures,
)

VECTOR_ROWS = 2_048  # that zstd packs together


def report_data(published: Path, request: ReportRequest) -> ReportData:
    """What the published copy tells of the period. `StorageError` where there is none, or it can't be read.

    A table that a copy does not have counts as empty, so that the review of an older file is still one.
    """
    with opened_copy(published) as con:
        desk = _Desk(con, request)
        desk.prepare()
        return desk.data()


@dataclass(frozen=True, slots=True)
class _Desk:
    """One connection, on which the articles of the period are laid out once."""

    con: duckdb.DuckDBPyConnection
    request: ReportRequest

    def prepare(self) -> None:
        request = self.request
        for name, value in (
            ("since", request.since),
            ("until", request.until),
            ("before", request.since - (request.until - request.since)),
            ("late", request.since - LATE),
            ("context", request.context_since),
        ):
            self.con.execute(f"SET VARIABLE report_{name} = ?::TIMESTAMPTZ", [value])
        self.con.execute("SET VARIABLE report_step = ?", [request.step])
        self.con.execute("SET VARIABLE report_watchlists = ?::VARCHAR[]", [list(request.watchlists)])
        self.con.execute("SET VARIABLE report_only = ?", [request.only_watchlists])
        there = {name for (name,) in self.con.execute(questions.TABLES).fetchall()}
        for name, columns in questions.NEEDED.items():
            if name not in there:
                self.con.execute(f'CREATE TEMP TABLE "{name}" ({columns})')
        for statement in questions.PREPARED:
            self.con.execute(statement)

    def rows(self, question: str, *params: object) -> list[tuple[Any, ...]]:
        return self.con.execute(question, list(params) or None).fetchall()

    def data(self) -> ReportData:
        request, bound = self.request, self.request.max_rows
        [(known_since, known_until)] = self.rows(questions.KNOWN)
        quiet = self._quiet() if self._is_present(known_until) else None
        failing = self.rows(questions.FAILING) if quiet is not None else []
        gaps = self.rows(questions.GAPS)
        stories = self.rows(questions.STORIES, request.max_stories)
        self._lay_out_texts([row[4] for row in stories])
        return ReportData(
            request=request,
            totals=self._totals(known_since),
            known_since=known_since,
            known_until=known_until,
            stories=self._stories(stories),
            watchlists=self._watchlists(known_since),
            volumes=tuple(Volume(*row) for row in self.rows(questions.VOLUMES)),
            latest=tuple(
                Headline(*row) for row in self.rows(questions.LATEST, [row[0] for row in stories], bound)
            ),
            edits=tuple(_edited(row) for row in self.rows(questions.EDITS, bound)),
            new_sources=tuple(name for (name,) in self.rows(questions.NEW_SOURCES, bound)),
            quiet=quiet if quiet is None else quiet[:bound],
            quiet_total=len(quiet or ()),
            failing=tuple(Failing(*row) for row in failing[:bound]),
            failing_total=len(failing),
            gaps=tuple(Gap(*row) for row in gaps[:bound]),
            gaps_total=len(gaps),
            missed=sum(row[3] for row in gaps),
        )

    def _reaches_back(self, known_since: datetime | None) -> bool:
        """Whether the time before the period was watched too, so that comparing with it is fair."""
        request = self.request
        return known_since is not None and known_since <= request.since - (request.until - request.since)

    def _is_present(self, known_until: datetime | None) -> bool:
        """Whether the period reaches up to the last poll, give or take a day."""
        return known_until is not None and known_until - LATE <= self.request.until

    def _quiet(self) -> tuple[Quiet, ...]:
        names = dict(self.rows("SELECT source_id, name FROM sources"))
        return tuple(
            Quiet(
                names.get(source.source_id, source.source_id),
                source.window_h,
                source.articles,
                source.expected,
                source.last_article_at,
            )
            for source in quiet_sources(self.con)
        )

    def _totals(self, known_since: datetime | None) -> Totals:
        [row] = self.rows(questions.TOTALS)
        before = row[6:] if self._reaches_back(known_since) else (None, None)
        return Totals(*row[:6], *before)

    def _lay_out_texts(self, article_ids: list[int]) -> None:
        """The texts that the page quotes: of these articles, and of those that mention a watchlist most."""
        self.con.execute(questions.BEST, [self.request.max_rows])
        self.con.execute(questions.TEXTS)
        ids = {*article_ids, *(article_id for (article_id,) in self.rows("SELECT article_id FROM best"))}
        numbers = self.rows(questions.NUMBERS.format(ids=", ".join(map(str, ids)) or "NULL"))
        for _, stretch in groupby(
            (int(number) for (number,) in numbers), key=lambda number: number // VECTOR_ROWS
        ):
            together = list(stretch)
            listed = ", ".join(map(str, together))
            self.con.execute(questions.STRETCH.format(first=together[0], last=together[-1], numbers=listed))

    def _stories(self, stories: list[tuple[Any, ...]]) -> tuple[Story, ...]:
        keys = [row[0] for row in stories]
        reports = _grouped(self.rows(questions.REPORTS, keys, self.request.max_rows))
        mentions = _grouped(self.rows(questions.STORY_MENTIONS, keys))
        began = _grouped(self.rows(questions.BEGAN, keys))
        beginnings = dict(self.rows(questions.BEGINNINGS))
        return tuple(
            Story(
                title,
                url,
                language,
                beginnings[article_id],
                articles,
                outlets,
                mentions=tuple((name, count) for name, count in mentions.get(key, ())),
                reports=tuple(Report(*row) for row in reports.get(key, ())),
                began=next((Report(*row) for row in began.get(key, ())), None),
            )
            for key, title, url, language, article_id, articles, outlets in stories
        )

    def _watchlists(self, known_since: datetime | None) -> tuple[WatchlistFigures, ...]:
        fair = self._reaches_back(known_since)
        steps = _grouped(self.rows(questions.WATCHLIST_STEPS))
        voices = _grouped(self.rows(questions.VOICES))
        headlines = _grouped(self.rows(questions.WATCHLIST_HEADLINES))
        return tuple(
            WatchlistFigures(
                watchlist_id=name,
                articles=articles,
                mentions=mentions,
                articles_before=before if fair else None,
                steps=tuple((step, count) for step, count in steps.get(name, ())),
                voices=tuple(Voice(*row) for row in voices.get(name, ())[: self.request.max_rows]),
                outlets=len(voices.get(name, ())),
                headlines=tuple(Headline(*row) for row in headlines.get(name, ())),
            )
            for name, articles, mentions, before in self.rows(questions.WATCHLISTS)
        )


def _edited(row: tuple[Any, ...]) -> EditedArticle:
    return EditedArticle(*row[:-2], tuple(row[-2]), tuple(row[-1]))  # type: ignore[call-arg]


def _grouped(rows: list[tuple[Any, ...]]) -> dict[Any, list[tuple[Any, ...]]]:
    """Rows by their first column, the rest of each in order."""
    groups: dict[Any, list[tuple[Any, ...]]] = {}
    for first, *rest in rows:
        groups.setdefault(first, []).append(tuple(rest))
    return groups
