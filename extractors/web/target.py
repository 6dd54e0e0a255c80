"""A URL taken apart once, the way it is dialled: what the guard, the limits and robots.txt are asked about."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from extractors.errors import BadRedirect
from extractors.web.guard import read_literal

if TYPE_CHECKING:
    import httpx

MAX_URL_CHARS = 8_192  # RFC 9110, 4.1 asks for 8,000 octets at least; what is longer is no address of a page
MAX_HOST_CHARS = 253  # RFC 1035, 2.3.4, as text
_NAME = r"[a-z0-9_][a-z0-9_-]*(?:\.[a-z0-9_-]+)*"  # no label of it is empty
_HOST = re.compile(rf"{_NAME}|[0-9a-f.]*:[0-9a-f:.]*")  # or an IPv6 address as `ipaddress` writes it
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# An address that is in its normal form as it stands: nothing in it is escaped, folded or left out.
_NORMAL = re.compile(
    rf"(https?)://({_NAME})(?::([1-9][0-9]{{0,4}}))?"
    r"(/[A-Za-z0-9._~!$&'()*+,;=:@/-]*)?(\?[A-Za-z0-9._~!$&()*+,;=:@/?-]+)?"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """Where one request goes. `url` is the normal form of what was asked for: no fragment and no user name in it,
    host in lower case ASCII without a dot at its end, numeric addresses as dotted decimals."""

    url: str
    scheme: Literal["http", "https"]
    host: str
    port: int
    path: bytes  # with its query, as sent
    authority: str  # host[:port], an IPv6 address in brackets; the Host header

    @property
    def origin(self) -> str:
        """scheme://host[:port], which a robots.txt speaks for."""
        return f"{self.scheme}://{self.authority}"

    @property
    def host_key(self) -> str:
        """What limits are kept by. http and https of one host are one; other ports are other servers."""
        return self.host if self.port in (80, 443) else f"{self.host}:{self.port}"


def read_target(url: str) -> Target:
    """Take a URL apart. BadRedirect, "to where no web page can be", for anything but a usable http(s) URL."""
    if len(url) > MAX_URL_CHARS:
        raise BadRedirect(url[:200], f"a URL of {len(url)} characters")
    cleaned = url.strip(" \t\r\n")
    return normal_target(cleaned) or parsed_target(url, cleaned)


def normal_target(url: str) -> Target | None:
    """The target of an address in its normal form, which most are: a tenth of what httpx takes for it. Else None."""
    found = _NORMAL.fullmatch(url)
    if found is None:
        return None
    scheme, host, port_text, path, query = found.groups()
    port = int(port_text) if port_text else _DEFAULT_PORTS[scheme]
    if "xn--" in host or len(host) > MAX_HOST_CHARS or port > 65_535 or "/." in (path or ""):
        return None
    literal = read_literal(host)
    if str(literal) != host and (literal is not None or host.rpartition(".")[2].isdigit()):
        return None  # an address in another notation, or what is nearly one
    authority = host if port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"
    whole = f"{path or '/'}{query or ''}"
    return Target(
        f"{scheme}://{authority}{whole}", _scheme(scheme), host, port, whole.encode("ascii"), authority
    )


def parsed_target(url: str, cleaned: str) -> Target:
    """What httpx makes of an address. `url` is how errors name it."""
    import httpx  # 40 ms of CPU, for the few addresses that need it

    if _FORBIDDEN.search(cleaned):
        raise BadRedirect(url, "a URL with control characters")
    try:
        parsed = _parsed(cleaned)
        host = _folded(parsed.host if parsed.host.isascii() else parsed.raw_host.decode("ascii"))
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise BadRedirect(url, "not a URL") from error
    scheme = parsed.scheme
    if scheme != "http" and scheme != "https":
        raise BadRedirect(url, f"scheme {shown(scheme, 20)}" if scheme else "not an absolute URL")
    port = _DEFAULT_PORTS[scheme] if parsed.port is None else parsed.port
    if len(host) > MAX_HOST_CHARS or not _HOST.fullmatch(host) or not 0 < port < 65_536:
        raise BadRedirect(url, "no such host name or port")
    bracketed = f"[{host}]" if ":" in host else host
    authority = bracketed if port == _DEFAULT_PORTS[scheme] else f"{bracketed}:{port}"
    path = parsed.raw_path
    return Target(
        f"{scheme}://{authority}{path.decode('ascii')}", _scheme(scheme), host, port, path, authority
    )


def shown(text: str, limit: int = 120) -> str:
    """Text that the web sent, fit for a log line or a report: escaped and cut to `limit` characters."""
    cut = text if len(text) <= limit else f"{text[:limit]}..."
    return cut.encode("unicode_escape").decode("ascii")


def _parsed(url: str) -> httpx.URL:
    import httpx

    try:
        return httpx.URL(url)
    except httpx.InvalidURL:  # what it can't read of numbers is still an address to the system: 0177.0.0.1
        parts = urlsplit(url)
        host = unicodedata.normalize("NFKC", parts.hostname or "").replace("\u3002", ".").removesuffix(".")
        literal = read_literal(host)
        if literal is None:
            raise
        port = f":{parts.port}" if parts.port is not None else ""
        return httpx.URL(parts._replace(netloc=f"{literal}{port}").geturl())


def _folded(host: str) -> str:
    name = host.lower().removesuffix(".")
    literal = read_literal(name)
    return name if literal is None else str(literal)


def _scheme(text: str) -> Literal["http", "https"]:
    return "https" if text == "https" else "http"
