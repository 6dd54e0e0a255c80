-- Who reported this story first, and who copied it, how much, and how long after?
-- Any article of the story will do to name it.

SET VARIABLE address = 'https://www.harbour-times.example/news/story-5';
SET VARIABLE story = (SELECT story_id FROM articles WHERE canonical_url = getvariable('address'));

SELECT place, outlet, reported_at, delay_minutes, CAST(100 * share_copied AS INTEGER) AS percent_copied, title
FROM coverage
WHERE story_id = getvariable('story')
ORDER BY place;
