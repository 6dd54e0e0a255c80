"""What boilerplate, watchlists and stories add to an article, beside what its extraction costs.

    python bench/added.py PAGES [--stored 1000000] [--turns 3]

PAGES is a folder with a folder for each site, of HTML files. Two parts are added up: what is done with an article
before it is stored (its repeated lines learned and judged, a hundred terms looked for, its keys chosen), and what a
commit takes longer for it, in a database of so many articles that remembers a day's stories and all sites' lines.
CPU of all threads of one process, each turn with articles that are new to the database.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import stories
import watch

from extractors.boilerplate import known_lines, learn_sightings, merge_memory, strip_boilerplate
from extractors.jobs import page_job
from extractors.model import (
    ArticleVersion,
    Extracted,
    Fingerprint,
    Memory,
    Mention,
    Page,
    Record,
    Sighting,
    Stripped,
    Watchlist,
)
from extractors.rows import article_identity, article_row
from extractors.stories import fingerprint_of
from extractors.urls import identity
from extractors.watch import compile_watchlists, find_mentions
from storage.store import Store

NOW = datetime(2026, 11, 1, tzinfo=UTC)
CHUNK = 16  # articles of a site that are cleaned together
TERMS, LISTS = 100, 10
REMEMBERED = 7 / 90  # of the stored articles: a week's of three months'
LINES = """
INSERT INTO boilerplate
SELECT 's' || i % 300, (hash(i) >> 1)::BIGINT, 'line', 2, $now, $now, 'candidate' FROM range($rows) r(i)
"""
NEW_KEYS = 0.8  # of the articles; the keys of the others are those of an earlier turn: they are copies

Runs = dict[str, list[float]]
T = TypeVar("T")


@dataclass(frozen=True)
class Found:
    """What is kept of one article."""

    version: ArticleVersion
    sightings: tuple[Sighting, ...]
    mentions: tuple[Mention, ...]
    fingerprint: Fingerprint


class Clock:
    """CPU seconds of the calls that were made through `of`, by what they were for."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    def of(self, name: str, work: Callable[..., T], *arguments: object) -> T:
        began = time.process_time()
        result = work(*arguments)
        self.spent[name] += time.process_time() - began
        return result


def measured(pages: Sequence[tuple[str, bytes]], stored: int, turns: int, scratch: Path) -> Runs:
    """CPU seconds an article: of its extraction, of what is added before the commit and by it; one for each turn."""
    extracted = [result for result in map(_extracted, pages) if isinstance(result, Extracted)]
    terms = watch.terms_of(["\n\n".join(each.blocks) for each in extracted], TERMS, random.Random(5))
    lists = [Watchlist(f"w{number}", any=tuple(terms[number::LISTS])) for number in range(LISTS)]
    runs: Runs = defaultdict(list)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        store = filled(Path(folder), stored)
        for turn in range(turns):
            clock = Clock()
            clock.of("extraction", list, map(_extracted, pages))
            found = _cleaned(extracted, lists, clock)
            for whole in (False, True):
                record = _record(found, f"{turn}-{whole}", turn, whole=whole)
                clock.of(f"kept {whole}", _kept, store, record)
            clock.spent["commit"] = clock.spent.pop("kept True") - clock.spent.pop("kept False")
            for name, spent in clock.spent.items():
                runs[name].append(spent / (len(pages) if name == "extraction" else len(extracted)))
    return runs


def filled(folder: Path, rows: int) -> Store:
    """A database with so many articles, the stories of a week, and a line of each article."""
    store = Store(folder / "live.duckdb", folder / "news.duckdb")
    store.migrate()
    stories.fill(store, rows, round(rows * REMEMBERED))
    with store.live.opened() as con:
        con.execute(LINES, {"rows": rows, "now": NOW})
        con.execute("CHECKPOINT")
    return store


def _extracted(page: tuple[str, bytes]) -> object:
    return page_job(Page(url=page[0], body=page[1], found_url=page[0], fetched_at=NOW))


