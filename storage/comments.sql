-- What every table and column means. Applied again whenever this file changes, so that a better word needs no
-- migration. docs/schema.md is made of these comments (storage/schema_doc.py).
-- Columns of the views articles and latest that have no comment of their own take that of the same column of
-- article_versions (storage/migrate.py).

COMMENT ON TABLE article_versions IS 'Every text that was seen of every article, the latest one included. Rows are added and never changed, but for superseded_at.';
COMMENT ON TABLE sources IS 'The outlets that the config names, as it names them.';
COMMENT ON TABLE feeds IS 'Where each feed stands: when it was polled, when it is due again, how it fails.';
COMMENT ON TABLE outcomes IS 'What became of each URL in each run: one row per URL and run, never changed afterwards, dropped after the retention time.';
COMMENT ON TABLE runs IS 'Each round, backfill or other command that wrote.';
COMMENT ON TABLE boilerplate IS 'Lines that stand in several articles of one source, with digits, dates and names folded: the memory by which they are told from article text.';
COMMENT ON TABLE mentions IS 'Where the terms of a watchlist stand in the latest version of an article.';
COMMENT ON TABLE edits IS 'What an outlet changed in an article after it was first stored: one row for each version that took the place of another. Texts that only our own reading changed (reclean) are no edits.';
COMMENT ON TABLE story_members IS 'The articles of every story that more than one article tells: which earlier article each resembles, how much of it was copied, and from which agency it says to have it. New articles are compared with those of the days around them.';
COMMENT ON TABLE watchlists IS 'The watchlists that stored articles were matched by, and whether some still wait for it.';
COMMENT ON TABLE gaps IS 'Spans of time in which articles of a feed were probably missed, so that a count can be trusted or not.';
COMMENT ON TABLE story_texts IS 'Internal: the latest articles, with which new ones are compared for stories; dropped when their window has passed.';
COMMENT ON TABLE story_keys IS 'Internal: hashes of chosen word sequences of these articles; copies share them.';
COMMENT ON TABLE links IS 'Internal: addresses found in feeds and sitemaps, so that none is fetched again for nothing.';
COMMENT ON TABLE robots IS 'Internal: the robots.txt of each host, until it expires.';
COMMENT ON TABLE source_counts IS 'Internal: how many articles of each source have been counted in boilerplate.';
COMMENT ON TABLE batches IS 'Internal: batches of the spool that are in the database already, so that none is counted twice.';
COMMENT ON TABLE schema_version IS 'Internal: the migrations that this file has been through.';
COMMENT ON TABLE meta IS 'Internal: names and values, e.g. how often the file was written to.';

