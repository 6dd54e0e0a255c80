-- Views and macros for the usual questions. Made anew whenever this file changes. Days are days in UTC whatever
-- the timezone of the session, and "now" is the time of the last poll that the file knows of, so that a copy
-- that is looked at tomorrow gives the same answers.

CREATE OR REPLACE VIEW articles AS
SELECT * EXCLUDE (superseded_at) FROM article_versions WHERE superseded_at IS NULL;

COMMENT ON VIEW articles IS 'One row per article, its latest version. An article is one row however it was reached: tracking parameters, AMP and print variants, http or https make no difference.';

CREATE OR REPLACE VIEW latest AS
SELECT article_id, source_id, title, published_at, first_seen_at, "language", section, word_count,
  left("text", 300) AS lead, canonical_url
FROM articles
ORDER BY first_seen_at DESC, article_id;

COMMENT ON VIEW latest IS 'Articles with the beginning of their text, those seen last first; SELECT * FROM latest LIMIT 20.';
COMMENT ON COLUMN latest.lead IS 'The first 300 characters of the text.';

CREATE OR REPLACE VIEW daily_volume AS
WITH counted AS (
  SELECT source_id, CAST(timezone('UTC', coalesce(published_at, first_seen_at)) AS DATE) AS "day",
    count(*) AS articles, CAST(sum(word_count) AS BIGINT) AS words, count(*) FILTER (published_at IS NULL) AS undated
  FROM articles
  GROUP BY ALL
), missed AS (
  SELECT f.source_id, timezone('UTC', g.from_at) AS from_at, timezone('UTC', g.to_at) AS to_at, g.estimated_articles,
    unnest(generate_series(
      date_trunc('day', timezone('UTC', g.from_at)), timezone('UTC', g.to_at) - INTERVAL 1 MICROSECOND,
      INTERVAL 1 DAY)) AS day_from
  FROM gaps g JOIN feeds f USING (feed_url)
), marked AS (  -- an outage of days lacks on each of them its share by time, and not all of it
  SELECT source_id, CAST(day_from AS DATE) AS "day", CAST(round(sum(estimated_articles
      * (epoch(least(to_at, day_from + INTERVAL 1 DAY)) - epoch(greatest(from_at, day_from)))
      / greatest(epoch(to_at) - epoch(from_at), 1e-6))) AS BIGINT) AS estimated_missing
  FROM missed GROUP BY ALL
)
SELECT coalesce(c.source_id, m.source_id) AS source_id, coalesce(c."day", m."day") AS "day",
  coalesce(c.articles, 0) AS articles, coalesce(c.words, 0) AS words, coalesce(c.undated, 0) AS undated,
  m.estimated_missing IS NOT NULL AS has_gap, coalesce(m.estimated_missing, 0) AS estimated_missing
FROM counted c FULL JOIN marked m ON c.source_id = m.source_id AND c."day" = m."day";

COMMENT ON VIEW daily_volume IS 'Articles of each source and day (UTC), by publication, or by first sight where that is unknown; days with a gap are marked, since their count is too low.';
COMMENT ON COLUMN daily_volume.source_id IS 'The source; sources.source_id.';
COMMENT ON COLUMN daily_volume."day" IS 'The day in UTC.';
COMMENT ON COLUMN daily_volume.articles IS 'Number of articles.';
COMMENT ON COLUMN daily_volume.words IS 'Number of words in their texts together.';
COMMENT ON COLUMN daily_volume.undated IS 'How many of them have no publication time and are counted by first sight.';
COMMENT ON COLUMN daily_volume.has_gap IS 'Whether articles of this day were probably missed.';
COMMENT ON COLUMN daily_volume.estimated_missing IS 'Articles probably missed on this day: of each gap that touches it, the share of its time.';

CREATE OR REPLACE VIEW source_health AS
WITH clock AS (
  SELECT max(last_polled_at) AS last_poll_at FROM feeds
), polled AS (
  SELECT source_id, count(*) AS feeds, count(*) FILTER (state <> 'ok') AS feeds_failing,
    max(last_polled_at) AS last_polled_at, min(failing_since) AS failing_since
  FROM feeds GROUP BY source_id
), written AS (
  SELECT source_id, count(*) AS articles, max(first_seen_at) AS last_article_at,
    count(*) FILTER (first_seen_at > last_poll_at - INTERVAL 24 HOUR) AS articles_24h,
    count(*) FILTER (first_seen_at <= last_poll_at - INTERVAL 24 HOUR
      AND first_seen_at > last_poll_at - INTERVAL 29 DAY) AS articles_before,
    greatest(1, least(28, date_diff('day', min(first_seen_at), max(last_poll_at) - INTERVAL 24 HOUR))) AS days_before
  FROM articles, clock GROUP BY source_id
)
SELECT coalesce(s.source_id, p.source_id, w.source_id) AS source_id, s.name, coalesce(p.feeds, 0) AS feeds,
  coalesce(p.feeds_failing, 0) AS feeds_failing, p.failing_since, p.last_polled_at, w.last_article_at,
  coalesce(w.articles, 0) AS articles, coalesce(w.articles_24h, 0) AS articles_24h,
  round(coalesce(w.articles_before, 0) / coalesce(w.days_before, 1), 1) AS usual_per_day
