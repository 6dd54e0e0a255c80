"""What has been told to whom: kept beside the database, and not in it, since the database may be the trouble.

Each entry is one condition for one address. It is written before anything is sent, so that nothing is lost, and
again after it has been taken, so that nothing is told twice; a process that dies in between tells it once more.
The pure part decides; `Ledger` reads and writes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flows.notices.conditions import Condition
from flows.notices.settings import Kind
from storage.locking import file_lock
from storage.whole_file import whole_file

WITHOUT_END: frozenset[Kind] = frozenset(("gap",))  # it has been, and is not over one day
# What is judged by a threshold may come and go at it: it is over when it has been away for so long.
REST: dict[Kind, timedelta] = {"source_quiet": timedelta(hours=6), "template_changed": timedelta(hours=6)}


@dataclass(frozen=True, slots=True)
class Entry:
    """One condition and one address (`target`, a hash). `gone_at`: since when it is not met any more; `ended_at`:
    that it is over; `told_at`, `over_told_at`: that the address has taken the word of it."""

    kind: Kind
    subject: str
    target: str
    text: str
    began_at: datetime
    told_at: datetime | None = None
    gone_at: datetime | None = None
    ended_at: datetime | None = None
    over_told_at: datetime | None = None

    @property
    def is_due(self) -> bool:
        """Whether there is something to tell: that it is, that it was, or that it is over."""
        return self.told_at is None or (
            self.ended_at is not None and self.over_told_at is None and self.kind not in WITHOUT_END
        )


def updated(
    entries: Sequence[Entry],
    found: Sequence[Condition],
    targets: Sequence[str],
    judged: Collection[Kind],
    now: datetime,
) -> tuple[Entry, ...]:
    """The entries after a look that found `found`; kinds that were not `judged` stay as they are.

    What is new has an entry for each target, what is met no more comes to its end, and what has been told to its
    end, or to an address that the config names no more, goes.
    """
    met = {(each.kind, each.subject): each for each in found}
    kept = [
        _looked_at(entry, met.get((entry.kind, entry.subject)), now) if entry.kind in judged else entry
        for entry in entries
        if entry.target in targets
    ]
    known = {(entry.kind, entry.subject, entry.target) for entry in kept if entry.ended_at is None}
    new = [
        Entry(each.kind, each.subject, target, each.text, each.since)
        for each in found
        if each.kind in judged
        for target in targets
        if (each.kind, each.subject, target) not in known
    ]
    return tuple(entry for entry in (*kept, *new) if entry.ended_at is None or entry.is_due)


def _looked_at(entry: Entry, met: Condition | None, now: datetime) -> Entry:
    if entry.ended_at is not None:
        return entry
    if met is not None:
        return replace(entry, gone_at=None, text=met.text if entry.told_at is None else entry.text)
    gone_at = entry.gone_at or now
    rested = now - gone_at >= REST.get(entry.kind, timedelta(0))
    return replace(entry, gone_at=gone_at, ended_at=gone_at if rested else None)


def told(entry: Entry, now: datetime) -> Entry:
    """The entry after its address has taken what was due of it."""
    return replace(
        entry,
        told_at=entry.told_at or now,
        over_told_at=now if entry.ended_at is not None else None,
    )


@dataclass(frozen=True, slots=True)
class Ledger:
    """The file of a database's notices. One process at a time has it (`open`)."""

    path: Path
    lock_timeout_s: float = 10.0

    @classmethod
    def beside(cls, database: Path) -> Ledger:
        return cls(database.with_name(database.name + ".notices.json"))

    @contextmanager
    def opened(self) -> Iterator[tuple[tuple[Entry, ...], Callable[[Sequence[Entry]], None]]]:
        """The entries, and how to write others in their place. `OSError`, `StorageError` where that can't be."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with file_lock(self.path.with_name(f".{self.path.name}.lock"), self.lock_timeout_s):
            yield self.read(), self._write

    def read(self) -> tuple[Entry, ...]:
        """The entries; none where there is no file, or none that can be read: then all is told once more."""
        try:
            rows = json.loads(self.path.read_text("utf-8"))["notices"]
            return tuple(_entry(row) for row in rows)
        except (OSError, ValueError, KeyError, TypeError):
            return ()

    def _write(self, entries: Sequence[Entry]) -> None:
        """All or nothing, and on the disk before this returns."""
        text = json.dumps({"notices": [_row(entry) for entry in entries]}, indent=1, ensure_ascii=True)
        with whole_file(self.path, mode=0o600) as unfinished:
            unfinished.write_text(text + "\n", encoding="utf-8")


def _row(entry: Entry) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(entry).items()
        if value is not None
    }


def _entry(row: dict[str, Any]) -> Entry:
    values: dict[str, Any] = {
        name: datetime.fromisoformat(value) if name.endswith("_at") else value for name, value in row.items()
    }
    return Entry(**values)
