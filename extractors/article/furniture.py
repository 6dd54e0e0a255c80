"""What stands around the text of an article and was not read as text: listed, so that nothing goes unseen.

Only short lines that are known for furniture (a title repeated, a date, a share button) are listed, and only
those in the part of the page that holds both the headline and the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from extractors.article.reading import Block, Node
from extractors.model import Removed

MAX_LINE_CHARS = 160
MAX_LINES = 400  # of a region; articles have under 200
HOLDS = 0.6  # share of the page's paragraphs that the article's part of it must hold


def lines_around(blocks: Sequence[Block]) -> tuple[str, ...]:
    """The short lines and the beginnings of the long ones in the article's part of the page, in order."""
    region = _region(blocks)
    if region is None:
        return ()
    within = [block.text for block in blocks if _is_within(block.node, region)]
    return tuple(" ".join(text[: MAX_LINE_CHARS + 1].split()) for text in within[:MAX_LINES])


def left_out(
    lines: Sequence[str], blocks: Sequence[str], reason_of: Callable[[str], str | None]
) -> tuple[Removed, ...]:
    """The lines that are furniture and not among the blocks, with their places among both together."""
    ahead: dict[str, list[int]] = {}
    for position, block in enumerate(blocks):
        ahead.setdefault(_key(block), []).append(position)
    found: list[Removed] = []
    passed = 0
    for line in lines:
        waiting = ahead.get(_key(line))
        if waiting:
            passed = max(passed, waiting.pop(0) + 1)
            continue
        reason = reason_of(line)
        if reason:
            found.append(Removed(line, reason, passed + len(found)))
    return tuple(found)


def _region(blocks: Sequence[Block]) -> Node | None:
    """The smallest element around the headline (the first paragraph, without one) that holds most paragraphs."""
    first = next((b for b in blocks if b.tag == "h1"), None) or next(
        (b for b in blocks if b.tag == "p"), None
    )
    if first is None:
        return None
    held: Counter[int] = Counter()
    for block in blocks:
        if block.tag == "p":
            held.update(node.number for node in _ancestors(block.node))
    return next((node for node in _ancestors(first.node) if held[node.number] >= HOLDS * held[0]), None)


def _ancestors(node: Node) -> list[Node]:
    found = []
    above = node.parent
    while above is not None:
        found.append(above)
        above = above.parent
    return found


def _is_within(node: Node, region: Node) -> bool:
    return node is region or region in _ancestors(node)


def _key(text: str) -> str:
    return " ".join(text[:MAX_LINE_CHARS].casefold().split())[:80]
