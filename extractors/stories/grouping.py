"""Which articles tell one story: pure decisions on how many keys they share.

Two articles match when most of the shorter one stands in the longer one, and is a fair part of that. A match is
close when it is most of the longer one too: who matches two articles closely makes them match each other, so close
matches always join. Others (a report cut to a third of it) join only where most of both sides match, or a digest of
the day would make one story of all that it sums up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

MIN_SHARED = 3  # keys; two may be one quotation
MIN_OF_SHORTER = (
    0.4  # bench/stories.py: at 0.5 copies with a fifth rewritten are missed, at 0.35 follow-ups join
)
MIN_OF_SHORTER_AT_HOME = 0.65  # of one site; what stands around a column, always the same, can be half of it
MIN_OF_LONGER = 0.15  # a digest has more items than six, or none of them is most of it
CLOSE_OF_LONGER = 0.6  # two that share so much with a third share a fifth of it with each other at least
MOST_SEEN = (
    32  # articles with one key that a new one is compared with: a wire that hundreds print needs no more
)
SAME_SHARE = 0.1  # what is known of a share: two that differ by less are the same


@dataclass(frozen=True, slots=True)
class Text:
    """What is known of one article. `story_id`: the story that it is in, None when it is in none. `source_id`: whose
    it is; None is nobody's, and so of another site than any other."""

    article_id: int
    reported_at: datetime
    key_count: int
    spacing: int
    story_id: int | None = None
    source_id: str | None = None

    @property
    def order(self) -> tuple[datetime, int]:
        """Who comes first."""
        return (self.reported_at, self.article_id)

    def keys_at(self, spacing: int) -> float:
        """How many keys it would have at a wider spacing, usually."""
        return max(1.0, self.key_count * (self.spacing + 1) / (spacing + 1))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles and the number of keys that they share."""

    first: int
    second: int
    shared: int


@dataclass(frozen=True, slots=True)
class Membership:
    """An article in a story. `copied_from` and what follows are None where no earlier one like it is known."""

    article_id: int
    story_id: int
    copied_from: int | None = None
    similarity: float | None = None
    copied_share: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """`members`: the articles that are in a story by what is known now, those that were in it before among them.
    `renamed`: by story_id, stories that turned out to be another."""

    members: tuple[Membership, ...] = ()
    renamed: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """Two articles, and which part of each stands in the other, 0 to 1 (estimated)."""

    first: Text
    second: Text
    of_first: float
    of_second: float
    similarity: float

    @property
    def is_close(self) -> bool:
        return min(self.of_first, self.of_second) >= CLOSE_OF_LONGER

    @property
    def order(self) -> tuple[float, int, int]:
        """The most similar first, and never by the order of arrival."""
        ids = (self.first.article_id, self.second.article_id)
        return (-self.similarity, min(ids), max(ids))

    def later(self) -> tuple[Text, Text, float]:
        """(the later one, the earlier one, the part of the later one that stands in the earlier one)."""
        if self.first.order < self.second.order:
            return self.second, self.first, self.of_second
        return self.first, self.second, self.of_first


def match_of(first: Text, second: Text, shared: int) -> Match | None:
    """What so many shared keys say of two articles; None when they don't tell the same."""
    spacing = max(first.spacing, second.spacing)
    keys = (first.keys_at(spacing), second.keys_at(spacing))
    of_first, of_second = (min(1.0, shared / each) for each in keys)
    at_home = first.source_id is not None and first.source_id == second.source_id
    if (
        shared < MIN_SHARED
        or max(of_first, of_second) < (MIN_OF_SHORTER_AT_HOME if at_home else MIN_OF_SHORTER)
        or min(of_first, of_second) < MIN_OF_LONGER
    ):
        return None
    both = min(shared, *keys)
    return Match(first, second, of_first, of_second, both / (sum(keys) - both))


