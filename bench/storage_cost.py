"""What keeping costs: seen-check, plan, spool, commit and publish at several sizes of the database.

    python bench/storage_cost.py --sizes 10000 1000000

Fills a database of each size with synthetic articles, then takes the same batches through `Store` in turn, so that
the sizes are measured side by side. Prints medians, their ratio to the smallest size, and the bytes per article.
Needs about 2 GB of disk for each million articles, and removes it at the end.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from bisect import bisect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count
from pathlib import Path

import duckdb
import pyarrow as pa

from extractors.model import (
    ArticleVersion,
    FeedState,
    Link,
    Mention,
    Outcome,
    Provenance,
    Record,
    Removed,
    Sighting,
    Validators,
)
from extractors.urls import hash64, identity
from storage.store import Store

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SOURCES = 500
CHUNK = 100_000
POOL = 5_000  # texts that differ; more than any stretch of rows that zstd compresses together (2048)
FURNITURE = (
    "Read more",
    "Share this article on social media",
    "Sign up for our newsletter and never miss a story",
    "Follow us for the latest from your region",
)

POOLED = """
CREATE TEMP TABLE pool AS
SELECT i, title, text, trim(regexp_replace(lower(title), '[^a-z0-9]+', '-', 'g'), '-') AS slug FROM pool_rows
"""
NAMED = """
CREATE OR REPLACE TEMP TABLE named AS
WITH numbered AS (
  SELECT i, hash(i) AS h, 'source' || least(floor(pow(random(), 3) * $sources)::INT, $sources - 1) AS source_id,
    TIMESTAMPTZ '2026-11-01 00:00:00+00' - to_microseconds((($rows - i) * 17280000)::BIGINT) AS seen_at
  FROM range($start, $end) t(i)
)
SELECT n.*, t.title, t.text,
  'https://www.' || source_id || '.example/news/' || strftime(seen_at, '%Y/%m/%d') || '/' || t.slug || '-' || h AS url
FROM numbered n JOIN pool t ON t.i = n.i % $pool
"""
FILL = """
INSERT INTO article_versions
SELECT article_id, source_id, url || '?utm_source=rss', url, title, [split_part(title, ' ', 2)],
  date_trunc('second', seen_at - INTERVAL 11 MINUTE), 'en', text, length(text) // 6,
  split_part(url, '/', 4), [split_part(title, ' ', 1), split_part(title, ' ', 3)],
  'https://cdn.' || source_id || '.example/' || h || '.jpg', NULL,
  'https://www.' || source_id || '.example/rss',
  seen_at, seen_at, 1, NULL,
  {'title': 'jsonld', 'authors': 'jsonld', 'text': 'trafilatura', 'published_at': 'jsonld',
   'time_precision': 'second', 'time_offset': 'stated', 'language': 'html', 'canonical_url': 'link',
   'losers': ['title:og=' || title || ' | ' || source_id], 'extractor': 'bench 1'},
  (h >> 1)::BIGINT, [{'text': 'Read more', 'reason': 'furniture', 'position': 3},
    {'text': 'Related: ' || reverse(title), 'reason': 'related', 'position': 9}],
  seen_at, date_trunc('minute', seen_at), article_id, NULL
FROM named JOIN ids USING (i) ORDER BY i
"""
FILL_LINKS = """
INSERT INTO links
SELECT link_hash, source_id, url, feed_url, 'stored', content_hash, first_seen_at, fetched_at, article_id,
  '"abcdef"', '', 0, NULL, NULL, content_hash
FROM articles
"""
FILL_OUTCOMES = """
INSERT INTO outcomes
SELECT 'run' || (epoch(fetched_at)::BIGINT // 600), source_id, url, 'page', 'stored', '', 200, 50000, 120,
  fetched_at, article_id FROM articles
"""


def pseudo_words(rng: random.Random, size: int) -> list[str]:
    """Made-up words, the frequent ones short."""
    onsets = (
        "b",
        "c",
        "d",
        "f",
        "g",
        "h",
        "l",
        "m",
        "n",
        "p",
        "r",
        "s",
        "t",
        "v",
        "w",
        "st",
        "tr",
        "pr",
        "ch",
        "sh",
    )
    syllables = [onset + vowel for onset in onsets for vowel in ("a", "e", "i", "o", "u", "ea", "in")]
    words: dict[str, None] = {}
    while len(words) < size:
        length = 1 + (len(words) > 60) + (rng.random() < len(words) / size)
        words["".join(rng.choice(syllables) for _ in range(length))] = None
    return list(words)


def pseudo_text(rng: random.Random, words: list[str], weights: list[float], size: int) -> str:
    """Paragraphs of words by Zipf's law: zstd makes 2.3 of it, and 2.5 to 2.6 of real English news."""
    out, length = [], 0
    while length < size:
        word = words[bisect(weights, rng.random() * weights[-1])]
        out.append(word + ("." if rng.random() < 0.06 else "") + ("\n\n" if rng.random() < 0.02 else " "))
        length += len(out[-1])
    return "".join(out).strip()


@dataclass(frozen=True)
class Texts:
    """A pool of titles and texts, of which articles are made in turn."""

    titles: list[str]
    texts: list[str]


def made_texts(rng: random.Random, size: int) -> Texts:
    """Texts of about `size` characters that nobody wrote."""
    words = pseudo_words(rng, 20_000)
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))
    texts = [pseudo_text(rng, words, weights, size) for _ in range(POOL)]
    return Texts([pseudo_text(rng, words, weights, 60).replace("\n\n", " ") for _ in texts], texts)


