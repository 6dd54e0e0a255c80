"""Stored articles matched by the watchlists of the config, and compared for stories, where that was not done yet."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from extractors.model import Record, Rematch, Watchlist
from extractors.stories import fingerprint_of
from extractors.urls import hash64
from extractors.watch import Matcher, compile_watchlists, definition_of, find_mentions, watched_hash
from storage.reading import StoredArticle
from storage.store import Store
from storage.watchlists import Definition, Standing, Unmatched

BATCH = 2_000  # articles of one transaction: the live file is held for some tenths of a second


@dataclass(frozen=True, slots=True)
class Matched:
    """What became of one watchlist. `reason`: "new or changed", "partly unmatched" or "asked for"."""

    watchlist_id: str
    reason: str
    articles: int
    mentions: int


@dataclass(frozen=True, slots=True)
class Matching:
    """`judged`: stored articles that were read. `removed`: watchlists whose mentions were dropped, since the config
    names them no more."""

    judged: int
    matched: tuple[Matched, ...]
    removed: tuple[str, ...]


def definitions(watchlists: Sequence[Watchlist]) -> list[Definition]:
    """The watchlists as the store tells them apart."""
    return [Definition(each.id, definition := definition_of(each), hash64(definition)) for each in watchlists]


def match_stored(
    store: Store,
    watchlists: Sequence[Watchlist],
    now: Callable[[], datetime],
    *,
    anew: frozenset[str] = frozenset(),
) -> Matching:
    """Match stored articles by the watchlists that they were not matched by yet, and by those in `anew`.

    Every set of articles goes through the spool and is committed with what it replaces, so a kill loses and doubles
    nothing: what was not finished is done again by the next call. Rounds may go on meanwhile.
    """
    store.migrate()
    store.commit(now())
    wanted = definitions(watchlists)
    stand = store.watch_standing(wanted)
    if not (stand.unmatched or stand.removed or anew):
        return Matching(0, (), ())
    stand = store.begin_matching(wanted, watched_hash(watchlists))
    due = _due(stand, anew)
    judged, counts = _match_all(store, [w for w in watchlists if w.id in due], due, now) if due else (0, {})
    store.end_matching([each for each in wanted if each.watchlist_id in due], now())
    reasons = {
        each.watchlist_id: "partly unmatched" if each.since else "new or changed" for each in stand.unmatched
    }
    return Matching(
        judged,
        tuple(Matched(name, reasons.get(name, "asked for"), *counts.get(name, (0, 0))) for name in due),
        stand.removed,
    )


def _due(stand: Standing, anew: frozenset[str]) -> dict[str, datetime | None]:
    """By watchlist: since when articles are matched, None for all of them."""
    due = {each.watchlist_id: each.since for each in stand.unmatched}
    return due | dict.fromkeys(sorted(anew))


def _match_all(
    store: Store,
    watchlists: Sequence[Watchlist],
    due: dict[str, datetime | None],
    now: Callable[[], datetime],
) -> tuple[int, dict[str, tuple[int, int]]]:
    """(articles read, by watchlist: articles and mentions). One pass over the texts serves all watchlists."""
    matcher = compile_watchlists(watchlists)
    since = None if None in due.values() else min(filter(None, due.values()))
    judged = 0
    counts: dict[str, tuple[int, int]] = {}
    for batch in store.stored_articles(batch_size=BATCH, stored_since=since):
        record = rematched(batch, matcher)
        store.spool(record)
        store.commit(now())
        judged += len(batch)
        for name in due:
            found = [each for each in record.mentions if each.watchlist_id == name]
            articles, mentions = counts.get(name, (0, 0))
            counts[name] = (articles + len({each.article_id for each in found}), mentions + len(found))
    return judged, counts


def rematched(batch: Sequence[StoredArticle], matcher: Matcher) -> Record:
    """These stored texts with what the watchlists find in them, in the place of what they had."""
    names = tuple(each.id for each in matcher.watchlists)
    versions = [stored.version for stored in batch]
    return Record(
        batch_id=uuid.uuid4().hex,
        run_id="watch match",
        rematches=tuple(Rematch(version.article_id, version.content_hash, names) for version in versions),
        mentions=tuple(
            mention
            for version in versions
            for mention in find_mentions(matcher, version.article_id, version.title, version.text)
        ),
    )


def waiting_watchlists(store: Store, watchlists: Sequence[Watchlist]) -> tuple[Unmatched, ...]:
    """The watchlists by which stored articles wait to be matched."""
    return store.watch_standing(definitions(watchlists)).unmatched


def compare_stored(store: Store, now: Callable[[], datetime]) -> int:
    """Find the stories of articles that were stored before there were any; how many articles were compared.

    Once, in the order in which they were stored. A kill loses nothing: the next call begins again, and leaves out
    what is known.
    """
    end = store.rows_before_stories()
    if not end:
        return 0
    compared = 0
    for batch in store.stored_articles(batch_size=BATCH, rows_before=end):
        prints = tuple(fingerprint_of(stored.version) for stored in batch)
        store.spool(Record(uuid.uuid4().hex, "stories", fingerprints=prints))
        store.commit(now())
        compared += len(batch)
    store.end_story_catch_up()
    return compared
