"""The state of things as a page of Markdown: the artifact that a round leaves in Prefect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flows.health.words import NETWORK_DOWN, change_text, facts, gap_text, quiet_text, why_failing
from flows.moments import ago, minute
from flows.safe_text import safe_text
from storage.health import StatusReport

MOST = 50  # rows of a table: a page that a browser shows at once, of 20 KB with the longest addresses
MARKS = "\\|<>[]`*_~@"


def health_markdown(report: StatusReport, now: datetime) -> str:
    """All that `presswatch status` tells, the first 50 of each list."""
    as_of = (
        f"As of {minute(report.published_at)} UTC." if report.published_at else "Nothing is published yet."
    )
    parts = [as_of]
    if report.network_down:
        parts.append(f"**Network**: {escaped(NETWORK_DOWN)}")
    parts.append(table(("what", "how it is"), facts(report, now)))
    failing = [
        (f.feed_url, f.source_id, why_failing(f), ago(f.failing_since, now), f.consecutive_failures)
        for f in report.failing
    ]
    parts += _section("Feeds that fail", ("feed", "source", "why", "since", "tries"), failing)
    quiet = [(q.source_id, quiet_text(q), ago(q.last_article_at, now)) for q in report.quiet]
    parts += _section("Sources gone quiet", ("source", "how quiet", "last article"), quiet)
    changed = [(c.source_id, change_text(c), c.articles) for c in report.changed]
    parts += _section("Pages changed", ("source", "how", "of the last"), changed)
    gaps = [(g.source_id or g.feed_url, gap_text(g)) for g in report.gaps]
    parts += _section("Gaps of the last 7 days", ("source", "what was missed"), gaps)
    return "\n\n".join(parts) + "\n"


def _section(title: str, names: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    if not rows:
        return []
    more = [f"And {len(rows) - MOST:,} more."] if len(rows) > MOST else []
    return [f"## {title}", table(names, rows[:MOST]), *more]


def table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table; whatever is in its cells stays in them."""
    lines = [names, ["---"] * len(names), *([escaped(str(cell)) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def escaped(text: str) -> str:
    """Text from the web that can't end a cell, nor be a link, an image, a tag, or emphasis."""
    safe = safe_text(text).replace("&", "&amp;")
    for mark in MARKS:
        safe = safe.replace(mark, f"&#{ord(mark)};")
    return safe.replace("://", "&#58;//").replace("www.", "www&#46;")  # no address is a link by itself
