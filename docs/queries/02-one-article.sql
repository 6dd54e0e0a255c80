-- What do we have of this address?
-- One article, with where its facts come from.

SET VARIABLE address = 'https://www.harbour-times.example/news/story-5';

SELECT title, authors, published_at, provenance.time_precision AS exact_to, word_count, version, left("text", 90) AS lead
FROM articles
WHERE canonical_url = getvariable('address');