COMMENT ON COLUMN article_versions.article_id IS 'Identity of the article: signed 64-bit hash of its canonical URL less scheme, www and variants.';
COMMENT ON COLUMN article_versions.source_id IS 'The source that it was first found by; sources.source_id.';
COMMENT ON COLUMN article_versions.url IS 'The link as it was found in the feed or sitemap.';
COMMENT ON COLUMN article_versions.canonical_url IS 'The address of the article in normal form; what the page declares is believed on the same site only.';
COMMENT ON COLUMN article_versions.title IS 'Headline, without the name of the site; empty when there is none.';
COMMENT ON COLUMN article_versions.authors IS 'Names of the authors in the order of the byline, without "By", agencies and job titles; empty when unknown.';
COMMENT ON COLUMN article_versions.published_at IS 'When the article was published, as it says itself (UTC); NULL when unknown. How exact: provenance.time_precision.';
COMMENT ON COLUMN article_versions."language" IS 'ISO 639-1 code of the language of the text; NULL when unknown.';
COMMENT ON COLUMN article_versions."text" IS 'The article text: paragraphs separated by a blank line, boilerplate taken out.';
COMMENT ON COLUMN article_versions.word_count IS 'Number of words in text.';
COMMENT ON COLUMN article_versions.section IS 'The section of the paper as the page names it; NULL when unknown.';
COMMENT ON COLUMN article_versions.tags IS 'Keywords that the page or the feed gives; empty when there are none.';
COMMENT ON COLUMN article_versions.image_url IS 'Address of the lead image; NULL when there is none.';
COMMENT ON COLUMN article_versions.paywalled IS 'Whether the page says that its text is for subscribers only; NULL when it says nothing.';
COMMENT ON COLUMN article_versions.feed_url IS 'The feed it was found in; NULL for backfills.';
COMMENT ON COLUMN article_versions.first_seen_at IS 'When its link was first seen, any version (UTC).';
COMMENT ON COLUMN article_versions.fetched_at IS 'When the page of this version was fetched (UTC).';
COMMENT ON COLUMN article_versions.version IS 'Number of this version: 1, 2, 3 ... A new one is made when the title or the text changes.';
COMMENT ON COLUMN article_versions.story_id IS 'Articles that tell the same story share it (near-duplicates; story_members has the details): the article_id of its first report when the story was found, which it keeps. NULL when nobody else tells it.';
COMMENT ON COLUMN article_versions.provenance IS 'Where title, authors, text, time, language and canonical_url were read from (jsonld, og, h1, feed, dateline, trafilatura ...), how exact the time is (time_precision: second, minute, day) and whether its offset was stated or assumed (time_offset), what other candidates said (losers: fact:origin=value), and the version of the extractor.';
COMMENT ON COLUMN article_versions.content_hash IS 'Signed 64-bit hash of title and text; equal hashes mean equal content.';
COMMENT ON COLUMN article_versions.removed IS 'Blocks taken out of the text: each with its reason and its position (from 0) among the blocks as extracted.';
COMMENT ON COLUMN article_versions.modified_at IS 'When the article was last modified, as it says itself (UTC); NULL when unknown.';
COMMENT ON COLUMN article_versions.stored_at IS 'When this version was put into the database (UTC): articles_as_of() goes by it.';
COMMENT ON COLUMN article_versions.link_hash IS 'Internal: the link that this version came by; its later texts are edits, those of other links are variants.';

COMMENT ON COLUMN article_versions.superseded_at IS 'When a later version took its place (UTC); NULL for the latest one.';

COMMENT ON COLUMN sources.source_id IS 'Unique name of the source in the config (id).';
COMMENT ON COLUMN sources.name IS 'Name for people.';
COMMENT ON COLUMN sources.feeds IS 'Addresses of its feeds.';
COMMENT ON COLUMN sources.sitemaps IS 'Addresses of its sitemaps.';
COMMENT ON COLUMN sources."language" IS 'ISO 639-1 code of its language, if the config says so.';
COMMENT ON COLUMN sources.timezone IS 'IANA name of the timezone of dates that carry no offset, if the config says so.';
COMMENT ON COLUMN sources.tags IS 'Labels given in the config.';
COMMENT ON COLUMN sources.protect_lines IS 'Lines never taken for boilerplate (protect in the config).';
COMMENT ON COLUMN sources.drop_lines IS 'Lines always taken for boilerplate (drop in the config).';

COMMENT ON COLUMN feeds.feed_url IS 'Address of the feed as in the config.';
COMMENT ON COLUMN feeds.source_id IS 'The source it belongs to; sources.source_id.';
COMMENT ON COLUMN feeds.etag IS 'ETag of the last answer whose articles are all stored; empty when there is none.';
COMMENT ON COLUMN feeds.last_modified IS 'Last-Modified of the last answer whose articles are all stored; empty when there is none.';
COMMENT ON COLUMN feeds.last_polled_at IS 'When it was last asked (UTC); NULL when never.';
COMMENT ON COLUMN feeds.next_poll_at IS 'When it is due again (UTC); NULL means at once.';
COMMENT ON COLUMN feeds.poll_interval_s IS 'Seconds between two polls at its present pace.';
COMMENT ON COLUMN feeds.consecutive_failures IS 'Failed polls since the last good one.';
COMMENT ON COLUMN feeds.last_status IS 'How the last poll ended, in the words of outcomes.status; empty when never polled.';
COMMENT ON COLUMN feeds.state IS 'ok, failing (backing off) or gone (410: asked once a month).';
COMMENT ON COLUMN feeds.failing_since IS 'First of the failures in a row (UTC); NULL when it does not fail.';
COMMENT ON COLUMN feeds.fetch_url IS 'Where it is fetched since a permanent redirect was believed; NULL: at feed_url.';
COMMENT ON COLUMN feeds.moved_to IS 'Where a permanent redirect points that is not believed yet.';
COMMENT ON COLUMN feeds.moved_count IS 'Valid feeds that came from moved_to so far.';
COMMENT ON COLUMN feeds.newest_entry_at IS 'Time of the newest entry seen (UTC).';
COMMENT ON COLUMN feeds.entries_per_day IS 'Entries a day, learned; NULL when unknown.';

