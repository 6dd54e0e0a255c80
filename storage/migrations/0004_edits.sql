-- What changed between two versions of an article, computed once, when the later one is stored: analysts ask for it
-- with nothing but the published file, and both texts would have to be unpacked each time.

CREATE TABLE edits (
  article_id BIGINT NOT NULL,
  source_id VARCHAR NOT NULL,
  version INTEGER NOT NULL,
  edited_at TIMESTAMPTZ NOT NULL,
  minutes_after_publication INTEGER,
  title_before VARCHAR {compressed},
  title_after VARCHAR {compressed},
  sentences_added VARCHAR[] NOT NULL,
  sentences_removed VARCHAR[] NOT NULL,
  numbers_added VARCHAR[] NOT NULL,
  numbers_removed VARCHAR[] NOT NULL,
  quotes_added VARCHAR[] NOT NULL,
  quotes_removed VARCHAR[] NOT NULL,
  words_added INTEGER NOT NULL,
  words_removed INTEGER NOT NULL,
  correction VARCHAR {compressed},
  "diff" VARCHAR {compressed} NOT NULL,
  extractor_changed BOOLEAN NOT NULL
);
