-- What is new since yesterday?
-- The last 24 hours before the newest article, the newest first.

SELECT source_id, first_seen_at, title
FROM articles
WHERE first_seen_at > (SELECT max(first_seen_at) FROM articles) - INTERVAL 24 HOUR
ORDER BY first_seen_at DESC, article_id
LIMIT 50;
