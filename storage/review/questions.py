"""The questions of a press review. Its period and choice are session variables; `told` has the articles of the
period and of the one before it, `hit` which of them mention a watchlist that is asked for, and how often, `dated` when
those of the charts count.
"""

from __future__ import annotations

TABLES = "SELECT table_name FROM information_schema.tables"

# What a copy may lack, and which of its columns are read then, in vain. All are made by a migration or a view.
NEEDED = {
    "article_versions": """
        article_id BIGINT, source_id VARCHAR, "text" VARCHAR, first_seen_at TIMESTAMPTZ, superseded_at TIMESTAMPTZ,
        feed_url VARCHAR""",
    "articles": """
        article_id BIGINT, source_id VARCHAR, canonical_url VARCHAR, title VARCHAR, "language" VARCHAR,
        "text" VARCHAR, word_count INTEGER, published_at TIMESTAMPTZ, first_seen_at TIMESTAMPTZ, story_id BIGINT,
        provenance STRUCT(time_precision VARCHAR)""",
    "sources": "source_id VARCHAR, name VARCHAR",
    "feeds": """
        feed_url VARCHAR, source_id VARCHAR, state VARCHAR, last_status VARCHAR, failing_since TIMESTAMPTZ,
        last_polled_at TIMESTAMPTZ""",
    "mentions": """
        article_id BIGINT, watchlist_id VARCHAR, term VARCHAR, start_char INTEGER, end_char INTEGER,
        in_title BOOLEAN""",
    "gaps": """
        feed_url VARCHAR, from_at TIMESTAMPTZ, to_at TIMESTAMPTZ, estimated_articles INTEGER, reason VARCHAR""",
    "edits": """
        article_id BIGINT, source_id VARCHAR, edited_at TIMESTAMPTZ, minutes_after_publication INTEGER,
        title_before VARCHAR, title_after VARCHAR, sentences_added VARCHAR[], sentences_removed VARCHAR[],
        words_added INTEGER, words_removed INTEGER, correction VARCHAR, extractor_changed BOOLEAN""",
}

# A story is told by articles with one story_id; until they have one, by articles of several sources under one
# headline of 20 characters or more ("Weather" is none); otherwise by one article.
_TOLD = r"""
CREATE TEMP TABLE told AS
WITH placed AS (
  SELECT article_id, source_id, title, canonical_url, "language", word_count, story_id, first_seen_at,
    least(coalesce(published_at, first_seen_at), first_seen_at) AS moment,
    CASE WHEN published_at IS NULL OR provenance.time_precision = 'day'
      THEN least(first_seen_at, published_at + INTERVAL 24 HOUR)  -- as in the view coverage
      ELSE least(first_seen_at, published_at) END AS reported_at,
    lower(trim(regexp_replace(title, '[^\pL\pN]+', ' ', 'g'))) AS plain_title
  FROM articles
  WHERE first_seen_at >= least(getvariable('report_before'), getvariable('report_late'))  -- follows; skips old rows
    AND least(coalesce(published_at, first_seen_at), first_seen_at) < getvariable('report_until')
    AND least(coalesce(published_at, first_seen_at), first_seen_at)
      >= least(getvariable('report_before'), getvariable('report_late'))
), sorted AS (
  SELECT *, moment < getvariable('report_since') AND moment >= getvariable('report_late')
      AND first_seen_at >= getvariable('report_since') AND first_seen_at < getvariable('report_until') AS is_late
  FROM placed
), keyed AS (
  SELECT *, is_late OR moment >= getvariable('report_since') AS in_period,
    CASE WHEN story_id IS NOT NULL THEN 's' || story_id
      WHEN length(plain_title) >= 20 THEN 't' || plain_title END AS shared_key
  FROM sorted
)
SELECT k.* EXCLUDE (plain_title, shared_key), coalesce(s.name, k.source_id) AS outlet,
  CASE WHEN story_id IS NOT NULL OR min(k.source_id) OVER same <> max(k.source_id) OVER same
    THEN coalesce(shared_key, 'a' || article_id) ELSE 'a' || article_id END AS story
FROM keyed k LEFT JOIN sources s ON s.source_id = k.source_id
WHERE in_period OR moment >= getvariable('report_before')
WINDOW same AS (PARTITION BY coalesce(shared_key, 'a' || article_id), in_period)
"""
_HIT = """
CREATE TEMP TABLE hit AS
SELECT m.watchlist_id, m.article_id, t.in_period, count(*) AS mentions, bool_or(m.in_title) AS in_title
FROM mentions m JOIN told t ON t.article_id = m.article_id
WHERE len(getvariable('report_watchlists')) = 0 OR list_contains(getvariable('report_watchlists'), m.watchlist_id)
GROUP BY ALL
"""
# With --watchlist, what is told of is what mentions one of them; otherwise all.
_CHOSEN = """
CREATE TEMP TABLE chosen AS
SELECT * FROM told
WHERE in_period AND (NOT getvariable('report_only')
  OR story IN (SELECT t.story FROM hit h JOIN told t ON t.article_id = h.article_id WHERE h.in_period))
"""
_DATED = """
CREATE TEMP TABLE dated AS
SELECT article_id, source_id, timezone('UTC', least(coalesce(published_at, first_seen_at), first_seen_at)) AS moment
FROM articles
WHERE first_seen_at >= getvariable('report_context')  -- follows; skips old rows
  AND least(coalesce(published_at, first_seen_at), first_seen_at) >= getvariable('report_context')
  AND least(coalesce(published_at, first_seen_at), first_seen_at) < getvariable('report_until')
"""
PREPARED = (_TOLD, _HIT, _CHOSEN, _DATED)

