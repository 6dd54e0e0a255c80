"""What became of a round, in words and numbers for people."""

from __future__ import annotations

from extractors.model import GOOD
from flows.rounds.round import RoundResult


def summary_rows(result: RoundResult) -> list[tuple[str, int]]:
    """What is worth a line each: feeds, articles by what became of them, failures by kind."""
    rows = [
        ("feeds polled", result.feeds_polled),
        ("articles new", result.run.articles_new),
        ("articles updated", result.run.articles_updated),
    ]
    shown = {"stored"}
    order = [status for status in result.counts if status in GOOD and status not in shown]
    order += [status for status in result.counts if status not in GOOD]
    rows += [(status.replace("_", " "), result.counts[status]) for status in order if result.counts[status]]
    if result.waiting:
        rows.append(("batches waiting in the spool", result.waiting))
    return rows


def exit_code(result: RoundResult) -> int:
    """0 done; 1 done, but some sources failed or rows wait in the spool; 3 nothing could be reached at all."""
    if result.network_down:
        return 3
    return 1 if result.run.errors or result.failures or result.waiting else 0
