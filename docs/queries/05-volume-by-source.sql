-- Which source published how much in these weeks, in which language?

SET VARIABLE since = TIMESTAMPTZ '2026-03-02 00:00:00+00';
SET VARIABLE until = TIMESTAMPTZ '2026-03-16 00:00:00+00';

SELECT a.source_id, s.name, a."language", count(*) AS articles, CAST(avg(a.word_count) AS INTEGER) AS words_each,
  count(*) FILTER (a.published_at IS NULL) AS undated
FROM articles a LEFT JOIN sources s USING (source_id)
WHERE a.first_seen_at >= getvariable('since') AND a.first_seen_at < getvariable('until')
GROUP BY ALL
ORDER BY articles DESC, a.source_id
LIMIT 20;
