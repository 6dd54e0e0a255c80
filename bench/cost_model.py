"""What an article, a feed and a day cost, from the runs of `make bench`, and what foretold is worth.

    python bench/cost_model.py [bench/results/newsweb.json]

A round costs its start, each poll and each article. The three are fitted on the large and the quiet round, and held
against a round over a quarter of the feeds. Prints Markdown for docs/performance.md.
"""

from __future__ import annotations

import json
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QUIET_FEEDS = 1_000
DAY_S = 86_400
POLLS_A_DAY = 62  # of one feed at its learned pace: 0.43 of the 144 of fixed ten minutes (docs/polling.md)
ARTICLES_A_DAY = 20  # of one feed
ROUNDS_A_DAY = 144  # every ten minutes
BUSY = 0.7  # of a core, so that a round has ended when the next one is due


@dataclass(frozen=True)
class Model:
    """CPU seconds of a round's start, of one poll with nothing new, and of one article from fetch to commit."""

    start_s: float
    poll_s: float
    article_s: float

    def round_s(self, polls: float, articles: float) -> float:
        return self.start_s + polls * self.poll_s + articles * self.article_s

    def day_s(self, feeds: float, articles: float) -> float:
        return ROUNDS_A_DAY * self.start_s + feeds * POLLS_A_DAY * self.poll_s + articles * self.article_s


def model_of(median: dict[str, float]) -> Model:
    """Fitted on what was measured."""
    start = median["cold: CPU s"]
    poll = (median["quiet: CPU s"] - start) / QUIET_FEEDS
    return Model(start, poll, (median["round: CPU s"] - start) / median["round: articles"])


def report(median: dict[str, float], feeds: int) -> str:
    """The model in words, and what it foretells."""
    model = model_of(median)
    foretold = model.round_s(feeds / 4, median["check: articles"])
    measured = median["check: CPU s"]
    disk = median["round: database bytes an article"]
    lines = [
        "| what | CPU |",
        "| --- | ---: |",
        f"| starting a round | {model.start_s:.2f} s |",
        f"| a poll with nothing new | {model.poll_s * 1000:.2f} ms |",
        f"| an article, from its fetch to its commit | {model.article_s * 1000:.1f} ms |",
        (
            f"| a day of 1,000 feeds, {ARTICLES_A_DAY} articles each, polled {POLLS_A_DAY} times each | "
            f"{model.day_s(1_000, 1_000 * ARTICLES_A_DAY) / 60:.0f} min |"
        ),
        f"| a day of 50,000 feeds, 1,000,000 articles | {model.day_s(50_000, 1e6) / 3_600:.1f} h |",
        "",
        (
            f"Foretold for a round over {feeds // 4} feeds with {median['check: articles']:.0f} articles: {foretold:.1f} s; "
            f"measured: {measured:.1f} s ({foretold / measured - 1:+.0%})."
        ),
        "",
        (
            f"A million articles a day are {model.day_s(50_000, 1e6) / DAY_S / BUSY:.1f} cores that are busy "
            f"{BUSY:.0%} of the time. In the database an article of that web takes {disk / 1000:.1f} kB with its link and outcome."
        ),
    ]
    return "\n".join(lines)


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "bench" / "results" / "newsweb.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    median = {name: statistics.median(values) for name, values in data["runs"].items()}
    print(report(median, 40))


if __name__ == "__main__":
    main()
