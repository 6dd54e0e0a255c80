"""A feed's document, cut into items -> one that is well-formed: frame and items are mended each by itself.

libxml2's recovery of a whole document lets one open tag swallow the items behind it, and gives an entry the link of
another; of a single item it can only spoil that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from xml.parsers import expat
from xml.sax.saxutils import escape

from lxml import etree

from extractors.feed.cut import Items
from extractors.feed.repair import mended

_MAX_PREFIXES = 50  # that are declared for a document; real ones use a dozen
_ELEMENT = re.compile(r"<([A-Za-z_][\w.:-]*)(?=[\s/>])")
_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]*):[A-Za-z_]|\s([A-Za-z_][\w.-]*):[A-Za-z_][\w.-]*\s*=")
_DECLARED = re.compile(r"\sxmlns:([A-Za-z_][\w.-]*)\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")
# Elements of an item that hold text, or markup that somebody forgot to escape.
_LEAF = re.compile(
    r"<((?:[\w.-]+:)?(?:title|link|description|summary|content|encoded|body|author|name|creator|category|subject"
    r"|comments|guid|id|pubdate|date|published|updated|rights|source))(?:\s[^<>]*)?(?<!/)>",
    re.IGNORECASE,
)
_KNOWN_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/DTDs/PodCast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
_MARK = "presswatch-items"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A document of which `before` + items + `after` are XML. `broken`: items that could not be saved."""

    before: str
    items: tuple[str, ...]
    after: str
    broken: int = 0

    def xml(self, items: tuple[str, ...] | None = None) -> bytes:
        """The whole as UTF-8, or with `items` in place of its own."""
        return "".join((self.before, *(self.items if items is None else items), self.after)).encode()


def rebuild(document: Items) -> Rebuilt:
    """Mend a document. What was well-formed but for its references comes out unchanged but for them."""
    items = tuple(mended(item) for item in document.items)
    before, after = mended(document.before), mended(document.after)
    before = _with_namespaces(before, "".join((before, *items, after)))
    whole = Rebuilt(before, items, after)
    if _is_well_formed(whole.xml(), namespaces=True):
        return whole
    if not _is_well_formed((before + after).encode(), namespaces=True):
        before, after = _recovered_frame(before, after)
    root = _ELEMENT.match(before)
    declarations = before[root.end() : before.find(">")].rstrip("/") if root else ""
    saved = [_saved_item(item, declarations) for item in items]
    kept = tuple(item for item in saved if item is not None)
    return Rebuilt(before, kept, after, len(saved) - len(kept))


def _saved_item(item: str, declarations: str) -> str | None:
    """`item` well-formed: as it is, with its markup shielded, or as libxml2 recovers it."""
    if _is_well_formed(item.encode()):
        return item
    shielded = _with_shielded_leaves(item)
    if _is_well_formed(shielded.encode()):
        return shielded
    root = _recovered(f"<{_MARK}{declarations}>{shielded}</{_MARK}>".encode())
    found = next(iter(root), None) if root is not None else None
    return None if found is None else etree.tostring(found, encoding="unicode", with_tail=False)


def _with_shielded_leaves(item: str) -> str:
    """`item` with the contents of its text elements in CDATA where they are markup that does not close."""
    kept: list[str] = []
    unclosed: set[str] = set()
    at = 0
    while found := _LEAF.search(item, at):
        name = found[1].lower()
        pattern = re.compile(rf"</{re.escape(name)}\s*>", re.IGNORECASE)
        closing = None if name in unclosed else pattern.search(item, found.end())
        kept.append(item[at : found.end()])
        at = found.end()
        if closing is None:
            unclosed.add(name)
            continue
        kept.append(_shielded(item[at : closing.start()]))
        at = closing.start()
    return "".join((*kept, item[at:]))


def _shielded(inner: str) -> str:
    if "<" not in inner or _is_well_formed(f"<x>{inner}</x>".encode()):
        return inner
    return f"<![CDATA[{inner.replace('<![CDATA[', '').replace(']]>', '')}]]>"


def _recovered_frame(before: str, after: str) -> tuple[str, str]:
    """What stands around the items, recovered, with its channel open for them."""
    root = _recovered((before + after).encode())
    if root is None:
        return before, after
    channel = next((child for child in root if _local_name(child) == "channel"), root)
    where = root if _local_name(root) in {"rdf", "feed"} else channel
    etree.SubElement(where, _MARK)
    first, _, last = etree.tostring(root, encoding="unicode").partition(f"<{_MARK}/>")
    return first, last


def _local_name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _recovered(data: bytes) -> etree._Element | None:
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8"
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _is_well_formed(data: bytes, *, namespaces: bool = False) -> bool:
    separator: Literal[" "] | None = " " if namespaces else None
    try:
        expat.ParserCreate("utf-8", separator).Parse(data, True)
    except expat.ExpatError:
        return False
    return True


def _with_namespaces(frame: str, whole: str) -> str:
    """`frame`, which begins with the root, declaring all prefixes that the `whole` document uses."""
    root = _ELEMENT.match(frame)
    if root is None:
        return frame
    declared = {prefix: double or single for prefix, double, single in _DECLARED.findall(whole)}
    at_root = {found[0] for found in _DECLARED.findall(frame[: frame.find(">") + 1])}
    used = {prefix for pair in set(_PREFIX.findall(whole)) for prefix in pair if prefix}
    missing = sorted(used - at_root - {"xml", "xmlns"})
    if not 0 < len(missing) <= _MAX_PREFIXES:
        return frame
    found = (
        (prefix, declared.get(prefix) or _KNOWN_NAMESPACES.get(prefix.lower()) or f"urn:prefix:{prefix}")
        for prefix in missing
    )
    added = "".join(f' xmlns:{prefix}="{escape(uri)}"' for prefix, uri in found)
    return f"{frame[: root.end()]}{added}{frame[root.end() :]}"
