"""A store of synthetic news, as large as one likes, with the shape of real ones: for bench/analyst.py.

Filled by SQL into the schema that `Store.migrate` makes, and not through spool and commit, which would take a day for a
million articles. What is like real news: sources by Zipf's law, ten languages in six scripts, texts of 3.5 KB that zstd
packs 2.3 to 2.5 times as real ones, a quarter of the articles in stories that outlets copy within hours (their texts
differ in the first and last paragraph), 4 % edited once, 4 % mentioning a watchlist, times missing or known to the day
for some. What is not: words mean nothing, and the edits' sentences are taken from the pool and not compared.
"""

from __future__ import annotations

import random
from bisect import bisect
from itertools import accumulate
from pathlib import Path

import duckdb
import pyarrow as pa
from storage_cost import FILL_LINKS, FILL_OUTCOMES, pseudo_words

from extractors.urls import identity
from storage.changes import count_change
from storage.store import Store

SOURCES = 400
CHUNK = 100_000
SECONDS_APART = 17.28  # 5,000 articles a day: a million are 200 days
BYTES = 3_500
# Language, its share of the sources in percent, texts in its pool: more than a stretch of 2,048 rows has of it, so
# that zstd, which packs such a stretch together, never meets a text of the pool twice but in a copied story.
LANGUAGES = (
    ("en", 44, 3000), ("de", 12, 900), ("fr", 10, 900), ("es", 10, 900), ("it", 5, 500), ("pt", 5, 500),
    ("ru", 6, 500), ("ar", 3, 300), ("ja", 3, 300), ("hi", 2, 300),
)  # fmt: skip
SCRIPTS = {
    "ru": ("бвгдзклмнпрст", "аеиоуы"), "ar": ("بتجدرسعفقكلمن", "اوي"), "hi": ("कगचजटतदनपबमरलसह", "ािीुे"),
}  # fmt: skip
KANJI = "".join(map(chr, range(0x4E00, 0x4E00 + 900)))
WATCHLISTS = ("energy", "health", "rivals", "company", "ministry", "rare")

