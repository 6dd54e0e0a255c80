"""Addresses: the form that is fetched, the number that an article is known by, and what belongs together.

`canonical_url` can be fetched; `identity` can only be compared. Only `canonical_url` raises (`BadUrl`, a
ValueError); the others have an answer for any text, since they are asked about what the web sent.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import urljoin

import idna

from extractors.url_parts import (
    MAX_URL_CHARS,
    BadUrl,
    UrlParts,
    cleaned,
    scheme_of,
    split_url,
    without_fragment,
)
from extractors.url_variants import article_key, pairs_of, unwrapped, without_tracking

__all__ = [
    "MAX_URL_CHARS",
    "BadUrl",
    "canonical_url",
    "hash64",
    "host_of",
    "identity",
    "is_home",
    "publisher_url",
    "registrable_domain",
    "same_site",
    "web_url",
]

# A home page: nothing, an index file, or a language or edition (/en, /de-at), whatever its trailing slash.
_HOME = re.compile(
    r"(?:/[a-z]{2}(?:[-_][a-z]{2})?)?(?:/|/(?:home|index|default)(?:\.(?:html?|php|aspx?|jsp))?/?)?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\[.*\]|[0-9.]+|0x[0-9a-f.x]+", re.IGNORECASE)


def hash64(text: str) -> int:
    """A signed 64-bit number of `text`, the same on every machine: 8 bytes of BLAKE2b over its UTF-8."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def canonical_url(url: str) -> str:
    """The form of an absolute http(s) `url` that is fetched and stored; idempotent. Raises `BadUrl`.

    Scheme and host are lower case and ASCII; the default port, userinfo, tracking parameters, session ids
    and the fragment are off (all but "#!"); dot segments are carried out, percent-encoding has one spelling,
    and addresses of AMP caches become the publisher's own. The trailing slash, the order and the case of what
    is left stay as they are.
    """
    return str(_canonical(url))


def identity(url: str) -> int:
    """The signed 64-bit number that one article has under all its addresses.

    On top of `canonical_url`: no scheme, no "www.", "m." or "amp.", no trailing slash, no AMP or print
    variant, parameters in order. A text that is no address at all is known by itself.
    """
    try:
        parts = _canonical(url)
    except BadUrl:
        return hash64(url)
    return hash64(article_key(parts, _registrable(parts.host)))


def web_url(base: str, href: str) -> str | None:
    """The link `href` as found in a document at `base`, absolute and fit to be fetched, or None.

    None for other schemes (javascript:, data:, mailto:), for what is longer than `MAX_URL_CHARS`, has control
    characters or surrogates, or no valid host. Tracking parameters stay; userinfo and fragments go.
    """
    try:
        link = cleaned(href)
        if not link:
            return None
        if link[:4].lower() == "www.":  # meant to be absolute
            link = f"http://{link}"
        if not scheme_of(link):
            link = urljoin(str(split_url(base)), link.replace("\\", "/"))
        return str(without_fragment(split_url(link)))
    except ValueError:  # BadUrl, and what urljoin raises
        return None


def publisher_url(url: str) -> str:
    """`url`, or the address that it wraps where it is one of an AMP cache or of Google's redirector."""
    try:
        parts = split_url(url)
    except BadUrl:
        return url
    target = unwrapped(parts)
    return url if target == parts else str(target)


def host_of(url: str) -> str:
    """The host of an absolute http(s) `url`, lower case and ASCII, with a port that is not the scheme's own.

    "" for what is no such address.
    """
    try:
        return split_url(url).origin_host
    except BadUrl:
        return ""


def registrable_domain(url: str) -> str:
    """The part of the host that somebody registered: "bbc.co.uk", "news.com.au", "someone.github.io".

    It comes from the Public Suffix List bundled with the `tld` package: nothing is fetched. IP addresses and
    localhost are given back whole, with their port; "" for what is no address of the web.
    """
    try:
        parts = split_url(url)
    except BadUrl:
        return ""
    if _stands_alone(parts.host):
        return parts.origin_host
    return _registrable(parts.host)


def same_site(a: str, b: str) -> bool:
    """Whether both belong to one registrable domain; IP addresses and localhost compare with their port."""
    site = registrable_domain(a)
    return bool(site) and site == registrable_domain(b)


def is_home(url: str) -> bool:
    """Whether `url` is the front page of a site, or of one of its languages, and not a page in it."""
    try:
        parts = _canonical(url)
    except BadUrl:
        return False
    if pairs_of(parts.query) or parts.fragment:
        return False
    return _HOME.fullmatch(parts.path) is not None


def _canonical(url: str) -> UrlParts:
    parts = split_url(url)
    # A wrapped address may wrap another one; more than two are nobody's.
    for _ in range(3):
        parts, before = unwrapped(without_fragment(parts)), parts
        if parts == before:
            break
    return without_tracking(without_fragment(parts))


def _stands_alone(host: str) -> bool:
    return _ADDRESS.fullmatch(host) is not None or host == "localhost" or host.endswith(".localhost")


@lru_cache(maxsize=4_096)
def _registrable(host: str) -> str:
    if _stands_alone(host):
        return host
    from tld import get_tld  # for the first link: 5 ms, and the list is read

    labels = host.split(".")
    # The list has its names in Unicode, the host is in punycode.
    found = get_tld(f"http://{_displayed(host)}", as_object=True, fail_silently=True, search_private=True)
    domain = getattr(found, "fld", "")
    # An unknown top-level domain counts as a public suffix, as the list's own default rule says.
    wanted = domain.count(".") + 1 if domain else 2
    return ".".join(labels[-wanted:])


def _displayed(host: str) -> str:
    if "xn--" not in host:
        return host
    try:
        return idna.decode(host)
    except (idna.IDNAError, UnicodeError):
        return host
