"""The entries of a live blog, as its JSON-LD states them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from extractors.metadata.dates import parse_moment
from extractors.metadata.jsonld import Node, listed, text_of
from extractors.metadata.prose import plain

MAX_UPDATES = 500  # the most of three real pages: 428
MAX_CHARS = 20_000  # of one entry
REACH = timedelta(hours=3)  # behind the start of a blog, within which its first entry stands


def latest_updates(nodes: Iterable[Node]) -> tuple[str, ...]:
    """Headlines and texts of the entries on a page that has only the latest ones of its blog; else none.

    Such a page shows another part of its blog each time that it is fetched: what stays is the introduction. It is
    told by its oldest entry: that was written long after the blog began.
    """
    node = next((node for node in nodes if node.get("liveBlogUpdate")), {})
    updates = [each for each in listed(node.get("liveBlogUpdate"))[:MAX_UPDATES] if isinstance(each, dict)]
    begun = _moment(node, "coverageStartTime") or _moment(node, "datePublished")
    times = [at for update in updates if (at := _moment(update, "datePublished"))]
    if begun is None or not times or min(times) <= begun + REACH:
        return ()
    told = (
        plain(text_of(update.get(key)), MAX_CHARS)
        for update in updates
        for key in ("headline", "articleBody")
    )
    return tuple(text for text in told if text)


def _moment(node: Node, key: str) -> datetime | None:
    moment = parse_moment(text_of(node.get(key)))
    return moment.at if moment is not None else None
