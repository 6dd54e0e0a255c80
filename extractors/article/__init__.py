"""A page, or a feed's own content -> the article in it, or why there is none."""

from __future__ import annotations

from extractors.article.page import extract_entry, extract_page
from extractors.article.text import content_hash, join_text, word_count

__all__ = ["content_hash", "extract_entry", "extract_page", "join_text", "word_count"]
