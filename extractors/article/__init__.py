"""A page, or a feed's own content -> its article, or why there is none: `page.extract_page`, `page.extract_entry`.

Nothing is imported here: who counts the words of a text (`text`) needs no trafilatura."""
