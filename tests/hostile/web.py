"""The whole of the hostile web on its addresses, with those that must be refused beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import yaml
from loopback.server import LoopbackServer, Site

from hostile import compression, entries, feeds, healthy, pages, redirects, robots, tls, transport
from hostile.case import Case
from hostile.certificates import Authority

NETWORK = "127.0.50"  # the only one that is allowed; a case has an address of it for itself
REFUSED = ("127.0.0.1", "127.0.51.1", "::1")  # listened to as well, and must see no connection

CASES: tuple[Case, ...] = (
    *healthy.CASES,
    *transport.CASES,
    *tls.CASES,
    *compression.CASES,
    *redirects.CASES,
    *feeds.CASES,
    *entries.CASES,
    *pages.CASES,
    *robots.CASES,
)


class HostileWeb:
    """A context manager in which all cases are served. `authority` signed the good certificates."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder)
        self.server = LoopbackServer()
        self.refused: tuple[Site, ...] = ()

    def __enter__(self) -> HostileWeb:
        self.server.__enter__()
        for number, case in enumerate(CASES):
            if case.listens:
                address = self.address(number)
                tls_context = self.authority.context(case.certificate, address) if case.certificate else None
                self.server.listen(address, case.answers, tls=tls_context, talk=case.talk)
        self.refused = tuple(self.server.listen(address, {}) for address in REFUSED)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.__exit__(kind, error, trace)

    @staticmethod
    def address(number: int) -> str:
        """The address of the case with that number."""
        return f"{NETWORK}.{number + 1}"

    def url(self, number: int, path: str) -> str:
        """A path on the site of a case, or an address of a case, in full."""
        case, host = CASES[number], self.address(number)
        scheme = "https" if case.certificate else "http"
        full = path if not path.startswith("/") else f"{scheme}://@HOST@:@PORT@{path}"
        return full.replace("@HOST@", host).replace("@PORT@", str(self.server.port))

    def config(self, fetch: Mapping[str, object], extract: Mapping[str, object]) -> str:
        """The config.yaml of a monitor of this web: a source for each case."""
        return yaml.safe_dump(
            {
                "database": "presswatch.duckdb",
                "published": "news.duckdb",
                "fetch": {"allow_networks": [f"{NETWORK}.0/24"], **fetch},
                "extract": dict(extract),
                "sources": [
                    {
                        "id": case.name.replace(".", "-"),
                        "name": case.name,
                        "feeds": [self.url(number, path) for path in case.feeds],
                    }
                    for number, case in enumerate(CASES)
                ],
            }
        )
