-- Stories: near-duplicate articles across sources. `story_members` is for analysts and stays; `story_texts` and
-- `story_keys` are the memory that new articles are compared with, and go when their window has passed
-- (docs/adr/0016). No indexes here either: a commit joins a few thousand integers with one column of them.

CREATE TABLE story_members (
  story_id BIGINT NOT NULL,
  article_id BIGINT NOT NULL,
  source_id VARCHAR NOT NULL,
  reported_at TIMESTAMPTZ NOT NULL,
  joined_at TIMESTAMPTZ NOT NULL,
  copied_from BIGINT,
  similarity DOUBLE,
  copied_share DOUBLE,
  agency VARCHAR
);

CREATE TABLE story_texts (
  article_id BIGINT NOT NULL,
  source_id VARCHAR NOT NULL,
  content_hash BIGINT NOT NULL,
  reported_at TIMESTAMPTZ NOT NULL,
  kept_at TIMESTAMPTZ NOT NULL,
  key_count INTEGER NOT NULL,
  spacing INTEGER NOT NULL,
  story_id BIGINT,
  agency VARCHAR
);

CREATE TABLE story_keys (story_key INTEGER NOT NULL, article_id BIGINT NOT NULL);

-- Which definition of each watchlist its mentions are of, and from when on stored articles wait to be matched by it.

CREATE TABLE watchlists (
  watchlist_id VARCHAR NOT NULL,
  definition VARCHAR NOT NULL,
  definition_hash BIGINT NOT NULL,
  matched_at TIMESTAMPTZ,
  unmatched_since TIMESTAMPTZ,
  missed_since TIMESTAMPTZ
);

-- Rows that are older than stories: they are compared once, by the nightly upkeep.

INSERT INTO meta SELECT 'rows_before_stories', CAST(count(*) AS VARCHAR) FROM article_versions;
