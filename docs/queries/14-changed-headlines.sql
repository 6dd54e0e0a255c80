-- Which headlines were changed after publication?

SET VARIABLE since = TIMESTAMPTZ '2026-03-02 00:00:00+00';

SELECT source_id, minutes_after_publication AS after_min, title_before, title_after
FROM edits
WHERE title_after IS NOT NULL AND edited_at >= getvariable('since')
ORDER BY edited_at DESC, article_id
LIMIT 20;
