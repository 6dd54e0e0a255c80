"""One extracted page as an analyst looks at it: the facts with where they come from, then the page's blocks in
order, those that were taken out struck through with the reason in the margin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from extractors.article.text import join_text, word_count
from extractors.model import Extracted, Fact, Moment, Stripped
from flows.extraction.answers import FACTS
from flows.terminal import Terminal

if TYPE_CHECKING:
    from rich.table import Table

LOSERS_SHOWN = 4
REMOVED_CHARS = 200  # shown on a terminal of a block that was taken out; --json has all of it
MARGIN = 24  # columns; the longest reasons are "repeated on the site" and "related stories"


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact as it is shown; `losers` are "origin=value"."""

    name: str
    value: str
    origin: str
    losers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the page, with the reason why it was taken out, "" where it is part of the article."""

    text: str
    reason: str = ""


def fact_lines(extracted: Extracted) -> list[FactLine]:
    """The facts that are known or contested, in the order of their weight."""
    lines = []
    for name in FACTS:
        fact: Fact[Any] = getattr(extracted.facts, name)
        shown = _shown(fact.value)
        if shown or fact.losers:
            lines.append(FactLine(name.replace("_", " "), shown or "unknown", fact.origin, fact.losers))
    return lines


def blocks_in_order(stripped: Stripped) -> list[Block]:
    """Kept and removed blocks as they follow one another in the page."""
    removed = {block.position: block for block in stripped.removed}
    kept = iter(stripped.kept)
    blocks = []
    for position in range(len(stripped.kept) + len(stripped.removed)):
        taken_out = removed.get(position)
        blocks.append(Block(taken_out.text, taken_out.reason) if taken_out else Block(next(kept, "")))
    return blocks


def show_page(terminal: Terminal, extracted: Extracted, stripped: Stripped) -> None:
    """Print one page: drawn on a terminal, in plain lines when piped."""
    if terminal.shows:
        _draw(terminal, extracted, stripped)
    else:
        for line in _plain_lines(extracted, stripped):
            terminal.line(line)


def show_blocks(terminal: Terminal, stripped: Stripped) -> None:
    """Print the blocks alone, in their order, each removed one with its reason."""
    if terminal.shows:
        terminal.console().print(_blocks_table(terminal, stripped))
    else:
        for line in _plain_blocks(stripped):
            terminal.line(line)


def _shown(value: Any) -> str:
    if isinstance(value, Moment):
        return _shown_moment(value)
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _shown_moment(moment: Moment) -> str:
    if moment.precision == "day":
        return f"{moment.at:%Y-%m-%d} (day only)"
    seconds = ":%S" if moment.precision == "second" else ""
    offset = f"{moment.at:%z}"
    assumed = " assumed" if moment.offset == "assumed" else ""
    return f"{moment.at:%Y-%m-%d %H:%M{seconds}} {offset[:3]}:{offset[3:5]}{assumed}"


def _summary(extracted: Extracted, stripped: Stripped) -> str:
    words = word_count(join_text(stripped.kept))
    return (
        f"{words:,} words in {len(stripped.kept)} blocks kept, {len(stripped.removed)} removed "
        f"(text from {extracted.text_origin}; {extracted.extractor})"
    )


def _plain_lines(extracted: Extracted, stripped: Stripped) -> Iterator[str]:
    lines = fact_lines(extracted)
    widest = max((len(line.name) for line in lines), default=0)
    for line in lines:
        yield f"{line.name:<{widest}}  {line.value}" + (f"  [{line.origin}]" if line.origin else "")
        for loser in line.losers[:LOSERS_SHOWN]:
            yield f"{'':<{widest}}  not {loser}"
    yield ""
    yield _summary(extracted, stripped)
    yield ""
    yield from _plain_blocks(stripped)


def _plain_blocks(stripped: Stripped) -> Iterator[str]:
    for block in blocks_in_order(stripped):
        yield f"- [{block.reason}] {block.text}" if block.reason else f"  {block.text}"


def _draw(terminal: Terminal, extracted: Extracted, stripped: Stripped) -> None:
    console = terminal.console()
    console.print(_facts_table(terminal, extracted))
    console.print()
    console.print(terminal.text(_summary(extracted, stripped), "bold"))
    console.print()
    console.print(_blocks_table(terminal, stripped))


def _facts_table(terminal: Terminal, extracted: Extracted) -> Table:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(style="cyan", no_wrap=True)
    for line in fact_lines(extracted):
        style = "dim" if line.value == "unknown" else ""
        table.add_row(terminal.text(line.name), terminal.text(line.value, style), terminal.text(line.origin))
        for loser in line.losers[:LOSERS_SHOWN]:
            origin, _, value = loser.partition("=")
            table.add_row("", terminal.text(value, "dim strike"), terminal.text(origin, "dim"))
    return table


def _blocks_table(terminal: Terminal, stripped: Stripped) -> Table:
    from rich.table import Table

    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", no_wrap=True, overflow="ellipsis", max_width=MARGIN)
    table.add_column(overflow="fold")
    before: Block | None = None
    for block in blocks_in_order(stripped):
        if before is not None and not (before.reason and block.reason):
            table.add_row("", "")
        if block.reason:
            text = block.text if len(block.text) <= REMOVED_CHARS else block.text[: REMOVED_CHARS - 1] + "…"
            table.add_row(terminal.text(f"{block.reason} ✗", "red"), terminal.text(text, "dim strike"))
        else:
            table.add_row("", terminal.text(block.text))
        before = block
    return table
