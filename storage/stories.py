"""Stories: the tables story_members, story_texts and story_keys, and articles' story_id.

A batch's texts are put beside those of the last days, joined with them by the keys that they share, and what comes
of it is decided by `extractors.stories`. What is compared is bounded: by the window, and by how many articles of
one key are looked at, so that a report that hundreds print, or a line that every page has, costs no more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import duckdb

from storage.instants import instant
from storage.parameters import as_json
from storage.staging import Staged

if TYPE_CHECKING:
    from extractors.stories.grouping import Found, Membership, Text

WINDOW = timedelta(days=5)  # between two reports of one story; weeklies pick up what was in the dailies
KEPT = WINDOW + timedelta(days=2)  # since a text was stored: another may be found late
_DAY = timedelta(days=1)

# When an article was out at the latest: as in the view coverage.
_REPORTED = """
CASE WHEN {a}.published_at IS NULL OR {a}.provenance.time_precision = 'day'
  THEN least({seen}, {a}.published_at + INTERVAL 24 HOUR) ELSE least({seen}, {a}.published_at) END
"""
_ARRIVED = """
CREATE OR REPLACE TEMP TABLE arrived (article_id BIGINT, source_id VARCHAR, content_hash BIGINT,
  reported_at TIMESTAMPTZ, spacing INTEGER, keys INTEGER[], agency VARCHAR, story_id BIGINT)
"""
_STORED_NOW = f"""
INSERT INTO arrived
SELECT v.article_id, d.source_id, f.content_hash, {_REPORTED.format(a="v", seen="make_timestamptz(d.first_seen_us)")},
  f.spacing, f.keys, f.agency, s.story_id
FROM settled d
JOIN spooled_versions v ON v.batch = d.batch AND v."row" = d."row"
JOIN spooled_fingerprints f ON f.batch = v.batch AND f.article_id = v.article_id AND f.content_hash = v.content_hash
LEFT JOIN standing s ON s.article_id = d.article_id
WHERE d.is_latest AND len(f.keys) > 0
QUALIFY row_number() OVER (PARTITION BY v.article_id ORDER BY f."row") = 1
"""  # noqa: S608 - parts of our own
_WITHOUT_VERSION = (
    "SELECT count(*) FROM spooled_fingerprints f ANTI JOIN spooled_versions v USING (batch, article_id)"
)
_STORED_BEFORE = f"""
INSERT INTO arrived
SELECT v.article_id, v.source_id, v.content_hash, {_REPORTED.format(a="v", seen="v.first_seen_at")},
  f.spacing, f.keys, f.agency, v.story_id
FROM spooled_fingerprints f
JOIN article_versions v
  ON v.article_id = f.article_id AND v.content_hash = f.content_hash AND v.superseded_at IS NULL
WHERE len(f.keys) > 0 AND v.article_id NOT IN (SELECT article_id FROM story_texts UNION SELECT article_id FROM arrived)
QUALIFY row_number() OVER (PARTITION BY v.article_id ORDER BY f.batch, f."row") = 1
"""  # noqa: S608

_KEEP = """
DELETE FROM story_keys WHERE article_id IN (SELECT article_id FROM story_texts SEMI JOIN arrived USING (article_id));
DELETE FROM story_texts WHERE article_id IN (SELECT article_id FROM arrived);
INSERT INTO story_keys
SELECT unnest(keys) AS story_key, article_id FROM arrived ORDER BY reported_at, article_id;
"""
_KEEP_TEXTS = """
INSERT INTO story_texts
SELECT article_id, source_id, content_hash, reported_at, $now, len(keys), spacing, story_id, agency FROM arrived
"""
_PAIRS = """
WITH wanted AS (
  SELECT DISTINCT unnest(keys) AS story_key FROM arrived
), met AS (
  SELECT story_key, article_id FROM story_keys WHERE story_key IN (SELECT story_key FROM wanted)
  QUALIFY row_number() OVER (PARTITION BY story_key ORDER BY rowid) <= $most
), counted AS (
  SELECT n.article_id AS one, m.article_id AS other, count(*) AS shared
  FROM (SELECT unnest(keys) AS story_key, article_id FROM arrived) n JOIN met m USING (story_key)
  WHERE n.article_id <> m.article_id
  GROUP BY ALL HAVING shared >= 3
)
SELECT least(one, other), greatest(one, other), max(shared)
FROM counted
JOIN story_texts a ON a.article_id = one JOIN story_texts b ON b.article_id = other
WHERE abs(epoch_us(a.reported_at) - epoch_us(b.reported_at)) <= $window_us
GROUP BY ALL
"""
_TEXTS = """
SELECT article_id, epoch_us(reported_at), key_count, spacing, story_id, source_id FROM story_texts
WHERE article_id IN (SELECT unnest(from_json(?, '["BIGINT"]')))
"""
_SIZES = """
SELECT story_id, count(*) FROM story_texts
WHERE story_id IN (SELECT unnest(from_json(?, '["BIGINT"]'))) GROUP BY ALL
"""
_JOINED = """
CREATE OR REPLACE TEMP TABLE joined AS
SELECT unnest(from_json(?, '[{"article_id": "BIGINT", "story_id": "BIGINT", "copied_from": "BIGINT",
  "similarity": "DOUBLE", "copied_share": "DOUBLE", "is_new": "BOOLEAN"}]'), recursive := true)
