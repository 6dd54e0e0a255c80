"""Records as Arrow tables: the columns of the spool's Parquet files.

Every table begins with `batch_id` and `row` (the place in its batch, from 0), by which the committer orders what
came in. Text is made storable here, at the door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from extractors.model import ArticleVersion, Link, Provenance, Record, Run
from extractors.urls import identity
from storage.arrow import pa
from storage.entries import entry_json
from storage.instants import in_utc
from storage.text import storable

TEXTS = pa.list_(pa.string())
TIME = pa.timestamp("us", tz="UTC")
PROVENANCE = pa.struct(
    [(name, TEXTS if name == "losers" else pa.string()) for name in Provenance.__dataclass_fields__]
)
REMOVED = pa.list_(pa.struct([("text", pa.string()), ("reason", pa.string()), ("position", pa.int32())]))

Column = tuple[str, Any, Callable[[Any], object]]


def _same(name: str, kind: Any) -> Column:
    return (name, kind, lambda item: getattr(item, name))


def _columns(**kinds: Any) -> tuple[Column, ...]:
    return tuple(_same(name, kind) for name, kind in kinds.items())


def _provenance(version: ArticleVersion) -> dict[str, object]:
    return {name: getattr(version.provenance, name) for name in Provenance.__dataclass_fields__}


def _removed(version: ArticleVersion) -> list[dict[str, object]]:
    return [{"text": r.text, "reason": r.reason, "position": r.position} for r in version.removed]


VERSIONS: tuple[Column, ...] = (
    *_columns(
        article_id=pa.int64(), source_id=pa.string(), url=pa.string(), canonical_url=pa.string(),
        title=pa.string(), authors=TEXTS, published_at=TIME, modified_at=TIME, language=pa.string(),
        text=pa.string(), word_count=pa.int32(), section=pa.string(), tags=TEXTS, image_url=pa.string(),
        paywalled=pa.bool_(), feed_url=pa.string(), first_seen_at=TIME, fetched_at=TIME, content_hash=pa.int64(),
    ),
    ("removed", REMOVED, _removed),
    ("provenance", PROVENANCE, _provenance),
    ("link_hash", pa.int64(), lambda version: identity(version.url)),
)  # fmt: skip

LINKS: tuple[Column, ...] = (
    *_columns(
        link_hash=pa.int64(), source_id=pa.string(), url=pa.string(), feed_url=pa.string(), state=pa.string(),
        fingerprint=pa.int64(), first_seen_at=TIME, updated_at=TIME, article_id=pa.int64(),
    ),
    ("etag", pa.string(), lambda link: link.validators.etag),
    ("last_modified", pa.string(), lambda link: link.validators.last_modified),
    *_columns(attempts=pa.int32(), next_try_at=TIME),
    ("entry", pa.string(), lambda link: _pending_entry(link)),
)  # fmt: skip

FEEDS: tuple[Column, ...] = (
    *_columns(feed_url=pa.string(), source_id=pa.string()),
    ("etag", pa.string(), lambda feed: feed.validators.etag),
    ("last_modified", pa.string(), lambda feed: feed.validators.last_modified),
    *_columns(
        last_polled_at=TIME, next_poll_at=TIME, poll_interval_s=pa.int32(), consecutive_failures=pa.int32(),
        last_status=pa.string(), state=pa.string(), failing_since=TIME, fetch_url=pa.string(),
        moved_to=pa.string(), moved_count=pa.int32(), newest_entry_at=TIME, entries_per_day=pa.float64(),
    ),
)  # fmt: skip

KINDS: Mapping[str, tuple[Column, ...]] = {
    "versions": VERSIONS,
    "outcomes": _columns(
        run_id=pa.string(), source_id=pa.string(), url=pa.string(), stage=pa.string(), status=pa.string(),
        detail=pa.string(), http_status=pa.int32(), bytes=pa.int64(), elapsed_ms=pa.int32(), at=TIME,
        article_id=pa.int64(),
    ),
    "links": LINKS,
    "feeds": FEEDS,
    "sightings": _columns(
        source_id=pa.string(), digest=pa.int64(), sample=pa.string(), article_id=pa.int64(), at=TIME
    ),
    "mentions": _columns(
        article_id=pa.int64(), watchlist_id=pa.string(), term=pa.string(), start_char=pa.int32(),
        end_char=pa.int32(), in_title=pa.bool_(),
    ),
    "robots": _columns(
        origin=pa.string(), http_status=pa.int32(), body=pa.string(), fetched_at=TIME, expires_at=TIME
    ),
    "gaps": _columns(
        feed_url=pa.string(), from_at=TIME, to_at=TIME, estimated_articles=pa.int32(), reason=pa.string()
    ),
    "fingerprints": _columns(
        article_id=pa.int64(), content_hash=pa.int64(), spacing=pa.int32(), keys=pa.list_(pa.int32()),
        agency=pa.string(),
    ),
    "rematches": _columns(article_id=pa.int64(), content_hash=pa.int64(), watchlist_ids=TEXTS),
    "watched": _columns(watched=pa.int64()),
    "runs": _columns(
        run_id=pa.string(), command=pa.string(), started_at=TIME, finished_at=TIME, status=pa.string(),
        articles_new=pa.int32(), articles_updated=pa.int32(), errors=pa.int32(),
    ),
}  # fmt: skip
OF_RECORD = ("runs", "watched")  # no lists of rows


def record_tables(
    record: Record, runs: Sequence[Run] = (), based_on: Mapping[int, int] | None = None
) -> dict[str, Any]:
    """An Arrow table for each kind of row that the record has any of.

    `based_on` gives, by article_id, the content_hash of the stored version that a version was made from.
    """
    items: dict[str, Sequence[object]] = {
        name: getattr(record, name) for name in KINDS if name not in OF_RECORD
    }
    items["runs"] = runs
    items["watched"] = (record,) if record.watched is not None and record.versions else ()
    tables = {name: _table(record.batch_id, rows, KINDS[name]) for name, rows in items.items() if rows}
    if "versions" in tables:
        hashes = [(based_on or {}).get(version.article_id) for version in record.versions]
        tables["versions"] = tables["versions"].append_column("based_on", pa.array(hashes, pa.int64()))
    return tables


def _table(batch_id: str, rows: Sequence[object], columns: tuple[Column, ...]) -> Any:
    arrays = {name: _array(map(value, rows), kind) for name, kind, value in columns}
    place = {
        "batch_id": pa.array([batch_id] * len(rows), pa.string()),
        "row": pa.array(range(len(rows)), pa.int32()),
    }
    return pa.table(place | arrays)


def _array(values: Iterable[object], kind: Any) -> Any:
    if not (pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_floating(kind)):
        values = map(_storable, values)
    return pa.array(list(values), kind)


def _storable(value: object) -> object:
    """The value with its text storable and its instants in UTC, whatever it is nested in."""
    if value is None:  # most often so, and a `match` looks at all else first
        return None
    match value:
        case str():
            return storable(value)
        case datetime():
            return in_utc(value)
        case tuple() | list():
            return [_storable(item) for item in value]
        case dict():
            return {name: _storable(item) for name, item in value.items()}
        case _:
            return value


def _pending_entry(link: Link) -> str | None:
    return entry_json(link.entry) if link.entry is not None and link.state == "pending" else None