SOURCES_SQL = """
CREATE TEMP TABLE outlet AS
WITH numbered AS (SELECT n, 100.0 * ((n * 37) % $sources) / $sources AS spot FROM range($sources) t(n))
SELECT n, 'source' || n AS source_id, (SELECT arg_min(l.lang, l.upto) FROM language l WHERE l.upto > spot) AS lang
FROM numbered;
INSERT INTO sources
SELECT source_id, 'Outlet ' || n, ['https://www.' || source_id || '.example/rss'], [], lang, 'UTC', ['bench'], [], []
FROM outlet;
INSERT INTO feeds
SELECT 'https://www.' || source_id || '.example/rss', source_id, '"1"', '', TIMESTAMPTZ '2026-11-01 00:00:00+00',
  TIMESTAMPTZ '2026-11-01 00:10:00+00', 600, if(n % 20 = 7, 5, 0), 'stored', if(n % 20 = 7, 'failing', 'ok'),
  if(n % 20 = 7, TIMESTAMPTZ '2026-10-30 00:00:00+00', NULL), NULL, NULL, 0, NULL, 20.0
FROM outlet;
INSERT INTO gaps
SELECT 'https://www.source' || n || '.example/rss', since, since + INTERVAL 9 HOUR, 12, 'the feed rolled over'
FROM (SELECT n % $sources AS n, TIMESTAMPTZ '2026-04-20 00:00:00+00' + to_hours(n * 11) AS since FROM range(400) t(n))
"""
NAMED = """
CREATE OR REPLACE TEMP TABLE named AS
WITH numbered AS (
  SELECT i, hash(i) AS h, hash(i, 1) AS h1, hash(i, 2) AS h2,
    TIMESTAMPTZ '2026-11-01 00:00:00+00' - to_microseconds((($rows - i) * $apart * 1e6)::BIGINT) AS seen_at
  FROM range($start, $end) t(i)
), placed AS (  -- Zipf: the first of 400 sources has a sixth of all
  SELECT *, least(floor(pow($sources + 1, (h % 1000003) / 1000003.0))::INT - 1, $sources - 1) AS n FROM numbered
), told AS MATERIALIZED (
  SELECT p.*, o.source_id, o.lang,
    CASE WHEN h1 % 4 = 0 THEN hash(i // 300, floor(10 * pow((h2 % 997) / 997.0, 2)), o.lang) >> 1 END AS story
  FROM placed p JOIN outlet o USING (n)
), picked AS MATERIALIZED (  -- or the planner joins all texts of a language before it picks one
  SELECT t.*, CAST(coalesce(story, t.i) % l.texts AS BIGINT) AS pick FROM told t JOIN language l USING (lang)
)
SELECT p.*, x.title, CASE WHEN story IS NULL THEN x.text
    ELSE 'Outlet ' || n || '. ' || x.text || ' ' || p.i || '.' END AS text,
  'https://www.' || source_id || '.example/' || p.lang || '/' || strftime(seen_at, '%Y/%m/%d') || '/' || h AS url
FROM picked p JOIN pool x ON x.lang = p.lang AND x.i = p.pick
"""
FILL = """
INSERT INTO article_versions
SELECT article_id, source_id, url || '?utm_source=rss', url, title || ' ' || i % 1000, [split_part(title, ' ', 2)],
  CASE WHEN h1 % 11 > 0 THEN date_trunc('second', seen_at - to_seconds((h2 % 1800)::INT)) END, lang, text,
  strlen(text) // 6, split_part(url, '/', 4), [split_part(title, ' ', 1), split_part(title, ' ', 3)],
  'https://cdn.' || source_id || '.example/' || h || '.jpg', NULL, 'https://www.' || source_id || '.example/rss',
  seen_at, seen_at, version, story::BIGINT,
  {'title': 'jsonld', 'authors': 'jsonld', 'text': 'trafilatura', 'published_at': 'jsonld',
   'time_precision': if(h1 % 10 = 3, 'day', 'second'), 'time_offset': 'stated', 'language': 'html',
   'canonical_url': 'link', 'losers': ['title:og=' || title || ' | ' || source_id], 'extractor': 'bench 1'},
  (h >> 1)::BIGINT, [{'text': 'Read more', 'reason': 'furniture', 'position': 3},
    {'text': 'Related: ' || reverse(title), 'reason': 'related', 'position': 9}],
  seen_at, date_trunc('minute', seen_at), article_id, if(version < versions, seen_at + INTERVAL 2 HOUR, NULL)
FROM (SELECT *, if(h2 % 25 = 0, 2, 1) AS versions, unnest(range(1, versions + 1)) AS version FROM named)
JOIN ids USING (i) ORDER BY i // 500, lang, n, i, version  -- as the committer does, 500 articles at a time
"""
MENTIONS = """
INSERT INTO mentions
SELECT article_id, $watchlists[1 + floor(6 * pow((h % 997) / 997.0, 2))::INT], 'term ' || h1 % 9, start, start + 6, false
FROM (SELECT *, unnest(range(100, 100 + 400 * (1 + h % 3)::INT, 400)) AS start FROM named WHERE h2 % 24 = 1)
JOIN ids USING (i) ORDER BY i
"""
EDITS = """
INSERT INTO edits
SELECT article_id, source_id, 2, seen_at + INTERVAL 2 HOUR, 120, if(h % 3 = 0, title, NULL),
  if(h % 3 = 0, title || ' again', NULL), [text[10:150]], [text[20:160]], [(h % 900)::VARCHAR], [(h1 % 900)::VARCHAR],
  [], [], 20, 18, if(h % 40 = 1, 'Correction: ' || text[:80], NULL),
  '~ ' || text[10:90] || '[-' || text[90:120] || '-]{+' || text[95:125] || '+}', false
FROM named JOIN ids USING (i) WHERE h2 % 25 = 0 ORDER BY i
"""


def made_store(folder: Path, rows: int) -> Store:
    """A store of `rows` articles in `folder`; one that is there already is taken as it is."""
    store = Store(folder / "live.duckdb", folder / "news.duckdb")
    if store.database.exists():
        return store
    store.migrate()
    with duckdb.connect(str(store.database)) as con:
        con.execute("SET TimeZone = 'UTC'")
        _make_pool(con)
        for start in range(0, rows, CHUNK):  # as rounds would: never more than a set at once
            _fill_chunk(con, start, min(start + CHUNK, rows), rows)
        con.execute("CHECKPOINT")
        con.execute(FILL_LINKS)
        con.execute(FILL_OUTCOMES)
        count_change(con)
        con.execute("CHECKPOINT")
    return store


