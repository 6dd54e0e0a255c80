-- Which articles say this anywhere in their text?
-- It reads every text of the time asked for; `presswatch search` has an index and ranks.

SET VARIABLE pattern = 'heat pump';
SET VARIABLE since = TIMESTAMPTZ '2026-03-09 00:00:00+00';

SELECT source_id, coalesce(published_at, first_seen_at) AS "at", title
FROM articles
WHERE contains(lower("text"), getvariable('pattern')) AND first_seen_at >= getvariable('since')
ORDER BY "at" DESC, article_id
LIMIT 20;
