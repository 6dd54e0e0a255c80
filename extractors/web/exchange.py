"""One request and its answer over one connection: sent, read within limits, and every way it can end named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from types import TracebackType

import h11

from extractors.errors import ConnectionFailed, ProtocolBroken, SourceError, TooLarge
from extractors.web.carrying import AnswerBroken, Header, NoAnswer
from extractors.web.connections import Wire
from extractors.web.decoding import Unpacker
from extractors.web.headers import read_fields, read_length
from extractors.web.stream import StreamBroken
from extractors.web.target import Target, shown

DRAINED_BYTES = 65_536  # of a body that nobody wants: reading that much is cheaper than another connection
DRAIN_S = 1.0
MAX_CRUMBS = 20_000  # pieces of a body of under 16 bytes each on average: 0.5 s of CPU, and no honest server
CRUMB_BYTES = 16
BREATHE_EVERY = 32  # pieces; what is already there is read without a pause, and others want to run too


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. `body` is empty unless the status says that it is content (200 and 203)."""

    http_status: int
    fields: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """How much of a body is taken, decompressed; `truncate`: what is beyond it is left instead of refused."""

    max_bytes: int
    truncate: bool = False


class StaleConnection(Exception):
    """A connection that was used before turned out to be closed: the request goes out once more on a new one."""


class Budget:
    """The time that one fetch may take, over all of its exchanges; waiting for its turn is not counted.

    An async context for each exchange, which raises TimeoutError when the time is used up.
    """

    __slots__ = ("_began", "_clock", "_left_s", "_timeout", "_total_s")

    def __init__(self, total_s: float, clock: Callable[[], float]) -> None:
        self._total_s = self._left_s = total_s
        self._clock = clock
        self._began = 0.0
        self._timeout: asyncio.Timeout | None = None

    @property
    def spent_ms(self) -> int:
        """Milliseconds used so far."""
        running_s = self._clock() - self._began if self._timeout is not None else 0.0
        return round((self._total_s - self._left_s + running_s) * 1000)

    async def __aenter__(self) -> None:
        self._began = self._clock()
        self._timeout = asyncio.timeout(max(self._left_s, 0.0))
        await self._timeout.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        timeout, self._timeout = self._timeout, None
        self._left_s -= self._clock() - self._began
        if timeout is not None:
            await timeout.__aexit__(kind, error, trace)


async def exchange(
    wire: Wire,
    target: Target,
    headers: Sequence[Header],
    limit: BodyLimit,
    *,
    on_send: Callable[[], None],
    on_answer: Callable[[], None],
) -> Answer:
    """Send one GET and read its answer. SourceError for what goes wrong but time; StaleConnection.

    `on_send` is called just before the request is written, `on_answer` when the head of the answer is there.
    """
    used_before = wire.uses > 0
    wire.uses += 1
    wire.complete = False
    wire.stream.on_send = on_send
    try:
        head = await wire.carrier.ask(target, headers)
    except (NoAnswer, StreamBroken, AnswerBroken) as error:
        if used_before:
            raise StaleConnection from error
        raise _named(target, error) from error
    except Exception as error:  # also what h2 and h11 raise at input that nobody thought of
        raise _named(target, error) from error
    on_answer()
    fields = read_fields(head.headers)
    try:
        if head.http_status in (200, 203):
            body = await _read_body(wire, fields, target, limit)
            wire.complete = not body.cut
            return Answer(head.http_status, fields, body.data)
        wire.complete = head.is_all or await _drain(wire, fields)
    except SourceError:
        raise
    except Exception as error:
        raise _named(target, error) from error
    return Answer(head.http_status, fields, b"")


@dataclass(frozen=True, slots=True)
class _Body:
    data: bytes
    cut: bool


async def _read_body(wire: Wire, fields: Mapping[str, str], target: Target, limit: BodyLimit) -> _Body:
    length = read_length(fields)
    if length is not None and length > limit.max_bytes and not limit.truncate:
        raise TooLarge(target.url, f"{length} bytes announced, more than {limit.max_bytes}")
    unpacker = Unpacker(
        target.url, fields.get("content-encoding", ""), limit.max_bytes, truncate=limit.truncate
    )
    pieces = size = 0
    async with aclosing(wire.carrier.pieces()) as stream:
        async for piece in stream:
            unpacker.feed(piece)
            if unpacker.full:
                break
            pieces += 1
            size += len(piece)
            if pieces % BREATHE_EVERY == 0:
                await asyncio.sleep(0)
                if pieces > MAX_CRUMBS and size < pieces * CRUMB_BYTES:
                    raise ProtocolBroken(target.url, "a body in crumbs")
    return _Body(unpacker.finish(), unpacker.full)


async def _drain(wire: Wire, fields: Mapping[str, str]) -> bool:
    """Read a body that nobody wants, if it is small; whether its connection can be used again."""
    if (read_length(fields) or 0) > DRAINED_BYTES:
        return False
    left = DRAINED_BYTES
    try:
        async with asyncio.timeout(DRAIN_S), aclosing(wire.carrier.pieces()) as stream:
            async for piece in stream:
                left -= len(piece) + CRUMB_BYTES
                if left < 0:
                    return False
    except Exception:  # the answer stands, whatever becomes of its body
        return False
    return True


def _named(target: Target, error: Exception) -> SourceError:
    if isinstance(error, StreamBroken):
        return ConnectionFailed(target.url, "connection reset")
    if isinstance(error, NoAnswer):
        return ConnectionFailed(target.url, "closed without an answer")
    name = "" if isinstance(error, h11.ProtocolError | AnswerBroken) else f"{type(error).__name__}: "
    return ProtocolBroken(target.url, shown(f"{name}{error}"))