def sizes_of(published: Path) -> str:
    """What a store holds and takes, in words."""
    with duckdb.connect(str(published), read_only=True) as con:
        [(articles, versions)] = con.execute(
            "SELECT count(*) FILTER (superseded_at IS NULL), count(*) FROM article_versions"
        ).fetchall()
        [(raw,)] = con.execute(
            "SELECT avg(strlen(text)) FROM article_versions USING SAMPLE 20000 ROWS"
        ).fetchall()
        texts = _gigabytes(con, "article_versions", "text")
        whole = _gigabytes(con, "article_versions")
        edits, rest = _gigabytes(con, "edits"), _gigabytes(con, "links") + _gigabytes(con, "outcomes")
    return (
        f"{articles:,} articles and {versions - articles:,} earlier versions, with texts of {raw:,.0f} bytes, take"
        f" {whole:.2f} GB: {texts:.2f} GB the texts, {whole - texts:.2f} GB all other columns,"
        f" {whole / versions * 1e6:.2f} GB for a million texts. The edits take {edits:.2f}"
        f" GB, links and outcomes {rest:.2f} GB"
    )


def _gigabytes(con: duckdb.DuckDBPyConnection, table: str, column: str = "%") -> float:
    """What a table or column takes in the file: its segments, each up to the next in the same block."""
    [(found,)] = con.execute(
        f"""
        WITH placed AS (
          SELECT column_name, len(additional_block_ids) * 262144 + coalesce(
            lead(block_offset) OVER (PARTITION BY block_id ORDER BY block_offset), 262136) - block_offset AS bytes
          FROM pragma_storage_info('{table}') WHERE block_id >= 0
        )
        SELECT coalesce(sum(bytes), 0) / 1e9 FROM placed WHERE column_name LIKE $column
        """,
        {"column": column},
    ).fetchall()
    return float(found)


def _fill_chunk(con: duckdb.DuckDBPyConnection, start: int, end: int, rows: int) -> None:
    con.execute(NAMED, {"start": start, "end": end, "rows": rows, "sources": SOURCES, "apart": SECONDS_APART})
    named = con.execute("SELECT i, url FROM named").fetchall()
    identities = pa.array([identity(url) for _, url in named], pa.int64())
    con.register("ids", pa.table({"i": [i for i, _ in named], "article_id": identities}))
    con.execute(FILL)
    con.execute(MENTIONS, {"watchlists": list(WATCHLISTS)})
    con.execute(EDITS)


def _make_pool(con: duckdb.DuckDBPyConnection) -> None:
    rng = random.Random(11)
    upto = list(accumulate(share for _, share, _ in LANGUAGES))
    con.register(
        "language_rows",
        pa.table(
            {"lang": [lang for lang, _, _ in LANGUAGES], "upto": upto, "texts": [n for _, _, n in LANGUAGES]}
        ),
    )
    con.execute("CREATE TEMP TABLE language AS FROM language_rows")
    columns: dict[str, list[object]] = {"lang": [], "i": [], "title": [], "text": []}
    for lang, _, count in LANGUAGES:
        words = _words(rng, lang)
        weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))
        for i in range(count):
            for name, value in (("lang", lang), ("i", i), ("title", _text(rng, lang, words, weights, 70)),
                                ("text", _text(rng, lang, words, weights, BYTES))):  # fmt: skip
                columns[name].append(value)
    con.register("pool_rows", pa.table(columns))
    con.execute("CREATE TEMP TABLE pool AS FROM pool_rows")
    for statement in SOURCES_SQL.split(";"):
        con.execute(statement, {"sources": SOURCES} if "$sources" in statement else None)


def _words(rng: random.Random, lang: str) -> list[str]:
    if lang == "ja":
        return ["".join(rng.choice(KANJI) for _ in range(1 + rng.randrange(3))) for _ in range(12_000)]
    if lang in SCRIPTS:
        onsets, vowels = SCRIPTS[lang]
        return [
            "".join(rng.choice(onsets) + rng.choice(vowels) for _ in range(1 + rng.randrange(4)))
            for _ in range(20_000)
        ]
    return pseudo_words(rng, 20_000)


def _text(rng: random.Random, lang: str, words: list[str], weights: list[float], size: int) -> str:
    """About `size` bytes of UTF-8: sentences and paragraphs, the words by Zipf's law."""
    space, stop = ("", "。") if lang == "ja" else (" ", ". ")
    out: list[str] = []
    length = 0
    while length < size:
        word = words[bisect(weights, rng.random() * weights[-1])]
        piece = (
            word
            + (stop if rng.random() < 0.06 else space)
            + ("\n\n" if size > 100 and rng.random() < 0.015 else "")
        )
        out.append(piece)
        length += len(piece.encode())
    return "".join(out).strip()
