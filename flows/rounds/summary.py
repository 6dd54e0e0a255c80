"""What became of a round, in words and numbers for people."""

from __future__ import annotations

from extractors.model import GOOD
from flows.exits import Exit
from flows.rounds.round import RoundResult


def summary_rows(result: RoundResult) -> list[tuple[str, int]]:
    """What is worth a line each: feeds, articles by what became of them, failures by kind."""
    rows = [("feeds polled", result.feeds_polled)]
    if result.summary is not None:
        run, counts = result.summary.run, result.summary.counts
        rows += [
            ("feeds not modified", counts.get(("feed", "not_modified"), 0)),
            ("articles new", run.articles_new),
            ("articles updated", run.articles_updated),
        ]
        told = {("feed", "not_modified"), ("page", "stored"), ("page", "updated")}
        rest = {key: count for key, count in counts.items() if key not in told and key[0] != "feed"}
        rows += [
            (f"{stage}s {status.replace('_', ' ')}", n)
            for (stage, status), n in rest.items()
            if status in GOOD
        ]
        rows += [
            (f"{stage}s failed: {status.replace('_', ' ')}", n)
            for (stage, status), n in counts.items()
            if status not in GOOD
        ]
    if result.waiting:
        rows.append(("batches waiting in the spool", result.waiting))
    return rows


def headline(result: RoundResult) -> str:
    """The round in one line."""
    if result.summary is None:
        return f"Round {result.run_id}: the database is held by another program; what was fetched waits"
    run = result.summary.run
    took_s = (run.finished_at - run.started_at).total_seconds() if run.finished_at else 0.0
    return (
        f"Round {run.run_id} {run.status} in {took_s:.1f} s: {run.articles_new} new, "
        f"{run.articles_updated} updated, {run.errors} errors"
    )


def as_record(result: RoundResult) -> dict[str, object]:
    """The same for a program."""
    summary = result.summary
    return {
        "run_id": result.run_id,
        "status": summary.run.status if summary else "waiting",
        "feeds_polled": result.feeds_polled,
        "articles_new": summary.run.articles_new if summary else 0,
        "articles_updated": summary.run.articles_updated if summary else 0,
        "errors": summary.run.errors if summary else 0,
        "outcomes": [
            {"stage": stage, "status": status, "count": count}
            for (stage, status), count in (summary.counts.items() if summary else ())
        ],
        "failed_sources": list(summary.failed_sources) if summary else [],
        "waiting": result.waiting,
        "published": result.published,
    }


def _label(stage: str, status: str) -> str:
    return f"{stage}s {status.replace('_', ' ')}"


def exit_code(result: RoundResult) -> Exit:
    """DONE; PARTLY when a source failed or rows wait in the spool; FAILED when nothing could be reached at all."""
    if result.network_down:
        return Exit.FAILED
    if result.mishaps or result.waiting or result.summary is None or result.summary.failed_sources:
        return Exit.PARTLY
    return Exit.DONE
