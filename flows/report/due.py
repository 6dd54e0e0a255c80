"""Press reviews by schedule: which one is due, and writing it.

A review is of the last moment of the schedule that has come, whatever time it is by then. Asked after each round, it is
written once, and late rather than never; those that nobody was there for are not made up for.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.report.period import ReportPlan
from flows.schedule import last_moment

PATIENCE = timedelta(hours=1)  # with a copy that is older than the moment: publishing may have a slower pace
PATTERN = "press-review-????-??-??T????Z.html"


def due_review(plan: ReportPlan, published: Path, now: datetime) -> Path | None:
    """Where the review that is due at `now` (aware) is to be written; None where it is there, or is to wait."""
    until = last_moment(plan.schedule, now)
    path = plan.folder / f"press-review-{until.astimezone(UTC):%Y-%m-%dT%H%MZ}.html"
    try:
        is_fresh = published.stat().st_mtime >= until.timestamp()
    except OSError:  # nothing is published yet
        return None
    return None if path.exists() or not (is_fresh or now - until > PATIENCE) else path


def write_due_review(
    plan: ReportPlan, published: Path, watchlists: tuple[str, ...], now: datetime
) -> Path | None:
    """Write the review that is due; its path, or None where none is. Reviews older than `plan.keep` are deleted.

    `watchlists`: those of the config, told of where the plan names none. OSError or `StorageError` when it can't be
    done, and then it is due still.
    """
    path = due_review(plan, published, now)
    if path is None:
        return None
    from flows.report.writing import review, write_page
    from storage.review.records import ReportRequest

    until = last_moment(plan.schedule, now)
    request = ReportRequest(until - plan.since, until, plan.watchlists or watchlists, bool(plan.watchlists))
    html = review(published, request, now).html
    plan.folder.mkdir(parents=True, exist_ok=True)
    write_page(html, path)
    _drop_older(plan, now)
    return path


def _drop_older(plan: ReportPlan, now: datetime) -> None:
    if plan.keep is None:
        return
    for old in plan.folder.glob(PATTERN):
        with suppress(OSError):
            if old.stat().st_mtime < (now - plan.keep).timestamp():
                old.unlink()
