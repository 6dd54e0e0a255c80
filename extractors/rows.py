"""From what was extracted and cleaned to the row that is stored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from extractors.article.text import content_hash, join_text, word_count
from extractors.model import ArticleVersion, Extracted, Fact, Facts, Provenance, Stripped
from extractors.urls import identity


def article_row(
    extracted: Extracted,
    stripped: Stripped,
    *,
    source_id: str,
    found_url: str,
    feed_url: str | None,
    first_seen_at: datetime,
    fetched_at: datetime,
) -> ArticleVersion:
    """One version of the article, its identity taken from its canonical URL."""
    facts = extracted.facts
    canonical = facts.canonical_url.value or extracted.url
    title, text = facts.title.value, join_text(stripped.kept)
    published, modified = facts.published.value, facts.modified.value
    return ArticleVersion(
        article_id=article_identity(extracted),
        source_id=source_id,
        url=found_url,
        canonical_url=canonical,
        title=title,
        authors=facts.authors.value,
        published_at=published.at.astimezone(UTC) if published else None,
        modified_at=modified.at.astimezone(UTC) if modified else None,
        language=facts.language.value,
        text=text,
        word_count=word_count(text),
        section=facts.section.value,
        tags=facts.tags.value,
        image_url=facts.image_url.value,
        paywalled=facts.paywalled.value,
        feed_url=feed_url,
        first_seen_at=first_seen_at,
        fetched_at=fetched_at,
        content_hash=content_hash(title, text),
        removed=stripped.removed,
        provenance=provenance(extracted),
    )


def article_identity(extracted: Extracted) -> int:
    """The identity of the article: that of its canonical URL."""
    return identity(extracted.facts.canonical_url.value or extracted.url)


def provenance(extracted: Extracted) -> Provenance:
    """Where each fact of the row came from, and what spoke against it."""
    facts = extracted.facts
    published = facts.published.value
    return Provenance(
        title=facts.title.origin,
        authors=facts.authors.origin,
        text=extracted.text_origin,
        published_at=facts.published.origin,
        time_precision=published.precision if published else "",
        time_offset=published.offset if published else "",
        language=facts.language.origin,
        canonical_url=facts.canonical_url.origin,
        losers=_losers(facts),
        extractor=extracted.extractor,
    )


def _losers(facts: Facts) -> tuple[str, ...]:
    named: tuple[tuple[str, Fact[Any]], ...] = (
        ("title", facts.title),
        ("authors", facts.authors),
        ("published_at", facts.published),
        ("language", facts.language),
        ("canonical_url", facts.canonical_url),
    )
    return tuple(f"{name}:{loser}" for name, fact in named for loser in fact.losers)
