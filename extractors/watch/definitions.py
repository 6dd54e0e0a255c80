"""Watchlists told apart: has one changed since stored articles were matched by it?"""

from __future__ import annotations

import json
from collections.abc import Iterable

from extractors.model import Watchlist
from extractors.urls import hash64


def definition_of(watchlist: Watchlist) -> str:
    """Its terms as JSON. The order within a clause, and a term written twice, make no difference."""
    clauses = {"any": watchlist.any, "all": watchlist.all, "none": watchlist.none}
    return json.dumps({name: sorted(set(terms)) for name, terms in clauses.items()}, ensure_ascii=False)


def watched_hash(watchlists: Iterable[Watchlist]) -> int:
    """The signed 64-bit hash of all of them together, whatever their order."""
    return hash64(json.dumps(sorted((each.id, definition_of(each)) for each in watchlists)))
