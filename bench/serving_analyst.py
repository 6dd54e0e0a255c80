"""An analyst at the published copy while rounds replace it: a line of JSON for each look, until stdin is closed.

    python bench/serving_analyst.py news.duckdb (held|anew)

`held`: one connection for the whole session, which must see what it saw at first, to the last character. `anew`: a
connection for each look, in which nothing that was seen before may be missing or older. (In one process the second
would be given the file of the first.)
"""

from __future__ import annotations

import json
import select
import sys
import time
from contextlib import suppress
from typing import Any

import duckdb

EVERY_S = 3.0
TEXTS = "SELECT count(*), sum(length(text)), bit_xor(hash(text)) FROM articles"
VERSIONS = "SELECT article_id, max(version) FROM article_versions GROUP BY ALL"


def main(path: str, way: str) -> None:
    con = opened(path)
    first: Any = None
    while not select.select([sys.stdin], [], [], EVERY_S)[0]:
        if way == "anew":
            con.close()
            con = opened(path)
        began = time.perf_counter()
        texts = con.execute(TEXTS).fetchone()
        seen = dict(con.execute(VERSIONS).fetchall())
        took_s = time.perf_counter() - began
        if way == "held":
            wrong = int(first is not None and first != (texts, seen))
            first = first or (texts, seen)
        else:
            wrong = sum(version > seen.get(article, 0) for article, version in (first or {}).items())
            first = seen
        print(json.dumps({"took_s": round(took_s, 3), "articles": len(seen), "wrong": wrong}), flush=True)


def opened(path: str) -> duckdb.DuckDBPyConnection:
    """A connection; before the first round there is nothing to open."""
    while True:
        with suppress(duckdb.IOException):
            return duckdb.connect(path, read_only=True)
        time.sleep(0.5)


if __name__ == "__main__":
    main(*sys.argv[1:])
