"""What became of a backfill, in words and numbers for people and programs."""

from __future__ import annotations

from collections.abc import Iterator

from extractors.model import GOOD
from flows.backfill.request import BackfillResult, SourceShare
from flows.exits import Exit
from flows.moments import span

DOCUMENTS = frozenset(("feed", "sitemap", "archive"))  # stages of what lists articles, and is none
PAGE_S = 0.05  # of one process for one page: what a page costs at least, where no host asks for a pause


def summary_rows(result: BackfillResult) -> list[tuple[str, int]]:
    """What is worth a line each: what was met, what became of it, rejected by reason, failures by kind."""
    tally = result.tally
    rows = [
        ("links found", tally.found),
        ("known", tally.known),
        ("named more than once", tally.repeated),
        ("waiting for another try", tally.waiting),
        ("of another time", tally.outside),
        ("on another site", tally.elsewhere),
        ("of no source", result.unmatched + result.of_others),
    ]
    rows = [row for row in rows if row[1] or row[0] in ("links found", "known")]
    return rows + list(_outcome_rows(result))


def _outcome_rows(result: BackfillResult) -> Iterator[tuple[str, int]]:
    if result.summary is None:
        return
    counts = result.summary.counts
    yield "articles new", result.summary.run.articles_new
    yield "articles updated", result.summary.run.articles_updated
    for (stage, status), count in counts.items():
        if stage not in DOCUMENTS and status in GOOD and status not in ("stored", "updated", "rejected"):
            yield status.replace("_", " "), count
    for reason, count in result.summary.rejections:
        yield f"rejected: {reason}", count
    for (stage, status), count in counts.items():
        if status not in GOOD:
            yield f"{stage}s failed: {status.replace('_', ' ')}", count
    if result.waiting:
        yield "batches waiting in the spool", result.waiting


def headline(result: BackfillResult) -> str:
    """The backfill in one line."""
    if result.run_id is None:
        return _rehearsed(result)
    if result.summary is None:
        return (
            f"Backfill {result.run_id}: the database is held by another program; what was fetched waits there"
        )
    run = result.summary.run
    took_s = (run.finished_at - run.started_at).total_seconds() if run.finished_at else 0.0
    more = "; the same command carries on" if result.stopped or result.limit_reached else ""
    return (
        f"Backfill {run.run_id} {run.status} in {span(took_s)}: {run.articles_new:,} new, "
        f"{result.tally.known:,} known, {run.errors:,} errors{more}"
    )


def _rehearsed(result: BackfillResult) -> str:
    what = f"{result.tally.wanted:,} pages would be "
    takes = f"in about {span(seconds_of(result))}"
    if result.route == "warc":
        return f"{what}extracted {takes}; nothing was kept"
    return f"{what}fetched {takes} at the polite pace; nothing was kept"


def seconds_of(result: BackfillResult) -> float:
    """How long a rehearsed backfill would take: its slowest host, hosts being asked side by side; but no less than
    extraction takes."""
    slowest = max((share.seconds for share in result.shares), default=0.0)
    return max(slowest, result.tally.wanted * PAGE_S / max(1, result.workers))


def as_record(result: BackfillResult) -> dict[str, object]:
    """The same for a program."""
    tally, summary = result.tally, result.summary
    record: dict[str, object] = {
        "run_id": result.run_id,
        "command": f"backfill {result.route}",
        "found": tally.found,
        "known": tally.known,
        "repeated": tally.repeated,
        "waiting": tally.waiting,
        "outside": tally.outside,
        "elsewhere": tally.elsewhere,
        "unmatched": result.unmatched,
        "of_others": result.of_others,
    }
    if result.run_id is None:
        return record | {
            "dry_run": True,
            "to_fetch": tally.wanted,
            "seconds": round(seconds_of(result), 1),
            "sources": [_share_record(share) for share in result.shares],
        }
    return record | {
        "status": summary.run.status if summary else "waiting",
        "new": summary.run.articles_new if summary else 0,
        "updated": summary.run.articles_updated if summary else 0,
        "rejected": dict(summary.rejections) if summary else {},
        "failed": {
            f"{stage}:{status}": count
            for (stage, status), count in (summary.counts.items() if summary else ())
            if status not in GOOD
        },
        "failed_sources": list(summary.failed_sources) if summary else [],
        "left": [{"source_id": s.source_id, "why": s.in_vain} for s in result.shares if s.in_vain],
        "batches_waiting": result.waiting,
    }


def _share_record(share: SourceShare) -> dict[str, object]:
    return {
        "source_id": share.source_id,
        "found": share.tally.found,
        "known": share.tally.known,
        "outside": share.tally.outside,
        "to_fetch": share.tally.wanted,
        "seconds": round(share.seconds, 1),
        "examples": list(share.examples),
    }


def exit_code(result: BackfillResult) -> Exit:
    """DONE; PARTLY when a source failed, a link has no source, or rows wait; FAILED when no host was reached."""
    if result.network_down:
        return Exit.FAILED
    if result.mishaps or result.unmatched or any(share.in_vain for share in result.shares):
        return Exit.PARTLY
    if result.run_id is None:
        return Exit.DONE
    if result.waiting or result.summary is None or result.summary.failed_sources:
        return Exit.PARTLY
    return Exit.DONE
