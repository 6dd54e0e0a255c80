-- The first tables. No primary keys and no indexes: DuckLake has none, and they cost more than they give here
-- (docs/design.md); identity is kept by the committer, which joins on integer hash keys under one lock.
-- {compressed} stands for the one hint that is DuckDB's own; storage/migrate.py fills it in.

CREATE TABLE schema_version (version INTEGER NOT NULL, applied_at TIMESTAMPTZ NOT NULL);

CREATE TABLE meta (name VARCHAR NOT NULL, value VARCHAR NOT NULL);

CREATE TABLE article_versions (
  article_id BIGINT NOT NULL,
  source_id VARCHAR NOT NULL,
  url VARCHAR {compressed} NOT NULL,
  canonical_url VARCHAR {compressed} NOT NULL,
  title VARCHAR {compressed} NOT NULL,
  authors VARCHAR[] NOT NULL,
  published_at TIMESTAMPTZ,
  "language" VARCHAR,
  "text" VARCHAR {compressed} NOT NULL,
  word_count INTEGER NOT NULL,
  section VARCHAR,
  tags VARCHAR[] NOT NULL,
  image_url VARCHAR {compressed},
  paywalled BOOLEAN,
  feed_url VARCHAR,
  first_seen_at TIMESTAMPTZ NOT NULL,
  fetched_at TIMESTAMPTZ NOT NULL,
  version INTEGER NOT NULL,
  story_id BIGINT,
  provenance STRUCT(
    title VARCHAR, authors VARCHAR, "text" VARCHAR, published_at VARCHAR, time_precision VARCHAR,
    time_offset VARCHAR, "language" VARCHAR, canonical_url VARCHAR, losers VARCHAR[], extractor VARCHAR
  ) NOT NULL,
  content_hash BIGINT NOT NULL,
  removed STRUCT("text" VARCHAR, reason VARCHAR, "position" INTEGER)[] NOT NULL,
  modified_at TIMESTAMPTZ,
  stored_at TIMESTAMPTZ NOT NULL,
  link_hash BIGINT NOT NULL,
  superseded_at TIMESTAMPTZ
);

CREATE TABLE sources (
  source_id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  feeds VARCHAR[] NOT NULL,
  sitemaps VARCHAR[] NOT NULL,
  "language" VARCHAR,
  timezone VARCHAR,
  tags VARCHAR[] NOT NULL,
  protect_lines VARCHAR[] NOT NULL,
  drop_lines VARCHAR[] NOT NULL
);

CREATE TABLE feeds (
  feed_url VARCHAR NOT NULL,
  source_id VARCHAR NOT NULL,
  etag VARCHAR NOT NULL,
  last_modified VARCHAR NOT NULL,
  last_polled_at TIMESTAMPTZ,
  next_poll_at TIMESTAMPTZ,
  poll_interval_s INTEGER NOT NULL,
  consecutive_failures INTEGER NOT NULL,
  last_status VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  failing_since TIMESTAMPTZ,
  fetch_url VARCHAR,
  moved_to VARCHAR,
  moved_count INTEGER NOT NULL,
  newest_entry_at TIMESTAMPTZ,
  entries_per_day DOUBLE
);

CREATE TABLE outcomes (
  run_id VARCHAR NOT NULL,
  source_id VARCHAR NOT NULL,
  url VARCHAR NOT NULL,
  stage VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  detail VARCHAR NOT NULL,
  http_status INTEGER,
  bytes BIGINT,
  elapsed_ms INTEGER,
  "at" TIMESTAMPTZ NOT NULL,
  article_id BIGINT
);

CREATE TABLE runs (
  run_id VARCHAR NOT NULL,
  command VARCHAR NOT NULL,
  started_at TIMESTAMPTZ NOT NULL,
  finished_at TIMESTAMPTZ,
  status VARCHAR NOT NULL,
  articles_new INTEGER NOT NULL,
  articles_updated INTEGER NOT NULL,
  errors INTEGER NOT NULL
);

CREATE TABLE boilerplate (
  source_id VARCHAR NOT NULL,
  digest BIGINT NOT NULL,
  sample VARCHAR NOT NULL,
  articles INTEGER NOT NULL,
  first_seen_at TIMESTAMPTZ NOT NULL,
  last_seen_at TIMESTAMPTZ NOT NULL,
  state VARCHAR NOT NULL
);

CREATE TABLE source_counts (source_id VARCHAR NOT NULL, articles BIGINT NOT NULL);

CREATE TABLE mentions (
  article_id BIGINT NOT NULL,
  watchlist_id VARCHAR NOT NULL,
  term VARCHAR NOT NULL,
  start_char INTEGER NOT NULL,
  end_char INTEGER NOT NULL,
  in_title BOOLEAN NOT NULL
);

CREATE TABLE gaps (
  feed_url VARCHAR NOT NULL,
  from_at TIMESTAMPTZ NOT NULL,
  to_at TIMESTAMPTZ NOT NULL,
  estimated_articles INTEGER NOT NULL,
  reason VARCHAR NOT NULL
);

CREATE TABLE links (
  link_hash BIGINT NOT NULL,
  source_id VARCHAR NOT NULL,
  url VARCHAR NOT NULL,
  feed_url VARCHAR,
  state VARCHAR NOT NULL,
  fingerprint BIGINT NOT NULL,
  first_seen_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  article_id BIGINT,
  etag VARCHAR NOT NULL,
  last_modified VARCHAR NOT NULL,
  attempts INTEGER NOT NULL,
  next_try_at TIMESTAMPTZ,
  entry VARCHAR,
  content_hash BIGINT
);

CREATE TABLE robots (
  origin VARCHAR NOT NULL,
  http_status INTEGER NOT NULL,
  body VARCHAR NOT NULL,
  fetched_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE batches (batch_id VARCHAR NOT NULL, committed_at TIMESTAMPTZ NOT NULL);
