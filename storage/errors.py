"""What can go wrong between us and the database file. Every message is one line that a person can act on."""

from __future__ import annotations


class StorageError(Exception):
    """The database, its spool or its published copy can't be used as asked; the message says why, in one line."""


class DatabaseBusy(StorageError):
    """Somebody else has the live file and kept it for longer than we wait. Nothing is lost: try again later."""


def one_line(error: BaseException, limit: int = 300) -> str:
    """The first line of an error's message, which for DuckDB and the operating system carries the cause."""
    text = str(error).strip().splitlines()
    first = text[0].strip() if text else type(error).__name__
    return first if len(first) <= limit else first[: limit - 1] + "…"
