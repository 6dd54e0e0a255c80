"""Which source an address belongs to, by the sites that the sources are on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from urllib.parse import urlsplit

from extractors.model import Source
from extractors.urls import host_of, registrable_domain


class Belonging:
    """The sources by their sites: those of their feeds and sitemaps, and `seen`, the origins of the pages that were
    met so far, by source id."""

    def __init__(self, sources: Sequence[Source], seen: Mapping[str, tuple[str, ...]]) -> None:
        self._seen = seen
        self._sites: dict[str, frozenset[str]] = {}
        self._by_site: dict[str, list[Source]] = {}
        for source in sources:
            addresses = (*source.feeds, *source.sitemaps, *seen.get(source.id, ()))
            self._sites[source.id] = frozenset(filter(None, map(registrable_domain, addresses)))
            for site in self._sites[source.id]:
                self._by_site.setdefault(site, []).append(source)

    def of(self, url: str) -> tuple[Source, ...]:
        """The sources on the site of `url`: none, one, or several that share it."""
        return tuple(self._by_site.get(registrable_domain(url), ()))

    def is_on_site(self, source: Source, url: str) -> bool:
        """Whether `url` is on a site of the source."""
        return registrable_domain(url) in self._sites[source.id]

    def origins(self, source: Source) -> tuple[str, ...]:
        """Where the source's robots.txt files may be: where most of its pages are, then where its feeds are."""
        seen = self._seen.get(source.id, ())[:3]
        return seen or tuple(dict.fromkeys(map(_origin, source.feeds)))

    def test_for(self, source: Source) -> partial[bool]:
        """`is_on_site` for one source."""
        return partial(self.is_on_site, source)


def _origin(url: str) -> str:
    return f"{urlsplit(url).scheme}://{host_of(url)}"
