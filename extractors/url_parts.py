"""An absolute http(s) address taken apart, cleaned as browsers clean it, and put together again.

The rules are those of the WHATWG URL standard where it and RFC 3986 differ, since the links in feeds are
written for browsers. What a browser would refuse, and what could be read in two ways, raises `BadUrl`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import unquote

import idna

# RFC 9110, section 4.1 asks all to support 8,000 octets; servers commonly refuse more.
MAX_URL_CHARS = 8_000
_MAX_HOST_CHARS = 1_000  # as written; 253 of ASCII are fewer in any script, unless percent-encoded

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_AUTHORITY = re.compile(r"[^/?#]*")
_PORT = re.compile(r":([0-9]*)$")
_ASCII_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*)(?:\.[a-z0-9_-]+)*")
_TRIMMED = "".join(map(chr, range(0x21))) + "\x7f\x85\xa0\u200b\u200e\u200f\u2028\u2029\u2060\ufeff"
_NEWLINES = re.compile(r"[\t\r\n]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# pchar of RFC 3986 with the slash; a query may hold the question mark too. "%" is settled beforehand.
_NOT_IN_PATH = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]")
_NOT_IN_QUERY = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%\[\]|]")
_DEFAULT_PORT = {"http": 80, "https": 443}


class BadUrl(ValueError):
    """Not an address of the web: another scheme, no host, too long, or characters that no address has."""


@dataclass(frozen=True, slots=True)
class UrlParts:
    """A valid address, normalised: `str()` gives ASCII that can be fetched, without userinfo."""

    scheme: str  # "http" or "https"
    host: str  # lower case, punycode; IPv6 in brackets
    port: int | None  # None: the scheme's own
    path: str  # begins with "/", no dot segments, percent-encoded
    query: str = ""  # percent-encoded, without "?"
    fragment: str = ""  # without "#"; only what `#!` begins with is kept
    userinfo: str = ""  # as found; never part of `str()`

    @property
    def origin_host(self) -> str:
        """The host, with the port where it is not the scheme's own."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        fragment = f"#{self.fragment}" if self.fragment else ""
        return f"{self.scheme}://{self.origin_host}{self.path}{query}{fragment}"


def cleaned(text: str) -> str:
    """`text` as a browser reads it from an attribute: trimmed, without tabs and newlines. Raises `BadUrl`."""
    if len(text) > 4 * MAX_URL_CHARS:  # before any pass over what may be a megabyte
        raise BadUrl(f"an address of {len(text)} characters")
    text = _NEWLINES.sub("", text.strip(_TRIMMED))
    if len(text) > MAX_URL_CHARS:
        raise BadUrl(f"an address of {len(text)} characters")
    if _CONTROL.search(text):
        raise BadUrl("control characters in an address")
    return text


def scheme_of(text: str) -> str:
    """The scheme that `text` begins with, lower case, "" if none."""
    match = _SCHEME.match(text)
    return match[1].lower() if match else ""


def split_url(url: str) -> UrlParts:
    """The parts of an absolute http(s) address. Raises `BadUrl`."""
    text = cleaned(url)
    scheme = scheme_of(text)
    if scheme not in _DEFAULT_PORT:
        raise BadUrl(f"not http or https: {text[:60]!r}")
    before_query, mark, rest = _cut(text[len(scheme) + 1 :])
    # Browsers take any number of slashes, of either kind, for two.
    before_query = before_query.replace("\\", "/").lstrip("/")
    authority = _AUTHORITY.match(before_query)
    netloc = authority[0] if authority else ""
    query, _, fragment = rest.partition("#") if mark == "?" else ("", "", rest)
    userinfo, _, hostport = netloc.rpartition("@")
    host, port = _host_and_port(hostport, scheme)
    parts = UrlParts(
        scheme=scheme,
        host=host,
        port=port,
        path=_without_dots(_encoded(before_query[len(netloc) :], _NOT_IN_PATH)),
        query=_encoded(query, _NOT_IN_QUERY),
        fragment=_encoded(fragment, _NOT_IN_QUERY),
        userinfo=userinfo,
    )
    if len(str(parts)) > MAX_URL_CHARS:
        raise BadUrl("an address that is too long when percent-encoded")
    return parts


def without_fragment(parts: UrlParts) -> UrlParts:
    """`parts` less a fragment that only points into the page; "#!" names another page."""
    return parts if parts.fragment.startswith("!") else replace(parts, fragment="")


def _cut(text: str) -> tuple[str, str, str]:
    """What stands before the first "?" or "#", that mark, and what stands behind it."""
    for at, char in enumerate(text):
        if char in "?#":
            return text[:at], char, text[at + 1 :]
    return text, "", ""


def _host_and_port(hostport: str, scheme: str) -> tuple[str, int | None]:
    match = _PORT.search(hostport)
    host = hostport[: match.start()] if match else hostport
    port = int(match[1][:6]) if match and match[1] else None
    if port is not None and not 0 < port < 65_536:
        raise BadUrl(f"port {port}")
    return _host(host), None if port == _DEFAULT_PORT[scheme] else port


@lru_cache(maxsize=4_096)
def _host(host: str) -> str:
    if host.startswith("["):
        return _ipv6(host)
    if len(host) > _MAX_HOST_CHARS:
        raise BadUrl(f"a host name of {len(host)} characters")
    try:
        host = unquote(host, errors="strict") if "%" in host else host
        if not host.isascii():
            host = idna.encode(host, uts46=True, std3_rules=False).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise BadUrl(f"a host name that can't be: {str(error)[:80]}") from None
    host = host.lower().removesuffix(".")
    if not _ASCII_HOST.fullmatch(host) or len(host) > 253 or max(map(len, host.split("."))) > 63:
        raise BadUrl(f"a host name that can't be: {host[:60]!r}")
    return host


def _ipv6(host: str) -> str:
    try:
        # A zone ("%eth0") means something on one machine only.
        address = IPv6Address(host[1:-1]) if host.endswith("]") and "%" not in host else None
    except AddressValueError:
        address = None
    if address is None:
        raise BadUrl(f"an IPv6 address that can't be: {host[:60]!r}")
    return f"[{address.compressed}]"


def _encoded(text: str, forbidden: re.Pattern[str]) -> str:
    """`text` with one spelling for each character: unreserved ones bare, the others as "%XX"."""
    if "%" in text:
        text = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
        text = _ESCAPE.sub(_unescaped, text)
    return forbidden.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), text)


def _unescaped(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()


def _without_dots(path: str) -> str:
    """`path` with "." and ".." carried out (RFC 3986, section 5.2.4); always begins with "/"."""
    if "/." not in path:
        return path or "/"
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)
