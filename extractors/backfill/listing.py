"""Lists of addresses, one a line: plain, or JSON objects. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass

from extractors.metadata.dates import parse_moment
from extractors.model import Entry
from extractors.urls import MAX_URL_CHARS, web_url

MAX_LINE_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Listed:
    """One line: the entry that it makes, and the source that it names, "" for none."""

    entry: Entry
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is no address, and why."""

    text: str
    detail: str


def parse_line(line: bytes) -> Listed | Unreadable | None:
    """What a line says; None for one that is empty, or begins with #.

    JSON: {"url": ..., "source": ..., "title": ..., "published_at": ...}, all but `url` at will.
    """
    if len(line) > MAX_LINE_BYTES:
        return Unreadable(line[:200].decode("utf-8", "replace"), f"more than {MAX_LINE_BYTES:,} bytes")
    text = line.decode("utf-8-sig", "replace").strip()
    if not text or text.startswith("#"):
        return None
    fields = _fields(text)
    if isinstance(fields, Unreadable):
        return fields
    url = web_url("", fields.get("url", ""))
    if url is None:
        return Unreadable(text[:MAX_URL_CHARS], "no web address")
    entry = Entry(
        url, title=fields.get("title", ""), published=parse_moment(fields.get("published_at", "")) or None
    )
    return Listed(entry, fields.get("source", ""))


def _fields(text: str) -> dict[str, str] | Unreadable:
    if not text.startswith("{"):
        return {"url": text}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Unreadable(text[:MAX_URL_CHARS], "JSON that can't be read")
    if not isinstance(value, dict) or not isinstance(value.get("url"), str):
        return Unreadable(text[:MAX_URL_CHARS], 'JSON without a "url"')
    return {name: each for name, each in value.items() if isinstance(each, str)}
