"""What one connection says, whichever HTTP it speaks: a request goes, and an answer comes piece by piece."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from extractors.web.target import Target

Header = tuple[bytes, bytes]


class NoAnswer(Exception):
    """The connection was closed, or is no longer of use, before a byte of the answer came."""


class AnswerBroken(Exception):
    """What came is no answer by the rules of its protocol; the text says which rule."""


@dataclass(frozen=True, slots=True)
class Head:
    """Status and header lines of an answer. `is_all`: nothing follows them."""

    http_status: int
    headers: Sequence[Header]
    is_all: bool = False


class Carrier(Protocol):
    """One connection, speaking. Raises NoAnswer, AnswerBroken, StreamBroken, h11's errors, and what h2 lets
    through."""

    async def ask(self, target: Target, headers: Sequence[Header]) -> Head:
        """Send a GET, and wait for the head of the answer."""
        ...

    def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body of the answer, as it comes over the wire; to be closed by who reads it."""
        ...

    @property
    def reusable(self) -> bool:
        """Whether the last answer is complete, nothing else was said, and the server has not hung up."""
        ...
