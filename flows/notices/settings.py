"""`notices:` of the config, and what its words mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal["feed_dead", "source_quiet", "template_changed", "gap", "round_failed", "disk_low"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """Who is told, of what, and how long a round waits for it. The addresses are secrets: they are never shown."""

    urls: tuple[str, ...] = field(repr=False)
    kinds: frozenset[Kind] = frozenset(KINDS)
    timeout_s: float = 20.0
