"""Notices as one message: a line each, grouped, and short enough for a phone. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from flows.moments import minute
from flows.notices.ledger import Entry
from flows.safe_text import safe_text
from flows.terminal import counted

MAX_LINES = 12  # of one kind; an outage of ours is a gap of every feed
HEADINGS = {
    "round_failed": "The round failed",
    "disk_low": "The disk is nearly full",
    "feed_dead": "Feeds that fail for a day or are gone",
    "source_quiet": "Sources gone quiet",
    "template_changed": "Sources whose pages have changed",
    "gap": "Articles probably missed",
}
Tone = Literal["failure", "warning", "success"]


@dataclass(frozen=True, slots=True)
class Message:
    """What one address is sent. `tone`: how bad it is, as far as the address can show that."""

    title: str
    body: str
    tone: Tone


def message_of(entries: Sequence[Entry]) -> Message:
    """One message of all that is due for one address. What came from the web is made harmless in it."""
    begun = [entry for entry in entries if entry.ended_at is None or entry.told_at is None]
    over = [entry for entry in entries if entry.ended_at is not None and entry.told_at is not None]
    blocks = [*_blocks(begun, over=False), *_blocks(over, over=True)]
    parts = [f"{len(begun):,} new"] * bool(begun) + [f"{len(over):,} over"] * bool(over)
    tone: Tone = "warning" if begun else "success"
    if any(entry.kind in ("round_failed", "disk_low") for entry in begun):
        tone = "failure"
    return Message(f"presswatch: {', '.join(parts)}", "\n\n".join(blocks), tone)


def _blocks(entries: Sequence[Entry], *, over: bool) -> list[str]:
    blocks = []
    for kind, heading in HEADINGS.items():
        chosen = [entry for entry in entries if entry.kind == kind]
        if not chosen:
            continue
        lines = [f"{'Over: ' if over else ''}{heading} ({counted(len(chosen), 'notice')})"]
        lines += [f"- {_harmless(_line(entry))}" for entry in chosen[:MAX_LINES]]
        if len(chosen) > MAX_LINES:
            lines.append(f"- and {len(chosen) - MAX_LINES:,} more: presswatch status")
        blocks.append("\n".join(lines))
    return blocks


def _line(entry: Entry) -> str:
    if entry.ended_at is None or entry.kind == "gap":
        return entry.text
    return f"{entry.text} (from {minute(entry.began_at)}, over since {minute(entry.ended_at)})"


def _harmless(text: str) -> str:
    """No control characters, and no @ by which a feed could call everybody in a chat."""
    return safe_text(text).replace("@", "(at)")
