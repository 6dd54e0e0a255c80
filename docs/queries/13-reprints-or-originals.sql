-- How much attention is it if reprints don't count?
-- Articles that mention a watchlist, and the same with every story counted once.

SET VARIABLE since = TIMESTAMPTZ '2026-03-02 00:00:00+00';

WITH hit AS (
  SELECT DISTINCT watchlist_id, article_id FROM mentions
)
SELECT h.watchlist_id, count(*) AS articles,
  count(*) FILTER (a.story_id IS NULL) + count(DISTINCT a.story_id) AS originals,
  round(100 * (1 - originals / articles), 1) AS percent_reprints
FROM hit h JOIN articles a USING (article_id)
WHERE a.first_seen_at >= getvariable('since')
GROUP BY h.watchlist_id
ORDER BY articles DESC;
