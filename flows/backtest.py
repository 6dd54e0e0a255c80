"""What a watchlist would have found: hits by source, day and term, with samples. Pure."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Protocol

from extractors.model import Mention
from extractors.watch import Matcher, find_mentions

SAMPLE_CHARS = 160  # a line and a half: enough to see whether it is meant


class Article(Protocol):
    """What is read of an article."""

    @property
    def article_id(self) -> int: ...
    @property
    def source_id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def canonical_url(self) -> str: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Sample:
    """One hit. `snippet[mark[0]:mark[1]]` is what was found; `term` is what was looked for."""

    source_id: str
    at: datetime
    title: str
    url: str
    term: str
    snippet: str
    mark: tuple[int, int]


@dataclass(slots=True)
class Backtest:
    """The hits of one watchlist."""

    watchlist_id: str
    articles: int = 0
    mentions: int = 0
    by_source: Counter[str] = field(default_factory=Counter)
    by_day: Counter[tuple[date, str]] = field(default_factory=Counter)  # (day in UTC, source)
    by_term: Counter[str] = field(default_factory=Counter)  # articles with it
    newest: list[tuple[datetime, int, Sample]] = field(default_factory=list)

    @property
    def samples(self) -> list[Sample]:
        """The newest first."""
        return [sample for _, _, sample in sorted(self.newest, reverse=True)]

    @property
    def days(self) -> list[tuple[date, int]]:
        """Articles of each day that has any, in order."""
        days: Counter[date] = Counter()
        for (day, _), articles in self.by_day.items():
            days[day] += articles
        return sorted(days.items())


def backtested(articles: Iterable[Article], matcher: Matcher, samples: int) -> tuple[int, list[Backtest]]:
    """(articles read, the hits of each watchlist), with the newest `samples` of each: one of an article."""
    tests = {wanted.id: Backtest(wanted.id) for wanted in matcher.watchlists}
    ticket = count()
    read = 0
    for article in articles:
        read += 1
        found: dict[str, list[Mention]] = {}
        for mention in find_mentions(matcher, article.article_id, article.title, article.text):
            found.setdefault(mention.watchlist_id, []).append(mention)
        for name, mentions in found.items():
            _count(tests[name], article, mentions)
            if samples:
                _sample(tests[name].newest, samples, next(ticket), article, mentions)
    return read, list(tests.values())


def _count(test: Backtest, article: Article, mentions: Sequence[Mention]) -> None:
    test.articles += 1
    test.mentions += len(mentions)
    test.by_source[article.source_id] += 1
    test.by_day[article.at.astimezone(UTC).date(), article.source_id] += 1
    test.by_term.update({mention.term for mention in mentions})


def _sample(
    newest: list[tuple[datetime, int, Sample]],
    most: int,
    ticket: int,
    article: Article,
    mentions: Sequence[Mention],
) -> None:
    if len(newest) == most and article.at <= newest[0][0]:
        return
    mention = next((each for each in mentions if not each.in_title), mentions[0])
    whole = article.title if mention.in_title else article.text
    snippet, mark = snippet_around(whole, mention.start_char, mention.end_char)
    sample = Sample(
        article.source_id, article.at, article.title, article.canonical_url, mention.term, snippet, mark
    )
    (heapq.heappush if len(newest) < most else heapq.heapreplace)(newest, (article.at, ticket, sample))


def snippet_around(text: str, start: int, end: int, chars: int = SAMPLE_CHARS) -> tuple[str, tuple[int, int]]:
    """The text around a hit on one line, cut between words where it has spaces, and the place of the hit in it."""
    room = max(0, chars - (end - start)) // 2
    first, last = max(0, start - room), min(len(text), end + room)
    if first > 0:
        first = next((at + 1 for at in range(first, start) if text[at].isspace()), first)
    if last < len(text):
        last = next((at for at in range(last, end, -1) if text[at].isspace()), last)
    piece = "".join(" " if letter.isspace() else letter for letter in text[first:last])
    return piece, (start - first, end - first)
