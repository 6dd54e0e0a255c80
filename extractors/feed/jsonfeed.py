"""JSON Feed 1.0 and 1.1 (jsonfeed.org) -> raw items. Whatever has the wrong type counts as absent."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extractors.feed.entries import RawItem


@dataclass(frozen=True, slots=True)
class JsonFeed:
    """A document of JSON that is a feed."""

    title: str
    items: tuple[RawItem, ...]
    language: str
    next_url: str
    self_url: str
    site_url: str


def read_json_feed(text: str) -> JsonFeed | None:
    """The feed in `text`; None if it is JSON of another kind, or none."""
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):  # no JSON, a number of 5,000 digits, a thousand brackets
        return None
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return None
    if "jsonfeed.org" not in _text(document, "version"):
        return None
    return JsonFeed(
        title=_text(document, "title"),
        items=tuple(_item(item) for item in document["items"] if isinstance(item, dict)),
        language=_text(document, "language"),
        next_url=_text(document, "next_url"),
        self_url=_text(document, "feed_url"),
        site_url=_text(document, "home_page_url"),
    )


def _item(item: Mapping[str, object]) -> RawItem:
    plain = _text(item, "content_text")
    content = _text(item, "content_html") or _paragraphs(plain)
    return RawItem(
        links=tuple(link for link in (_text(item, "url"), _text(item, "external_url")) if link)
        or _id_link(item),
        entry_id=_text(item, "id"),
        title=html.escape(_text(item, "title"), quote=False),
        authors=tuple(_authors(item)),
        published=_text(item, "date_published"),
        updated=_text(item, "date_modified"),
        summary=html.escape(_text(item, "summary"), quote=False) or content,
        content=content,
        tags=tuple(html.escape(tag, quote=False) for tag in _list(item, "tags") if isinstance(tag, str)),
        language=_text(item, "language"),
        images=tuple(image for image in (_text(item, "image"), _text(item, "banner_image")) if image),
    )


def _id_link(item: Mapping[str, object]) -> tuple[str, ...]:
    """An id that is an address serves where there is no other (the specification says that it should be one)."""
    entry_id = _text(item, "id")
    return (entry_id,) if entry_id.startswith(("https://", "http://")) else ()


def _authors(item: Mapping[str, object]) -> Iterator[str]:
    for author in (*_list(item, "authors"), item.get("author")):
        if isinstance(author, dict):
            yield _text(author, "name")


def _paragraphs(plain: str) -> str:
    blocks = (block.strip() for block in plain.split("\n"))
    return "".join(f"<p>{html.escape(block, quote=False)}</p>" for block in blocks if block)


def _text(record: Mapping[str, object], key: str) -> str:
    value = record.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and key == "id":
        return str(value)
    return value if isinstance(value, str) else ""


def _list(record: Mapping[str, object], key: str) -> Sequence[object]:
    value = record.get(key)
    return value if isinstance(value, list) else ()
