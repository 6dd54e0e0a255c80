"""What is asked for: sources, watchlists, and how to fetch, extract and keep."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """One outlet, as the config names it."""

    id: str
    name: str
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    language: str | None = None  # ISO 639-1
    timezone: str | None = None  # IANA name, for dates that carry no offset
    tags: tuple[str, ...] = ()
    protect: tuple[str, ...] = ()  # lines never taken for boilerplate, compared folded
    drop: tuple[str, ...] = ()  # lines always taken for boilerplate, compared folded


@dataclass(frozen=True, slots=True)
class Watchlist:
    """What somebody watches for: any of these, all of those, none of the others."""

    id: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """`fetch:` of the config; what each means is said there and in docs/configuration.md."""

    user_agent: str = "presswatch (+https://example.org/about-our-crawler)"
    timeout_s: float = 20.0
    max_bytes: int = 10_000_000
    max_redirects: int = 5
    max_entries: int = 500
    per_host_connections: int = 2
    per_host_delay_s: float = 0.5
    concurrency: int = 64
    respect_robots: bool = True
    allow_networks: tuple[str, ...] = ()  # CIDRs


@dataclass(frozen=True, slots=True)
class ExtractSettings:
    """`extract:` of the config, with "auto" already resolved to a number of processes."""

    workers: int = 2
    timeout_s: float = 15.0


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """`archive:` of the config: where pages are kept as they were fetched, in files of `rotate_bytes`, and for how
    many days; None for ever."""

    folder: Path
    rotate_bytes: int = 1_000_000_000
    keep_days: int | None = None
