"""Response headers -> values that are safe to keep. Nothing in here believes a server."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from extractors.model import Validators

MAX_VALIDATOR_CHARS = 1_024  # a longer one makes every later request fail at servers with a limit on headers
MAX_RETRY_AFTER_S = 86_400  # a day: nobody means to be asked again in a year
MAX_AGE_S = 31_536_000  # a year, as RFC 9111 has it as the longest that makes sense
_SENDABLE = re.compile(r"[\x20-\x7e]+")
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,18})", re.IGNORECASE)


def read_fields(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Header lines by lower-case name. Of a repeated header the first counts, but Content-Encoding and
    Cache-Control, which are lists, are joined."""
    fields: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1").strip()
        if name not in fields:
            fields[name] = value
        elif name in ("content-encoding", "cache-control"):
            fields[name] += f", {value}"
    return fields


def read_validators(fields: Mapping[str, str]) -> Validators:
    """ETag and Last-Modified of an answer, less what must not be sent back."""
    return sendable(Validators(fields.get("etag", ""), fields.get("last-modified", "")))


def sendable(validators: Validators) -> Validators:
    """Validators that can't break a request: printable ASCII of a sane length, the others dropped.

    An oversized or non-ASCII ETag, once stored, makes every later request of that feed fail.
    """
    return Validators(_kept(validators.etag), _kept(validators.last_modified))


def read_retry_after_s(fields: Mapping[str, str], now: datetime) -> int | None:
    """Retry-After (RFC 9110, 10.2.3) in seconds from `now`, 0 to a day; both forms, seconds and a date."""
    value = fields.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(int(value[:12]), MAX_RETRY_AFTER_S)
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        seconds = (aware - now).total_seconds()
    except OverflowError:
        return None
    return max(0, min(round(seconds), MAX_RETRY_AFTER_S))


def read_max_age_s(fields: Mapping[str, str]) -> int | None:
    """max-age of Cache-Control, at most a year; None without one, or where the answer says not to rely on it."""
    value = fields.get("cache-control", "").lower()
    found = _MAX_AGE.search(value)
    if found is None or "no-cache" in value or "no-store" in value:
        return None
    return min(int(found[1]), MAX_AGE_S)


def read_length(fields: Mapping[str, str]) -> int | None:
    """Content-Length, as far as it is one number."""
    value = fields.get("content-length", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def _kept(value: str) -> str:
    return value if len(value) <= MAX_VALIDATOR_CHARS and _SENDABLE.fullmatch(value) else ""
