"""WARC file -> the pages in it, one at a time; damage is stepped over."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, cast

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from extractors.errors import DecodeFailed, SourceError, TooLarge
from extractors.urls import web_url
from extractors.warc.bodies import plain_body

MAX_PACKED_SHARE = (
    4  # a body on the wire may have this many times the bytes that it may have unpacked: chunks, no gain
)
MAX_DAMAGES = 1_000  # of one file; more are no damage but another kind of file
_HTML = re.compile(r"\s*(?:text/html|application/xhtml\+xml)\b", re.IGNORECASE)
_MEMBER = b"\x1f\x8b\x08"  # where a record may begin: a gzip member, RFC 1952


@dataclass(frozen=True, slots=True)
class WarcPage:
    """One page as it was captured. `fetched_at` is None where the record says nothing readable."""

    url: str
    body: bytes
    content_type: str
    fetched_at: datetime | None
    position: int  # of its record, bytes from the beginning of the file as it is


@dataclass(slots=True)
class Census:
    """What was met in a file. `others`: redirects, errors, pictures ...; `unwanted`: pages that nobody asked for;
    `damages`: places that could not be read."""

    records: int = 0
    pages: int = 0
    others: int = 0
    unwanted: int = 0
    damages: int = 0
    complaint: str = ""  # what was wrong at the last of these places

    def in_words(self) -> str:
        """ "1,200 records: 90 pages, 100 of other kinds, 1,010 of no source"."""
        parts = [f"{self.pages:,} pages"]
        parts += [f"{self.others:,} of other kinds"] if self.others else []
        parts += [f"{self.unwanted:,} of no source"] if self.unwanted else []
        parts += [f"{self.damages:,} damaged places ({self.complaint})"] if self.damages else []
        return f"{self.records:,} records: {', '.join(parts)}"


def read_pages(
    stream: BinaryIO, *, max_bytes: int, wants: Callable[[str], bool], census: Census
) -> Iterator[WarcPage | SourceError]:
    """The pages in a WARC file, packed or not: responses with status 200 and HTML, of addresses that are wanted.

    A page that can't be unpacked or has more than `max_bytes` comes as its error. The file is read from where it
    stands. Raises OSError where the disk fails, and for nothing that is in the file.
    """
    for record in _records(stream, census):
        census.records += 1
        if not _is_page(record):
            census.others += 1
            continue
        url = _address(record)
        if url is None or not wants(url):
            census.unwanted += 1
            continue
        try:
            page = _page(record, url, max_bytes)
        except SourceError as error:
            yield error
        else:
            census.pages += 1
            yield page


def _is_page(record: WarcRecord) -> bool:
    if not record.is_http_parsed or record.http_headers.status_code != 200:
        return False
    kind = record.http_headers.get("Content-Type") or record.headers.get("WARC-Identified-Payload-Type") or ""
    return not kind or _HTML.match(kind) is not None


def _address(record: WarcRecord) -> str | None:
    """Some writers of WARC 1.0 put the address in angle brackets, as its grammar has it."""
    return web_url("", (record.headers.get("WARC-Target-URI") or "").strip().strip("<>"))


def _page(record: WarcRecord, url: str, max_bytes: int) -> WarcPage:
    headers = record.http_headers
    length = record.content_length
    if length > max_bytes * MAX_PACKED_SHARE:
        raise TooLarge(url, f"{length:,} bytes")
    try:
        body = record.reader.read(length) if length else b""
    except OSError as error:
        raise DecodeFailed(url, f"the record can't be read: {error}") from None
    if len(body) < length:
        raise DecodeFailed(url, "the record is cut short")
    body = plain_body(
        body, headers.get("Transfer-Encoding") or "", headers.get("Content-Encoding") or "", url, max_bytes
    )
    if len(body) > max_bytes:
        raise TooLarge(url, f"more than {max_bytes:,} bytes")
    return WarcPage(url, body, headers.get("Content-Type") or "", _time_of(record), record.stream_pos)


def _time_of(record: WarcRecord) -> datetime | None:
    at = cast("datetime | None", record.record_date)  # None for a date that is missing or none
    if at is None:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _records(stream: BinaryIO, census: Census) -> Iterator[WarcRecord]:
    """The responses; behind a place that can't be read, from the next record on that can."""
    place: int | None = stream.tell()
    while place is not None:
        stream.seek(place)
        try:
            for record in ArchiveIterator(
                stream, record_types=WarcRecordType.response, parse_http=True, strict_mode=False
            ):
                place = record.stream_pos
                yield record
        except OSError as error:
            census.damages += 1
            census.complaint = str(error)[:100]
            place = _next_member(stream, place + 1) if census.damages < MAX_DAMAGES else None
        else:
            return


def _next_member(stream: BinaryIO, place: int) -> int | None:
    """Where the next packed record begins, at `place` or behind it; None where there is none."""
    step = 1 << 16
    while True:
        stream.seek(place)
        block = stream.read(step)
        at = block.find(_MEMBER)
        while at >= 0:
            if _begins_record(stream, place + at):
                return place + at
            at = block.find(_MEMBER, at + 1)
        if len(block) < step:
            return None
        place += step - len(_MEMBER) + 1


def _begins_record(stream: BinaryIO, place: int) -> bool:
    stream.seek(place)
    try:
        return zlib.decompressobj(31).decompress(stream.read(1024), 5) == b"WARC/"
    except zlib.error:
        return False
