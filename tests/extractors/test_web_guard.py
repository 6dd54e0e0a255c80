"""No request reaches an address that must not be fetched: by no notation, redirect, or change of mind."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.model import Response
from extractors.web.guard import is_allowed, read_literal, read_networks

PRIVATE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1",
    "127.255.255.254", "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.192", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1", "2002:7f00:1::", "2002:a00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fec0::1", "ff02::1",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.1", "126.255.255.255",
    "128.0.0.1", "172.15.255.255", "172.32.0.1", "192.167.255.255", "223.255.255.255", "::ffff:8.8.8.8",
    "64:ff9b::808:808", "2002:808:808::", "2606:4700:4700::1111", "2a00:1450:4001::1",
]  # fmt: skip


@pytest.mark.parametrize("text", PRIVATE)
def test_an_address_that_is_not_public_is_refused(text: str) -> None:
    assert not is_allowed(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_allowed(text: str) -> None:
    assert is_allowed(ip_address(text))


def test_allowed_networks_are_exceptions_and_nothing_beside_them() -> None:
    networks = read_networks(["127.0.2.0/24", "fd00:1::/32", "10.1.2.3"])
    allowed = ["127.0.2.9", "::ffff:127.0.2.9", "64:ff9b::7f00:209", "fd00:1::7", "10.1.2.3", "1.1.1.1"]
    refused = ["127.0.3.9", "::ffff:127.0.3.9", "fd00:2::7", "10.1.2.4", "::1"]
    assert all(is_allowed(ip_address(text), networks) for text in allowed)
    assert not any(is_allowed(ip_address(text), networks) for text in refused)


def test_an_ipv6_network_that_is_allowed_allows_the_mapped_address_as_written() -> None:
    assert is_allowed(ip_address("::ffff:10.0.0.1"), read_networks(["::ffff:0:0/96"]))


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_as_what_it_is(address: IPv4Address) -> None:
    assert is_allowed(IPv6Address(f"::ffff:{address}")) == is_allowed(address)


@given(st.ip_addresses(v=4))
def test_what_python_knows_as_private_is_never_allowed(address: IPv4Address) -> None:
    assert not is_allowed(address) or (address.is_global and not address.is_multicast)


@given(st.ip_addresses(v=6))
def test_an_allowed_ipv6_address_is_global_unicast_or_hides_a_public_one(address: IPv6Address) -> None:
    inner = address.ipv4_mapped or address.sixtofour or IPv4Address(address.packed[-4:])
    assert not is_allowed(address) or str(address).startswith(("2", "3")) or is_allowed(inner)


NOTATIONS = {
    "127.0.0.1": "127.0.0.1",
    "2130706433": "127.0.0.1",
    "017700000001": "127.0.0.1",
    "0x7f000001": "127.0.0.1",
    "0x7f.0.0.1": "127.0.0.1",
    "0177.0.0.1": "127.0.0.1",
    "127.1": "127.0.0.1",
    "127.0.1": "127.0.0.1",
    "0": "0.0.0.0",
    "0x0": "0.0.0.0",
    "::1": "::1",
    "fe80::1%eth0": "fe80::1",
    "::ffff:7f00:1": "::ffff:127.0.0.1",
}


@pytest.mark.parametrize(("host", "address"), NOTATIONS.items())
def test_every_notation_is_read_as_the_address_that_it_is(host: str, address: str) -> None:
    assert read_literal(host) == ip_address(address)


@pytest.mark.parametrize(
    "host", ["example.org", "1.2.3.4.5", "256.1.1.1", "0x.example", "dead.beef", "1..2", "::g", ""]
)
def test_a_name_is_no_address(host: str) -> None:
    assert read_literal(host) is None


@given(st.ip_addresses(v=4))
def test_decimal_and_hexadecimal_spell_the_same_address(address: IPv4Address) -> None:
    assert read_literal(str(int(address))) == read_literal(hex(int(address))) == address


# ------------------------------------------------------------------------- against a listener that must stay alone


class Listener:
    """Counts connections on all loopback addresses. It must not see one."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("0.0.0.0", 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]

    def connections(self) -> int:
        count = 0
        while True:
            try:
                self.socket.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1


@pytest.fixture
def listener() -> Any:
    listening = Listener()
    yield listening
    listening.socket.close()


