"""What is written and read without h11 is what h11 writes and reads."""

from __future__ import annotations

import h11
from hypothesis import example, given
from hypothesis import strategies as st

from extractors.web.carrying import Header
from extractors.web.http1 import plain_not_modified, request_bytes
from extractors.web.target import read_target

NAMES = st.sampled_from(
    [b"Host", b"User-Agent", b"Accept", b"If-None-Match", b"ETag", b"Connection", b"Date"]
)
VALUES = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=20
).map(lambda text: text.strip().encode() or b"x")  # fmt: skip
ODD_LINES = st.sampled_from(
    [
        b"Connection: close", b"Connection: Keep-Alive", b"connection:keep-alive, Upgrade", b"Content-Length: 3",
        b"Transfer-Encoding: chunked", b"Upgrade: h2c", b"ETag:", b"ETag : x", b" folded", b"\xff: \xfe", b"no colon",
        b"X:\t y \t", b":", b"", b"A\x00: b", b"ETag: \"\xe4\"",
    ]
)  # fmt: skip


@given(st.lists(st.tuples(NAMES, VALUES), max_size=6))
def test_a_request_is_written_as_h11_writes_it(headers: list[Header]) -> None:
    target = read_target("https://news.example:8443/feed?id=1")
    lines = [(b"Host", b"news.example:8443"), *headers]
    connection = h11.Connection(h11.CLIENT)
    sent = [(name, value) for name, value in lines if name != b"Host" or value == b"news.example:8443"]
    assert request_bytes(target, sent) == connection.send(
        h11.Request(method=b"GET", target=target.path, headers=sent)
    )


@given(
    status=st.sampled_from(
        [b"HTTP/1.1 304 Not Modified", b"HTTP/1.1 304", b"HTTP/1.1 304 ", b"HTTP/1.1 200 OK", b"HTTP/1.0 304 N",
         b"HTTP/1.1 3040 x", b"ICY 304"]
    ),
    lines=st.lists(st.tuples(NAMES, VALUES).map(b": ".join) | ODD_LINES, max_size=6),
    end=st.sampled_from([b"\r\n\r\n", b"\r\n", b"\n\n", b"", b"\r\n\r\nbody", b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"]),
)  # fmt: skip
@example(b"HTTP/1.1 304 Not Modified", [b'ETag: "v1"', b"Connection: keep-alive"], b"\r\n\r\n")
def test_a_304_is_read_as_h11_reads_it_or_left_to_h11(status: bytes, lines: list[bytes], end: bytes) -> None:
    data = b"\r\n".join([status, *lines]) + end
    fields = plain_not_modified(data)
    if fields is None:
        return
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method=b"GET", target=b"/", headers=[(b"Host", b"news.example")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    head = connection.next_event()
    assert isinstance(head, h11.Response)
    assert (head.status_code, list(head.headers.raw_items())) == (304, fields)
    assert isinstance(connection.next_event(), h11.EndOfMessage)
    assert (connection.their_state, connection.trailing_data) == (h11.DONE, (b"", False))


def test_the_usual_304_is_not_left_to_h11() -> None:
    data = b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\nConnection: keep-alive\r\nDate: x\r\n\r\n'
    assert plain_not_modified(data) == [(b"ETag", b'"v1"'), (b"Connection", b"keep-alive"), (b"Date", b"x")]
