-- Who takes stories over from whom?

SET VARIABLE since = TIMESTAMPTZ '2026-03-02 00:00:00+00';

SELECT f.outlet AS first, c.outlet AS follower, count(*) AS stories, CAST(median(c.delay_minutes) AS INTEGER) AS median_delay_minutes
FROM coverage c JOIN first_reports f USING (story_id)
WHERE c.place > 1 AND c.source_id <> f.source_id AND f.first_reported_at >= getvariable('since')
GROUP BY ALL
ORDER BY stories DESC, median_delay_minutes, first, follower
LIMIT 10;