KNOWN = """
SELECT (SELECT min(first_seen_at) FROM articles), (SELECT max(last_polled_at) FROM feeds)
"""

TOTALS = """
SELECT (SELECT count(*) FROM chosen), (SELECT count(DISTINCT source_id) FROM chosen),
  (SELECT count(DISTINCT story) FROM chosen),
  (SELECT count(DISTINCT article_id) FROM hit WHERE in_period),
  (SELECT count(DISTINCT article_id) FROM edits
   WHERE NOT extractor_changed AND edited_at >= getvariable('report_since')
     AND edited_at < getvariable('report_until')
     AND (NOT getvariable('report_only') OR article_id IN (SELECT article_id FROM mentions
       WHERE list_contains(getvariable('report_watchlists'), watchlist_id)))),
  (SELECT count(*) FROM chosen WHERE is_late),
  (SELECT count(*) FROM told WHERE NOT in_period AND (NOT getvariable('report_only')
    OR article_id IN (SELECT article_id FROM hit))),
  (SELECT count(DISTINCT article_id) FROM hit WHERE NOT in_period)
"""

STORIES = """
WITH mentioned AS (
  SELECT article_id, sum(mentions) AS mentions FROM hit WHERE in_period GROUP BY ALL
), weighed AS (
  SELECT c.story, count(*) AS articles, count(DISTINCT source_id) AS outlets,
    coalesce(sum(m.mentions), 0) AS mentions, max(word_count) AS words, min(reported_at) AS first_at,
    arg_min(c.article_id, (reported_at, c.article_id)) AS article_id
  FROM chosen c LEFT JOIN mentioned m ON m.article_id = c.article_id
  GROUP BY c.story
  ORDER BY outlets DESC, mentions DESC, articles DESC, words DESC, first_at, c.story
  LIMIT ?
)
SELECT w.story, c.title, c.canonical_url, c."language", c.article_id, w.articles, w.outlets
FROM weighed w JOIN chosen c ON c.article_id = w.article_id
ORDER BY w.outlets DESC, w.mentions DESC, w.articles DESC, w.words DESC, w.first_at, w.story
"""

REPORTS = """
SELECT story, outlet, min(reported_at) AS first_at, arg_min(canonical_url, (reported_at, article_id))
FROM chosen WHERE list_contains(?::VARCHAR[], story)
GROUP BY story, outlet
QUALIFY row_number() OVER (PARTITION BY story ORDER BY first_at, outlet) <= ?
ORDER BY story, first_at, outlet
"""

# What one outlet adds in the last paragraph is not what a story is about.
STORY_MENTIONS = """
WITH wanted AS (
  SELECT story, article_id, count(*) OVER (PARTITION BY story) AS articles FROM chosen
  WHERE list_contains(?::VARCHAR[], story)
)
SELECT w.story, h.watchlist_id, CAST(sum(h.mentions) AS BIGINT) AS mentions
FROM wanted w JOIN hit h ON h.article_id = w.article_id
GROUP BY w.story, h.watchlist_id, w.articles HAVING bool_or(h.in_title) OR 2 * count(*) >= w.articles
ORDER BY w.story, mentions DESC, h.watchlist_id
"""

BEGAN = """
WITH wanted AS (
  SELECT DISTINCT story, story_id FROM chosen WHERE story_id IS NOT NULL AND list_contains(?::VARCHAR[], story)
), told_before AS (
  SELECT w.story, coalesce(s.name, a.source_id) AS outlet, a.canonical_url, a.article_id,
    CASE WHEN a.published_at IS NULL OR a.provenance.time_precision = 'day'
      THEN least(a.first_seen_at, a.published_at + INTERVAL 24 HOUR)
      ELSE least(a.first_seen_at, a.published_at) END AS reported_at
  FROM articles a JOIN wanted w ON w.story_id = a.story_id LEFT JOIN sources s ON s.source_id = a.source_id
)
SELECT story, arg_min(outlet, (reported_at, article_id)), min(reported_at),
  arg_min(canonical_url, (reported_at, article_id))
FROM told_before WHERE reported_at < getvariable('report_since') GROUP BY story
"""

