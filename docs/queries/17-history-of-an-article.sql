-- How did this article change?
-- ~ a sentence that was rewritten, - one that went, + one that came.

SET VARIABLE address = 'https://www.northpress.example/news/story-5';

SELECT e.version, e.edited_at, e.minutes_after_publication AS after_min, unnest(string_split(e.diff, chr(10))) AS change
FROM edits e JOIN articles a USING (article_id)
WHERE a.canonical_url = getvariable('address')
ORDER BY e.version;
