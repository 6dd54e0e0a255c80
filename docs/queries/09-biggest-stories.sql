-- What were the biggest stories, and who reported them first?

SET VARIABLE since = TIMESTAMPTZ '2026-03-02 00:00:00+00';

SELECT outlets, articles, outlet AS first, first_reported_at, median_delay_minutes AS others_after_min, title
FROM first_reports
WHERE first_reported_at >= getvariable('since')
ORDER BY outlets DESC, articles DESC, first_reported_at
LIMIT 10;
