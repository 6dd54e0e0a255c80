"""Many values as one parameter of a statement."""

from __future__ import annotations

import json
from collections.abc import Sequence

from storage.text import storable


def as_json(values: Sequence[object]) -> str:
    """The values as a JSON array, for `unnest(from_json(?, '["BIGINT"]'))`.

    A Python list as a parameter costs DuckDB 0.1 ms for each of its values; this way 1,000 of them cost under 1 ms.
    """
    return storable(json.dumps(list(values), ensure_ascii=False))
