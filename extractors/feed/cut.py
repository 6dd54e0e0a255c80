"""A feed's document cut into its items before it is parsed, so that only the newest are parsed at all.

feedparser needs 0.3 ms an item and more: a document of 100,000 items would take a minute for the 500 that are
wanted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from extractors.feed.dates import DateRules, read_moment

# feedparser needs 25 µs an element, and more where elements of one kind pile up (quadratic in categories: 5.5 s
# for 20,000 on one item).
MAX_TAGS = 200_000
MAX_ITEM_TAGS = 20_000
MAX_FRAME_TAGS = 20_000
MAX_CATEGORIES = 100

_PUBLISHED = re.compile(
    r"<(?:[\w.-]+:)?(?:pubdate|published|issued|date|created)(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?([^<\]]{4,80})",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"<(?:[\w.-]+:)?(?:updated|modified)(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?([^<\]]{4,80})", re.IGNORECASE
)
_CATEGORY = re.compile(
    r"<(?:[\w.-]+:)?(?:category|subject|keywords?|tags)(?:\s[^<>]*?)?"
    r"(?:/>|>\s*(?:<!\[CDATA\[[^\]]*\]\]>)?[^<]*</[^<>]*>)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Items:
    """A document taken apart: what stands before its items, they, and what stands between and behind."""

    before: str
    items: tuple[str, ...]
    after: str

    def with_items(self, items: tuple[str, ...]) -> Items:
        """The same document with other items in it."""
        return Items(self.before, items, self.after)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Items that will be parsed, in the order of the document. `truncated`: there were more than wanted."""

    items: tuple[str, ...]
    truncated: bool = False
    oversized: int = 0  # items left out because of their size


def split_items(text: str, root: str) -> Items:
    """Cut `text`, whose root element is named `root`, at its items; what looks like one in CDATA is none.

    An item that is not closed ends where the next begins, or the list does, and is closed.
    """
    local = "entry" if root.lower().rpartition(":")[2] == "feed" else "item"
    first = re.search(rf"<((?:[\w.-]+:)?{local})(?=[\s/>])", text, re.IGNORECASE)
    if first is None:
        return Items(text, (), "")
    name = first[1]
    gaps: list[str] = []
    items: list[str] = []
    gap_from, item_from = 0, -1  # -1: no item is open
    for kind, start, end in _marks(text, name):
        if item_from >= 0:
            items.append(text[item_from:end] if kind == "close" else _closed(text[item_from:start], name))
            gap_from, item_from = (end if kind == "close" else start), -1
        if kind == "open":
            gaps.append(text[gap_from:start])
            item_from = start
    gaps.append("" if item_from >= 0 else text[gap_from:])
    if item_from >= 0:
        items.append(_closed(text[item_from:], name))
    return Items(gaps[0], tuple(items), "".join(gaps[1:]))


def _closed(item: str, name: str) -> str:
    is_in_cdata = item.rfind("<![CDATA[") > item.rfind("]]>")
    return f"{item}{']]>' if is_in_cdata else ''}</{name}>"


def _marks(text: str, name: str) -> Iterator[tuple[Literal["open", "close", "end"], int, int]]:
    """Where items open and close, and where their list ends: the kind, the start and the end of each tag."""
    token = re.compile(
        rf"<!\[CDATA\[|<(/?){re.escape(name)}(?=[\s/>])|</(?:\w+:)?(?:channel|rss|feed|rdf)\s*>",
        re.IGNORECASE,
    )
    at = 0
    while found := token.search(text, at):
        at = found.end()
        if found[0].startswith("<!"):
            end = text.find("]]>", at)
            at = end + 3 if end >= 0 else len(text)
        elif found[1] is None:
            yield "end", found.start(), at
        elif found[1]:
            at = text.find(">", at) + 1 or len(text)
            yield "close", found.start(), at
        else:
            yield "open", found.start(), at


def choose_items(items: Sequence[str], max_entries: int, rules: DateRules) -> Chosen:
    """The newest `max_entries`, each of a size that can be parsed; by their place where they have no dates."""
    wanted: Sequence[int] = range(len(items))
    if len(items) > max_entries:
        wanted = sorted(newest_first([_item_time(item, rules) for item in items])[:max_entries])
    kept, tags, oversized = [], 0, 0
    for index in wanted:
        item = _with_fewer_categories(items[index])
        count = _tags_in(item)
        if count > MAX_ITEM_TAGS:
            oversized += 1
        elif tags + count <= MAX_TAGS:
            tags += count
            kept.append(item)
    truncated = len(items) > max_entries or len(kept) + oversized < len(wanted)
    return Chosen(tuple(kept), truncated, oversized)


def is_frame_oversized(frame: str) -> bool:
    """Whether what stands around the items has more elements than any feed's channel."""
    return _tags_in(frame) > MAX_FRAME_TAGS


def newest_first(times: Sequence[datetime | None]) -> list[int]:
    """The places of `times` from the newest on; one without a time stands by the one before it."""
    known = next((time for time in times if time is not None), None)
    filled = []
    for time in times:
        known = time if time is not None else known
        filled.append(known)
    places = range(len(times))
    if known is None:
        return list(places)
    return sorted(places, key=lambda place: filled[place] or known, reverse=True)


def _item_time(item: str, rules: DateRules) -> datetime | None:
    for pattern in (_PUBLISHED, _UPDATED):
        if found := pattern.search(item):
            moment = read_moment(found[1], rules)
            if moment is not None:
                return moment.at
    return None


def _tags_in(text: str) -> int:
    """Tags outside of CDATA, the closing ones too."""
    first, *others = text.split("<![CDATA[")
    return first.count("<") + sum(part.partition("]]>")[2].count("<") for part in others)


def _with_fewer_categories(item: str) -> str:
    surplus = [found.span() for found in _CATEGORY.finditer(item)][MAX_CATEGORIES:]
    if not surplus:
        return item
    kept, at = [], 0
    for start, end in surplus:
        kept.append(item[at:start])
        at = end
    return "".join((*kept, item[at:]))