FROM sources s
FULL JOIN polled p ON s.source_id = p.source_id
FULL JOIN written w ON coalesce(s.source_id, p.source_id) = w.source_id;

COMMENT ON VIEW source_health IS 'One row per source: its feeds, which of them fail, and how much it published in the last day against its usual volume.';
COMMENT ON COLUMN source_health.source_id IS 'The source; sources.source_id.';
COMMENT ON COLUMN source_health.name IS 'Its name; NULL when the config names it no more.';
COMMENT ON COLUMN source_health.feeds IS 'Number of its feeds that were polled.';
COMMENT ON COLUMN source_health.feeds_failing IS 'How many of them fail or are gone.';
COMMENT ON COLUMN source_health.failing_since IS 'The first failure of those in a row (UTC); NULL when none fails.';
COMMENT ON COLUMN source_health.last_polled_at IS 'When one of its feeds was last asked (UTC).';
COMMENT ON COLUMN source_health.last_article_at IS 'When its newest article was first seen (UTC).';
COMMENT ON COLUMN source_health.articles IS 'Number of its articles.';
COMMENT ON COLUMN source_health.articles_24h IS 'Articles first seen in the 24 hours before the last poll of any feed.';
COMMENT ON COLUMN source_health.usual_per_day IS 'Articles a day in the 28 days before that (fewer when the source is younger).';

CREATE OR REPLACE MACRO articles_as_of(moment) AS TABLE
SELECT * FROM article_versions
WHERE stored_at <= moment AND (superseded_at IS NULL OR superseded_at > moment);

COMMENT ON MACRO TABLE articles_as_of IS 'The articles as the database had them at a moment (TIMESTAMPTZ), so that an old number can be counted again: SELECT count(*) FROM articles_as_of(TIMESTAMPTZ ''2026-01-31 12:00:00+00'').';