WATCHLISTS = """
WITH named AS (
  SELECT unnest(getvariable('report_watchlists')) AS watchlist_id UNION SELECT watchlist_id FROM hit
)
SELECT n.watchlist_id, count(h.article_id) FILTER (h.in_period) AS articles,
  CAST(coalesce(sum(h.mentions) FILTER (h.in_period), 0) AS BIGINT), count(h.article_id) FILTER (NOT h.in_period)
FROM named n LEFT JOIN hit h ON h.watchlist_id = n.watchlist_id
GROUP BY ALL ORDER BY articles DESC, n.watchlist_id
"""

WATCHLIST_STEPS = """
WITH hits AS (
  SELECT DISTINCT watchlist_id, article_id FROM mentions
  WHERE len(getvariable('report_watchlists')) = 0 OR list_contains(getvariable('report_watchlists'), watchlist_id)
)
SELECT h.watchlist_id, CAST(date_trunc(getvariable('report_step'), d.moment) AS DATE) AS step, count(*)
FROM hits h JOIN dated d ON d.article_id = h.article_id
GROUP BY ALL ORDER BY ALL
"""

VOICES = """
WITH whole AS (SELECT outlet, count(*) AS articles FROM told WHERE in_period GROUP BY ALL)
SELECT h.watchlist_id, t.outlet, count(*) AS articles, any_value(w.articles)
FROM hit h JOIN told t ON t.article_id = h.article_id JOIN whole w ON w.outlet = t.outlet
WHERE h.in_period GROUP BY h.watchlist_id, t.outlet
ORDER BY h.watchlist_id, count(*) DESC, t.outlet
"""

BEST = """
CREATE TEMP TABLE best AS
WITH one_of_story AS (
  SELECT h.*, t.title, t.canonical_url, t."language", t.outlet, t.reported_at
  FROM hit h JOIN told t ON t.article_id = h.article_id
  WHERE h.in_period AND h.watchlist_id IN (
    SELECT watchlist_id FROM hit WHERE in_period GROUP BY ALL ORDER BY count(*) DESC, watchlist_id LIMIT ?)
  QUALIFY row_number() OVER (PARTITION BY h.watchlist_id, t.story
    ORDER BY h.in_title DESC, h.mentions DESC, t.reported_at, h.article_id) = 1
)
SELECT *, row_number() OVER (PARTITION BY watchlist_id
  ORDER BY in_title DESC, mentions DESC, reported_at DESC, article_id) AS place
FROM one_of_story QUALIFY place <= 5
"""

# Asked for by a join, or by a longer IN, DuckDB would unpack the texts of the whole table for a dozen of them: they are
# numbered first, and then taken a stretch at a time.
TEXTS = 'CREATE TEMP TABLE texts (article_id BIGINT, "text" VARCHAR)'
NUMBERS = """
SELECT rowid FROM article_versions WHERE superseded_at IS NULL AND article_id IN ({ids}) ORDER BY rowid
"""
STRETCH = """
INSERT INTO texts
SELECT article_id, "text" FROM article_versions WHERE rowid BETWEEN {first} AND {last} AND rowid IN ({numbers})
"""

BEGINNINGS = 'SELECT article_id, left("text", 2000) FROM texts'

# Offsets count characters from 0, and DuckDB's from 1.
WATCHLIST_HEADLINES = """
WITH met AS (
  SELECT watchlist_id, article_id, min(start_char) AS start_char, arg_min(end_char, start_char) AS end_char
  FROM mentions WHERE NOT in_title AND article_id IN (SELECT article_id FROM best) GROUP BY ALL
)
SELECT b.watchlist_id, b.title, b.canonical_url, b."language", b.outlet, b.reported_at,
  coalesce(substring(a."text", greatest(1, m.start_char - 89), least(90, m.start_char)), ''),
  coalesce(substring(a."text", m.start_char + 1, m.end_char - m.start_char), ''),
  coalesce(substring(a."text", m.end_char + 1, 110), '')
FROM best b JOIN texts a ON a.article_id = b.article_id
LEFT JOIN met m ON m.article_id = b.article_id AND m.watchlist_id = b.watchlist_id
ORDER BY b.watchlist_id, b.place
"""