HOSTS = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7F.0x0.0x0.0x1",
    "0177.0.0.01",
    "017700000001",
    "0",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:7f00:0001]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[fe80::1%25lo]",
    "localhost",
    "LOCALHOST.",
    "example.org@127.0.0.1",
    "8.8.8.8:80@127.1",
    "169.254.169.254",
    "\uff11\uff12\uff17.0.0.1",
    "127\u30020\u30020\u30021",
]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("respect_robots", [False, True])
def test_a_refused_address_is_not_dialled(
    fetch: Any, listener: Listener, host: str, respect_robots: bool
) -> None:
    error = fetch.error(f"http://{host}:{listener.port}/", respect_robots=respect_robots)
    assert error.status == "blocked"
    assert listener.connections() == 0


@pytest.mark.parametrize("host", HOSTS)
def test_a_redirect_to_a_refused_address_is_not_followed(
    loopback: Any, fetch: Any, listener: Listener, host: str
) -> None:
    location = f"http://{host}:{listener.port}/".encode().decode("latin-1")
    site = loopback.site({"/": loopback.reply(302, headers={"Location": location})})
    assert fetch.error(site.url()).status == "blocked"
    assert listener.connections() == 0


def test_the_robots_txt_of_a_site_can_not_lead_to_a_refused_address(
    loopback: Any, fetch: Any, listener: Listener
) -> None:
    location = {"Location": f"http://127.0.0.1:{listener.port}/robots.txt"}
    site = loopback.site(
        {"/robots.txt": loopback.reply(301, headers=location), "/": loopback.reply(200, b"page")}
    )
    assert fetch.one(site.url(), respect_robots=True).body == b"page"
    assert listener.connections() == 0


class Answers:
    """A resolver that says something else each time, and counts how often it is asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


@pytest.mark.parametrize(
    "answer",
    [
        ["127.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["fe80::1%lo"],
        ["0.0.0.0"],
        ["127.0.3.1", "127.0.0.1"],
        ["127.0.0.1", "127.0.3.1"],
    ],
)
def test_a_name_that_leads_to_a_refused_address_is_refused_as_a_whole(
    fetch: Any, listener: Listener, answer: list[str]
) -> None:
    error = fetch.error(f"http://news.example:{listener.port}/", client={"resolver": Answers(answer)})
    assert error.status == "blocked"
    assert "news.example" in error.detail
    assert listener.connections() == 0


def test_a_resolver_that_changes_its_answer_changes_nothing(
    loopback: Any, fetch: Any, listener: Listener
) -> None:
    """Asked once; what it said then was judged, and that is dialled, also for the second connection."""
    site = loopback.site({"*": loopback.raw(loopback.http(200, b"page", {"Connection": "close"}))})
    resolver = Answers([site.address], ["127.0.0.1"])
    urls = [f"http://news.example:{site.port}/{n}" for n in range(3)]
    for response in fetch.all(urls, client={"resolver": resolver}):
        assert isinstance(response, Response)
        assert response.body == b"page"
    assert site.connections == 3
    assert resolver.asked == 1
    assert listener.connections() == 0


def test_a_name_is_dialled_by_its_address_and_asked_for_by_its_name(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"/": loopback.reply(200, b"page")})
    fetch.one(f"http://News.Example.:{site.port}/", client={"resolver": Answers([site.address])})
    assert site.seen[0].headers["host"] == f"news.example:{site.port}"


def test_the_next_address_is_dialled_where_the_first_one_does_not_answer(loopback: Any, fetch: Any) -> None:
    site = loopback.site({"/": loopback.reply(200, b"page")})
    resolver = Answers(["127.0.3.253", site.address])
    assert fetch.one(f"http://news.example:{site.port}/", client={"resolver": resolver}).body == b"page"


@pytest.mark.parametrize("answer", [[], ["not an address"]])
def test_a_name_without_an_address_is_a_failed_connection(fetch: Any, answer: list[str]) -> None:
    error = fetch.error("http://news.example/", client={"resolver": Answers(answer)})
    assert (error.status, error.detail) == ("connection", "no address for news.example")


@pytest.mark.parametrize("host", ["no-such-name.invalid", "a" * 64 + ".invalid"])
def test_the_systems_resolver_knows_no_such_name(fetch: Any, host: str) -> None:
    assert fetch.error(f"http://{host}/", timeout_s=20).status == "connection"


def test_a_resolver_that_hangs_costs_its_own_request_only(loopback: Any, fetch: Any) -> None:
    async def hang(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(30)
        return []

    site = loopback.site({"/": loopback.reply(200, b"page")})
    slow, page = fetch.all(
        ["http://news.example/", site.url()], at_once=True, timeout_s=0.3, client={"resolver": hang}
    )
    assert (slow.status, slow.detail) == ("timeout", "no connection within 0.3 s")
    assert page.body == b"page"
