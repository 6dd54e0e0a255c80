-- Which articles mention this watchlist, and in what words?
-- The newest are chosen first, and only their texts are read: joined by time as well, or DuckDB unpacks the texts of all.
-- The place of a mention is exact, so what stands around it can be cut out.

SET VARIABLE watchlist = 'energy';
SET VARIABLE since = TIMESTAMPTZ '2026-03-10 00:00:00+00';

WITH newest AS (
  SELECT m.*, a.first_seen_at
  FROM mentions m JOIN articles a USING (article_id)
  WHERE m.watchlist_id = getvariable('watchlist') AND NOT m.in_title AND a.first_seen_at >= getvariable('since')
  ORDER BY a.first_seen_at DESC, m.article_id, m.start_char
  LIMIT 12
)
SELECT a.source_id, a.title, n.term,
  '…' || replace(substring(a."text", greatest(1, n.start_char - 25), n.end_char - n.start_char + 51), chr(10), ' ') || '…' AS around
FROM newest n JOIN articles a USING (article_id, first_seen_at)
ORDER BY first_seen_at DESC, article_id, n.start_char;
