-- How much was published each day, and can the count be trusted?
-- A day with has_gap lacks about estimated_missing articles: a feed rolled over, or we were away.

SET VARIABLE first_day = DATE '2026-03-02';
SET VARIABLE last_day = DATE '2026-03-15';

SELECT "day", CAST(sum(articles) AS BIGINT) AS articles, CAST(sum(words) AS BIGINT) AS words, bool_or(has_gap) AS has_gap,
  CAST(sum(estimated_missing) AS BIGINT) AS estimated_missing
FROM daily_volume
WHERE "day" BETWEEN getvariable('first_day') AND getvariable('last_day')
GROUP BY "day"
ORDER BY "day";
