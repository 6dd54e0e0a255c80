"""What changed from one version of an article to the next: the table edits.

Only what an outlet changed is an edit. A text that was made from a stored one (reclean) is the same article, better
read, and gets no row.
"""

from __future__ import annotations

from dataclasses import asdict

from storage.parameters import as_json
from storage.staging import Staged

# The rows of both versions of each edit. Texts are then read by their row numbers: at 1,000,000 articles that costs
# 30 ms of CPU for 20 edits of the last day and 160 ms for 20 of any time, by article_id 4 s (DuckDB 1.5 unpacks all).
_FOUND = """
CREATE OR REPLACE TEMP TABLE edited AS
SELECT d.article_id, d.version, v.version AS of_version, v.rowid AS place
FROM settled d
JOIN incoming i ON i.batch = d.batch AND i."row" = d."row" AND i.based_on IS NULL
JOIN article_versions v ON v.article_id = d.article_id AND v.version IN (d.version - 1, d.version)
WHERE d.status = 'updated'
"""
# A page's own word of when it was modified is believed where it lies between the two times that it was fetched.
_PAIRS = """
WITH read AS MATERIALIZED (
  SELECT rowid AS place, source_id, title, "text", published_at, modified_at, fetched_at,
    provenance.time_precision AS time_precision, provenance.extractor AS extractor
  FROM article_versions WHERE rowid IN (SELECT place FROM edited)
), paired AS (
  SELECT new.article_id, new.version, before, after,
    CASE WHEN after.modified_at > before.fetched_at AND after.modified_at <= after.fetched_at
      THEN epoch_us(after.modified_at) ELSE epoch_us(after.fetched_at) END AS edited_us,
    CASE WHEN after.time_precision <> 'day' THEN epoch_us(after.published_at) END AS published_us
  FROM edited old JOIN read before ON before.place = old.place
  JOIN edited new ON new.article_id = old.article_id AND new.version = old.version AND new.of_version = new.version
  JOIN read after ON after.place = new.place
  WHERE old.of_version = old.version - 1
)
SELECT article_id, version, after.source_id, edited_us, (edited_us - published_us) // 60000000,
  before.extractor <> after.extractor, before.title, before."text", after.title, after."text"
FROM paired ORDER BY article_id, version
"""
_KEEP = """
INSERT INTO edits
SELECT article_id, source_id, version, make_timestamptz(edited_us), TRY_CAST(minutes AS INTEGER),
  title_before, title_after, sentences_added, sentences_removed, numbers_added, numbers_removed,
  quotes_added, quotes_removed,
  words_added, words_removed, correction, "diff", extractor_changed
FROM (
  SELECT unnest(from_json(?, '[{"article_id": "BIGINT", "version": "INTEGER", "source_id": "VARCHAR",
    "edited_us": "BIGINT", "minutes": "BIGINT", "extractor_changed": "BOOLEAN", "title_before": "VARCHAR",
    "title_after": "VARCHAR", "sentences_added": ["VARCHAR"], "sentences_removed": ["VARCHAR"],
    "numbers_added": ["VARCHAR"], "numbers_removed": ["VARCHAR"], "quotes_added": ["VARCHAR"],
    "quotes_removed": ["VARCHAR"], "words_added": "INTEGER", "words_removed": "INTEGER", "correction": "VARCHAR",
    "diff": "VARCHAR"}]'), recursive := true)
)
"""
_NAMES = ("article_id", "version", "source_id", "edited_us", "minutes", "extractor_changed")


def store_edits(staged: Staged) -> int:
    """Set the versions that were just stored against those before them; how many edits that makes."""
    if not staged.has("versions"):
        return 0
    staged.con.execute(_FOUND)
    if staged.con.execute("SELECT count(*) FROM edited").fetchone() == (0,):
        return 0
    from extractors.edits import compare  # 9 ms, for a commit that has an edit

    rows = [
        dict(zip(_NAMES, row, strict=False)) | asdict(compare(*row[len(_NAMES) :]))
        for row in staged.con.execute(_PAIRS).fetchall()
    ]
    staged.con.execute(_KEEP, [as_json(rows)])
    return len(rows)