COMMENT ON COLUMN outcomes.run_id IS 'The run; runs.run_id.';
COMMENT ON COLUMN outcomes.source_id IS 'The source on whose behalf; sources.source_id.';
COMMENT ON COLUMN outcomes.url IS 'The address as found.';
COMMENT ON COLUMN outcomes.stage IS 'Where it ended: feed, page, sitemap, robots, extract, archive or warc.';
COMMENT ON COLUMN outcomes.status IS 'Well: stored updated unchanged duplicate not_modified rejected. Not well: timeout too_large redirect blocked robots rate_limited http_3xx http_4xx http_5xx connection protocol tls decode encoding empty not_a_feed parse extraction pending.';
COMMENT ON COLUMN outcomes.detail IS 'The rest in a few words; may be empty.';
COMMENT ON COLUMN outcomes.http_status IS 'Status of the last answer; NULL when there was none.';
COMMENT ON COLUMN outcomes.bytes IS 'Size of the body after decompression, in bytes.';
COMMENT ON COLUMN outcomes.elapsed_ms IS 'Time of the request, in milliseconds.';
COMMENT ON COLUMN outcomes."at" IS 'When it ended (UTC).';
COMMENT ON COLUMN outcomes.article_id IS 'The article it led to; NULL when to none.';

COMMENT ON COLUMN runs.run_id IS 'Unique name of the run.';
COMMENT ON COLUMN runs.command IS 'The command that ran.';
COMMENT ON COLUMN runs.started_at IS 'When it started (UTC).';
COMMENT ON COLUMN runs.finished_at IS 'When it ended (UTC); NULL while it runs, or when it was killed.';
COMMENT ON COLUMN runs.status IS 'running, done, failed or stopped. A run that was killed has failed, once the next one has begun.';
COMMENT ON COLUMN runs.articles_new IS 'Articles that it stored for the first time.';
COMMENT ON COLUMN runs.articles_updated IS 'Articles of which it stored a new version.';
COMMENT ON COLUMN runs.errors IS 'Its outcomes that did not go well.';

COMMENT ON COLUMN boilerplate.source_id IS 'The source; sources.source_id.';
COMMENT ON COLUMN boilerplate.digest IS 'Signed 64-bit hash of the folded line.';
COMMENT ON COLUMN boilerplate.sample IS 'The line as it stood where it was first seen.';
COMMENT ON COLUMN boilerplate.articles IS 'In how many articles of the source it was seen.';
COMMENT ON COLUMN boilerplate.first_seen_at IS 'When it was first seen (UTC).';
COMMENT ON COLUMN boilerplate.last_seen_at IS 'When it was last seen (UTC).';
COMMENT ON COLUMN boilerplate.state IS 'candidate (counted only), known (taken out of texts) or forgotten (was known, seen no more).';

COMMENT ON COLUMN source_counts.source_id IS 'The source.';
COMMENT ON COLUMN source_counts.articles IS 'Number of its articles counted so far.';

COMMENT ON COLUMN mentions.article_id IS 'The article; articles.article_id.';
COMMENT ON COLUMN mentions.watchlist_id IS 'The watchlist of the config.';
COMMENT ON COLUMN mentions.term IS 'The term of the watchlist that was met, as the config writes it.';
COMMENT ON COLUMN mentions.start_char IS 'First character of the mention, from 0, in text, or in title when in_title.';
COMMENT ON COLUMN mentions.end_char IS 'One past its last character: substring(text, start_char + 1, end_char - start_char) in SQL.';
COMMENT ON COLUMN mentions.in_title IS 'Whether it stands in the title and not in the text.';

