"""OPML (opml.org, 2.0): the feeds in a list of subscriptions, as feed readers write them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from extractors.errors import ParseFailed
from extractors.feed.entries import iso_language
from extractors.urls import web_url

MAX_BYTES = 20_000_000
MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed of the list. `folders`: the outlines it lies in, from the outermost, and its categories."""

    feed_url: str
    name: str
    site_url: str = ""
    language: str | None = None
    folders: tuple[str, ...] = ()


def parse_opml(body: bytes, name: str) -> tuple[Subscription, ...]:
    """The feeds of the list in the file `name`, in its order, each once. Raises `ParseFailed`.

    Nothing is expanded, opened or fetched; what is not well-formed is recovered as far as can be.
    """
    if len(body) > MAX_BYTES:
        raise ParseFailed(name, f"more than {MAX_BYTES:,} bytes")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseFailed(name, f"no OPML: {error}"[:200]) from None
    if root is None or not isinstance(root.tag, str) or root.tag.lower() != "opml":
        raise ParseFailed(name, "no OPML in it")
    found: dict[str, Subscription] = {}
    for outline in root.iter("outline"):
        each = _subscription(outline)
        if each is not None:
            found.setdefault(each.feed_url, each)
    return tuple(found.values())


def _subscription(outline: etree._Element) -> Subscription | None:
    values = {name.lower(): " ".join(str(value).split()) for name, value in outline.attrib.items()}
    url = web_url("", values.get("xmlurl", ""))
    if url is None:
        return None
    categories = [each.strip("/ ").rpartition("/")[2] for each in values.get("category", "").split(",")]
    return Subscription(
        url,
        values.get("title") or values.get("text") or url,
        web_url("", values.get("htmlurl", "")) or "",
        iso_language(values.get("language", "")),
        tuple(dict.fromkeys(filter(None, (*_folders(outline), *categories)))),
    )


def _folders(outline: etree._Element) -> list[str]:
    names: list[str] = []
    parent = outline.getparent()
    while parent is not None and parent.tag == "outline" and len(names) < MAX_DEPTH:
        names.insert(0, " ".join((parent.get("title") or parent.get("text") or "").split()))
        parent = parent.getparent()
    return names
