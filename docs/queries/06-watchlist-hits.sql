-- Which articles mention this watchlist, and in what words?
-- The place of a mention is exact, so what stands around it can be cut out of the text.

SET VARIABLE watchlist = 'energy';
SET VARIABLE since = TIMESTAMPTZ '2026-03-10 00:00:00+00';

SELECT a.source_id, a.title, m.term,
  '…' || replace(substring(a."text", greatest(1, m.start_char - 25), m.end_char - m.start_char + 51), chr(10), ' ') || '…' AS around
FROM mentions m JOIN articles a USING (article_id)
WHERE m.watchlist_id = getvariable('watchlist') AND NOT m.in_title AND a.first_seen_at >= getvariable('since')
ORDER BY a.first_seen_at DESC, a.article_id, m.start_char
LIMIT 12;
