"""How often the published copy is made: a copy costs what the database is large, so a large one is made less often.

What is known of a copy is noted beside it, so that who asks whether it has to be made or indexed anew need not open it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.notes import read_note, write_note


@dataclass(frozen=True, slots=True)
class Pace:
    """`every_s`: seconds from one copy to the next at least; 0: a copy after every change.

    `max_share`: the most of the time that may go into publishing, over 0 and at most 1. At 0.1 a copy that took 20
    seconds is followed by none for 200.
    """

    every_s: float = 0.0
    max_share: float = 0.1


@dataclass(frozen=True, slots=True)
class LastCopy:
    """When the published copy was made, and the seconds that went into it.

    `changes`: `storage.changes.changes_in` of it; `articles`: `storage.holding.Holding.name` of it; each as far as it
    is known.
    """

    at: datetime
    cost_s: float
    changes: int | None = None
    articles: str | None = None


def due_at(last: LastCopy, pace: Pace) -> datetime:
    """The moment from which the next copy may be made."""
    return last.at + timedelta(seconds=max(pace.every_s, last.cost_s / pace.max_share))


def is_due(last: LastCopy | None, pace: Pace, now: datetime) -> bool:
    """Whether a copy may be made at `now`; so it may where nothing is known, or where the clock was set back."""
    return last is None or now < last.at or now >= due_at(last, pace)


def note_of(published: Path) -> Path:
    """Where it is noted when the copy was made: a small file beside it, which may be lost."""
    return published.with_name(f".{published.name}.made")


def read_last(published: Path) -> LastCopy | None:
    """What is noted of the copy; None where there is no copy, or no note that can be read."""
    if not published.exists():
        return None
    try:
        noted = read_note(note_of(published))
        is_that = noted.get("copy") == file_mark(published)
        return LastCopy(
            datetime.fromisoformat(noted["at"]).astimezone(UTC),
            float(noted["cost_s"]),
            int(noted["changes"]) if is_that and noted.get("changes") is not None else None,
            str(noted["articles"]) if is_that and noted.get("articles") is not None else None,
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def file_mark(path: Path) -> list[int]:
    """What tells a file from another, or from itself after a change: the same list, the same content. Raises
    `OSError`."""
    told = path.stat()
    return [told.st_ino, told.st_size, told.st_mtime_ns]


def note_last(published: Path, last: LastCopy) -> None:
    """Note it. Raises `OSError`."""
    noted = {
        "at": last.at.isoformat(),
        "cost_s": round(last.cost_s, 3),
        "changes": last.changes,
        "articles": last.articles,
        "copy": file_mark(published) if published.exists() else None,
    }
    write_note(note_of(published), noted)