def read_texts(rng: random.Random, size: int, files: list[Path]) -> Texts:
    """Texts of `size` characters cut from the "text" or "body" of JSON lines; none stands in the pool twice."""
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").split("\n") if line]
    found = [(row["title"], row.get("text") or "\n\n".join(row.get("body") or ())) for row in rows]
    cut = [
        (title, text[at : at + size]) for title, text in found for at in range(0, len(text) - size // 2, size)
    ]
    rng.shuffle(cut)
    return Texts([title for title, _ in cut], [text for _, text in cut])


def fill(database: Path, rows: int, texts: Texts) -> None:
    """Put `rows` articles with their links and outcomes into the database, and say what they take."""
    began = time.perf_counter()
    pool = len(texts.texts)
    with duckdb.connect(str(database)) as con:
        con.execute("SET TimeZone = 'UTC'")
        con.register("pool_rows", pa.table({"i": range(pool), "title": texts.titles, "text": texts.texts}))
        con.execute(POOLED)
        for start in range(0, rows, CHUNK):  # as rounds would have: never more than a set at once
            con.execute(NAMED, {"start": start, "end": min(start + CHUNK, rows), "rows": rows, "sources": SOURCES,
                                "pool": pool})  # fmt: skip
            named = con.execute("SELECT i, url FROM named").fetchall()
            identities = pa.array([identity(url) for _, url in named], pa.int64())
            con.register("ids", pa.table({"i": [i for i, _ in named], "article_id": identities}))
            con.execute(FILL)
        con.execute("CHECKPOINT")
        [(raw,)] = con.execute("SELECT avg(strlen(text)) FROM articles USING SAMPLE 10000 ROWS").fetchall()
        alone = used_bytes(con) / rows
        con.execute(FILL_LINKS)
        con.execute(FILL_OUTCOMES)
        con.execute("INSERT INTO source_counts SELECT source_id, count(*) FROM articles GROUP BY 1")
        con.execute("CHECKPOINT")
        together = used_bytes(con) / rows
    print(f"{rows} articles: filled in {time.perf_counter() - began:.0f} s; texts of {raw:.0f} bytes take"
          f" {alone:.0f} with all other columns, {together:.0f} with link and outcome")  # fmt: skip


def used_bytes(con: duckdb.DuckDBPyConnection) -> int:
    """The blocks of the file that hold something."""
    [(block_size, used)] = con.execute(
        "SELECT block_size, used_blocks FROM pragma_database_size()"
    ).fetchall()
    return int(block_size) * int(used)


def batch(rng: random.Random, texts: Texts, number: int, size: int, edits: list[str]) -> Record:
    """A round's record: `size` new articles, and a new version of each of the stored `edits` (URLs)."""
    urls = [
        f"https://www.source{rng.randrange(SOURCES)}.example/new/{number}/{i}" for i in range(size)
    ] + edits
    versions, outcomes, links, sightings, mentions = [], [], [], [], []
    for url in urls:
        source = url.split("//www.")[1].split(".")[0]
        pick = rng.randrange(len(texts.texts))
        title, text = texts.titles[pick], texts.texts[pick]
        article = identity(url)
        versions.append(
            ArticleVersion(
                article, source, url, url, title, ("Jane Doe",), NOW, None, "en", text, len(text) // 6, "news",
                ("tag",), None, None, f"https://www.{source}.example/rss", NOW, NOW, hash64(f"{number}{url}"),
                (Removed("Read more", "furniture", 3),),
                Provenance("jsonld", "jsonld", "trafilatura", "jsonld", "second", "stated", "html", "link", (), "bench"),
            )
        )  # fmt: skip
        outcomes.append(Outcome(f"bench{number}", source, url, "page", "stored", NOW, article_id=article))
        links.append(Link(article, source, url, None, "stored", number, NOW, NOW, article_id=article))
        sightings.extend(Sighting(source, hash64(line), line, article, NOW) for line in FURNITURE)
        mentions.append(Mention(article, "watch", title.split()[0], 0, 5))
    feeds = [
        FeedState(f"https://www.source{i}.example/rss", f"source{i}", Validators('"e"'), NOW, NOW)
        for i in range(100)
    ]
    return Record(f"batch{number}", f"bench{number}", tuple(versions), tuple(outcomes), tuple(links), tuple(feeds),
                  tuple(sightings), tuple(mentions))  # fmt: skip


Times = dict[str, list[tuple[float, float]]]  # by step, (CPU, wall) of each turn in seconds


@contextmanager
def timed(times: Times, name: str) -> Iterator[None]:
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    times.setdefault(name, []).append((time.process_time() - cpu, time.perf_counter() - wall))


def measure(store: Store, rng: random.Random, texts: Texts, numbers: Iterator[int], size: int,
            times: Times) -> None:  # fmt: skip
    """One turn of every step on one database."""
    number = next(numbers)
    with duckdb.connect(str(store.database), read_only=True) as con:
        found = con.execute(
            f"SELECT link_hash, canonical_url FROM articles USING SAMPLE {size + 20} ROWS"
        ).fetchall()
    hashes = [row[0] for row in found[:size]] + [rng.getrandbits(63) for _ in range(size)]
    feeds = [(f"https://www.source{i}.example/rss", f"source{i}") for i in range(SOURCES)]
    with timed(times, f"seen-check of {2 * size} links"):
        known = store.known_links(hashes)
    assert len(known) >= size * 0.99, len(known)
    with timed(times, f"plan of {SOURCES} feeds"):
        store.plan(feeds, NOW + timedelta(hours=1))
    record = batch(rng, texts, number, size, [row[1] for row in found[size:]])
    with timed(times, f"spool of {size} articles"):
        store.spool(record)
    with timed(times, f"commit of {size} articles, {len(found) - size} edits"):
        done = store.commit(NOW)
    assert done.articles_new >= size, done
    with timed(times, "publish"):
        store.publish(NOW)
    with timed(times, "publish, nothing new"):
        store.publish(NOW)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000], help="stored articles")
    parser.add_argument("--batch", type=int, default=500, help="new articles of one batch")
    parser.add_argument("--chars", type=int, default=3_500, help="characters of one text")
    parser.add_argument(
        "--texts", type=Path, nargs="*", default=[], help="real ones: JSON lines with title and text"
    )
    parser.add_argument("--repeat", type=int, default=5, help="turns; the median is printed")
    parser.add_argument("--scratch", type=Path, default=None, help="where to put the databases")
    arguments = parser.parse_args()
    texts = (
        read_texts(random.Random(7), arguments.chars, arguments.texts)
        if arguments.texts
        else made_texts(random.Random(7), arguments.chars)
    )
    report(
        measured(arguments.sizes, arguments.repeat, texts, size=arguments.batch, scratch=arguments.scratch)
    )


