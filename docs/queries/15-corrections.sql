-- What was corrected, with a notice?

SET VARIABLE since = TIMESTAMPTZ '2026-03-02 00:00:00+00';

SELECT e.source_id, e.edited_at, a.title, e.correction
FROM edits e JOIN articles a USING (article_id)
WHERE e.correction IS NOT NULL AND e.edited_at >= getvariable('since')
ORDER BY e.edited_at DESC, e.article_id
LIMIT 20;
