"""What became of one run: the figures that a command ends with."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from extractors.model import GOOD, Run
from storage.instants import instant, maybe_instant

MAX_REASONS = 20
MAX_FAILURES = 200  # told at the end of a run; the table `outcomes` has them all


@dataclass(frozen=True, slots=True)
class Failure:
    """One URL of a run that could not be had."""

    source_id: str
    url: str
    stage: str
    status: str
    detail: str


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run with its counts of outcomes by (stage, status), and its failures, those of feeds first.

    `rejections`: why pages were rejected, digits as "N", with how many; the most frequent first.
    `failed_sources`: sources of which a feed failed, or every page that was asked for.
    """

    run: Run
    counts: dict[tuple[str, str], int]
    failures: tuple[Failure, ...]
    failed_sources: tuple[str, ...]
    rejections: tuple[tuple[str, int], ...] = ()


def run_summary(con: duckdb.DuckDBPyConnection, run_id: str) -> RunSummary | None:
    """The summary of a run that is stored, or None."""
    row = con.execute(
        "SELECT run_id, command, epoch_us(started_at), epoch_us(finished_at), status, articles_new, "
        "articles_updated, errors FROM runs WHERE run_id = ?",
        [run_id],
    ).fetchone()
    if row is None:
        return None
    run = Run(row[0], row[1], instant(row[2]), maybe_instant(row[3]), *row[4:])
    counted = con.execute(
        "SELECT stage, status, count(*) FROM outcomes WHERE run_id = ? GROUP BY ALL ORDER BY count(*) DESC",
        [run_id],
    ).fetchall()
    counts = {(stage, status): count for stage, status, count in counted}
    if (GOOD - {"rejected"}).issuperset(status for _, status in counts):
        return RunSummary(run, counts, failures=(), failed_sources=())
    good = sorted(GOOD)
    failures = con.execute(
        """
        SELECT source_id, url, stage, status, coalesce(detail, '') FROM outcomes
        WHERE run_id = ? AND NOT list_contains(?, status) ORDER BY stage <> 'feed', source_id, url LIMIT ?
        """,
        [run_id, good, MAX_FAILURES],
    ).fetchall()
    failed = con.execute(
        """
        SELECT source_id FROM outcomes WHERE run_id = ? GROUP BY source_id
        HAVING bool_or(stage IN ('feed', 'sitemap', 'archive') AND NOT list_contains(?, status))
          OR coalesce(
            bool_and(NOT list_contains(?, status)) FILTER (stage NOT IN ('feed', 'sitemap', 'archive')), false)
        ORDER BY source_id
        """,
        [run_id, good, good],
    ).fetchall()
    rejections = con.execute(
        """
        SELECT regexp_replace(coalesce(detail, ''), '[0-9][0-9,.]*', 'N', 'g') AS reason, count(*) FROM outcomes
        WHERE run_id = ? AND status = 'rejected' AND stage NOT IN ('feed', 'sitemap', 'archive')
        GROUP BY reason ORDER BY count(*) DESC, reason LIMIT ?
        """,
        [run_id, MAX_REASONS],
    ).fetchall()
    return RunSummary(
        run,
        counts,
        tuple(Failure(*each) for each in failures),
        tuple(source_id for (source_id,) in failed),
        tuple(rejections),
    )
