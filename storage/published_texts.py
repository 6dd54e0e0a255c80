"""The texts of the published copy, streamed: for trying something out on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from storage.instants import instant
from storage.query import streamed_query

_TEXTS = """
SELECT article_id, source_id, title, "text", canonical_url, epoch_us(coalesce(published_at, first_seen_at))
FROM articles
WHERE ($1::TIMESTAMPTZ IS NULL OR coalesce(published_at, first_seen_at) >= $1)
  AND ($2::TIMESTAMPTZ IS NULL OR coalesce(published_at, first_seen_at) < $2)
"""


@dataclass(frozen=True, slots=True)
class PublishedText:
    """The latest version of an article. `at`: its publication, or where that is unknown, when it was first seen."""

    article_id: int
    source_id: str
    title: str
    text: str
    canonical_url: str
    at: datetime


@contextmanager
def published_texts(
    published: Path, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Iterator[PublishedText]]:
    """The articles of the published copy from `since` on and before `until`, in no order. Some thousand are in
    memory at a time. `StorageError` where there is no copy."""
    with streamed_query(published, _TEXTS, [since, until]) as answer:
        rows = chain.from_iterable(answer.batches)
        yield map(_article, rows)


def _article(row: Sequence[Any]) -> PublishedText:
    article_id, source_id, title, text, url, at_us = row
    return PublishedText(article_id, source_id, title, text, url, instant(at_us))
