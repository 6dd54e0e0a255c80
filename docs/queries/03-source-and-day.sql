-- What did this source publish on that day?
-- Days are days in UTC; an article without a time of its own counts by when it was first seen.

SET VARIABLE source = 'city-ledger';
SET VARIABLE since = TIMESTAMPTZ '2026-03-10 00:00:00+00';

SELECT coalesce(published_at, first_seen_at) AS "at", title, word_count
FROM articles
WHERE source_id = getvariable('source')
  AND coalesce(published_at, first_seen_at) >= getvariable('since')
  AND coalesce(published_at, first_seen_at) < getvariable('since') + INTERVAL 1 DAY
ORDER BY "at";
