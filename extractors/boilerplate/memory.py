"""What a site repeats: lines counted over its articles, and judged by share and support.

All of it is explicit data and order-free: the same sightings in any order make the same memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from extractors.boilerplate.folding import line_digest, template_digest
from extractors.boilerplate.places import MAX_REPEATED_CHARS, is_prose, is_protected_kind
from extractors.model import Line, Memory, Sighting

MAX_LINES = 24  # of one article: more short blocks than that are a list, not furniture
MAX_SAMPLE_CHARS = 200
FORGET_AFTER = timedelta(days=90)  # a quarter: templates change less often than that, campaigns more often


@dataclass(frozen=True, slots=True)
class Bar:
    """How often a line must be seen to count as known: in how many articles, and in what share of them."""

    support: int
    share: float

    def reached(self, line: Line, articles: int) -> bool:
        return line.articles >= self.support and line.articles >= self.share * max(articles, line.articles)


FRAGMENT = Bar(2, 0.2)
PROSE = Bar(2, 0.35)
STRONG = Bar(3, 0.5)
MIN_SUPPORT = min(bar.support for bar in (FRAGMENT, PROSE, STRONG))
_STRONG_MARK = 0x5A5A_5A5A_5A5A_5A5A


def learn_sightings(
    source_id: str, article_id: int, blocks: Sequence[str], at: datetime
) -> tuple[Sighting, ...]:
    """The lines of one article that could be the site's and not the article's, at most `2 * MAX_LINES`.

    Never empty for an article that has blocks: its last line stands for it in the count of articles.
    """
    lines = [block for block in blocks if len(block) <= MAX_REPEATED_CHARS and not is_protected_kind(block)]
    if len(lines) > MAX_LINES:
        lines = lines[: MAX_LINES // 3] + lines[-(MAX_LINES - MAX_LINES // 3) :]
    seen: dict[int, str] = {}
    for line in lines or blocks[-1:]:
        seen.setdefault(line_digest(line), line)
        template = template_digest(line)
        if template is not None:
            seen.setdefault(template, line)
    return tuple(
        Sighting(source_id, digest, sample[:MAX_SAMPLE_CHARS], article_id, at)
        for digest, sample in seen.items()
    )


def merge_memory(memory: Memory, sightings: Iterable[Sighting]) -> Memory:
    """The memory with these sightings counted: each article once, and once for each of its lines.

    Sightings of other sources are left aside. The articles must not be in the memory already.
    """
    mine = [sighting for sighting in sightings if sighting.source_id == memory.source_id]
    if not mine:
        return memory
    by_digest: dict[int, list[Sighting]] = defaultdict(list)
    for sighting in mine:
        by_digest[sighting.digest].append(sighting)
    lines = dict(memory.lines)
    for digest, seen in by_digest.items():
        lines[digest] = _merged(lines.get(digest), seen)
    return replace(memory, articles=memory.articles + len({s.article_id for s in mine}), lines=lines)


def _merged(line: Line | None, seen: Sequence[Sighting]) -> Line:
    first = min(seen, key=lambda sighting: (sighting.at, sighting.sample))
    latest = max(sighting.at for sighting in seen)
    articles = len({sighting.article_id for sighting in seen})
    if line is None:
        return Line(first.digest, first.sample, articles, first.at, latest)
    first_seen_at, sample = min((line.first_seen_at, line.sample), (first.at, first.sample))
    return replace(
        line,
        sample=sample,
        articles=line.articles + articles,
        first_seen_at=first_seen_at,
        last_seen_at=max(line.last_seen_at, latest),
    )


def judge_memory(memory: Memory, now: datetime) -> Memory:
    """The memory with the state of each line decided anew."""
    lines = {digest: replace(line, state=_state(line, memory, now)) for digest, line in memory.lines.items()}
    return replace(memory, lines=lines)


def known_lines(memory: Memory, now: datetime) -> frozenset[int]:
    """Digests of the lines that are taken out; those seen in most articles are in it a second time, marked."""
    known: set[int] = set()
    for line in memory.lines.values():
        if line.articles < MIN_SUPPORT or _state(line, memory, now) != "known":
            continue
        known.add(line.digest)
        if STRONG.reached(line, memory.articles):
            known.add(strong_mark(line.digest))
    return frozenset(known)


def strong_mark(digest: int) -> int:
    """The number by which a line of this digest is in `known_lines` when most articles have it."""
    return digest ^ _STRONG_MARK


def _state(line: Line, memory: Memory, now: datetime) -> Literal["candidate", "known", "forgotten"]:
    bar = PROSE if is_prose(line.sample) else FRAGMENT
    if not bar.reached(line, memory.articles):
        return "candidate"
    return "known" if now - line.last_seen_at <= FORGET_AFTER else "forgotten"
