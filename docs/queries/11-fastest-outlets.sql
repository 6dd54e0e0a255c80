-- Who is first how often, and how late are the others?

SET VARIABLE since = TIMESTAMPTZ '2026-03-02 00:00:00+00';

SELECT outlet, count(*) AS stories, count(*) FILTER (place = 1) AS was_first,
  CAST(median(delay_minutes) FILTER (place > 1) AS INTEGER) AS median_delay_minutes
FROM coverage
WHERE first_reported_at >= getvariable('since')
GROUP BY outlet
ORDER BY was_first DESC, stories DESC, outlet
LIMIT 15;
