"""One kept page as WARC records (ISO 28500), and back: a response, and metadata with what its feed said of it.

The body is kept unpacked, under the headers that say so; it is packed again, with its record, by gzip.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import uuid
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastwarc.warc import ArchiveIterator, WarcRecord

from extractors.model import KeptPage, Validators
from storage.entries import entry_json, entry_of
from storage.errors import StorageError

GZIP_LEVEL = 6  # 3 ms for a page of 100 KB; level 9 takes twice as long for 1 % less
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_NAMESPACE = uuid.UUID("5c1b4a0e-6f0e-5d0a-9d2c-9a3f5f6f0b51")


def file_head() -> bytes:
    """What a file begins with."""
    payload = b"software: presswatch\r\nformat: WARC File Format 1.1\r\n"
    fields = {
        "WARC-Type": "warcinfo",
        "WARC-Record-ID": f"<{uuid.uuid5(_NAMESPACE, 'presswatch').urn}>",
        "WARC-Date": "2026-01-01T00:00:00Z",
        "Content-Type": "application/warc-fields",
    }
    return _packed(_record(fields, payload))


def page_records(page: KeptPage) -> bytes:
    """The page's two records, each packed by itself, so that either can be read alone."""
    at = page.fetched_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    name = uuid.uuid5(_NAMESPACE, f"{page.url} {at}").urn
    shared = {"WARC-Date": at, "WARC-Target-URI": page.url}
    response = {"WARC-Type": "response", "WARC-Record-ID": f"<{name}>"} | shared
    response["WARC-Payload-Digest"] = f"sha1:{_sha1(page.body)}"
    response["Content-Type"] = "application/http; msgtype=response"
    metadata = {
        "WARC-Type": "metadata",
        "WARC-Record-ID": f"<{uuid.uuid5(_NAMESPACE, name).urn}>",
        "WARC-Concurrent-To": f"<{name}>",
        "Content-Type": "application/json",
    } | shared
    return _packed(_record(response, _http(page))) + _packed(_record(metadata, _facts(page)))


def read_page(file: Path, offset: int, length: int) -> KeptPage:
    """The page whose records are at this place. `StorageError` where there is none."""
    try:
        with file.open("rb") as stream:
            stream.seek(offset)
            data = stream.read(length)
        records = _records_of(data)
    except OSError as error:
        raise StorageError(f"{file}: can't read a page: {error.strerror or error}") from error
    if len(records) != 2:
        raise StorageError(f"{file}: no page at {offset:,}")
    (response, body), (_, facts) = records
    try:
        return _page_of(response, body, json.loads(facts))
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{file}: no page at {offset:,}: {error}") from error


def _page_of(response: WarcRecord, body: bytes, told: dict[str, Any]) -> KeptPage:
    headers = response.http_headers
    return KeptPage(
        link=told["link"],
        url=response.headers.get("WARC-Target-URI") or told["link"],
        body=body,
        content_type=headers.get("Content-Type") or "",
        fetched_at=datetime.fromisoformat(str(response.headers.get("WARC-Date"))),
        source_id=told["source_id"],
        validators=Validators(headers.get("ETag") or "", headers.get("Last-Modified") or ""),
        entry=entry_of(json.dumps(told["entry"])) if told["entry"] else None,
    )


def _records_of(data: bytes) -> list[tuple[WarcRecord, bytes]]:
    found = []
    for record in ArchiveIterator(io.BytesIO(data), parse_http=True):
        payload = record.reader.read(record.content_length) if record.content_length else b""
        record.freeze()
        found.append((record, payload))
    return found


def _http(page: KeptPage) -> bytes:
    fields = {
        "Content-Type": page.content_type,
        "ETag": page.validators.etag,
        "Last-Modified": page.validators.last_modified,
        "Content-Length": str(len(page.body)),
    }
    return f"HTTP/1.1 200 OK\r\n{_lines(fields)}\r\n".encode("utf-8", "replace") + page.body


def _facts(page: KeptPage) -> bytes:
    entry = json.loads(entry_json(page.entry)) if page.entry else None
    return json.dumps(
        {"link": page.link, "source_id": page.source_id, "entry": entry}, ensure_ascii=True
    ).encode()


def _record(fields: dict[str, str], payload: bytes) -> bytes:
    head = f"WARC/1.1\r\n{_lines(fields | {'Content-Length': str(len(payload))})}\r\n"
    return head.encode("utf-8", "replace") + payload + b"\r\n\r\n"


def _lines(fields: dict[str, str]) -> str:
    return "".join(f"{name}: {_CONTROLS.sub(' ', value)}\r\n" for name, value in fields.items() if value)


def _sha1(payload: bytes) -> str:
    """In base 32, as tools for web archives write it."""
    return base64.b32encode(hashlib.sha1(payload, usedforsecurity=False).digest()).decode()


def _packed(record: bytes) -> bytes:
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, 31)
    return packer.compress(record) + packer.flush()
