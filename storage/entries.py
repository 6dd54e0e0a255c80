"""A feed entry as JSON and back: what a pending link keeps of its feed until it can be fetched."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from extractors.model import Entry, Moment
from storage.text import storable


def entry_json(entry: Entry) -> str:
    """The entry as JSON text; empty fields are left out."""
    fields: dict[str, object] = {
        "url": entry.url,
        "entry_id": entry.entry_id,
        "title": entry.title,
        "authors": list(entry.authors),
        "published": _moment_fields(entry.published),
        "updated": _moment_fields(entry.updated),
        "summary": entry.summary,
        "content_html": entry.content_html,
        "tags": list(entry.tags),
        "language": entry.language,
        "image_url": entry.image_url,
    }
    return storable(json.dumps({name: value for name, value in fields.items() if value}, ensure_ascii=False))


def entry_of(text: str) -> Entry:
    """The entry that `entry_json` made the text of."""
    fields: dict[str, Any] = json.loads(text)
    return Entry(
        url=fields.get("url", ""),
        entry_id=fields.get("entry_id", ""),
        title=fields.get("title", ""),
        authors=tuple(fields.get("authors", ())),
        published=_moment_of(fields.get("published")),
        updated=_moment_of(fields.get("updated")),
        summary=fields.get("summary", ""),
        content_html=fields.get("content_html", ""),
        tags=tuple(fields.get("tags", ())),
        language=fields.get("language"),
        image_url=fields.get("image_url"),
    )


def _moment_fields(moment: Moment | None) -> list[str] | None:
    return None if moment is None else [moment.at.isoformat(), moment.precision, moment.offset]


def _moment_of(fields: Any) -> Moment | None:
    if fields is None:
        return None
    at, precision, offset = fields
    return Moment(datetime.fromisoformat(at), precision, offset)
