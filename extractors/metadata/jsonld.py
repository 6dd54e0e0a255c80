"""JSON-LD as found in the wild -> nodes, and which of them is the article.

Broken JSON is repaired where the repair can't change a value: comments, trailing commas, CDATA and HTML comment
wrappers, raw control characters, entities, several objects in one block. Where that is not enough, the few flat
`"key": "text"` pairs that matter are read on their own (`salvage`). Sizes and nesting are bounded; nothing raises.
"""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Node: TypeAlias = "dict[str, Json]"

MAX_BLOCK_CHARS = 2_000_000  # of one <script>; the largest of 956 real pages has 0.3 million
MAX_NODES = 3_000  # values looked at on one page
MAX_DEPTH = 12  # of nodes in nodes; articles sit at 1 to 4

_PIECES = re.compile(
    r'"(?:[^"\\]|\\.)*"'  # a string: kept, less its invalid escapes
    r"|/\*.{0,5000}?\*/|(?<![:\w])//[^\n]*"  # a comment: dropped
    r"|,(?=\s*[}\]])"  # a trailing comma: dropped
    r"|(?<=[\[{,])\s*,",  # a doubled comma: dropped
    re.DOTALL,
)
_WRAPPER = re.compile(
    r"<!--|-->|//\s*<!\[CDATA\[|//\s*\]\]>|/\*\s*<!\[CDATA\[\s*\*/|/\*\s*\]\]>\s*\*/|<!\[CDATA\[|\]\]>"
)
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')
_SALVAGED = re.compile(
    r'"(datePublished|dateModified|dateCreated|headline|inLanguage|articleSection|isAccessibleForFree)"'
    r'\s*:\s*"((?:[^"\\\n]|\\.){1,2000})"'
)


def parse_blocks(blocks: Iterable[str]) -> tuple[Node, ...]:
    """All nodes of a page's JSON-LD blocks, in the order of the document, outer before inner."""
    found: list[Node] = []
    for block in blocks:
        if len(block) <= MAX_BLOCK_CHARS:
            roots = _parse_block(block)
            found.extend(_nodes_of(roots, MAX_NODES - len(found)) if roots else salvage(block))
    return tuple(found)


def _parse_block(block: str) -> list[Json]:
    for attempt in (_as_it_stands, _unwrapped, _repaired, _unescaped):
        try:
            return _values(attempt(block))
        except (ValueError, RecursionError):
            continue
    return []


def _as_it_stands(block: str) -> str:
    return block


def _unwrapped(block: str) -> str:
    return _WRAPPER.sub("", block).strip().rstrip(";")


def _repaired(block: str) -> str:
    return _PIECES.sub(_mended_piece, _unwrapped(block))


def _unescaped(block: str) -> str:
    return _repaired(html.unescape(block))


def _mended_piece(match: re.Match[str]) -> str:
    piece = match.group()
    return _BAD_ESCAPE.sub(r"\\\\", piece) if piece.startswith('"') else ""


def _values(text: str) -> list[Json]:
    """Every JSON value of a text, one after the other; raises ValueError when something else is between them."""
    decoder, values, at = json.JSONDecoder(strict=False), [], 0
    text = text.strip()
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        values.append(value)
        while at < len(text) and text[at] in " \t\r\n,;":
            at += 1
    return values


def salvage(block: str) -> tuple[Node, ...]:
    """One node of the flat pairs of a block that no repair could save: the first of each key."""
    node: Node = {}
    for key, value in _SALVAGED.findall(block):
        try:
            node.setdefault(key, json.loads(f'"{value}"', strict=False))
        except ValueError:
            continue
    return ({**node, "@type": "NewsArticle"},) if node else ()


# Properties that hold other articles, or what readers say.
_NEVER = frozenset((
    "itemListElement", "comment", "review", "mentions", "citation", "relatedLink", "liveBlogUpdate",
))  # fmt: skip


def _nodes_of(roots: Iterable[Json], limit: int) -> Iterator[Node]:
    """Breadth first, so that a page's own node comes before those that it is only about."""
    queue: deque[tuple[Json, int]] = deque((root, 0) for root in roots)
    seen = 0
    while queue and seen < limit:
        value, depth = queue.popleft()
        seen += 1
        if isinstance(value, list):
            queue.extendleft((item, depth) for item in reversed(value[:limit]))
        elif isinstance(value, dict):
            yield value
            if depth < MAX_DEPTH:
                queue.extend((value[key], depth + 1) for key in value if _is_worth_a_look(key, value[key]))


def _is_worth_a_look(key: str, value: Json) -> bool:
    return key not in _NEVER and isinstance(value, (dict, list))


def types_of(node: Node) -> tuple[str, ...]:
    """The node's types without their namespace, e.g. ("NewsArticle",)."""
    raw = node.get("@type") or node.get("type") or node.get("@Type")
    names = raw if isinstance(raw, list) else [raw]
    return tuple(
        name.rstrip("/").rpartition("/")[2].rpartition(":")[2] for name in names if isinstance(name, str)
    )


def text_of(value: Json) -> str:
    """A value as text: the string itself, a number, `@value` of a language-tagged one, the first of a list."""
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("@value") or value.get("name") or value.get("@id") or value.get("url")
    if isinstance(value, bool) or value is None or isinstance(value, (list, dict)):
        return ""
    return str(value)


def listed(value: Json) -> list[Json]:
    """A value as a list: JSON-LD writes one thing and a list of one alike."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
