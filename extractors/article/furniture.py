"""What stands around the text of an article and was not read as text: listed, so that nothing goes unseen.

Only short lines that are known for furniture (a title repeated, a date, a share button) are listed, and only
those in the part of the page that holds both the headline and the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lxml.html import HtmlElement

from extractors.model import Removed

MAX_LINE_CHARS = 160
MAX_LINES = 400  # of a region; articles have under 200
HOLDS = 0.6  # share of the page's paragraphs that the article's part of it must hold

_LINES = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "button", "span", "a", "time", "div", "small", "strong", "em",
     "b", "i", "label", "figcaption", "dd", "dt", "address", "cite")
)  # fmt: skip
_UNSEEN = frozenset(("script", "style", "noscript", "template", "svg", "iframe", "select", "option", "head"))
_OUTSIDE = frozenset(("nav", "footer"))


def visible_lines(tree: HtmlElement) -> tuple[str, ...]:
    """The short lines and the beginnings of the long ones in the article's part of the page, in order."""
    region = _region(tree)
    lines: list[str] = []
    for line in _lines(region) if region is not None else ():
        lines.append(line)
        if len(lines) >= MAX_LINES:
            break
    return tuple(lines)


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


def _region(tree: HtmlElement) -> HtmlElement | None:
    """The smallest element around the headline (the first paragraph, without one) that holds most paragraphs."""
    first = next(tree.iter("h1"), None)
    if first is None:
        first = next(tree.iter("p"), None)
    if first is None:
        return None
    total = sum(1 for _ in tree.iter("p"))
    for ancestor in first.iterancestors():
        if sum(1 for _ in ancestor.iter("p")) >= HOLDS * total:
            return ancestor if ancestor.tag != "html" else None
    return None


def _lines(region: HtmlElement) -> Iterator[str]:
    stack = [region]
    while stack:
        element = stack.pop()
        if not isinstance(element.tag, str) or element.tag in _UNSEEN or element.tag in _OUTSIDE:
            continue
        if element.tag in _LINES and (element.text or "").strip():
            yield " ".join(element.text_content().split())[: MAX_LINE_CHARS + 1]
            continue
        stack.extend(reversed(element))


def _key(text: str) -> str:
    return " ".join(text[:MAX_LINE_CHARS].casefold().split())[:80]
