"""How each finding about the pipeline's health is said, the same wherever it is shown. Nothing here is escaped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flows.moments import ago, minute, span
from flows.schedule import Schedule, next_moment
from flows.terminal import counted, size_text
from storage.health import Disk, FailingFeed, GapLine, QuietSource, StatusReport, TemplateChange

NETWORK_DOWN = (
    "the last round reached no host: is this machine's own network down? Nothing was counted against feeds"
)
BARS = "▁▂▃▄▅▆▇█"
MISSED_ROUNDS = (
    3  # of the schedule, until rounds are said to be overdue: one may be skipped, and one may be long
)
ROUND_SLACK = timedelta(minutes=5)


def overdue(report: StatusReport, schedule: Schedule, now: datetime) -> str | None:
    """That rounds have stopped, when the schedule has asked for several since the last one; None when not."""
    if not report.runs:
        return None
    last = max(run.finished_at or run.started_at for run in report.runs)
    due = last
    for _ in range(MISSED_ROUNDS):
        due = next_moment(schedule, due)
    if now <= due + ROUND_SLACK:
        return None
    return f"the last round ended {ago(last, now)}: is `presswatch serve` running?"


def why_failing(feed: FailingFeed) -> str:
    """ "http_5xx: 503 Service Unavailable"."""
    status = "gone" if feed.state == "gone" else feed.last_status
    return f"{status}: {feed.detail}" if feed.detail else status


def quiet_text(quiet: QuietSource) -> str:
    """ "0 articles in 24 h, 31.5 usual"."""
    return f"{counted(quiet.articles, 'article')} in {hours_text(quiet.window_h)}, {quiet.expected:g} usual"


def hours_text(hours: int) -> str:
    """ "12 h", "4 days"."""
    return f"{hours} h" if hours <= 48 else f"{hours // 24} days"


_SIGNS: dict[str, tuple[str, Callable[[float], str], str]] = {
    "shorter": ("articles are shorter", "{:,.0f}".format, " words"),
    "longer": ("articles are longer", "{:,.0f}".format, " words"),
    "undated": ("dates are missing", "{:.0%}".format, ""),
    "unsigned": ("authors are missing", "{:.0%}".format, ""),
    "removed": ("more is taken out", "{:g}".format, " lines"),
    "rejected": ("pages are no articles", "{:.0%}".format, ""),
}


def change_text(change: TemplateChange) -> str:
    """ "articles are shorter: 120 words, before 410 to 520"."""
    what, said, unit = _SIGNS[change.sign]
    low, high = said(change.low), said(change.high)
    return f"{what}: {said(change.now)}{unit}, before {high if low == high else f'{low} to {high}'}"


def gap_text(gap: GapLine) -> str:
    """ "about 12 articles from 2026-11-22 04:00 to 2026-11-23 09:00: rolled over between two polls"."""
    missed = counted(gap.estimated_articles, "article")
    return f"about {missed} from {minute(gap.from_at)} to {minute(gap.to_at)}: {gap.reason}"


def disk_text(disk: Disk) -> str:
    """ "2.1 GB free in /srv/news, 5.0 GB are needed"."""
    return f"{size_text(disk.free_bytes)} free in {disk.folder}, {size_text(disk.needed_bytes)} are needed"


def facts(report: StatusReport, now: datetime) -> list[tuple[str, str]]:
    """What is said of everything in one line each, with a name for each line."""
    said = [
        ("articles", f"{report.articles:,}, {report.articles_24h:,} of them in the last day"),
        ("per hour", _per_hour(report)),
        ("lag", _lag(report)),
        ("feeds", _feeds(report)),
        ("waiting", _waiting(report, now)),
        ("files", _files(report)),
        ("gaps", _gaps(report)),
    ]
    return [(name, text) for name, text in said if text]


def _per_hour(report: StatusReport) -> str:
    if not any(report.hourly):
        return ""
    most = max(report.hourly)
    bars = "".join(BARS[round(count / most * (len(BARS) - 1))] for count in report.hourly)
    mean = sum(report.hourly) / len(report.hourly)
    return f"{bars} {report.hourly[-1]:,} in the last hour, {mean:.1f} on average"


def _lag(report: StatusReport) -> str:
    if report.lag_s is None or report.lag_p95_s is None:
        return ""
    return f"seen {span(report.lag_s)} after publication (median), 95 % within {span(report.lag_p95_s)}"


def _feeds(report: StatusReport) -> str:
    states = ((report.feeds_ok, "ok"), (report.feeds_failing, "failing"), (report.feeds_gone, "gone"))
    told = [f"{count:,} {state}" for count, state in states if count or state == "ok"]
    return f"{report.feeds:,}: " + ", ".join(told)


def _waiting(report: StatusReport, now: datetime) -> str:
    batches = counted(report.batches_waiting, "batch", "batches")
    if report.batches_waiting and report.oldest_batch_at:
        batches += f" ({size_text(report.spool_bytes)}, the oldest {ago(report.oldest_batch_at, now)})"
    broken = f", {report.batches_broken:,} set aside as broken" if report.batches_broken else ""
    return f"{batches} in the spool{broken}, {counted(report.pages_pending, 'page')} to be tried again"


def _files(report: StatusReport) -> str:
    live, published = size_text(report.live_bytes), size_text(report.published_bytes)
    low = [disk for disk in report.disks if disk.is_low]
    room = disk_text(low[0]) if low else f"{size_text(report.free_bytes)} free"
    return f"live {live}, published {published}, {room}"


def _gaps(report: StatusReport) -> str:
    if not report.gaps_7d:
        return ""
    return f"{report.gaps_7d:,}: about {counted(report.missed_7d, 'article')} missed in the last 7 days"
