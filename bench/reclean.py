"""What judging stored text again costs, and that it touches nothing but the articles that have a new line.

    python bench/reclean.py [--articles 10000] [--sources 50]

Fills a store with synthetic articles, in a quarter of which their site repeats a line that was not known when they
were stored, then runs `reclean`. Exit 1 when another article than these got a version, when a row of another
one changed, or when it takes a minute or more of CPU.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from extractors.article.text import content_hash, word_count
from extractors.boilerplate import learn_sightings
from extractors.model import ArticleVersion, Provenance, Record, Source
from extractors.urls import identity
from flows.reclean import reclean
from storage.store import Store

NOW = datetime(2026, 11, 1, tzinfo=UTC)
CHUNK = 2_000
LINE = "Our reporters in the region write to you every Friday: get the letter"
EVERY = 4  # one article in so many has the line: more than the fifth from which it counts as the site's
MAX_CPU_S = 60.0
PROVENANCE = Provenance(
    "jsonld", "jsonld", "blocks", "jsonld", "second", "stated", "html", "link", (), "bench"
)
WORDS = [
    "the",
    "harbour",
    "council",
    "ferry",
    "vote",
    "winter",
    "bridge",
    "school",
    "market",
    "river",
    "county",
    "engineer",
    "mayor",
    "budget",
    "storm",
    "teachers",
    "evening",
    "line",
    "station",
    "report",
    "plan",
    "water",
    "harvest",
    "library",
    "court",
    "minister",
    "company",
    "union",
    "price",
    "island",
    "wind",
]


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--articles", type=int, default=10_000)
    options.add_argument("--sources", type=int, default=50)
    chosen = options.parse_args()
    sources = [Source(f"s{n}", f"Site {n}", (f"https://s{n}.example/rss",)) for n in range(chosen.sources)]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "live.duckdb", Path(folder) / "news.duckdb")
        store.migrate()
        expected = fill(store, sources, chosen.articles)
        return measure(store, sources, expected)


def fill(store: Store, sources: list[Source], count: int) -> set[int]:
    """Store the articles with the lines that a round would have seen in them; returns the ids of those with LINE."""
    rng = random.Random(20261101)
    having: set[int] = set()
    for first in range(0, count, CHUNK):
        versions, seen = [], []
        for number in range(first, min(first + CHUNK, count)):
            with_line = (number // len(sources)) % EVERY == 0
            version, blocks = article(number, sources[number % len(sources)], rng, with_line)
            versions.append(version)
            seen.extend(learn_sightings(version.source_id, version.article_id, blocks, NOW))
            if with_line:
                having.add(version.article_id)
        store.spool(Record(f"articles {first}", "bench", versions=tuple(versions), sightings=tuple(seen)))
        store.commit(NOW)
    return having


def article(
    number: int, source: Source, rng: random.Random, with_line: bool
) -> tuple[ArticleVersion, list[str]]:
    """Eleven paragraphs, 3,500 characters: a news article of the bench sets. The line stands behind them."""
    blocks = [" ".join(rng.choices(WORDS, k=52)).capitalize() + "." for _ in range(11)]
    blocks += [LINE] * with_line
    url = f"https://{source.id}.example/news/{number}"
    title = " ".join(rng.choices(WORDS, k=9)).capitalize()
    text = "\n\n".join(blocks)
    version = ArticleVersion(
        article_id=identity(url), source_id=source.id, url=url, canonical_url=url, title=title,
        authors=("Jane Doe",), published_at=NOW, modified_at=None, language="en", text=text,
        word_count=word_count(text), section=None, tags=(), image_url=None, paywalled=None,
        feed_url=source.feeds[0], first_seen_at=NOW, fetched_at=NOW, content_hash=content_hash(title, text),
        removed=(), provenance=PROVENANCE,
    )  # fmt: skip
    return version, blocks


def measure(store: Store, sources: list[Source], expected: set[int]) -> int:
    """Run it, and hold every row of the articles against what was there before."""
    before = rows(store)
    wall, cpu = time.monotonic(), time.process_time()
    told = list(reclean(store, sources, lambda *_: (), lambda: NOW))
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    after = rows(store)
    changed = {key[0] for key in after.keys() - before.keys()}
    same = sum(after[key] == row for key, row in before.items() if key[0] not in expected)
    others = sum(key[0] not in expected for key in before)
    print(
        f"{sum(each.articles for each in told):,} articles of {len(sources)} sources judged, {len(changed):,} have a "
        f"new version ({len(expected):,} have the line), {others - same:,} of the {others:,} other rows changed; "
        f"{cpu:.1f} s of CPU, {wall:.1f} s"
    )
    return 0 if changed == expected and same == others and cpu < MAX_CPU_S else 1


def rows(store: Store) -> dict[tuple[int, int], str]:
    """Every stored version, as text, by article and number."""
    with duckdb.connect(str(store.database), read_only=True) as con:
        found = con.execute("SELECT article_id, version, v::VARCHAR FROM article_versions v").fetchall()
    return {(article_id, version): text for article_id, version, text in found}


if __name__ == "__main__":
    sys.exit(main())
