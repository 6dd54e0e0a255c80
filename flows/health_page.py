"""The health of the pipeline as a page of Markdown: the artifact of the nightly run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from flows.health.page import escaped, health_markdown, table
from flows.maintain import UpkeepResult
from storage.health import status_report


def health_page(
    database: Path, published: Path, results: Sequence[UpkeepResult], now: datetime | None = None
) -> str:
    """What was done, and how all is (`flows.health.page`)."""
    done = [f"| {escaped(r.name)} | {'**failed**: ' if r.failed else ''}{escaped(r.told)} |" for r in results]
    tonight = "\n".join([table(("tonight", "what was done"), ()), *done])
    health = health_markdown(status_report(database, published), now or datetime.now(UTC))
    return "\n\n".join(["# Health", tonight, health])
