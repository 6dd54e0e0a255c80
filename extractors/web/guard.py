"""Which addresses may be fetched: a pure answer, asked about the very address that is about to be dialled.

A name proves nothing about where it leads, and one address has many spellings (decimal, octal, IPv4 inside of
IPv6). So the guard is asked twice: about addresses written out in a URL, before anything is done for it, and
about each address that a name resolves to, at the moment of dialling.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_Range = tuple[int, int]  # the first and the last address, as numbers: a comparison of two is a tenth of `in`


def _ranges(*cidrs: str) -> tuple[_Range, ...]:
    networks = (ip_network(cidr) for cidr in cidrs)
    return tuple((int(each.network_address), int(each.broadcast_address)) for each in networks)


# Written out, and not asked of `ipaddress.is_global`, whose answer differs between versions of Python.
# Source: the IANA registry of special-purpose IPv4 addresses.
_REFUSED_V4 = _ranges(
    "0.0.0.0/8",  # this network; dialled, it is the own machine
    "10.0.0.0/8",
    "100.64.0.0/10",  # carrier-grade NAT; a cloud's metadata service lives in it
    "127.0.0.0/8",
    "168.63.129.16/32",  # a public address that is a cloud's own service
    "169.254.0.0/16",  # link-local, with the metadata services of most clouds
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, and broadcast
)
# Of IPv6 only global unicast is public at all; these are its exceptions. Source: the IANA registry for IPv6.
_PUBLIC_V6 = _ranges("2000::/3")
_REFUSED_V6 = _ranges(
    "2001::/23",  # protocol assignments, Teredo (which hides an IPv4 address) among them
    "2001:db8::/32",
    "3fff::/20",
    "5f00::/16",
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: how an IPv6-only network reaches IPv4
_NUMERIC_HOST = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}")


def read_networks(cidrs: Iterable[str]) -> tuple[Network, ...]:
    """The networks of `allow_networks`; ValueError for what is none. Host bits may be set (127.0.2.1/24)."""
    return tuple(ip_network(cidr, strict=False) for cidr in cidrs)


def read_literal(host: str) -> Address | None:
    """The address that a URL's host spells out, in any notation that the system's resolver would take for one;
    None for a name.

    Decimal, octal, hexadecimal and short forms count (http://2130706433/, http://0x7f.1/, http://0177.0.0.1/), as
    does an IPv6 address with a zone; the zone itself is dropped, since only link-local addresses have one and
    those are refused.
    """
    if ":" in host:
        try:
            return ip_address(host.partition("%")[0])
        except ValueError:
            return None
    if not _NUMERIC_HOST.fullmatch(host):
        return None
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def is_allowed(address: Address, allow_networks: Iterable[Network] = ()) -> bool:
    """Whether `address` is one of the public internet, or in a network that the config allows.

    An IPv4 address inside of an IPv6 one (mapped, 6to4, NAT64) is judged as what it is.
    """
    inner = _embedded(address)
    if any(address in network or inner in network for network in allow_networks):
        return True
    if isinstance(inner, IPv4Address):
        return not _is_within(int(inner), _REFUSED_V4)
    return _is_within(int(inner), _PUBLIC_V6) and not _is_within(int(inner), _REFUSED_V6)


def _is_within(number: int, ranges: tuple[_Range, ...]) -> bool:
    return any(first <= number <= last for first, last in ranges)


def _embedded(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address
