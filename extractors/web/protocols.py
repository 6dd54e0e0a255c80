"""Which HTTP is spoken on a connection.

Two libraries that httpx stands on: h11 in `http1`, and httpcore's HTTP/2 over h2 in `http2`. httpx's client and
pool are left out, and httpcore's wrapping of h11: together they take two thirds of the CPU of a conditional request
(0.25 of 0.37 ms; aiohttp takes 0.24 for all of it), and can't tell when a request was sent.
"""

from __future__ import annotations

from extractors.web.carrying import Carrier
from extractors.web.http1 import Http1
from extractors.web.stream import SocketStream
from extractors.web.target import Target


def carrier(target: Target, stream: SocketStream) -> Carrier:
    """The protocol that was agreed on in the TLS handshake; HTTP/1.1 without one."""
    tls = stream.get_extra_info("ssl_object")
    if tls is not None and tls.selected_alpn_protocol() == "h2":
        from extractors.web.http2 import Http2  # 20 ms of CPU, where a server speaks it

        return Http2(target, stream)
    return Http1(stream)
