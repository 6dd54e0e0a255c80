"""Prefect's server, and the way to the sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from extractors.errors import AddressBlocked, ConnectionFailed, SourceError, TimedOut, TlsFailed
from extractors.model import FetchSettings, Request, Source
from extractors.urls import host_of
from extractors.web.client import WebClient
from flows.doctor.findings import Finding, fail, ok, warn
from flows.tracking import prefect_api_url, server_answers

TRIED = 3  # sources; when none of three can be reached it is not them
PATIENCE_S = 10.0

_ADVICE = {
    ConnectionFailed: "check the network, its DNS and its firewall: the hosts can't be reached",
    TimedOut: "check the network and its firewall: nothing comes back",
    TlsFailed: "check the clock and the CA certificates of this machine",
    AddressBlocked: "a private network? then name it in fetch.allow_networks",
}


def prefect_findings(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Whether rounds will be tracked. Without a server they run all the same."""
    url = prefect_api_url(environ)
    if url is None:
        yield ok("prefect", "no server configured: rounds run untracked; presswatch serve starts one")
    elif server_answers(url):
        yield ok("prefect", f"a server answers at {url}")
    else:
        advice = "start it, or unset PREFECT_API_URL: rounds run untracked meanwhile"
        yield warn("prefect", f"no server answers at {url}", advice)


def identity_findings(fetch: FetchSettings) -> Iterator[Finding]:
    """Whether a webmaster can find out who fetches."""
    if "example.org" in fetch.user_agent:
        advice = (
            "put a page or an address of yours into fetch.user_agent: webmasters block who they can't reach"
        )
        yield warn("user agent", f"{fetch.user_agent!r} names nobody", advice)
    else:
        yield ok("user agent", fetch.user_agent)
    if not fetch.respect_robots:
        advice = "set fetch.respect_robots to true, unless all sources are sites of your own"
        yield warn("robots.txt", "not respected", advice)


async def network_findings(sources: Sequence[Source], fetch: FetchSettings) -> list[Finding]:
    """Whether the way to the sources is open: the first feeds of three of them, asked for as a round does."""
    addresses = [
        (source.id, address) for source in sources for address in (source.feeds + source.sitemaps)[:1]
    ]
    met: list[tuple[str, SourceError]] = []
    async with WebClient(replace(fetch, timeout_s=min(fetch.timeout_s, PATIENCE_S))) as client:
        for source_id, address in addresses[:TRIED]:
            try:
                await client.get(Request(address, source_id, kind="feed"))
            except SourceError as error:
                met.append((host_of(address), error))
                if not isinstance(error, tuple(_ADVICE)):  # it answered: the network is well
                    return [ok("network", f"{host_of(address)} answers, with {error}")]
            else:
                return [ok("network", f"{host_of(address)} answers"), *_unreached(met)]
    if not met:
        return []
    advice = next(text for kind, text in _ADVICE.items() if isinstance(met[0][1], kind))
    return [fail("network", "; ".join(f"{host}: {error}" for host, error in met), advice)]


def _unreached(met: Sequence[tuple[str, SourceError]]) -> list[Finding]:
    return [warn("network", f"{host}: {error}", "presswatch sources check says more") for host, error in met]
