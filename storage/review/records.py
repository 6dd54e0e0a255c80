"""What a press review tells: its request, and the records of the answer. `storage.review.reading` reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

Step = Literal["day", "week", "month"]

CONTEXT_DAYS = 14  # a chart of a day shows at least two weeks of the same weekdays
MAX_STEPS = 62  # bars of one chart that can be told apart, and rows of its table
LATE = timedelta(days=1)


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