# As daily_volume counts, but for an article that gives a time ahead of its sight: it counts when it was seen, so that
# all numbers of a review are of the same articles. What a gap of several days missed is spread over them by its hours.
VOLUMES = """
WITH days AS (
  SELECT CAST(unnest(generate_series(date_trunc('day', timezone('UTC', getvariable('report_context'))),
    timezone('UTC', getvariable('report_until') - INTERVAL 1 MICROSECOND), INTERVAL 1 DAY)) AS DATE) AS "day"
), lost AS (
  SELECT f.source_id, d."day", g.estimated_articles
    * (epoch(least(timezone('UTC', g.to_at), d."day" + INTERVAL 1 DAY))
      - epoch(greatest(timezone('UTC', g.from_at), d."day")))
    / greatest(1, epoch(g.to_at) - epoch(g.from_at)) AS articles
  FROM gaps g JOIN feeds f ON f.feed_url = g.feed_url
  JOIN days d ON timezone('UTC', g.from_at) < d."day" + INTERVAL 1 DAY AND timezone('UTC', g.to_at) >= d."day"
), counted AS (
  SELECT source_id, CAST(moment AS DATE) AS "day", count(*) AS articles, 0.0 AS missing, false AS has_gap
  FROM dated GROUP BY ALL
  UNION ALL
  SELECT source_id, "day", 0, articles, true FROM lost
)
SELECT coalesce(s.name, c.source_id) AS outlet, CAST(date_trunc(getvariable('report_step'), c."day") AS DATE) AS step,
  CAST(sum(c.articles) AS BIGINT), bool_or(c.has_gap), CAST(round(sum(c.missing)) AS BIGINT)
FROM counted c LEFT JOIN sources s ON s.source_id = c.source_id
GROUP BY ALL ORDER BY ALL
"""

LATEST = """
WITH one_of_story AS (
  SELECT * FROM chosen WHERE NOT list_contains(?::VARCHAR[], story)
  QUALIFY row_number() OVER (PARTITION BY story ORDER BY reported_at, article_id) = 1
)
SELECT title, canonical_url, "language", outlet, reported_at FROM one_of_story
ORDER BY reported_at DESC, article_id LIMIT ?
"""

EDITS = """
SELECT a.title, a.canonical_url, a."language", coalesce(s.name, e.source_id), e.edited_at,
  e.minutes_after_publication, e.title_before, e.title_after, e.words_added, e.words_removed, e.correction,
  e.sentences_added[1:2], e.sentences_removed[1:2]
FROM edits e JOIN articles a ON a.article_id = e.article_id LEFT JOIN sources s ON s.source_id = e.source_id
WHERE NOT e.extractor_changed AND e.edited_at >= getvariable('report_since')
  AND e.edited_at < getvariable('report_until')
  AND (NOT getvariable('report_only') OR e.article_id IN (SELECT article_id FROM mentions
    WHERE list_contains(getvariable('report_watchlists'), watchlist_id)))
ORDER BY e.correction IS NOT NULL DESC, e.title_before IS DISTINCT FROM e.title_after DESC,
  e.words_added + e.words_removed DESC, e.edited_at, e.article_id
LIMIT ?
"""

# Sources that were there from the start are not new.
NEW_SOURCES = """
WITH begun AS (SELECT source_id, min(first_seen_at) AS first_at FROM articles GROUP BY source_id)
SELECT coalesce(s.name, b.source_id) FROM begun b LEFT JOIN sources s ON s.source_id = b.source_id
WHERE b.first_at >= getvariable('report_since') AND b.first_at < getvariable('report_until')
  AND (SELECT min(first_at) FROM begun) < getvariable('report_since')
ORDER BY 1 LIMIT ?
"""

FAILING = """
SELECT coalesce(s.name, f.source_id), count(*) FILTER (f.state <> 'ok'), count(*), min(f.failing_since),
  coalesce(arg_min(f.last_status, f.failing_since) FILTER (f.state <> 'ok'), '')
FROM feeds f LEFT JOIN sources s ON s.source_id = f.source_id
GROUP BY coalesce(s.name, f.source_id) HAVING count(*) FILTER (f.state <> 'ok') > 0
ORDER BY min(f.failing_since), 1
"""

GAPS = """
SELECT coalesce(s.name, f.source_id, g.feed_url), g.from_at, g.to_at, g.estimated_articles, g.reason
FROM gaps g LEFT JOIN feeds f ON f.feed_url = g.feed_url LEFT JOIN sources s ON s.source_id = f.source_id
WHERE g.to_at > getvariable('report_since') AND g.from_at < getvariable('report_until')
ORDER BY g.estimated_articles DESC, g.from_at, g.feed_url
"""
