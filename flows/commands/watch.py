"""`presswatch watch`: watchlists tried out before they go live, and matched against what is stored."""

from __future__ import annotations

import click

from flows.exits import Exit
from flows.lazy_group import CommandTable, LazyGroup

# Commands below `presswatch watch`: name: (module with a click command named `command`, one line of help).
COMMANDS: CommandTable = {
    "test": ("flows.commands.watch_test", "What a watchlist would have found; nothing is written."),
    "match": ("flows.commands.watch_match", "Match stored articles by new or changed watchlists."),
}


@click.group(cls=LazyGroup, table=COMMANDS)
def command() -> int:
    """Watchlists: tried out on stored articles, and matched against them.

    \b
    Example:
      presswatch watch test --any 'heat pump*' --any '"grid operator"~5' --since 30d
      presswatch watch match
    """
    return Exit.DONE
