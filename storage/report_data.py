"""What a press review tells of a period, read from the published copy: records only, bounded in number.

An article belongs to the period by its publication time, or by first sight where that is unknown or later. One that
was published up to a day before the period and seen only in it belongs to it too: no review came too early for it
unless it was in the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import duckdb

from storage import report_data_sql as questions
from storage.health.quiet import quiet_sources
from storage.query import opened_copy

Step = Literal["day", "week", "month"]

CONTEXT_DAYS = 14  # a chart of a day shows at least two weeks of the same weekdays
MAX_STEPS = 62  # bars of one chart that can be told apart, and rows of its table
LATE = timedelta(days=1)
VECTOR_ROWS = 2_048  # that zstd packs together


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """The period [since, until), aware; `watchlists` that are told of, whether they have a hit or not.

    With `only_watchlists` the stories, news and edits are those that mention one of them.
    """

    since: datetime
    until: datetime
    watchlists: tuple[str, ...] = ()
    only_watchlists: bool = False
    max_stories: int = 12
    max_rows: int = 12  # of every other list

    @property
    def step(self) -> Step:
        """The unit of its charts: as fine as `MAX_STEPS` allow."""
        days = (self.until - self.context_since).days
        return "day" if days <= MAX_STEPS else "week" if days <= 7 * MAX_STEPS else "month"

    @property
    def context_since(self) -> datetime:
        """The midnight (UTC) that its charts begin with: that of the period, or two weeks before its end."""
        first = min(self.since, self.until - timedelta(days=CONTEXT_DAYS - 1))
        return first.replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of the period and, in `*_before`, of the one of the same length before it; None of those where the
    database does not reach back that far. `late`: articles published before the period, and seen in it.
    """

    articles: int
    sources: int
    stories: int
    mentioned: int
    edited: int
    late: int
    articles_before: int | None
    mentioned_before: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """One article of a story: which outlet told it, when at the latest, under which address."""

    outlet: str
    reported_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Story:
    """A story by its first report in the period. `beginning`: of its text. `reports`: the first of each outlet, in
    order, bounded. `began`: the very first report, where it was before the period.
    """

    title: str
    url: str
    language: str | None
    beginning: str
    articles: int
    outlets: int
    mentions: tuple[tuple[str, int], ...]
    reports: tuple[Report, ...]
    began: Report | None = None


@dataclass(frozen=True, slots=True)
class Headline:
    """An article in a list. `before`, `term` and `after` are where its text mentions a watchlist, "" if nowhere."""

    title: str
    url: str
    language: str | None
    outlet: str
    reported_at: datetime
    before: str = ""
    term: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """Articles of one outlet that mention a watchlist, and all its articles of the period."""

    outlet: str
    articles: int
    of: int


@dataclass(frozen=True, slots=True)
class WatchlistFigures:
    """A watchlist in the period: articles that mention it, their number by step of time (with the steps before the
    period that charts show), by outlet, the most first, and the articles that mention it most.

    Only the `max_rows` watchlists of most articles have the last.
    """

    watchlist_id: str
    articles: int
    mentions: int
    articles_before: int | None
    steps: tuple[tuple[date, int], ...]
    voices: tuple[Voice, ...]
    outlets: int
    headlines: tuple[Headline, ...]


@dataclass(frozen=True, slots=True)
class Volume:
    """Articles of one outlet in one step of time, and how many were probably missed."""

    outlet: str
    step: date
    articles: int
    has_gap: bool
    estimated_missing: int


@dataclass(frozen=True, slots=True)
class EditedArticle:
    """What an outlet changed in an article after it was first read. Titles are None where they stayed."""

    title: str
    url: str
    language: str | None
    outlet: str
    edited_at: datetime
    minutes_after_publication: int | None
    title_before: str | None
    title_after: str | None
    words_added: int
    words_removed: int
    correction: str | None
    sentences_added: tuple[str, ...]
    sentences_removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quiet:
    """A source that has gone quiet by the last poll (`storage.health.quiet`): it had `articles` in its last `window_h`
    hours, where `expected` are usual."""

    outlet: str
    window_h: int
    articles: int
    expected: float
    last_article_at: datetime | None


@dataclass(frozen=True, slots=True)
class Failing:
    """A source of which feeds fail at the last poll, since when, and why the first of them does."""

    outlet: str
    feeds: int
    of: int
    since: datetime | None
    status: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which articles of an outlet were probably missed."""

    outlet: str
    from_at: datetime
    to_at: datetime
    estimated_articles: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReportData:
    """All that a press review tells. Lists are bounded; how many there are in all is beside them.

    `stories`: by outlets, then mentions of the watchlists, then articles. `latest`: the last to be first reported of
    the others.
    """

    request: ReportRequest
    totals: Totals
    known_since: datetime | None  # the first article of the database was seen then
    known_until: datetime | None  # the last poll
    stories: tuple[Story, ...]
    watchlists: tuple[WatchlistFigures, ...]
    volumes: tuple[Volume, ...]
    latest: tuple[Headline, ...]
    edits: tuple[EditedArticle, ...]
    new_sources: tuple[str, ...]
    quiet: tuple[Quiet, ...] | None  # None: the period is past, and this is known of the last poll only
    quiet_total: int
    failing: tuple[Failing, ...]
    failing_total: int
    gaps: tuple[Gap, ...]
    gaps_total: int
    missed: int


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
