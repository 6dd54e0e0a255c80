-- Which terms of a watchlist are met, and does that grow?
-- Articles, not mentions: a long article counts once.

SET VARIABLE watchlist = 'energy';

SELECT m.term, CAST(date_trunc('week', timezone('UTC', a.first_seen_at)) AS DATE) AS week_of, count(DISTINCT a.article_id) AS articles
FROM mentions m JOIN articles a USING (article_id)
WHERE m.watchlist_id = getvariable('watchlist')
GROUP BY ALL
ORDER BY m.term, week_of;
