"""Watchlists: what 5,000 terms cost on real texts, against what extracting their pages costs.

    python bench/watch.py [--shared ../shared/bench] [--articles 2000] [--terms 5000]

Terms are taken from the texts themselves, so that they hit: words that stand in one article of a hundred at most (names,
mostly: nobody watches for "their"), phrases of two and three words, beginnings of words, pairs near each other. CPU time of one process; where pages are there, 60 of them
are extracted for comparison.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections import Counter
from itertools import cycle, islice
from pathlib import Path

from extractors.article.page import extract_page
from extractors.model import Page, Watchlist
from extractors.watch import compile_watchlists, find_mentions

ROOT = Path(__file__).resolve().parent.parent
PAGES = 60


def terms_of(texts: list[str], count: int, rng: random.Random) -> list[str]:
    """Different terms that stand in the texts."""
    common = Counter(
        piece for text in texts for word in set(text.lower().split()) for piece in {word, word[:6]}
    )
    rare = len(texts) / 100
    terms: dict[str, None] = {}
    while len(terms) < count:
        words = [word.strip(".,;:!?()\"'“”‘’") for word in rng.choice(texts).split()]
        at = rng.randrange(max(1, len(words) - 3))
        picked = [word for word in words[at : at + 3] if word.isalpha()]
        if len(picked) < 3 or all(common[word.lower()[:6]] > rare for word in picked[::2]):
            continue
        picked = picked if common[picked[0].lower()[:6]] <= rare else picked[::-1]
        shape = len(terms) % 5
        if shape == 4 and max(common[word.lower()] for word in picked[::2]) > len(texts) / 10:
            continue  # nobody asks for a name near "the"
        if shape == 0:
            term = picked[0] if common[picked[0].lower()] <= rare else " ".join(picked)
        elif shape == 1:
            term = " ".join(picked[:2])
        elif shape == 2:
            term = " ".join(picked)
        elif shape == 3:
            term = (
                f"{picked[0][:6]}*"
                if len(picked[0]) > 6 and common[picked[0].lower()[:6]] <= rare
                else " ".join(picked)
            )
        else:
            term = (
                f'"{picked[0]} {picked[2]}"~5' if picked[0].lower() != picked[2].lower() else " ".join(picked)
            )
        terms[term] = None
    return list(terms)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "bench")
    options.add_argument("--articles", type=int, default=2000)
    options.add_argument("--terms", type=int, default=5000)
    chosen = options.parse_args()
    rows = [json.loads(line) for line in (chosen.shared / "articles" / "truth.jsonl").open(encoding="utf-8")]
    texts = [row["text"] for row in rows]
    rng = random.Random(5)
    extraction = _extraction_ms(chosen.shared, rows[:PAGES])
    print(f"extraction: {extraction:.1f} ms a page")
    for name, known in (("these articles", texts[::2]), ("other articles", texts[1::2])):
        terms = terms_of(known, chosen.terms, rng)
        measure(terms, list(islice(cycle(rows[::2]), chosen.articles)), f"terms of {name}", extraction)
    measure(terms[:10], list(islice(cycle(rows[::2]), chosen.articles)), "ten terms", extraction)


def measure(terms: list[str], articles: list[dict[str, str]], name: str, extraction: float) -> None:
    """CPU of matching these terms, in a hundred watchlists at most, on these articles."""
    lists = [Watchlist(f"w{number}", any=tuple(terms[number::100])) for number in range(min(100, len(terms)))]
    started = time.process_time()
    matcher = compile_watchlists(lists)
    compiled = time.process_time() - started
    for row in articles[:100]:
        find_mentions(matcher, 1, row["title"] or "", row["text"])
    started = time.process_time()
    mentions = sum(len(find_mentions(matcher, 1, row["title"] or "", row["text"])) for row in articles)
    matching = (time.process_time() - started) / len(articles) * 1e3
    print(
        f"{name}: {len(terms):,} (compiled in {compiled:.2f} s), {len(articles):,} articles, "
        f"{mentions / len(articles):.1f} mentions each: {matching:.2f} ms an article, {matching / extraction:.1%} of extraction"
    )


def _extraction_ms(shared: Path, rows: list[dict[str, str]]) -> float:
    bodies = [
        gzip.decompress((shared / "articles" / "html" / f"{row['id']}.html.gz").read_bytes()) for row in rows
    ]
    extract_page(Page(url=rows[0]["url"], body=bodies[0]))
    started = time.process_time()
    for row, body in zip(rows, bodies, strict=True):
        extract_page(Page(url=row["url"], body=body))
    return (time.process_time() - started) / len(rows) * 1e3


if __name__ == "__main__":
    main()
