"""Sources as they are written in config.yaml, and as OPML. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET  # written with it only: what comes in is read by extractors.opml

import yaml

from extractors.discovery import Site
from extractors.model import Source
from extractors.opml import Subscription
from extractors.urls import registrable_domain

MAX_ID_CHARS = 40
_NOT_IN_ID = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """A source that somebody may want in the config."""

    id: str
    name: str
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    language: str | None = None
    tags: tuple[str, ...] = ()


def as_yaml(drafts: Sequence[SourceDraft]) -> str:
    """The drafts as a list under `sources:`, ready for config.yaml."""
    items = [
        {
            key: list(value) if isinstance(value, tuple) else value
            for key in ("id", "name", "feeds", "sitemaps", "language", "tags")
            if (value := getattr(draft, key))
        }
        for draft in drafts
    ]
    return yaml.safe_dump({"sources": items}, sort_keys=False, allow_unicode=True, width=1_000, indent=2)


def draft_of(site: Site, taken: Iterable[str] = ()) -> SourceDraft:
    """A source of what was found: the feeds of the news that answer, and of the sitemaps those of news, or where
    there is no feed, all. `taken`: ids that are no longer free."""
    feeds = tuple(f.moved_to or f.url for f in site.feeds if f.error is None and not f.is_aside and f.entries)
    working = [each for each in site.sitemaps if each.error is None]
    sitemaps = tuple(each.url for each in working if each.is_news or not feeds)
    name = site.name or registrable_domain(site.page_url)
    label = registrable_domain(site.page_url).split(".")[0]
    return SourceDraft(
        free_id(label if label and not label.isdigit() else name, taken),
        name,
        feeds,
        sitemaps,
        site.language,
    )


def drafts_of(subscriptions: Sequence[Subscription], taken: Iterable[str] = ()) -> tuple[SourceDraft, ...]:
    """A source for each subscription; feeds of one name on one site are one source."""
    used = set(taken)
    drafts: dict[tuple[str, str], SourceDraft] = {}
    for each in subscriptions:
        key = (each.name.casefold(), registrable_domain(each.site_url or each.feed_url))
        before = drafts.get(key)
        if before is not None:
            drafts[key] = replace(before, feeds=(*before.feeds, each.feed_url))
            continue
        draft = SourceDraft(
            free_id(each.name, used), each.name, (each.feed_url,), (), each.language, each.folders
        )
        used.add(draft.id)
        drafts[key] = draft
    return tuple(drafts.values())


def free_id(name: str, taken: Iterable[str]) -> str:
    """An id made of the name, of a-z, 0-9 and -, that is not taken."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = _NOT_IN_ID.sub("-", folded).strip("-")[:MAX_ID_CHARS].strip("-") or "source"
    used = frozenset(taken)
    number = 2
    wanted = base
    while wanted in used:
        wanted = f"{base}-{number}"
        number += 1
    return wanted


def as_opml(sources: Sequence[Source], title: str) -> str:
    """The feeds of the sources as OPML 2.0, which feed readers import."""
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = title
    body = ET.SubElement(root, "body")
    for source in sources:
        for feed in source.feeds:
            outline = ET.SubElement(
                body, "outline", type="rss", text=source.name, title=source.name, xmlUrl=feed
            )
            if source.tags:
                outline.set("category", ",".join(f"/{tag}" for tag in source.tags))
            if source.language:
                outline.set("language", source.language)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