def find_stories(
    texts: Iterable[Text], pairs: Iterable[Pair], sizes: Mapping[int, int] | None = None
) -> Found:
    """The stories that these articles make, whatever their order. `sizes`: how many articles a known story has,
    by its story_id, those included that are not among `texts`."""
    by_id = {text.article_id: text for text in texts}
    found = (match_of(by_id[pair.first], by_id[pair.second], pair.shared) for pair in pairs)
    matches = sorted((match for match in found if match), key=lambda match: match.order)
    groups = _Groups(by_id, sizes or {})
    for match in (match for match in matches if match.is_close):
        groups.join(match)
    neighbours = _neighbours(matches)
    for match in (match for match in matches if not match.is_close):
        if groups.mostly_match(match, neighbours):
            groups.join(match)
    return _named(groups, matches)


def _neighbours(matches: Iterable[Match]) -> dict[int, set[int]]:
    neighbours: dict[int, set[int]] = defaultdict(set)
    for match in matches:
        neighbours[match.first.article_id].add(match.second.article_id)
        neighbours[match.second.article_id].add(match.first.article_id)
    return neighbours


class _Groups:
    """Articles in disjoint groups; those of one known story are together from the start."""

    def __init__(self, texts: Mapping[int, Text], sizes: Mapping[int, int]) -> None:
        self.texts = texts
        self._sizes = sizes
        self._group: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        known: dict[int, int] = {}
        for text in sorted(texts.values(), key=lambda text: text.order):
            group = (
                text.article_id if text.story_id is None else known.setdefault(text.story_id, text.article_id)
            )
            self._group[text.article_id] = group
            self._members.setdefault(group, []).append(text.article_id)

    def join(self, match: Match) -> None:
        """Make the groups of both one."""
        into, gone = self._group[match.first.article_id], self._group[match.second.article_id]
        if into == gone:
            return
        if len(self._members[into]) < len(self._members[gone]):
            into, gone = gone, into
        moved = self._members.pop(gone)
        self._group.update(dict.fromkeys(moved, into))
        self._members[into] += moved

    def mostly_match(self, match: Match, neighbours: Mapping[int, set[int]]) -> bool:
        """Whether more than half of the pairs across the two groups match, as far as they were looked at."""
        one, other = self._group[match.first.article_id], self._group[match.second.article_id]
        inside = set(self._members[other])
        matching = sum(len(neighbours[member] & inside) for member in self._members[one])
        return 2 * matching > self._seen(one) * self._seen(other)

    def _seen(self, group: int) -> int:
        """How many of a group somebody new could have met."""
        members = self._members[group]
        known = {story for member in members if (story := self.texts[member].story_id) is not None}
        return min(MOST_SEEN, max(len(members), sum(self._sizes.get(story, 0) for story in known)))

    def several(self) -> list[list[Text]]:
        """The groups of more than one article, or of a known story, each in the order of its reports."""
        groups = [
            sorted((self.texts[m] for m in group), key=lambda t: t.order) for group in self._members.values()
        ]
        return [group for group in groups if len(group) > 1 or group[0].story_id is not None]


def _named(groups: _Groups, matches: Sequence[Match]) -> Found:
    sources: dict[int, list[Match]] = defaultdict(list)
    for match in matches:
        sources[match.later()[0].article_id].append(match)
    members: list[Membership] = []
    renamed: dict[int, int] = {}
    for group in groups.several():
        known = list(dict.fromkeys(text.story_id for text in group if text.story_id is not None))
        story_id = known[0] if known else group[0].article_id
        renamed |= dict.fromkeys(known[1:], story_id)
        together = {text.article_id for text in group}
        members += (_membership(text, story_id, sources[text.article_id], together) for text in group)
    return Found(tuple(members), renamed)


def _membership(text: Text, story_id: int, sources: Iterable[Match], together: set[int]) -> Membership:
    """Of the earlier ones that have as much of it as any, the first is where it was copied from."""
    later = [(match, *match.later()[1:]) for match in sources]
    within = [(share, earlier, match) for match, earlier, share in later if earlier.article_id in together]
    if not within:
        return Membership(text.article_id, story_id)
    most = max(share for share, _, _ in within) - SAME_SHARE
    share, earlier, match = min((each for each in within if each[0] >= most), key=lambda each: each[1].order)
    return Membership(
        text.article_id, story_id, earlier.article_id, round(match.similarity, 3), round(share, 3)
    )
