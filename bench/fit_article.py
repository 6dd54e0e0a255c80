"""How `extractors/article/weights.toml` is made: logistic regression on the words of real pages.

    uv pip install --group bench && python bench/fit_article.py [--shared ../shared/bench] [--write]

Every block of every page is an example: its evidence, whether it stands in the page's true text, and as its weight
the words it has in proportion to that text. First the worth of the weights on sites that they were not fitted on
(four folds over publishers and hosts, without trafilatura as a witness), then, with --write, the weights of all.
The pages lie outside of the project; weights are all that is taken from them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from extractors.article.evidence import NAMES, weigh_blocks  # noqa: E402
from extractors.article.judge import TOGETHER, drawn_together, shipped_weights  # noqa: E402
from extractors.article.reading import Reading, read_page  # noqa: E402
from extractors.article.stated import stated_of  # noqa: E402
from extractors.article.vocabulary import MARKS  # noqa: E402
from extractors.html import NotHtml, parse_html  # noqa: E402
from extractors.metadata.collection import collect  # noqa: E402
from extractors.model import Page  # noqa: E402

SETS = ("articles", "news", "sites")
FOLDS = 4
RIDGE = 1_000  # of 3..10,000 the best on held-out sites; the weights of rare marks stay small with it
MAX_WEIGHT = 1.5  # of one block: a page whose text is tiny must not rule


@dataclass
class Example:
    """One page: its blocks, their evidence, what is true of each, and how much each counts."""

    name: str
    fold: int
    truth: dict[str, Any]
    reading: Reading
    evidence: np.ndarray
    is_text: np.ndarray
    weight: np.ndarray


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "bench")
    options.add_argument("--write", action="store_true", help="write weights.toml")
    chosen = options.parse_args()
    if not (chosen.shared / "score.py").exists():
        print(f"the pages are not at {chosen.shared}")
        return 1
    sys.path.insert(0, str(chosen.shared))
    examples = [example for name in SETS for example in read_set(chosen.shared, name)]
    print(
        f"{len(examples)} pages, {sum(len(e.reading.blocks) for e in examples)} blocks, together {TOGETHER}"
    )
    cross_validate(examples)
    if chosen.write:
        write(*fit(examples))
    return 0


def read_set(shared: Path, name: str) -> list[Example]:
    """The pages of one set that can be parsed and have blocks."""
    lines = (shared / name / "truth.jsonl").read_text(encoding="utf-8").strip("\n").split("\n")
    made = (read_example(shared / name, name, json.loads(line)) for line in lines)
    return [example for example in made if example is not None]


def read_example(folder: Path, name: str, truth: dict[str, Any]) -> Example | None:
    body = gzip.decompress((folder / "html" / f"{truth['id']}.html.gz").read_bytes())
    tree = parse_html(body)
    if isinstance(tree, NotHtml):
        return None
    url = truth.get("url") or "https://example.org/article"
    reading = read_page(tree)
    rows = weigh_blocks(reading, stated_of(tree, collect(tree, Page(url, body))))
    if not rows:
        return None
    marks = [[block.bits >> bit & 1 for bit in range(len(MARKS))] for block in reading.blocks]
    evidence = np.hstack([np.array(rows, dtype=float), np.array(marks, dtype=float)])
    is_text, weight = labels(reading, truth)
    site = truth.get("publisher") or url.split("//")[-1].split("/")[0]
    fold = blake2b(site.encode(), digest_size=2).digest()[0] % FOLDS
    return Example(name, fold, truth, reading, evidence, is_text, weight)


def labels(reading: Reading, truth: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Whether each block stands in the true text; its words against those of the text, 0 where it can't be told."""
    required = "\n".join(truth.get("body") or truth.get("required") or [truth.get("text") or ""])
    allowed = "\n".join((truth.get("summary") or []) + (truth.get("optional") or []))
    optional = f" {fold(allowed)} "
    lines = {fold(re.sub(r"^\s*(?:[-*•]|\d+\.)\s+", "", line)) for line in required.split("\n")}
    flat = f" {fold(required)} "
    known = triples(flat.split())
    is_text, words = [], []
    for block in reading.blocks:
        folded = fold(block.text)
        own = folded.split()
        inside = f" {folded} " in flat
        long = len(own) >= 4
        true = folded in lines or (long and (inside or overlap(own, known) >= 0.6))
        doubtful = not true and ((inside and not long) or f" {folded} " in optional)
        is_text.append(float(true))
        words.append(0.0 if doubtful or not own else float(len(own)))
    total = max(20.0, sum(w for w, t in zip(words, is_text, strict=True) if t))
    return np.array(is_text), np.minimum(np.array(words) / total, MAX_WEIGHT)


def fold(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def triples(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[n : n + 3]) for n in range(len(words) - 2)}


def overlap(words: list[str], known: set[tuple[str, ...]]) -> float:
    own = triples(words)
    return len(own & known) / len(own) if own else 0.0


def fit(examples: list[Example]) -> tuple[np.ndarray, float]:
    """Weights and bias, by Newton's method on standardised evidence."""
    rows = np.vstack([example.evidence for example in examples])
    true = np.concatenate([example.is_text for example in examples])
    weight = np.concatenate([example.weight for example in examples]) * 1_000
    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    spread[spread == 0] = 1.0
    rows = np.hstack([(rows - mean) / spread, np.ones((len(rows), 1))])
    beta = np.zeros(rows.shape[1])
    penalty = np.full(rows.shape[1], RIDGE)
    penalty[-1] = 0.0
    for _ in range(25):
        chance = 1 / (1 + np.exp(-np.clip(rows @ beta, -30, 30)))
        gradient = rows.T @ (weight * (chance - true)) + penalty * beta
        curve = weight * np.maximum(chance * (1 - chance), 1e-6)
        step = np.linalg.solve((rows * curve[:, None]).T @ rows + np.diag(penalty + 1e-9), gradient)
        beta -= step
        if np.abs(step).max() < 1e-6:
            break
    weights = beta[:-1] / spread
    return weights, float(beta[-1] - weights @ mean)


def cross_validate(examples: list[Example]) -> None:
    import score

    threshold = shipped_weights().threshold
    found: dict[str, list[dict[str, float]]] = {name: [] for name in SETS}
    for held in range(FOLDS):
        weights, bias = fit([example for example in examples if example.fold != held])
        for example in examples:
            if example.fold == held:
                odds = drawn_together(example.reading, list(example.evidence @ weights + bias))
                kept = [
                    b.text for b, odd in zip(example.reading.blocks, odds, strict=True) if odd > threshold
                ]
                found[example.name].append(score.score_page(example.truth, {"text": "\n\n".join(kept)}))
    for name, rows in found.items():
        figures = {key: [row[key] for row in rows if key in row] for key in ("P", "R", "F1", "must_not_have")}
        print(name, *(f"{key}={sum(values) / len(values):.4f}" for key, values in figures.items() if values))


def write(weights: np.ndarray, bias: float) -> None:
    shares = dict(zip((*NAMES, *MARKS), weights, strict=True))
    lines = [
        "# What each piece of evidence weighs, in log-odds: fitted by logistic regression on the words of real pages",
        "# (bench/fit_article.py says how). Above `threshold` a block is article text.",
        f"bias = {bias:.3f}",
        f"threshold = {shipped_weights().threshold}",
        "",
        "[evidence]",
        *(f'"{name}" = {shares[name]:.3f}' for name in NAMES),
        "",
        "[markup]",
        *(f'"{name}" = {shares[name]:.3f}' for name in MARKS),
    ]
    (ROOT / "extractors" / "article" / "weights.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
