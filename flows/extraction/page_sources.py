"""Which source of the config a page belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.model import Source
from extractors.urls import registrable_domain


class SiteSources:
    """The sources of a config by their sites."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._by_site: dict[str, set[Source]] = {}
        for source in sources:
            for address in (*source.feeds, *source.sitemaps):
                self._by_site.setdefault(registrable_domain(address), set()).add(source)

    def of(self, url: str) -> Source | None:
        """The source whose feeds or sitemaps are on the site of `url`; None where there are several."""
        found = self._by_site.get(registrable_domain(url), set())
        return next(iter(found)) if len(found) == 1 else None
