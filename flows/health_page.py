"""The health of the pipeline as a page of Markdown: the artifact of the nightly run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flows.maintain import UpkeepResult
from flows.moments import minute, span
from flows.safe_text import safe_text
from flows.terminal import size_text
from storage.health import StatusReport, status_report


def health_page(database: Path, published: Path, results: Sequence[UpkeepResult]) -> str:
    """What was done, how much there is, which feeds fail, which sources have gone quiet."""
    report = status_report(database, published)
    as_of = (
        f"As of {minute(report.published_at)} UTC." if report.published_at else "Nothing is published yet."
    )
    parts = [
        "# Health",
        as_of,
        _table(("tonight", ""), [(r.name, f"**failed**: {r.told}" if r.failed else r.told) for r in results]),
        _table(("now", ""), _facts(report)),
    ]
    if report.failing:
        rows = [
            (f.feed_url, f.state, f.last_status, minute(f.failing_since) if f.failing_since else "")
            for f in report.failing
        ]
        parts += ["## Feeds that fail", _table(("feed", "state", "why", "since"), rows)]
    if report.quiet:
        quiet = [(q.source_id, q.articles_24h, f"{q.usual_per_day:.0f}") for q in report.quiet]
        parts += ["## Sources gone quiet", _table(("source", "last day", "usual"), quiet)]
    return "\n\n".join(parts) + "\n"


def _facts(report: StatusReport) -> list[tuple[str, object]]:
    feeds = f"{report.feeds_ok:,} ok, {report.feeds_failing:,} failing, {report.feeds_gone:,} gone"
    facts: list[tuple[str, object]] = [
        ("articles", f"{report.articles:,}, {report.articles_24h:,} of them in the last day"),
        ("feeds", feeds),
        ("waiting", f"{report.batches_waiting:,} batches, {report.pages_pending:,} pages to be tried again"),
        ("set aside as broken", f"{report.batches_broken:,} batches"),
        ("disk", f"live {size_text(report.live_bytes)}, {size_text(report.free_bytes)} free"),
    ]
    if report.lag_s is not None:
        facts.append(("seen after publication", f"{span(report.lag_s)} (median)"))
    if report.gaps_7d:
        facts.append(("missed in 7 days", f"about {report.missed_7d:,} articles in {report.gaps_7d:,} gaps"))
    return facts


def _table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(value: object) -> str:
    """Text from the web can't end a cell, nor be a link, an image or a tag."""
    text = safe_text(str(value))
    for mark in "\\|<>[]`":
        text = text.replace(mark, f"&#{ord(mark)};")
    return text
