-- Which numbers were changed without a word about it?
-- Half an hour or more after publication, and no correction notice.

SET VARIABLE since = TIMESTAMPTZ '2026-03-02 00:00:00+00';

SELECT source_id, minutes_after_publication AS after_min, numbers_removed, numbers_added, sentences_added[1] AS now_it_says
FROM edits
WHERE correction IS NULL AND minutes_after_publication >= 30 AND len(numbers_removed) > 0
  AND edited_at >= getvariable('since')
ORDER BY edited_at DESC, article_id
LIMIT 20;
