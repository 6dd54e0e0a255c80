"""What search costs: the index of a whole store, an update after a round, and some queries.

    python bench/search.py --rows 50000 [--folder /some/folder]

CPU time throughout, since others use the machine. Where ../shared/bench is there, the share of extraction is said: the
same pages extracted as `presswatch extract --batch` does, and their texts indexed.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
from news_store import made_store

from extractors.jobs import page_job
from extractors.model import Extracted, Page
from storage.changes import count_change
from storage.query import opened_copy
from storage.search import index_folder, matched_copy, search, update_search
from storage.search.index import Indexed, document_of
from storage.store import Store

SHARED = Path(__file__).parents[1].parent / "shared" / "bench"
PAGES = 100
ROUND = 50  # articles that one round brings, usually


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument(
        "--folder", type=Path, help="where to make the store; a new one that is removed, unless said"
    )
    options = parser.parse_args()
    share_of_extraction()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="search-bench-"))
    try:
        measure_store(made_store(folder, options.rows))
    finally:
        if options.folder is None:
            shutil.rmtree(folder)


def cpu_s(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def share_of_extraction() -> None:
    pages = sorted((SHARED / "articles" / "html").glob("*"))[: PAGES + 10]
    if not pages:
        print(f"no pages at {SHARED}: the share of extraction is not measured")
        return
    read = [(gzip.decompress if path.suffix == ".gz" else bytes)(path.read_bytes()) for path in pages]
    extracted: list[Extracted] = []

    def extract(bodies: list[bytes]) -> None:
        for number, body in enumerate(bodies):
            result = page_job(Page(f"https://site{number}.example/{number}", body, "text/html"))
            if isinstance(result, Extracted):
                extracted.append(result)

    extract(read[:10])  # what is made once per process
    extracted.clear()
    extraction = cpu_s(lambda: extract(read[10:]))
    articles = [
        Indexed(
            number, 1, number, "s", "en", 0, "A title of some words", "\n\n".join(each.blocks), ("Jane Doe",)
        )
        for number, each in enumerate(extracted)
    ]
    document_of(articles[0])
    with tempfile.TemporaryDirectory() as folder:
        from storage.search.index import new_index

        writer = new_index(Path(folder) / "x").writer(heap_size=60_000_000, num_threads=1)

        def index() -> None:
            for article in articles:
                writer.add_document(document_of(article))
            writer.commit()

        indexing = cpu_s(index)
    chars = sum(len(article.text) for article in articles) / len(articles)
    print(
        f"{len(articles)} pages of {chars:,.0f} characters of text: extraction {1000 * extraction / len(articles):.1f} ms "
        f"of CPU each, indexing {1000 * indexing / len(articles):.2f} ms: {100 * indexing / extraction:.1f} %"
    )


def measure_store(store: Store) -> None:
    now = datetime.now(UTC)
    store.publish(now)
    folder = index_folder(store.published)
    shutil.rmtree(folder, ignore_errors=True)
    whole = cpu_s(lambda: print(update_search(store.published, folder)))
    with opened_copy(store.published) as con:
        [(count, raw)] = con.execute("SELECT count(*), sum(strlen(text)) FROM articles").fetchall()
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(
        f"whole: {whole:.1f} s of CPU for {count:,} articles ({1000 * whole / count:.2f} ms each), "
        f"{size / 1e6:,.0f} MB: {100 * size / raw:.0f} % of {raw / 1e6:,.0f} MB of text"
    )
    print(f"nothing changed: {1000 * cpu_s(lambda: update_search(store.published, folder)):.0f} ms")
    for turn in range(3):
        add_round(store, turn, now)
        store.publish(now, force=True)
        took = cpu_s(lambda: print(update_search(store.published, folder)))
        print(f"a round of {ROUND} articles, 10 of them edits: {1000 * took:.0f} ms")
    measure_queries(store, folder, now)


def add_round(store: Store, turn: int, now: datetime) -> None:
    """New articles, and later texts of ten: what the committer does to the table, in SQL."""
    at = now + timedelta(minutes=10 * (turn + 1))
    with duckdb.connect(str(store.database)) as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"CREATE TEMP TABLE taken AS SELECT * FROM articles LIMIT {ROUND} OFFSET {turn * 1000}")
        edited = [row[0] for row in con.execute("SELECT article_id FROM taken LIMIT 10").fetchall()]
        con.execute(
            "UPDATE article_versions SET superseded_at = ? WHERE superseded_at IS NULL AND article_id IN ?",
            [at, edited],
        )
        con.execute(
            """
            INSERT INTO article_versions BY NAME
            SELECT * REPLACE (
              if(article_id IN $edited, article_id, article_id # 12345 + $turn) AS article_id,
              if(article_id IN $edited, version + 1, 1)::INTEGER AS version, content_hash + 1 AS content_hash,
              $at AS stored_at), NULL::TIMESTAMPTZ AS superseded_at FROM taken
            """.replace("article_id # 12345", "xor(article_id, 12345)"),
            {"edited": edited, "turn": turn, "at": at},
        )
        count_change(con)


def measure_queries(store: Store, folder: Path, now: datetime) -> None:
    with opened_copy(store.published) as con:
        [(text,)] = con.execute("SELECT text FROM articles WHERE language = 'en' LIMIT 1").fetchall()
    words = [word for word in text.replace("\n", " ").split() if word.isalpha()]
    queries = {
        "two words": f"{words[3]} {words[7]}",
        "a phrase": f'"{words[3]} {words[4]} {words[5]}"',
        "words, source and time": f"({words[3]} OR {words[7]}) source:source1 since:2026-01-01",
        "a beginning": f"{words[3][:3]}*",
        "a watchlist": "watchlist:energy",
        "everything of a language": "lang:en",
    }
    for name, query in queries.items():
        found = search(store.published, folder, query, now)
        cpu = cpu_s(lambda query=query: search(store.published, folder, query, now))  # type: ignore[misc]

        def all_hits(query: str = query) -> None:
            with matched_copy(store.published, folder, query, now) as con:
                con.execute(
                    "SELECT source_id, count(*) FROM hits JOIN articles USING (article_id) GROUP BY ALL"
                ).fetchall()

        print(
            f"{name}: {found.total:,} articles; 20 shown {1000 * cpu:.0f} ms, all in SQL {1000 * cpu_s(all_hits):.0f} ms"
        )


if __name__ == "__main__":
    main()
