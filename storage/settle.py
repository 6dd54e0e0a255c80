"""What becomes of a text that came in: pure decisions, one after the other, in the order of arrival.

An article follows one link: the one that its stored version came by. A different text from that link is an edit.
Another link of the same article (a syndicated copy, a redirector) may show it slightly differently, and following
both would add a version each time they take turns. So another link takes over only when its own text has changed
since it was last read, and the article's link has not been heard of since then.

A round and a backfill may read a new article side by side, each unaware of the other. One knows what the feed says of
it and the other does not, so title or byline, and with them the text, may differ though nobody has edited anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Settlement = Literal["stored", "updated", "unchanged", "duplicate"]

SIDE_BY_SIDE_US = 600_000_000  # ten minutes: what is spooled is committed sooner, and then known to all


@dataclass(frozen=True, slots=True)
class Incoming:
    """A text that came in. Times are microseconds since 1970.

    `batch` numbers the batch it came in. `based_on` is set where the text was made from a stored one, and is the
    content_hash of that. `from_feed`: it is what the feed carries, its page could not be had.
    """

    row: int
    batch: int
    article_id: int
    link_hash: int
    content_hash: int
    first_seen_us: int
    fetched_us: int
    based_on: int | None = None
    from_feed: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """The latest version of an article as it is stored."""

    version: int
    content_hash: int
    link_hash: int
    first_seen_us: int
    from_feed: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a link led to when it was last read."""

    article_id: int
    content_hash: int
    at_us: int


@dataclass(frozen=True, slots=True)
class Settled:
    """The decision on one incoming row. `version` is that of the article afterwards."""

    row: int
    status: Settlement
    version: int
    first_seen_us: int


def settle(
    incoming: Iterable[Incoming], standing: Mapping[int, Standing], readings: Mapping[int, Reading]
) -> list[Settled]:
    """One decision for each row, in order. `standing` by article_id, `readings` by link_hash."""
    current, read = dict(standing), dict(readings)
    met: set[tuple[int, int]] = set()
    decisions: list[Settled] = []
    for each in incoming:
        before = current.get(each.article_id)
        again = (
            each.batch,
            each.article_id,
        ) in met  # the same article twice in one batch: the first one wins
        status: Settlement = "duplicate" if again else _decide(each, before, read)
        met.add((each.batch, each.article_id))
        if before is None:
            after = _standing(each, 1, each.first_seen_us)
        elif status == "updated":
            after = _standing(each, before.version + 1, before.first_seen_us)
        else:
            after = before
        current[each.article_id] = after
        if each.based_on is None:
            read[each.link_hash] = Reading(each.article_id, each.content_hash, each.fetched_us)
        decisions.append(Settled(each.row, status, after.version, after.first_seen_us))
    return decisions


def _standing(each: Incoming, version: int, first_seen_us: int) -> Standing:
    return Standing(version, each.content_hash, each.link_hash, first_seen_us, each.from_feed)


def _decide(each: Incoming, before: Standing | None, read: Mapping[int, Reading]) -> Settlement:
    if before is None:
        return "stored"
    if each.based_on is not None and each.based_on != before.content_hash:
        return "unchanged"  # the article was edited meanwhile: what was made from the older text is void
    if each.based_on is not None:
        return "updated"  # a cleaner text, or the same text with better facts
    is_own = each.link_hash == before.link_hash
    if is_own and _was_side_by_side(each, before, read):
        return "unchanged"
    if each.content_hash == before.content_hash:
        return "unchanged" if is_own or _has_led_to(each, read) else "duplicate"
    if is_own:
        return "updated"
    return "updated" if _takes_over(each, before, read) else "duplicate"


def _was_side_by_side(each: Incoming, before: Standing, read: Mapping[int, Reading]) -> bool:
    """Whether the article was new to who read this, and another had read it some minutes before or after, no worse."""
    return (
        each.first_seen_us == each.fetched_us
        and _has_led_to(each, read)
        and abs(each.fetched_us - read[each.link_hash].at_us) <= SIDE_BY_SIDE_US
        and (each.from_feed or not before.from_feed)
    )


def _has_led_to(each: Incoming, read: Mapping[int, Reading]) -> bool:
    earlier = read.get(each.link_hash)
    return earlier is not None and earlier.article_id == each.article_id


def _takes_over(each: Incoming, before: Standing, read: Mapping[int, Reading]) -> bool:
    earlier = read.get(each.link_hash)
    if earlier is None or earlier.article_id != each.article_id or earlier.content_hash == each.content_hash:
        return False
    own = read.get(before.link_hash)
    return own is None or own.article_id != each.article_id or own.at_us <= earlier.at_us
