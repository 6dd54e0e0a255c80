"""Pages saved as files, and the list of them that `extract --batch` reads."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

GZIP_MAGIC = b"\x1f\x8b"
NO_ADDRESS = "https://page.invalid/"  # stands for the address of a page that came without one (RFC 2606)


class UnreadableError(Exception):
    """A saved page that can't be had, and why: "no such file", "not a whole gzip file"."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the input. `id` is given back as it came; `error` says why there is no page to read."""

    id: str | int | None
    url: str = ""
    file: str = ""
    fetched_at: datetime | None = None
    error: str | None = None


def read_saved(stream: IO[bytes], max_bytes: int) -> bytes:
    """The page in `stream`, unpacked where it is gzip, whatever it is called.

    Raises `UnreadableError` for a broken one and for one of more than `max_bytes`; no more than that is unpacked.
    """
    data = stream.read(max_bytes + 1)
    if data[:2] == GZIP_MAGIC:
        data = _unpacked(data, max_bytes)
    if len(data) > max_bytes:
        raise UnreadableError(f"larger than {max_bytes:,} bytes")
    return data


def _unpacked(data: bytes, max_bytes: int) -> bytes:
    """Every member of a gzip file, as gzip itself does, up to one byte over `max_bytes`."""
    parts: list[bytes] = []
    left = max_bytes + 1
    while data[:2] == GZIP_MAGIC and left > 0:
        member = zlib.decompressobj(wbits=31)
        try:
            part = member.decompress(data, left)
        except zlib.error as error:
            raise UnreadableError(f"not a whole gzip file: {str(error).split(': ')[-1]}") from None
        parts.append(part)
        left -= len(part)
        if left > 0 and not member.eof:
            raise UnreadableError("not a whole gzip file: it ends early")
        data = member.unused_data
    return b"".join(parts)


def read_file(file: str, folder: Path, max_bytes: int) -> bytes:
    """The page saved as `file`: beside the list in `folder`, or where the working folder has it."""
    path = folder / file
    try:
        with (path if path.exists() else Path(file)).open("rb") as stream:
            return read_saved(stream, max_bytes)
    except OSError as error:
        raise UnreadableError((error.strerror or str(error)).lower()) from None
    except ValueError as error:  # a name with a NUL
        raise UnreadableError(str(error)) from None


def read_lines(lines: Iterable[bytes]) -> Iterator[Asked]:
    """What each line asks for; a line that can't be understood says so in `error`. Empty lines are passed over."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _asked(line, number)


def _asked(line: bytes, number: int) -> Asked:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Asked(None, error=f"line {number} of the input: not JSON: {str(error)[:100]}")
    if not isinstance(values, dict):
        return Asked(None, error=f"line {number} of the input: expected an object")
    page_id = values.get("id")
    if isinstance(page_id, bool) or not isinstance(page_id, str | int):
        return Asked(None, error=f"line {number} of the input: id: expected a text or a number")
    url, file = values.get("url") or NO_ADDRESS, values.get("file")
    if not isinstance(url, str):
        return Asked(page_id, error=f"line {number} of the input: url: expected a text")
    if not isinstance(file, str) or not file:
        return Asked(page_id, error=f"line {number} of the input: file: expected a text")
    try:
        fetched_at = _moment(values.get("fetched_at"))
    except ValueError:
        return Asked(page_id, error=f"line {number} of the input: fetched_at: expected a time in ISO 8601")
    return Asked(page_id, url, file, fetched_at)


def _moment(value: Any) -> datetime | None:
    """A time in ISO 8601, in UTC where it has no offset."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError(value)
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
