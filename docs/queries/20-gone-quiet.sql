-- Which sources have gone quiet, or fail?

SELECT source_id, feeds_failing, failing_since, last_article_at, articles_24h, usual_per_day
FROM source_health
WHERE feeds_failing > 0 OR articles_24h < usual_per_day / 3
ORDER BY feeds_failing DESC, usual_per_day DESC, source_id
LIMIT 20;
