"""The search index, after a publish. It is derived data: whatever is wrong with it, a round has done its job."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from storage.errors import StorageError
from storage.indexed import is_indexed

log = logging.getLogger(__name__)

ROUND_MOST = (
    20_000  # articles indexed at the end of one round: about 30 s of CPU; the others in the next rounds
)


def refresh_search(
    published: Path, most: int | None = ROUND_MOST, told: Callable[[str], None] = log.info
) -> None:
    """Bring the index beside the published copy up to date, as far as `most` articles go."""
    if is_indexed(published):
        return
    from storage.search import index_folder, update_search

    try:
        updated = update_search(published, index_folder(published), most=most, told=told)
    except (StorageError, OSError) as error:
        log.warning("the search index is not up to date: %s", error)
        return
    if updated.waiting:
        log.info("%s articles are not indexed for search yet; the next rounds do it", f"{updated.waiting:,}")