def measured(
    sizes: list[int],
    turns: int,
    texts: Texts | None = None,
    *,
    size: int = 500,
    chars: int = 3_500,
    scratch: Path | None = None,
) -> dict[int, Times]:
    """Fill a database of each of `sizes`, then take every step on each in turn. The first turn warms the disk's
    cache, and comes on top of `turns`."""
    rng = random.Random(7)
    made = texts or made_texts(rng, chars)
    with tempfile.TemporaryDirectory(dir=scratch) as place:
        folder = Path(place)
        stores = {rows: Store(folder / f"{rows}.duckdb", folder / f"{rows}.news.duckdb") for rows in sizes}
        times: dict[int, Times] = {rows: {} for rows in stores}
        for rows, store in stores.items():
            store.migrate()
            fill(store.database, rows, made)
        numbers = count(1)
        for _ in range(turns + 1):
            for rows, store in stores.items():
                measure(store, rng, made, numbers, size, times[rows])
    return times


def report(times: dict[int, Times]) -> None:
    """A table of medians in milliseconds, CPU and wall, and the ratio of the largest size to the smallest."""
    sizes = list(times)
    print("| step | " + " | ".join(f"at {size}: CPU, wall ms" for size in sizes) + " | ratio of CPU, wall |")
    print("| --- |" + " --- |" * (len(sizes) + 1))
    for step in times[sizes[0]]:
        medians = [
            [statistics.median(turn) * 1000 for turn in zip(*times[size][step][1:], strict=True)]
            for size in sizes
        ]
        cells = [f"{cpu:.0f}, {wall:.0f}" for cpu, wall in medians]
        (cpu, wall), (first_cpu, first_wall) = medians[-1], medians[0]
        print(f"| {step} | {' | '.join(cells)} | {cpu / first_cpu:.2f}, {wall / first_wall:.2f} |")


if __name__ == "__main__":
    main()
