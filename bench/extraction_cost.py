"""The CPU of a page: all that is made of it here against trafilatura with its metadata, page by page in one process.

    python bench/extraction_cost.py [--shared ../shared/bench] [--pages 300] [--turns 2]

Each page of a spread over the sets is read by the one, then by the other; who begins alternates. Where the real pages
aren't there, the project's own corpus is read. The first turn is what a pipeline sees: no page twice. In later turns
both know the pages, which helps trafilatura (htmldate remembers the dates it has parsed).
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from extractors.jobs import page_job
from extractors.model import Page

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "tests" / "corpus" / "pages"
SETS = ("news", "sites", "articles")
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "bench")
    options.add_argument("--pages", type=int, default=300, help="at most, spread over the sets")
    options.add_argument("--turns", type=int, default=2, help="times that each page is read")
    options.add_argument("--set", choices=SETS, help="one set only")
    chosen = options.parse_args()
    pages = pages_of(chosen.shared, (chosen.set,) if chosen.set else SETS)
    pages = pages[:: max(1, len(pages) // chosen.pages)]
    ours, theirs = ours_of(), trafilatura_of()
    for read in (ours, theirs):
        read(pages[0])  # what is made once in a process
    print(f"{len(pages)} pages")
    for turn in range(chosen.turns):
        spent = [measured(page, ours, theirs, first=number % 2) for number, page in enumerate(pages)]
        a, b = (sum(each) / len(pages) * 1000 for each in zip(*spent, strict=True))
        middle = statistics.median(x / y for x, y in spent if y)
        print(
            f"turn {turn + 1}: presswatch {a:.1f} ms, trafilatura {b:.1f} ms, ratio {a / b:.3f}, median {middle:.3f}"
        )


def pages_of(shared: Path, sets: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """Address and bytes of each page."""
    if not (shared / "score.py").exists():
        print(f"the real pages are not at {shared}: only the project's own corpus is read")
        cases = sorted(CORPUS.glob("*.json"))
        return [
            (json.loads(case.read_text(encoding="utf-8"))["url"], case.with_suffix(".html").read_bytes())
            for case in cases
        ]
    return [
        (
            row.get("url") or "",
            gzip.decompress((shared / name / "html" / f"{row['id']}.html.gz").read_bytes()),
        )
        for name in sets
        for row in map(json.loads, (shared / name / "truth.jsonl").open(encoding="utf-8"))
    ]


def ours_of() -> Callable[[tuple[str, bytes]], object]:
    """Bytes to facts and cleaned blocks, as a worker does it."""
    return lambda page: page_job(Page(url=page[0], body=page[1], found_url=page[0], fetched_at=NOW))


def trafilatura_of() -> Callable[[tuple[str, bytes]], object]:
    """What one calls when one has a page: text and metadata."""
    from trafilatura import bare_extraction

    return lambda page: bare_extraction(page[1], url=page[0], with_metadata=True)


def measured(
    page: tuple[str, bytes],
    ours: Callable[[tuple[str, bytes]], object],
    theirs: Callable[[tuple[str, bytes]], object],
    *,
    first: int,
) -> tuple[float, float]:
    """CPU seconds of both."""
    spent = {}
    for name in (0, 1) if first == 0 else (1, 0):
        began = time.process_time()
        with suppress(Exception):  # a page that it can't read costs what it costs
            (theirs if name else ours)(page)
        spent[name] = time.process_time() - began
    return spent[0], spent[1]


if __name__ == "__main__":
    main()
