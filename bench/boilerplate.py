"""What the memory of a site is worth: leave-one-out over the sites set, for several bars of support and share.

    python bench/boilerplate.py [--shared ../shared/bench]

Each page is cleaned with what the *other* pages of its site teach, as a new article meets it in a round; then with
all of them, as `extract --batch --learn` does. Precision is what rises, recall what must not fall.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from extractors.article.page import extract_page  # noqa: E402
from extractors.article.text import join_text  # noqa: E402
from extractors.boilerplate import known_lines, learn_sightings, memory, merge_memory, strip_boilerplate  # noqa: E402
from extractors.model import Extracted, Memory, Page  # noqa: E402

AT = datetime(2026, 1, 1, tzinfo=UTC)
BARS = ((2, 0.1), (2, 0.2), (2, 0.35), (2, 0.5), (3, 0.2), (3, 0.5), (9, 1.0))


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "bench")
    shared = options.parse_args().shared
    if not (shared / "score.py").exists():
        print(f"the pages are not at {shared}")
        return 1
    sys.path.insert(0, str(shared))
    sites = read_sites(shared / "sites")
    print("support share   others: P      R      F1       all: P      R      F1")
    for support, share in BARS:
        memory.FRAGMENT = memory.PROSE = memory.Bar(support, share)
        print(f"{support:7d} {share:5.2f} ", *(row(measure(sites, own)) for own in (False, True)))
    return 0


def read_sites(folder: Path) -> dict[str, list[tuple[dict[str, Any], Extracted]]]:
    """The pages of each site that are articles, with their truth."""
    sites = defaultdict(list)
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        body = gzip.decompress((folder / "html" / f"{truth['id']}.html.gz").read_bytes())
        read = extract_page(Page(truth["url"], body, fetched_at=AT))
        if isinstance(read, Extracted):
            sites[truth["publisher"]].append((truth, read))
    return dict(sites)


def measure(sites: dict[str, list[tuple[dict[str, Any], Extracted]]], own: bool) -> list[dict[str, float]]:
    """The score of each page, cleaned by what the pages of its site teach: its own too, or the others only."""
    import score

    rows = []
    for site, pages in sites.items():
        seen = [learn_sightings(site, number, read.blocks, AT) for number, (_, read) in enumerate(pages)]
        for number, (truth, read) in enumerate(pages):
            lines = [line for n, each in enumerate(seen) if own or n != number for line in each]
            known = known_lines(merge_memory(Memory(site), lines), AT)
            rows.append(score.score_page(truth, {"text": join_text(strip_boilerplate(read, known).kept)}))
    return rows


def row(rows: list[dict[str, float]]) -> str:
    return "  " + "  ".join(f"{sum(page[key] for page in rows) / len(rows):.4f}" for key in ("P", "R", "F1"))


if __name__ == "__main__":
    sys.exit(main())
