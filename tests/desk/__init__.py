"""A small store with two weeks of made-up news, on which docs/queries and docs/tutorial.md are shown.

Everything goes through the store's own door (spool, commit, publish), and the same bytes come out every time: no clock,
no chance. Mentions and stories are found, and edits told, by the parts that do so in a round.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

from desk.words import ENGLISH, FERRY, FRENCH, GERMAN, PEOPLE, PLACES, PUMPS, STORIES, VACCINE, Story, Told
from extractors.model import (
    ArticleVersion,
    FeedState,
    Gap,
    Link,
    Outcome,
    Provenance,
    Record,
    Run,
    Source,
    Validators,
    Watchlist,
)
from extractors.stories import fingerprint_of
from extractors.urls import hash64, identity
from extractors.watch import compile_watchlists, find_mentions
from storage.store import Store

FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)
LAST_POLL = datetime(2026, 3, 15, 18, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
SEEN_AFTER = 7 * MINUTE  # a round finds an article so long after it was published

SOURCES = (
    Source("northpress", "Northpress", ("https://www.northpress.example/rss",), language="en", tags=("agency",)),
    Source("harbour-times", "The Harbour Times", ("https://www.harbour-times.example/rss",), language="en", tags=("daily",)),
    Source("city-ledger", "City Ledger", ("https://www.city-ledger.example/rss",), language="en", tags=("daily",)),
    Source("valley-echo", "Valley Echo", ("https://www.valley-echo.example/rss",), language="en", tags=("weekly",)),
    Source("lantern", "The Lantern", ("https://www.lantern.example/rss",), language="en", tags=("magazine",)),
    Source("radio-kelm", "Radio Kelm", ("https://www.radio-kelm.example/rss",), language="de", tags=("radio",)),
    Source("journal-sund", "Le Journal de Sund", ("https://www.journal-sund.example/rss",), language="fr", tags=("daily",)),
)  # fmt: skip
WATCHLISTS = (
    Watchlist("energy", any=("heat pump*", "wind farm", "Wärmepumpe*", "pompe à chaleur")),
    Watchlist("sea", any=("ferry", "harbour", "Fähre")),
    Watchlist("health", any=("vaccine", "hospital")),
)
PER_DAY = {"northpress": 3, "harbour-times": 2, "city-ledger": 2, "valley-echo": 1, "lantern": 1, "radio-kelm": 1,
           "journal-sund": 1}  # fmt: skip
QUIET_FROM = FIRST_DAY + 11 * DAY  # The Lantern's feed fails from here on


def news_store(folder: Path) -> Store:
    """The store in `folder`, committed day by day and published."""
    store = Store(folder / "live.duckdb", folder / "news.duckdb")
    store.sync_sources(SOURCES)
    versions = [*_small_news(random.Random(16)), *_told_stories()]
    versions.sort(key=lambda version: (version.first_seen_at, version.url))
    edits = _edited(versions)
    for number in range(14):
        day = FIRST_DAY + number * DAY
        run = Run(f"{day:%Y%m%d}", "run", day + DAY - 10 * MINUTE, day + DAY - 8 * MINUTE, "done")
        store.spool(_record(f"day {number:02}", run.run_id, [each for each in versions if _is_of(day, each)]))
        for place, edit in enumerate(each for each in edits if _is_of(day, each)):
            store.spool(_record(f"day {number:02} edit {place}", f"{run.run_id}e{place}", [edit]))
        store.spool(
            Record(
                f"run {number:02}", run.run_id, feeds=_feeds(day + 18 * timedelta(hours=1)), gaps=_gaps(day)
            )
        )
        store.commit(day + DAY - 9 * MINUTE)
        store.finish_run(run)
    store.publish(LAST_POLL)
    return store


def _is_of(day: datetime, version: ArticleVersion) -> bool:
    return day <= version.fetched_at < day + DAY


def _small_news(rng: random.Random) -> Iterator[ArticleVersion]:
    used: Counter[frozenset[str]] = Counter()
    for number in range(14):
        day = FIRST_DAY + number * DAY
        for source in SOURCES:
            for n in range(PER_DAY[source.id]):
                at = day + timedelta(hours=6 + 3 * n, minutes=rng.randrange(150), seconds=rng.randrange(60))
                version = _small(rng, used, source, at, f"{number:02}{n}")
                if not (source.id == "lantern" and at >= QUIET_FROM) and at < LAST_POLL - SEEN_AFTER:
                    yield version


def _small(
    rng: random.Random, used: Counter[frozenset[str]], source: Source, at: datetime, name: str
) -> ArticleVersion:
    frames = _frames(rng, used, {"de": GERMAN, "fr": FRENCH}.get(source.language or "en", ENGLISH))
    lines = [
        frame.format(place=rng.choice(PLACES), who=rng.choice(PEOPLE), n=rng.randrange(3, 48))
        for frame in frames
    ]
    title = lines[0].rstrip(".")
    dated = {"precision": "day" if source.id == "radio-kelm" else "second", "published_at": at}
    if source.id == "journal-sund" and rng.random() < 0.3:
        dated = {"precision": "", "published_at": None}
    return _version(
        source.id, name, title, "\n\n".join(lines[1:]), at + SEEN_AFTER, rng.choice(PEOPLE), **dated
    )


def _frames(rng: random.Random, used: Counter[frozenset[str]], frames: tuple[str, ...]) -> list[str]:
    """Four, of which no two stood together in a text before, as far as can be: or they would pass for a copy."""
    tried = [rng.sample(frames, 4) for _ in range(200)]
    pairs = [[frozenset(pair) for pair in combinations(each[1:], 2)] for each in tried]
    best = min(range(200), key=lambda n: sum(used[pair] for pair in pairs[n]))
    used.update(pairs[best])
    return tried[best]


def _told_stories() -> Iterator[ArticleVersion]:
    for number, story in enumerate(STORIES):
        for told in story.told:
            yield _told(number, story, told)


def _told(number: int, story: Story, told: Told) -> ArticleVersion:
    kept = [line for n, line in enumerate(story.sentences) if n not in told.drop]
    at = FIRST_DAY + timedelta(days=story.day - 2, hours=story.hour, minutes=told.minutes)
    text = "\n\n".join((*kept, *told.add))
    published = at.replace(hour=0, minute=0) if told.precision == "day" else at
    return _version(
        told.source_id, f"story-{number}", told.title, text, at + SEEN_AFTER, PEOPLE[number],
        published_at=published, precision=told.precision,
    )  # fmt: skip


def _edited(versions: list[ArticleVersion]) -> list[ArticleVersion]:
    """What newsrooms changed later: a headline and a number, a quotation, a correction, a word of no weight."""
    found = {version.url: version for version in versions}

    def of(story: Story, source_id: str) -> ArticleVersion:
        return found[_url(source_id, f"story-{STORIES.index(story)}")]

    ferry = _edit(
        of(FERRY, "northpress"), 84 * MINUTE, ("Two passengers were treated", "Five passengers were treated")
    )
    return [
        ferry,
        _edit(ferry, 200 * MINUTE, ("within three hours", "within four hours"), ("14 sailings", "22 sailings"),
              title="Night ferry runs aground off Port Marl, five hurt"),
        _edit(of(PUMPS, "city-ledger"), 610 * MINUTE, ("covers 35 %", "covers 30 %"),
              added="Correction: an earlier version of this article said that the grant covers 35 % of the cost."),
        _edit(of(VACCINE, "lantern"), 95 * MINUTE, title="Whooping cough: no vaccine in four provinces"),
        _edit(of(FERRY, "harbour-times"), 45 * MINUTE,
              ("then the lights went out and everyone was very calm", "and then it was very quiet")),
    ]  # fmt: skip


def _edit(
    before: ArticleVersion, after: timedelta, *changes: tuple[str, str], title: str = "", added: str = ""
) -> ArticleVersion:
    text = before.text
    for old, new in changes:
        text = text.replace(old, new)
    text = "\n\n".join(part for part in (text, added) if part)
    title = title or before.title
    return replace(
        before, title=title, text=text, word_count=len(text.split()), fetched_at=before.fetched_at + after,
        modified_at=before.fetched_at + after - SEEN_AFTER, content_hash=hash64(f"{title}\n{text}"),
    )  # fmt: skip


def _url(source_id: str, name: str) -> str:
    return f"https://www.{source_id}.example/news/{name}"


def _version(
    source_id: str, name: str, title: str, text: str, seen_at: datetime, author: str, *,
    published_at: datetime | None, precision: str,
) -> ArticleVersion:  # fmt: skip
    url = _url(source_id, name)
    source = next(source for source in SOURCES if source.id == source_id)
    return ArticleVersion(
        article_id=identity(url), source_id=source_id, url=url, canonical_url=url, title=title, authors=(author,),
        published_at=published_at, modified_at=None, language=source.language, text=text,
        word_count=len(text.split()), section="news", tags=(), image_url=None, paywalled=None,
        feed_url=source.feeds[0], first_seen_at=seen_at, fetched_at=seen_at, content_hash=hash64(f"{title}\n{text}"),
        removed=(),
        provenance=Provenance("jsonld", "jsonld", "trafilatura", "jsonld" if published_at else "", precision,
                              "stated" if published_at else "", "html", "link", (), "presswatch 1"),
    )  # fmt: skip


def _record(batch_id: str, run_id: str, versions: list[ArticleVersion]) -> Record:
    matcher = compile_watchlists(WATCHLISTS)
    return Record(
        batch_id, run_id, versions=tuple(versions),
        fingerprints=tuple(map(fingerprint_of, versions)),
        mentions=tuple(hit for each in versions for hit in find_mentions(matcher, each.article_id, each.title, each.text)),
        outcomes=tuple(Outcome(run_id, each.source_id, each.url, "page", "stored", each.fetched_at, http_status=200,
                               bytes=40_000, elapsed_ms=180, article_id=each.article_id) for each in versions),
        links=tuple(Link(identity(each.url), each.source_id, each.url, each.feed_url, "stored", each.content_hash,
                         each.first_seen_at, each.fetched_at, each.article_id) for each in versions),
    )  # fmt: skip


def _feeds(at: datetime) -> tuple[FeedState, ...]:
    states = []
    for source in SOURCES:
        state = FeedState(
            source.feeds[0], source.id, Validators(), at, at + 10 * MINUTE, last_status="not_modified"
        )
        if source.id == "lantern" and at >= QUIET_FROM:
            state = replace(state, state="failing", failing_since=QUIET_FROM + 5 * MINUTE, last_status="http_5xx",
                            consecutive_failures=1 + (at - QUIET_FROM).days * 9)  # fmt: skip
        states.append(state)
    return tuple(states)


def _gaps(day: datetime) -> tuple[Gap, ...]:
    if day != FIRST_DAY + 4 * DAY:
        return ()
    url = "https://www.northpress.example/rss"
    return (
        Gap(
            url,
            day + timedelta(hours=9),
            day + timedelta(hours=15),
            6,
            "the feed rolled over between two polls",
        ),
    )