COMMENT ON COLUMN edits.article_id IS 'The article; articles.article_id.';
COMMENT ON COLUMN edits.source_id IS 'The source; sources.source_id.';
COMMENT ON COLUMN edits.version IS 'The version that the edit made; the text before it is version - 1 in article_versions.';
COMMENT ON COLUMN edits.edited_at IS 'When it was edited, as the page says itself, or else when the new version was fetched, which is later (UTC).';
COMMENT ON COLUMN edits.minutes_after_publication IS 'Whole minutes from published_at to edited_at; NULL when the time of publication is unknown or known to the day only.';
COMMENT ON COLUMN edits.title_before IS 'The headline before; NULL when it stayed.';
COMMENT ON COLUMN edits.title_after IS 'The headline afterwards; NULL when it stayed.';
COMMENT ON COLUMN edits.sentences_added IS 'Sentences of the text that are new or rewritten, at most 100; one that only moved is none.';
COMMENT ON COLUMN edits.sentences_removed IS 'Sentences of the text that went or were rewritten, at most 100.';
COMMENT ON COLUMN edits.numbers_added IS 'Numbers in headline and text that were not there before, as they are written.';
COMMENT ON COLUMN edits.numbers_removed IS 'Numbers in headline and text that are there no more.';
COMMENT ON COLUMN edits.quotes_added IS 'Quotations that are new or changed, without their marks.';
COMMENT ON COLUMN edits.quotes_removed IS 'Quotations that went or were changed.';
COMMENT ON COLUMN edits.words_added IS 'Words that came; in Chinese and Japanese, characters.';
COMMENT ON COLUMN edits.words_removed IS 'Words that went; in Chinese and Japanese, characters.';
COMMENT ON COLUMN edits.correction IS 'The sentence that came with the edit and says that the article was corrected; NULL when there is none.';
COMMENT ON COLUMN edits."diff" IS 'A line for each change: ~ rewritten, with [-what went-] and {+what came+}; - went; + came; the headline first.';
COMMENT ON COLUMN edits.extractor_changed IS 'Whether another version of our extractor read the new text: some of the difference may be its own.';

COMMENT ON COLUMN story_members.story_id IS 'The story; articles.story_id.';
COMMENT ON COLUMN story_members.article_id IS 'The article; articles.article_id. One row for each.';
COMMENT ON COLUMN story_members.source_id IS 'The source; sources.source_id.';
COMMENT ON COLUMN story_members.reported_at IS 'When it was out at the latest, as known when it was compared (UTC): the earlier of publication and first sight.';
COMMENT ON COLUMN story_members.joined_at IS 'When it was put into the story (UTC).';
COMMENT ON COLUMN story_members.copied_from IS 'The article reported before it that it shares most with (article_id); NULL for the first report.';
COMMENT ON COLUMN story_members.similarity IS 'Shared text of both, as a part of their text together, 0 to 1 (estimated Jaccard index); NULL for the first report.';
COMMENT ON COLUMN story_members.copied_share IS 'Part of its own text that stands in copied_from too, 0 to 1 (estimated, usually within 0.1); NULL for the first report.';
COMMENT ON COLUMN story_members.agency IS 'The news agency that its byline, dateline or last line names, e.g. Reuters, AP, AFP, dpa; NULL when none.';

COMMENT ON COLUMN watchlists.watchlist_id IS 'The watchlist of the config (id); mentions.watchlist_id.';
COMMENT ON COLUMN watchlists.definition IS 'Its terms, as JSON: any, all, none.';
COMMENT ON COLUMN watchlists.definition_hash IS 'Signed 64-bit hash of the definition.';
COMMENT ON COLUMN watchlists.matched_at IS 'When stored articles were last matched by this definition (UTC); NULL when not yet.';
COMMENT ON COLUMN watchlists.unmatched_since IS 'Articles stored from then on (UTC) still wait to be matched by this definition; NULL when none waits.';
COMMENT ON COLUMN watchlists.missed_since IS 'Internal: from when on other rounds stored articles by another definition while these were matched (UTC).';

