"""What `extract` answers about a page, as data."""

from __future__ import annotations

from typing import Any

from extractors.article.text import join_text
from extractors.model import Extracted, Fact, Moment, Rejected, Stripped

FACTS = (
    "title", "authors", "published", "modified", "language", "section", "tags", "image_url", "paywalled",
    "canonical_url",
)  # fmt: skip


def moment_text(moment: Moment | None) -> str | None:
    """ISO 8601 as well as it is known: a date where no time was given, else with its offset."""
    if moment is None:
        return None
    if moment.precision == "day":
        return moment.at.date().isoformat()
    return moment.at.isoformat()


def batch_answer(page_id: str | int | None, extracted: Extracted, stripped: Stripped) -> dict[str, Any]:
    """One line of the output of `extract --batch`."""
    facts = extracted.facts
    return {
        "id": page_id,
        "title": facts.title.value or None,
        "authors": list(facts.authors.value),
        "published_at": moment_text(facts.published.value),
        "language": facts.language.value,
        "text": join_text(stripped.kept),
        "removed": [{"text": removed.text, "reason": removed.reason} for removed in stripped.removed],
        "error": None,
    }


def batch_error(page_id: str | int | None, error: str) -> dict[str, Any]:
    """The same for a page without an article."""
    return {
        "id": page_id, "title": None, "authors": [], "published_at": None, "language": None, "text": None,
        "removed": [], "error": error,
    }  # fmt: skip


def rejection_text(rejected: Rejected) -> str:
    return f"{rejected.status}: {rejected.detail}" if rejected.detail else rejected.status


def page_answer(extracted: Extracted, stripped: Stripped) -> dict[str, Any]:
    """All that is known of one page: its facts, where each came from, and what spoke against it."""
    facts: dict[str, Fact[Any]] = {name: getattr(extracted.facts, name) for name in FACTS}
    return {
        "url": extracted.url,
        **{_column(name): _plain(fact.value) for name, fact in facts.items()},
        "text": join_text(stripped.kept),
        "removed": [
            {"text": removed.text, "reason": removed.reason, "position": removed.position}
            for removed in stripped.removed
        ],
        "provenance": {
            **{
                _column(name): {"origin": fact.origin, "losers": list(fact.losers)}
                for name, fact in facts.items()
                if fact.origin or fact.losers
            },
            "text": {"origin": extracted.text_origin, "losers": []},
            "extractor": extracted.extractor,
        },
        "error": None,
    }


def _column(name: str) -> str:
    return f"{name}_at" if name in ("published", "modified") else name


def _plain(value: Any) -> Any:
    if isinstance(value, Moment):
        return moment_text(value)
    if isinstance(value, tuple):
        return list(value)
    return None if value == "" else value