CREATE OR REPLACE VIEW coverage AS
WITH told AS (
  SELECT story_id, article_id, source_id, title, "language", canonical_url,
    CASE WHEN published_at IS NULL OR provenance.time_precision = 'day'
      THEN least(first_seen_at, published_at + INTERVAL 24 HOUR)  -- a day alone must not make anybody the first
      ELSE least(first_seen_at, published_at) END AS reported_at
  FROM articles WHERE story_id IS NOT NULL
), placed AS (
  SELECT *, row_number() OVER story AS place, first_value(reported_at) OVER story AS first_reported_at
  FROM told WINDOW story AS (PARTITION BY story_id ORDER BY reported_at, article_id)
)
SELECT p.story_id, p.place, p.source_id, coalesce(s.name, p.source_id) AS outlet, p.reported_at,
  CAST((epoch_us(p.reported_at) - epoch_us(p.first_reported_at)) // 60000000 AS INTEGER) AS delay_minutes,
  m.copied_share AS share_copied, m.copied_from, m.agency, p.title, p."language", p.article_id, p.canonical_url, p.first_reported_at
FROM placed p
LEFT JOIN sources s ON s.source_id = p.source_id
LEFT JOIN story_members m ON m.story_id = p.story_id AND m.article_id = p.article_id;

COMMENT ON VIEW coverage IS 'Every article of every story, the first report and the copies: which outlet, when, and how long after the first.';
COMMENT ON COLUMN coverage.story_id IS 'The story; articles.story_id.';
COMMENT ON COLUMN coverage.place IS '1 for the first report, 2 for the next ...';
COMMENT ON COLUMN coverage.source_id IS 'The source; sources.source_id.';
COMMENT ON COLUMN coverage.outlet IS 'Its name.';
COMMENT ON COLUMN coverage.reported_at IS 'When this article was out at the latest (UTC): its publication time; where it states a day only or nothing, the end of that day or the time that it was first seen, whichever is earlier.';
COMMENT ON COLUMN coverage.delay_minutes IS 'Whole minutes after the first report of the story; 0 for the first.';
COMMENT ON COLUMN coverage.share_copied IS 'The part of its text that stands in copied_from too, 0 to 1; NULL for the first report.';
COMMENT ON COLUMN coverage.copied_from IS 'The earlier article of the story that it shares most with (article_id); NULL for the first report.';
COMMENT ON COLUMN coverage.agency IS 'The news agency that it names as its source; NULL when it names none.';
COMMENT ON COLUMN coverage.title IS 'Its headline.';
COMMENT ON COLUMN coverage."language" IS 'ISO 639-1 code of its language; NULL when unknown.';
COMMENT ON COLUMN coverage.article_id IS 'The article; articles.article_id.';
COMMENT ON COLUMN coverage.canonical_url IS 'Its address.';
COMMENT ON COLUMN coverage.first_reported_at IS 'When the first report of the story was out (UTC).';

CREATE OR REPLACE VIEW first_reports AS
WITH told AS (  -- without headlines: they are read for the first reports alone
  SELECT story_id, arg_min(article_id, place) AS article_id, min(reported_at) AS first_reported_at,
    count(*) AS articles, count(DISTINCT source_id) AS outlets, max(reported_at) AS last_reported_at,
    CAST(median(delay_minutes) FILTER (place > 1) AS INTEGER) AS median_delay_minutes, mode(agency) AS agency
  FROM coverage GROUP BY story_id
)
SELECT t.story_id, a.title, a.source_id, coalesce(s.name, a.source_id) AS outlet, t.first_reported_at, t.articles,
  t.outlets, t.last_reported_at, t.median_delay_minutes, t.agency, t.article_id, a.canonical_url
FROM told t JOIN articles a ON a.article_id = t.article_id LEFT JOIN sources s ON s.source_id = a.source_id;

COMMENT ON VIEW first_reports IS 'One row per story: who reported it first, and how far it went. ORDER BY outlets DESC gives the big ones.';
COMMENT ON COLUMN first_reports.story_id IS 'The story; articles.story_id.';
COMMENT ON COLUMN first_reports.title IS 'Headline of the first report.';
COMMENT ON COLUMN first_reports.source_id IS 'Source of the first report.';
COMMENT ON COLUMN first_reports.outlet IS 'Its name.';
COMMENT ON COLUMN first_reports.first_reported_at IS 'When the first report was out (UTC); coverage.reported_at.';
COMMENT ON COLUMN first_reports.articles IS 'Articles that tell the story, the first included.';
COMMENT ON COLUMN first_reports.outlets IS 'Outlets among them.';
COMMENT ON COLUMN first_reports.last_reported_at IS 'When the last of them was out (UTC).';
COMMENT ON COLUMN first_reports.median_delay_minutes IS 'Median of the minutes by which the others came later; NULL when there are none.';
COMMENT ON COLUMN first_reports.agency IS 'The news agency that most of its articles name; NULL when none does.';
COMMENT ON COLUMN first_reports.article_id IS 'The first report; articles.article_id.';
COMMENT ON COLUMN first_reports.canonical_url IS 'Its address.';

CREATE OR REPLACE VIEW share_of_voice AS
WITH dated AS (
  SELECT article_id, source_id, CAST(timezone('UTC', coalesce(published_at, first_seen_at)) AS DATE) AS "day"
  FROM articles
), hit AS (
  SELECT watchlist_id, article_id, count(*) AS mentions FROM mentions GROUP BY ALL
), counted AS (
  SELECT h.watchlist_id, d.source_id, d."day", count(*) AS articles, CAST(sum(h.mentions) AS BIGINT) AS mentions
  FROM hit h JOIN dated d USING (article_id) GROUP BY ALL
), whole AS (
  SELECT source_id, "day", count(*) AS articles FROM dated GROUP BY ALL
)
SELECT c.watchlist_id, c."day", c.source_id, coalesce(s.name, c.source_id) AS outlet, c.articles, c.mentions,
  round(c.articles / sum(c.articles) OVER (PARTITION BY c.watchlist_id, c."day"), 4) AS share_of_voice,
  w.articles AS source_articles, round(c.articles / w.articles, 4) AS share_of_source
FROM counted c
JOIN whole w ON w.source_id = c.source_id AND w."day" = c."day"
LEFT JOIN sources s ON s.source_id = c.source_id;

COMMENT ON VIEW share_of_voice IS 'Articles of each source and day (UTC) that mention a watchlist, and their part of the whole. Days without a mention have no row.';
COMMENT ON COLUMN share_of_voice.watchlist_id IS 'The watchlist of the config.';
COMMENT ON COLUMN share_of_voice."day" IS 'The day in UTC, by publication, or by first sight where that is unknown.';
COMMENT ON COLUMN share_of_voice.source_id IS 'The source; sources.source_id.';
COMMENT ON COLUMN share_of_voice.outlet IS 'Its name.';
COMMENT ON COLUMN share_of_voice.articles IS 'Its articles of that day that mention the watchlist.';
COMMENT ON COLUMN share_of_voice.mentions IS 'Mentions in them together.';
COMMENT ON COLUMN share_of_voice.share_of_voice IS 'Its part of all articles of that day that mention the watchlist, 0 to 1.';
COMMENT ON COLUMN share_of_voice.source_articles IS 'All its articles of that day.';
COMMENT ON COLUMN share_of_voice.share_of_source IS 'The part of these that mentions the watchlist, 0 to 1.';
