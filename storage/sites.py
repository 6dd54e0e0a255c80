"""Where the pages of each source are, as its links tell: feeds often stand on another host than their articles."""

from __future__ import annotations

from storage.connection import LiveFile

MAX_SITES = 20  # of one source: a few subdomains; what comes behind them are other sites that a feed links to
MIN_SHARE = 0.02  # of a source's links


def known_sites(live: LiveFile) -> dict[str, tuple[str, ...]]:
    """The origins (https://www.example.org) of each source's links, those of most links first.

    The database must have been migrated.
    """
    with live.opened() as con:
        rows = con.execute(
            """
            WITH counted AS (
              SELECT source_id, regexp_extract(url, '^https?://[^/?#]+') AS origin, count(*) AS links
              FROM links GROUP BY ALL
            )
            SELECT source_id, origin FROM counted WHERE origin <> ''
            QUALIFY links >= ? * sum(links) OVER (PARTITION BY source_id)
              AND row_number() OVER (PARTITION BY source_id ORDER BY links DESC, origin) <= ?
            ORDER BY source_id, links DESC, origin
            """,
            [MIN_SHARE, MAX_SITES],
        ).fetchall()
    sites: dict[str, tuple[str, ...]] = {}
    for source_id, origin in rows:
        sites[source_id] = (*sites.get(source_id, ()), origin)
    return sites
