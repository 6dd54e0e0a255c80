"""Articles of which it is known who copies whom, and how well that is found: for bench/stories.py and its test.

The project's own pairs are in tests/corpus/stories; how they are written down is told there.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

from extractors.stories.fingerprints import chosen_keys
from extractors.stories.grouping import MOST_SEEN, Pair, Text, find_stories

CORPUS = Path(__file__).resolve().parent.parent / "tests" / "corpus" / "stories"
START = datetime(2026, 3, 2, tzinfo=UTC)
_LINES_OF_REPORT = re.compile(r"=(\d+)(?:-(\d+))?")


@dataclass(frozen=True, slots=True)
class Case:
    """One article of the test: which original it is a copy of, None where it is nobody's. `site`: where it stands;
    None is a site that has nothing else."""

    text: str
    origin: str | None
    kind: str
    group: str = ""
    site: str | None = None

    @property
    def label(self) -> str:
        return f"{self.group} ({self.kind})"


@dataclass(frozen=True, slots=True)
class Score:
    """Over pairs of articles. `wrong`: joined, and no copies of one another; `missed`: the other way round."""

    right: int
    wrong: tuple[tuple[Case, Case], ...]
    missed: tuple[tuple[Case, Case], ...]

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + len(self.missed))

    def blamed(self) -> Counter[str]:
        """Which kinds of article were joined wrongly."""
        return Counter(" + ".join(sorted((a.kind, b.kind))) for a, b in self.wrong)


# ------------------------------------------------------------------------------------------- the project's own


def corpus_cases(folder: Path = CORPUS) -> list[Case]:
    """All articles of the corpus, those of a group beside each other."""
    return [
        case
        for path in sorted(folder.glob("*.toml"))
        for group in tomllib.loads(path.read_text(encoding="utf-8"))["group"]
        for case in _group_cases(group)
    ]


def _group_cases(group: Mapping[str, Any]) -> Iterator[Case]:
    report, name = group.get("report", ""), group["id"]
    if report:
        yield Case(report.strip(), name, "report", name, group.get("site"))
    for copy in group.get("copy", ()):
        yield Case(_written_out(copy, report), name, copy["kind"], name, copy.get("site"))
    for other in group.get("other", ()):
        yield Case(
            _written_out(other, report), None, other["kind"], name, other.get("site", group.get("site"))
        )


def _written_out(article: Mapping[str, Any], report: str) -> str:
    """The text with the lines of the report that it refers to, as they are in its copy."""
    for old, new in article.get("swap", ()):
        if old not in report:
            raise ValueError(f"{old!r} is not in the report")
        report = report.replace(old, new)
    lines: list[str] = []  # of the report, each with the empty line before it where it begins a paragraph
    for line in report.strip().splitlines():
        if line:
            lines.append(line)
        else:
            lines[-1] += "\n"
    parts = []
    for line in article["text"].strip().splitlines():
        found = _LINES_OF_REPORT.fullmatch(line)
        if found:
            first, last = int(found[1]), int(found[2] or found[1])
            if not 1 <= first <= last <= len(lines):
                raise ValueError(f"{line} is not in the report, which has {len(lines)} lines")
            parts += lines[first - 1 : last]
        else:
            parts.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts)).strip()


# ------------------------------------------------------------------------------------------------ what comes out


def grouped(cases: Sequence[Case]) -> dict[int, int]:
    """By case: its story, as the committer would find it if all came at once."""
    texts, keys_of = [], []
    for number, case in enumerate(cases):
        spacing, keys = chosen_keys(case.text)
        texts.append(Text(number, START + timedelta(minutes=number), len(keys), spacing, None, case.site))
        keys_of.append(keys)
    having: dict[int, list[int]] = defaultdict(list)
    for number, keys in enumerate(keys_of):
        for key in keys:
            having[key].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in having.values():
        shared.update(combinations(numbers[:MOST_SEEN], 2))
    found = find_stories(texts, (Pair(a, b, count) for (a, b), count in shared.items()))
    return {member.article_id: member.story_id for member in found.members}


def scored(cases: Sequence[Case]) -> Score:
    """All pairs of articles: those of one story against those of one origin."""
    story = grouped(cases)
    together: dict[int, list[int]] = defaultdict(list)
    for number, story_id in story.items():
        together[story_id].append(number)
    joined = {pair for members in together.values() for pair in combinations(sorted(members), 2)}
    same: dict[str, list[int]] = defaultdict(list)
    for number, case in enumerate(cases):
        if case.origin is not None:
            same[case.origin].append(number)
    true = {pair for members in same.values() for pair in combinations(members, 2)}
    return Score(
        len(joined & true),
        tuple((cases[a], cases[b]) for a, b in sorted(joined - true)),
        tuple((cases[a], cases[b]) for a, b in sorted(true - joined)),
    )
