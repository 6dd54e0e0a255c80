-- Whose voice is heard on a subject?
-- The part of each outlet in all articles that mention the watchlist, and what part of its own articles that is.

SET VARIABLE watchlist = 'sea';
SET VARIABLE first_day = DATE '2026-03-09';
SET VARIABLE last_day = DATE '2026-03-15';

SELECT outlet, CAST(sum(articles) AS BIGINT) AS articles,
  round(100 * sum(articles) / sum(sum(articles)) OVER (), 1) AS percent_of_voice
FROM share_of_voice
WHERE watchlist_id = getvariable('watchlist') AND "day" BETWEEN getvariable('first_day') AND getvariable('last_day')
GROUP BY outlet
ORDER BY articles DESC, outlet
LIMIT 15;