"""
_JOIN = """
INSERT INTO story_members
SELECT j.story_id, j.article_id, t.source_id, t.reported_at, $now, j.copied_from, j.similarity, j.copied_share, t.agency
FROM joined j JOIN story_texts t USING (article_id) WHERE j.is_new ORDER BY j.story_id, t.reported_at, j.article_id
"""
_MARK = """
UPDATE story_texts t SET story_id = j.story_id FROM joined j WHERE j.article_id = t.article_id AND j.is_new;
UPDATE article_versions a SET story_id = j.story_id FROM joined j WHERE j.article_id = a.article_id AND j.is_new;
UPDATE story_members m SET copied_from = j.copied_from, similarity = j.similarity, copied_share = j.copied_share
FROM joined j
WHERE j.article_id = m.article_id AND NOT j.is_new AND j.copied_from IS NOT NULL AND m.copied_from IS NULL;
"""
_RENAMED = """
CREATE OR REPLACE TEMP TABLE renamed AS
SELECT unnest(from_json(?, '[{"old": "BIGINT", "new": "BIGINT"}]'), recursive := true)
"""
_RENAME = """
UPDATE story_members m SET story_id = r."new" FROM renamed r WHERE r."old" = m.story_id;
UPDATE story_texts t SET story_id = r."new" FROM renamed r WHERE r."old" = t.story_id;
UPDATE article_versions a SET story_id = r."new" FROM renamed r WHERE r."old" = a.story_id;
"""


def store_stories(staged: Staged, now: datetime) -> int:
    """Find the stories of the texts that were just stored; how many articles that puts into one."""
    if not staged.has("fingerprints"):
        return 0
    con = staged.con
    drop_old_texts(con, now - KEPT, at_most_daily=True)
    con.execute(_ARRIVED)
    if staged.has("versions"):
        con.execute(_STORED_NOW)
    if not staged.has("versions") or _count(con, _WITHOUT_VERSION):
        con.execute(_STORED_BEFORE)
    if not _count(con, "SELECT count(*) FROM arrived"):
        return 0
    from extractors.stories.grouping import MOST_SEEN, Pair, find_stories

    con.execute(_KEEP)
    con.execute(_KEEP_TEXTS, {"now": now})
    pairs = [
        Pair(*row) for row in con.execute(_PAIRS, {"most": MOST_SEEN, "window_us": _us(WINDOW)}).fetchall()
    ]
    if not pairs:
        return 0
    texts = _texts(con, {article for pair in pairs for article in (pair.first, pair.second)})
    return _keep_found(con, texts, find_stories(texts.values(), pairs, _sizes(con, texts)), now)


def drop_old_texts(con: duckdb.DuckDBPyConnection, before: datetime, *, at_most_daily: bool = False) -> int:
    """Forget the texts that were stored before then; `at_most_daily` waits until there is a day of them."""
    slack = _DAY if at_most_daily else timedelta(0)
    if not _count(con, "SELECT count(*) FROM story_texts WHERE kept_at < ?", before - slack):
        return 0
    dropped = _count(con, "DELETE FROM story_texts WHERE kept_at < ?", before)
    con.execute("DELETE FROM story_keys WHERE article_id NOT IN (SELECT article_id FROM story_texts)")
    return dropped


def rows_before_stories(con: duckdb.DuckDBPyConnection) -> int:
    """Rows of article_versions with a smaller number were stored before there were stories, and wait to be compared;
    0 when none does."""
    return _count(
        con, "SELECT coalesce(max(CAST(value AS BIGINT)), 0) FROM meta WHERE name = 'rows_before_stories'"
    )


def forget_rows_before_stories(con: duckdb.DuckDBPyConnection) -> None:
    """They have been compared."""
    con.execute("DELETE FROM meta WHERE name = 'rows_before_stories'")


def _texts(con: duckdb.DuckDBPyConnection, article_ids: set[int]) -> dict[int, Text]:
    from extractors.stories.grouping import Text as Compared

    rows = con.execute(_TEXTS, [as_json(sorted(article_ids))]).fetchall()
    return {row[0]: Compared(row[0], instant(row[1]), *row[2:]) for row in rows}


def _sizes(con: duckdb.DuckDBPyConnection, texts: dict[int, Text]) -> dict[int, int]:
    stories = sorted({text.story_id for text in texts.values() if text.story_id is not None})
    return dict(con.execute(_SIZES, [as_json(stories)]).fetchall())


def _keep_found(con: duckdb.DuckDBPyConnection, texts: dict[int, Text], found: Found, now: datetime) -> int:
    rows = [_row(member, texts[member.article_id]) for member in found.members]
    if found.renamed:
        con.execute(_RENAMED, [as_json([{"old": old, "new": new} for old, new in found.renamed.items()])])
        con.execute(_RENAME)
    if rows:
        con.execute(_JOINED, [as_json(rows)])
        con.execute(_JOIN, {"now": now})
        con.execute(_MARK)
    return sum(bool(row["is_new"]) for row in rows)


def _row(member: Membership, text: Text) -> dict[str, object]:
    return {
        "article_id": member.article_id,
        "story_id": member.story_id,
        "copied_from": member.copied_from,
        "similarity": member.similarity,
        "copied_share": member.copied_share,
        "is_new": text.story_id is None,
    }


def _us(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


def _count(con: duckdb.DuckDBPyConnection, sql: str, *params: object) -> int:
    row = con.execute(sql, list(params)).fetchone()
    return int(row[0]) if row else 0
