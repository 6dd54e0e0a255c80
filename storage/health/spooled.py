"""What waits beside the database, and the room that is left on its disk."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage.health.records import Disk

# A publish holds a second copy beside the one that is read, and an outage some days of spool: docs/health.md.
LEAST_FREE_BYTES = 1_000_000_000
COPIES = 2


@dataclass(frozen=True, slots=True)
class Waiting:
    """Batches in the spool, their size on disk, and when the oldest of them was put there."""

    batches: int = 0
    broken: int = 0
    bytes: int = 0
    oldest_at: datetime | None = None


def spooled(database: Path) -> tuple[int, int]:
    """How many batches wait in the spool beside `database`, and how many were set aside as broken."""
    found = waiting(database)
    return found.batches, found.broken


def waiting(database: Path) -> Waiting:
    """What waits in the spool beside `database`; nothing where there is none. Batches may go meanwhile."""
    folder = database.with_name(database.name + ".spool")
    batches, size, oldest_s = 0, 0, None
    for batch in _children(folder):
        if not batch.name[0].isdigit():
            continue
        batches += 1
        size += sum(_size(file) for file in _children(batch))
        made_s = _made_s(batch)
        if made_s is not None and (oldest_s is None or made_s < oldest_s):
            oldest_s = made_s
    oldest_at = datetime.fromtimestamp(oldest_s, UTC) if oldest_s is not None else None
    return Waiting(batches, len(_children(folder / "broken")), size, oldest_at)


def disks(database: Path, published: Path) -> tuple[Disk, ...]:
    """The room on the disks of the live file and of the copy: one where they share it."""
    needed = max(LEAST_FREE_BYTES, COPIES * file_bytes(database))
    found: dict[int, Disk] = {}
    for path in (database, published):
        folder = _nearest_folder(path.absolute().parent)
        found.setdefault(folder.stat().st_dev, Disk(str(folder), shutil.disk_usage(folder).free, needed))
    return tuple(found.values())


def file_bytes(path: Path) -> int:
    """The size of a file, 0 where there is none."""
    return _size(path)


def _children(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _made_s(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def _nearest_folder(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder
