-- What did the database know on that evening, and what does it know today?
-- A number that was reported once can be counted again as it was.

SET VARIABLE moment = TIMESTAMPTZ '2026-03-09 23:59:59+00';

SELECT (SELECT count(*) FROM articles_as_of(getvariable('moment'))) AS articles_then,
  (SELECT count(*) FROM articles) AS articles_today,
  (SELECT count(*) FROM article_versions WHERE stored_at <= getvariable('moment')) AS versions_then;
