"""The state of things as metrics, in the text exposition format of Prometheus (version 0.0.4).

Written to be collected from a file (node_exporter's textfile collector) or by whatever runs the command: the values
are those of the published copy, and each series is a gauge. Names and what they mean are listed in docs/health.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flows.safe_text import safe_text
from storage.health import StatusReport, sources_health

Labels = Mapping[str, str]
Sample = tuple[Labels, float]
RUN_STATUSES = ("running", "done", "failed", "stopped")


@dataclass(frozen=True, slots=True)
class Metric:
    """One gauge: its name without the prefix, what it says, and its samples. One without samples is not written."""

    name: str
    help: str
    samples: Sequence[Sample]


def exposition(report: StatusReport, published: Path) -> str:
    """All metrics as text; it ends with a line feed, as the format asks for."""
    return "".join(_written(metric) for metric in metrics(report, published) if metric.samples)


def metrics(report: StatusReport, published: Path) -> Iterator[Metric]:
    """Every metric that there is something to say of; some may have no sample now."""
    yield from _totals(report)
    yield from _last_run(report)
    yield from _findings(report)
    yield from _sources(published)


def _totals(report: StatusReport) -> Iterator[Metric]:
    yield _one("published_timestamp_seconds", "When the published copy was made.", report.published_at)
    yield _one("polled_timestamp_seconds", "The last poll of any feed that the copy knows of.", report.as_of)
    yield _one("articles", "Articles stored, each counted once.", report.articles)
    yield _one(
        "articles_last_day", "Articles first seen in the 24 hours before the last poll.", report.articles_24h
    )
    last_hour = report.hourly[-1] if report.hourly else None
    yield _one(
        "articles_last_hour", "Articles that rounds found in the hour before the last poll.", last_hour
    )
    yield _one(
        "lag_median_seconds",
        "From publication to first sight, of the last day's articles: median.",
        report.lag_s,
    )
    yield _one("lag_p95_seconds", "The same: 95th percentile.", report.lag_p95_s)
    states = (("ok", report.feeds_ok), ("failing", report.feeds_failing), ("gone", report.feeds_gone))
    yield Metric("feeds", "Feeds by state.", [({"state": state}, float(count)) for state, count in states])
    yield _one("pages_pending", "Pages that failed and are tried again.", report.pages_pending)
    batches = (("waiting", report.batches_waiting), ("broken", report.batches_broken))
    yield Metric(
        "spool_batches",
        "Batches in the spool: waiting to be stored, or set aside as broken.",
        [({"state": state}, float(count)) for state, count in batches],
    )
    yield _one("spool_bytes", "Size of the batches that wait.", report.spool_bytes)
    yield _one(
        "spool_oldest_timestamp_seconds", "When the oldest waiting batch was made.", report.oldest_batch_at
    )
    files = (("live", report.live_bytes), ("published", report.published_bytes))
    yield Metric("file_bytes", "Size of the database files.", [({"file": f}, float(n)) for f, n in files])
    for name, said, values in (
        ("disk_free_bytes", "Bytes free on the disks of our files.", [d.free_bytes for d in report.disks]),
        ("disk_needed_bytes", "Bytes that must be free there.", [d.needed_bytes for d in report.disks]),
    ):
        folders = [{"folder": disk.folder} for disk in report.disks]
        yield Metric(name, said, list(zip(folders, map(float, values), strict=True)))
    yield _one("network_down", "Whether the last round reached no host at all.", report.network_down)
    yield _one("gaps_last_week", "Gaps of feeds that ended in the last seven days.", report.gaps_7d)
    yield _one("missed_articles_last_week", "Articles probably missed in them.", report.missed_7d)


def _last_run(report: StatusReport) -> Iterator[Metric]:
    if not report.runs:
        return
    last = report.runs[0]
    yield _one("last_run_start_timestamp_seconds", "When the last run began.", last.started_at)
    yield _one("last_run_end_timestamp_seconds", "When it ended.", last.finished_at)
    samples = [({"status": status}, float(last.status == status)) for status in RUN_STATUSES]
    yield Metric("last_run_status", "How the last run ended: 1 for its status.", samples)
    yield _one("last_run_articles_new", "Articles that it stored for the first time.", last.articles_new)
    yield _one("last_run_articles_updated", "Articles that it stored anew.", last.articles_updated)
    yield _one("last_run_errors", "Its URLs that did not go well.", last.errors)


def _findings(report: StatusReport) -> Iterator[Metric]:
    yield Metric(
        "feed_failing_since_timestamp_seconds",
        "Feeds that fail or are gone, and since when.",
        [
            (
                {"feed": f.feed_url, "source": f.source_id, "state": f.state, "status": f.last_status},
                f.failing_since.timestamp() if f.failing_since else math.nan,
            )
            for f in report.failing
        ],
    )
    yield Metric(
        "source_quiet_expected_articles",
        "Sources gone quiet: articles usual in the hours in which there were next to none.",
        [({"source": q.source_id, "hours": str(q.window_h)}, q.expected) for q in report.quiet],
    )
    yield Metric(
        "source_template_changed",
        "Sources whose pages have changed, by sign: the figure of their last articles.",
        [({"source": c.source_id, "sign": c.sign}, c.now) for c in report.changed],
    )


def _sources(published: Path) -> Iterator[Metric]:
    health = sources_health(published)
    for name, said, field in (
        ("source_articles_last_day", "Articles of each source first seen in the last day.", "articles_24h"),
        ("source_articles_usual_per_day", "Articles a day in the four weeks before.", "usual_per_day"),
    ):
        samples = [
            ({"source": source_id}, float(getattr(known, field)))
            for source_id, known in sorted(health.items())
        ]
        yield Metric(name, said, samples)


def _one(name: str, said: str, value: datetime | float | None) -> Metric:
    if value is None:
        return Metric(name, said, ())
    return Metric(name, said, [({}, value.timestamp() if isinstance(value, datetime) else float(value))])


# ---------------------------------------------------------------------------------------------------- the format


def _written(metric: Metric) -> str:
    name = f"presswatch_{metric.name}"
    lines = [f"# HELP {name} {_escaped(metric.help)}", f"# TYPE {name} gauge"]
    lines += [f"{name}{_labels(labels)} {_number(value)}" for labels, value in metric.samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_quoted(value)}"' for name, value in labels.items()) + "}"


def _quoted(value: str) -> str:
    """A label's value: whatever a config or a site put there stays on its line and in its quotes."""
    return _escaped(safe_text(value)).replace('"', r"\"")


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value.is_integer() else repr(value)
