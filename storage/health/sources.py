"""Each source as the copy knows it."""

from __future__ import annotations

from pathlib import Path

from storage.health.records import SourceHealth
from storage.query import opened_copy

_SOURCES = """
SELECT h.source_id, h.feeds, h.feeds_failing, h.failing_since, coalesce(f.last_status, ''),
  h.last_polled_at, h.last_article_at, h.articles, h.articles_24h, h.usual_per_day
FROM source_health h LEFT JOIN (
  SELECT source_id, arg_min(last_status, failing_since) AS last_status
  FROM feeds WHERE state <> 'ok' GROUP BY source_id
) f ON f.source_id = h.source_id
"""


def sources_health(published: Path) -> dict[str, SourceHealth]:
    """What is known of each source, by its id; empty without a published copy."""
    if not published.exists():
        return {}
    with opened_copy(published, threads=1) as con:
        sources = [SourceHealth(*row) for row in con.execute(_SOURCES).fetchall()]
    return {source.source_id: source for source in sources}