COMMENT ON COLUMN story_texts.article_id IS 'The article.';
COMMENT ON COLUMN story_texts.source_id IS 'Its source.';
COMMENT ON COLUMN story_texts.content_hash IS 'Hash of the title and text that the keys are of.';
COMMENT ON COLUMN story_texts.reported_at IS 'The earlier of publication and first sight (UTC).';
COMMENT ON COLUMN story_texts.kept_at IS 'When it was put here (UTC).';
COMMENT ON COLUMN story_texts.key_count IS 'How many keys it has.';
COMMENT ON COLUMN story_texts.spacing IS 'Among so many word sequences in a row one at least was chosen.';
COMMENT ON COLUMN story_texts.story_id IS 'The story that it is in; NULL when it is alone.';
COMMENT ON COLUMN story_texts.agency IS 'The agency that it names.';
COMMENT ON COLUMN story_keys.story_key IS '32-bit hash of a word sequence.';
COMMENT ON COLUMN story_keys.article_id IS 'The article that has it.';

COMMENT ON COLUMN gaps.feed_url IS 'The feed; feeds.feed_url.';
COMMENT ON COLUMN gaps.from_at IS 'Start of the span (UTC).';
COMMENT ON COLUMN gaps.to_at IS 'End of the span (UTC).';
COMMENT ON COLUMN gaps.estimated_articles IS 'How many articles were probably missed.';
COMMENT ON COLUMN gaps.reason IS 'Why: the feed rolled over between two polls, an outage.';

COMMENT ON COLUMN links.link_hash IS 'Signed 64-bit hash of the link less scheme, www and tracking parameters.';
COMMENT ON COLUMN links.source_id IS 'The source it was found by.';
COMMENT ON COLUMN links.url IS 'The link as found.';
COMMENT ON COLUMN links.feed_url IS 'The feed it was found in; NULL for backfills.';
COMMENT ON COLUMN links.state IS 'stored, final (will never be an article) or pending (tried again at next_try_at).';
COMMENT ON COLUMN links.fingerprint IS 'Hash of what its entry said; a change means that the article may have been edited.';
COMMENT ON COLUMN links.first_seen_at IS 'When it was first seen (UTC).';
COMMENT ON COLUMN links.updated_at IS 'When it was last fetched or tried (UTC).';
COMMENT ON COLUMN links.article_id IS 'The article it led to; NULL when to none.';
COMMENT ON COLUMN links.etag IS 'ETag of the page; empty when there is none.';
COMMENT ON COLUMN links.last_modified IS 'Last-Modified of the page; empty when there is none.';
COMMENT ON COLUMN links.attempts IS 'Failures in a row.';
COMMENT ON COLUMN links.next_try_at IS 'When it is tried again (UTC), while pending.';
COMMENT ON COLUMN links.entry IS 'What the feed said of it, as JSON, while pending.';
COMMENT ON COLUMN links.content_hash IS 'Hash of title and text that it last led to.';

COMMENT ON COLUMN robots.origin IS 'scheme://host[:port].';
COMMENT ON COLUMN robots.http_status IS 'Status of its robots.txt; 0 when it could not be had, which forbids for now.';
COMMENT ON COLUMN robots.body IS 'The file; empty unless the status is 200.';
COMMENT ON COLUMN robots.fetched_at IS 'When it was fetched (UTC).';
COMMENT ON COLUMN robots.expires_at IS 'When it is asked for again (UTC).';

COMMENT ON COLUMN batches.batch_id IS 'Name of the batch.';
COMMENT ON COLUMN batches.committed_at IS 'When it was committed (UTC).';
COMMENT ON COLUMN schema_version.version IS 'Number of the migration.';
COMMENT ON COLUMN schema_version.applied_at IS 'When it was applied (UTC).';
COMMENT ON COLUMN meta.name IS 'changes: how often the file was written to; layer: digest of views and comments; rows_before_stories: rows of article_versions that were not compared for stories yet; watched: hash of all watchlists that stored articles are matched by.';
COMMENT ON COLUMN meta.value IS 'The value, as text.';
