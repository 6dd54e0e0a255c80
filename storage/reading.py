"""Stored articles, read back a page of rows at a time: for judging their text again.

Judging takes long, and the live file is open for moments only, so it is opened anew for each page. Rows of
`article_versions` are added and never moved: a row keeps its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from extractors.model import ArticleVersion, Provenance, Removed
from storage.parameters import as_json

PAGE_ROWS = 10_240  # five of the vectors that zstd packs together, 35 MB of text
MAX_SAMPLES = 200  # RE2 gives up on patterns of some megabytes; with more samples every article is read


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """The latest version of an article, as it is stored, and its number.

    `version.content_hash` is what a version made from it is based on (`Store.spool_reclean`).
    """

    version: ArticleVersion
    number: int


def row_count(con: duckdb.DuckDBPyConnection) -> int:
    """How many rows there are: they are numbered from 0."""
    row = con.execute("SELECT coalesce(max(rowid) + 1, 0) FROM article_versions").fetchone()
    return int(row[0]) if row else 0


def read_page(
    con: duckdb.DuckDBPyConnection,
    first: int,
    source_ids: Sequence[str],
    containing: Sequence[str],
    stored_since: datetime | None = None,
    end: int | None = None,
) -> list[StoredArticle]:
    """The latest versions among the `PAGE_ROWS` rows from number `first` on, of these sources, in order.

    No sources means all of them. With samples in `containing`, articles whose text has none of them are left out;
    beyond `MAX_SAMPLES` of them, none is. `stored_since` leaves out what was stored before,
    `end` the rows from that number on.
    """
    table = con.execute(
        """
        SELECT * EXCLUDE (superseded_at) FROM article_versions
        WHERE rowid >= $first AND rowid < $end AND superseded_at IS NULL
          AND ($stored_since IS NULL OR stored_at >= $stored_since)
          AND ($all_sources OR source_id IN (SELECT unnest(from_json($sources, '["VARCHAR"]'))))
          AND ($all_texts OR regexp_matches("text", array_to_string(
            list_transform(from_json($samples, '["VARCHAR"]'), lambda sample: regexp_escape(sample)), '|')))
        """,
        {
            "first": first,
            "end": first + PAGE_ROWS if end is None else min(end, first + PAGE_ROWS),
            "stored_since": stored_since,
            "all_sources": not source_ids,
            "sources": as_json(source_ids),
            "all_texts": not 0 < len(containing) <= MAX_SAMPLES,
            "samples": as_json(containing),
        },
    ).to_arrow_table()
    return [_article(row) for row in table.to_pylist()]


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
