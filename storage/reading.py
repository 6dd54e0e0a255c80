"""Stored articles, read back a set at a time: for judging their text again.

What is asked for is copied out of the live file in one go, into a file of its own, and read from there: judging
takes long, and the live file is open for moments only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from extractors.model import ArticleVersion, Provenance, Removed
from storage.parameters import as_json

MAX_SAMPLES = 200  # RE2 gives up on patterns of some megabytes; with more samples every article is read


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """The latest version of an article, as it is stored, and its number.

    `version.content_hash` is what a version made from it is based on (`Store.spool_reclean`).
    """

    version: ArticleVersion
    number: int


def copy_out(
    con: duckdb.DuckDBPyConnection, target: Path, source_ids: Sequence[str], containing: Sequence[str]
) -> None:
    """Write the latest versions of the articles of these sources to a Parquet file, oldest first.

    No sources means all of them. With samples in `containing`, articles whose text has none of them are left out;
    beyond `MAX_SAMPLES` of them, none is.
    """
    relation = con.sql(
        """
        SELECT * EXCLUDE (superseded_at) FROM article_versions
        WHERE superseded_at IS NULL
          AND ($all_sources OR source_id IN (SELECT unnest(from_json($sources, '["VARCHAR"]'))))
          AND ($all_texts OR regexp_matches("text", array_to_string(
            list_transform(from_json($samples, '["VARCHAR"]'), lambda sample: regexp_escape(sample)), '|')))
        ORDER BY article_versions.rowid
        """,
        params={
            "all_sources": not source_ids,
            "sources": as_json(source_ids),
            "all_texts": not 0 < len(containing) <= MAX_SAMPLES,
            "samples": as_json(containing),
        },
    )
    relation.write_parquet(str(target), compression="zstd", row_group_size=10_240)


def read_back(file: Path, batch_size: int) -> Iterator[tuple[StoredArticle, ...]]:
    """The articles of a file that `copy_out` has written, `batch_size` at a time."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as parquet:
        for batch in parquet.iter_batches(batch_size=batch_size):
            yield tuple(_article(row) for row in batch.to_pylist())


def _article(row: dict[str, Any]) -> StoredArticle:
    provenance = row["provenance"]
    version = ArticleVersion(
        article_id=row["article_id"],
        source_id=row["source_id"],
        url=row["url"],
        canonical_url=row["canonical_url"],
        title=row["title"],
        authors=tuple(row["authors"]),
        published_at=row["published_at"],
        modified_at=row["modified_at"],
        language=row["language"],
        text=row["text"],
        word_count=row["word_count"],
        section=row["section"],
        tags=tuple(row["tags"]),
        image_url=row["image_url"],
        paywalled=row["paywalled"],
        feed_url=row["feed_url"],
        first_seen_at=row["first_seen_at"],
        fetched_at=row["fetched_at"],
        content_hash=row["content_hash"],
        removed=tuple(Removed(**each) for each in row["removed"]),
        provenance=Provenance(**(provenance | {"losers": tuple(provenance["losers"])})),
    )
    return StoredArticle(version, row["version"])
