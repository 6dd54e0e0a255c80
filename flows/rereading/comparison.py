"""What a second reading of a page changes, article by article and source by source. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from extractors.model import ArticleVersion

EXAMPLES = 5  # of a source, of each kind of change


@dataclass(frozen=True, slots=True)
class Difference:
    """One article before and after. `rejected`: why today it would be none; nothing is compared then."""

    url: str
    words: tuple[int, int] = (0, 0)
    removed: tuple[int, int] = (0, 0)  # blocks taken out as furniture
    title: tuple[str, str] | None = None
    published_at: tuple[datetime | None, datetime | None] | None = None
    authors: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    text_changed: bool = False
    moved: bool = False  # it would be another article: its canonical address is read differently
    rejected: str = ""

    @property
    def is_change(self) -> bool:
        """Whether a version of it would be stored."""
        if self.rejected or self.moved:
            return False
        return self.text_changed or any(
            each is not None for each in (self.title, self.published_at, self.authors)
        )

    @property
    def length_share(self) -> float:
        """By how much the text grew: 0.1 is a tenth longer."""
        before, after = self.words
        return (after - before) / before if before else 0.0


def difference(before: ArticleVersion, after: ArticleVersion) -> Difference:
    """What is not the same in the two."""
    return Difference(
        before.canonical_url,
        words=(before.word_count, after.word_count),
        removed=(len(before.removed), len(after.removed)),
        title=(before.title, after.title) if before.title != after.title else None,
        published_at=_pair(before.published_at, after.published_at),
        authors=(before.authors, after.authors) if before.authors != after.authors else None,
        text_changed=before.text != after.text,
        moved=before.article_id != after.article_id,
    )


def _pair(before: datetime | None, after: datetime | None) -> tuple[datetime | None, datetime | None] | None:
    return (before, after) if before != after else None


@dataclass(slots=True)
class SourceChanges:
    """What a second reading changes of one source.

    `articles`: all that were looked at; `without_page`: of them those of which no page is kept; `failed`: those that
    the extractor could not read.
    """

    source_id: str
    articles: int = 0
    without_page: int = 0
    failed: int = 0
    rejected: int = 0
    moved: int = 0
    changed: int = 0
    titles: int = 0
    dates: int = 0
    authors: int = 0
    texts: int = 0
    furniture: int = 0  # articles of which other blocks are taken out
    removed_before: int = 0
    removed_after: int = 0
    shares: list[float] = field(default_factory=list)  # of the texts that change
    examples: dict[str, list[Difference]] = field(default_factory=dict)

    def add(self, found: Difference) -> None:
        """Count one article that was read again."""
        if found.rejected:
            self.rejected += 1
            self._show("rejected", found)
            return
        if found.moved:
            self.moved += 1
            self._show("moved", found)
            return
        self.changed += found.is_change
        self.removed_before += found.removed[0]
        self.removed_after += found.removed[1]
        self.furniture += found.removed[0] != found.removed[1]
        for kind, is_so in (
            ("title", found.title is not None),
            ("date", found.published_at is not None),
            ("authors", found.authors is not None),
            ("text", found.text_changed),
        ):
            if is_so:
                self._show(kind, found)
        self.titles += found.title is not None
        self.dates += found.published_at is not None
        self.authors += found.authors is not None
        if found.text_changed:
            self.texts += 1
            self.shares.append(found.length_share)

    @property
    def median_share(self) -> float:
        """By how much the texts that change grow, in the median."""
        return median(self.shares) if self.shares else 0.0

    def _show(self, kind: str, found: Difference) -> None:
        examples = self.examples.setdefault(kind, [])
        if len(examples) < EXAMPLES:
            examples.append(found)
