"""https: certificates judged by the name asked for, HTTP/2 where a server speaks it, and every way it can fail."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from extractors.errors import SourceError
from extractors.model import Request, Response
from extractors.web.client import WebClient
from extractors.web.target import read_target

PAGE = b"the page"
NAME = "news.example"


class Certificates:
    """A certificate authority of the tests' own, and what it has signed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.authority = self._signed(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests")]), self.key, 1, None
        )
        (folder / "ca.pem").write_bytes(self.authority.public_bytes(serialization.Encoding.PEM))

    def server(self, name: str = NAME, days: int = 1, protocols: Sequence[str] = ()) -> ssl.SSLContext:
        """A server's context, with a certificate for `name` that is valid for `days`."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self._signed(subject, key, days, name)
        file = self.folder / f"{name}{days}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        context.set_alpn_protocols(list(protocols))
        return context

    def client(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder / "ca.pem"))

    def _signed(self, subject: x509.Name, key: Any, days: int, name: str | None) -> x509.Certificate:
        now = datetime.now(UTC)
        issuer = subject if name is None else self.authority.subject
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=10))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=name is None, path_length=None), critical=True)
        )
        if name is not None:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        return builder.sign(self.key, hashes.SHA256())


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


def options(certificates: Certificates, site: Any) -> dict[str, Any]:
    async def resolver(host: str, port: int) -> Sequence[str]:
        return [site.address]

    return {"client": {"ssl_context": certificates.client(), "resolver": resolver}, "timeout_s": 2.0}


def test_a_page_comes_over_tls_and_its_connection_is_kept(
    loopback: Any, fetch: Any, certificates: Certificates
) -> None:
    site = loopback.site({"*": loopback.reply(200, PAGE)}, tls=certificates.server())
    for response in fetch.all([site.url(f"/{n}", NAME) for n in range(3)], **options(certificates, site)):
        assert isinstance(response, Response), response
        assert response.body == PAGE
    assert site.connections == 1


@pytest.mark.parametrize(
    ("server", "detail"),
    [({"name": "other.example"}, "Hostname mismatch"), ({"days": -1}, "certificate has expired")],
)
def test_a_certificate_for_another_name_or_time_is_refused(
    loopback: Any, fetch: Any, certificates: Certificates, server: dict[str, Any], detail: str
) -> None:
    site = loopback.site({"*": loopback.reply(200, PAGE)}, tls=certificates.server(**server))
    error = fetch.error(site.url("/", NAME), **options(certificates, site))
    assert (error.status, error.retry) == ("tls", "hard")
    assert detail in error.detail
    assert site.seen == []


def test_an_authority_that_nobody_knows_is_refused(
    loopback: Any, fetch: Any, certificates: Certificates
) -> None:
    site = loopback.site({"*": loopback.reply(200, PAGE)}, tls=certificates.server())
    chosen = options(certificates, site)
    del chosen["client"]["ssl_context"]
    assert fetch.error(site.url("/", NAME), **chosen).status == "tls"


async def no_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\nplain HTTP here\n")
    await writer.drain()
    writer.close()


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(5)
    writer.transport.abort()


async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


@pytest.mark.parametrize(("handler", "status"), [(no_tls, "tls"), (hang_up, "tls"), (never, "timeout")])
def test_a_handshake_that_fails_is_named(
    loopback: Any, fetch: Any, certificates: Certificates, handler: Any, status: str
) -> None:
    site = loopback.site({}, handler=handler)
    url = f"https://{NAME}:{site.port}/"
    assert fetch.error(url, **{**options(certificates, site), "timeout_s": 0.3}).status == status


def test_a_tls_connection_that_is_cut_within_a_page_is_noticed(
    loopback: Any, fetch: Any, certificates: Certificates
) -> None:
    cut = loopback.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + PAGE, end="abort")
    site = loopback.site({"/": cut}, tls=certificates.server())
    error = fetch.error(site.url("/", NAME), **options(certificates, site))
    assert error.status in ("protocol", "connection")
    assert len(site.seen) == 2


def test_a_kept_tls_connection_that_the_server_closed_is_no_failure(
    loopback: Any, fetch: Any, certificates: Certificates
) -> None:
    site = loopback.site({"*": loopback.reply(200, PAGE)}, tls=certificates.server())
    chosen = options(certificates, site)

    async def go() -> Response:
        async with WebClient(fetch.settings(timeout_s=30), **chosen["client"]) as web:
            await web.get(Request(site.url("/1", NAME), "a"))
            await asyncio.to_thread(loopback.hang_up, site)
            return await web.get(Request(site.url("/2", NAME), "a"))

    assert asyncio.run(go()).body == PAGE
    assert site.paths() == ["/1", "/2"]


def test_http_and_https_of_one_host_share_its_limits(loopback: Any, fetch: Any) -> None:
    keys = {
        read_target(url).host_key
        for url in ("http://a.example/", "https://A.example.:443/", "http://a.example:80")
    }
    assert keys == {"a.example"}
    assert read_target("http://a.example:8080/").host_key == "a.example:8080"


# --------------------------------------------------------------------------------------------------- HTTP/2


class Http2Site:
    """An HTTP/2 server. `act` answers: the connection, the stream, the path, and the writer."""

    def __init__(self, act: Any) -> None:
        self.act = act
        self.paths: list[str] = []
        self.connections = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        try:
            while data := await reader.read(65_536):
                for event in connection.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        path = dict(event.headers)[b":path"].decode()
                        self.paths.append(path)
                        self.act(connection, event.stream_id, path, writer)
                writer.write(connection.data_to_send())
                await writer.drain()
        except (OSError, h2.exceptions.ProtocolError):
            pass
        writer.close()


def http2_page(connection: Any, stream_id: int, path: str, writer: Any) -> None:
    if path == "/304":
        connection.send_headers(stream_id, [(":status", "304")], end_stream=True)
        return
    connection.send_headers(stream_id, [(":status", "200"), ("content-type", "text/html"), ("etag", '"2"')])
    connection.send_data(stream_id, PAGE, end_stream=True)


def reset_stream(connection: Any, stream_id: int, path: str, writer: Any) -> None:
    connection.reset_stream(stream_id)


def short_body(connection: Any, stream_id: int, path: str, writer: Any) -> None:
    connection.send_headers(stream_id, [(":status", "200"), ("content-length", "100")])
    connection.send_data(stream_id, PAGE, end_stream=True)


def garbage(connection: Any, stream_id: int, path: str, writer: Any) -> None:
    writer.write(b"\x00\x00\x01\x00\x00\x00\x00\x00\x00x")  # a body for no stream


def no_status(connection: Any, stream_id: int, path: str, writer: Any) -> None:
    connection.config.validate_outbound_headers = False
    connection.send_headers(stream_id, [(":status", "abc")], end_stream=True)


def vanish(connection: Any, stream_id: int, path: str, writer: Any) -> None:
    writer.transport.abort()


def http2_site(loopback: Any, certificates: Certificates, act: Any) -> tuple[Any, Http2Site]:
    speaking = Http2Site(act)
    site = loopback.site({}, tls=certificates.server(protocols=["h2"]), handler=speaking.handle)
    return site, speaking


def test_a_server_that_speaks_http2_is_spoken_to_in_it(
    loopback: Any, fetch: Any, certificates: Certificates
) -> None:
    site, speaking = http2_site(loopback, certificates, http2_page)
    urls = [site.url(f"/{n}", NAME) for n in range(4)]
    for response in fetch.all(urls, **options(certificates, site)):
        assert isinstance(response, Response), response
        assert (response.body, response.validators.etag) == (PAGE, '"2"')
    assert speaking.paths == ["/0", "/1", "/2", "/3"]
    assert speaking.connections == 1


def test_requests_at_once_over_http2_keep_to_the_connections_allowed(
    loopback: Any, fetch: Any, certificates: Certificates
) -> None:
    site, speaking = http2_site(loopback, certificates, http2_page)
    results = fetch.all(
        [site.url(f"/{n}", NAME) for n in range(12)], at_once=True, **options(certificates, site)
    )
    assert all(isinstance(result, Response) for result in results)
    assert speaking.connections <= 2


@pytest.mark.parametrize(
    ("act", "status"),
    [
        (reset_stream, "protocol"),
        (short_body, "protocol"),
        (garbage, "protocol"),
        (no_status, "protocol"),
        (vanish, "connection"),
    ],
)
def test_what_breaks_over_http2_is_named(
    loopback: Any, fetch: Any, certificates: Certificates, act: Any, status: str
) -> None:
    site, speaking = http2_site(loopback, certificates, act)
    error = fetch.error(site.url("/", NAME), **options(certificates, site))
    assert isinstance(error, SourceError)
    assert (error.status, error.detail.isprintable()) == (status, True)
    assert len(speaking.paths) == 2


def test_a_server_that_says_goodbye_over_http2_gets_the_next_request_on_a_new_connection(
    loopback: Any, fetch: Any, certificates: Certificates
) -> None:
    def page_and_goodbye(connection: Any, stream_id: int, path: str, writer: Any) -> None:
        http2_page(connection, stream_id, path, writer)
        writer.write(connection.data_to_send())
        connection.close_connection()

    site, speaking = http2_site(loopback, certificates, page_and_goodbye)
    results = fetch.all([site.url(f"/{n}", NAME) for n in range(3)], **options(certificates, site))
    assert all(isinstance(result, Response) for result in results), results
    assert speaking.connections == 3