def _cleaned(extracted: Sequence[Extracted], lists: Sequence[Watchlist], clock: Clock) -> list[Found]:
    """As `extractors.cleaning` does it, each of the three by itself."""
    matcher = compile_watchlists(lists)
    sites: dict[str, list[Extracted]] = defaultdict(list)
    for each in extracted:
        sites[urlsplit(each.url).netloc].append(each)
    found: list[Found] = []
    for site, articles in sites.items():
        memory = Memory(site)
        for at in range(0, len(articles), CHUNK):
            chunk = articles[at : at + CHUNK]
            lines = clock.of("boilerplate", _learned, site, chunk)
            memory, kept = clock.of("boilerplate", _stripped, memory, lines, chunk)
            for one, seen, stripped in zip(chunk, lines, kept, strict=True):
                row = article_row(one, stripped, source_id=site, found_url=one.url, feed_url=None,
                                  first_seen_at=NOW, fetched_at=NOW)  # fmt: skip
                mentions = clock.of("watchlists", find_mentions, matcher, row.article_id, row.title, row.text)
                found.append(Found(row, seen, mentions, clock.of("stories", fingerprint_of, row)))
    return found


def _learned(site: str, chunk: Sequence[Extracted]) -> list[tuple[Sighting, ...]]:
    return [learn_sightings(site, article_identity(each), each.blocks, NOW) for each in chunk]


def _stripped(
    memory: Memory, lines: Sequence[tuple[Sighting, ...]], chunk: Sequence[Extracted]
) -> tuple[Memory, list[Stripped]]:
    memory = merge_memory(memory, chain.from_iterable(lines))
    known = known_lines(memory, NOW)
    return memory, [strip_boilerplate(each, known) for each in chunk]


def _record(found: Sequence[Found], name: str, turn: int, *, whole: bool) -> Record:
    """The articles under addresses that are new, with or without what this bench is about."""
    rng, other = random.Random(turn), random.Random(name).getrandbits(31)
    versions, sightings, mentions, prints = [], [], [], []
    for each in found:
        url = f"{each.version.url}?{name}"
        article = identity(url)
        versions.append(replace(each.version, url=url, canonical_url=url, article_id=article))
        sightings += [replace(sighting, article_id=article) for sighting in each.sightings]
        mentions += [replace(mention, article_id=article) for mention in each.mentions]
        keys = each.fingerprint.keys
        if rng.random() < NEW_KEYS:
            keys = tuple(key ^ other for key in keys)
        prints.append(replace(each.fingerprint, article_id=article, keys=keys))
    if not whole:
        return Record(name, name, versions=tuple(versions))
    return Record(name, name, versions=tuple(versions), sightings=tuple(sightings), mentions=tuple(mentions),
                  fingerprints=tuple(prints))  # fmt: skip


def _kept(store: Store, record: Record) -> None:
    store.spool(record)
    assert store.commit(NOW).articles_new == len({version.article_id for version in record.versions})


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("pages", type=Path)
    options.add_argument("--stored", type=int, default=1_000_000)
    options.add_argument("--turns", type=int, default=3)
    options.add_argument("--scratch", type=Path, default=None)
    chosen = options.parse_args()
    pages = [
        (f"https://{file.parent.name}.example/{file.stem}", file.read_bytes())
        for file in sorted(chosen.pages.glob("*/*.html"))
    ]
    runs = measured(pages, chosen.stored, chosen.turns, chosen.scratch)
    medians = {name: statistics.median(values) for name, values in runs.items()}
    extraction = medians.pop("extraction")
    print(f"extraction: {extraction * 1e3:.2f} ms a page")
    for name, spent in [*medians.items(), ("together", sum(medians.values()))]:
        print(f"{name}: {spent * 1e3:.2f} ms an article, {spent / extraction:.1%} of extraction")


if __name__ == "__main__":
    main()
