"""`presswatch watch match`: stored articles matched by the watchlists of the config."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import config_option, json_option, read_config
from flows.exits import Exit
from flows.terminal import Column, Terminal, counted

if TYPE_CHECKING:
    from flows.watching import Matching

MATCHED = "all stored articles are matched"


@click.command()
@click.option(
    "--watchlist",
    "only",
    multiple=True,
    metavar="ID",
    help="Match this one anew, changed or not; may be repeated.",
)
@click.option("--check", is_flag=True, help="Only say which watchlists wait.")
@json_option
@config_option
def command(only: tuple[str, ...], check: bool, as_json: bool, config_path: Path) -> int:
    """Match stored articles by watchlists that are new or have changed, and drop the mentions of removed ones.

    Rounds may run meanwhile; killed, the same command does what is left. The nightly upkeep does it too.

    \b
    Example:
      presswatch watch match
      presswatch watch match --watchlist energy
      presswatch watch match --check
    """
    from flows.rounds.round import now_utc
    from flows.watching import match_stored, waiting_watchlists
    from storage.store import Store

    config = read_config(config_path)
    named = {watchlist.id for watchlist in config.watchlists}
    for unknown in sorted(set(only) - named):
        raise click.UsageError(f"no watchlist {unknown!r} in {config.path}")
    store = Store(config.database, config.published)
    terminal = Terminal.of_process()
    if check:
        waiting = [each.watchlist_id for each in waiting_watchlists(store, config.watchlists)]
        if as_json:
            terminal.json({"waiting": waiting})
        else:
            terminal.line(f"not matched yet: {', '.join(waiting)}" if waiting else MATCHED)
        return Exit.DONE
    done = match_stored(store, config.watchlists, now_utc, anew=frozenset(only))
    store.publish(now_utc())
    if as_json:
        terminal.json(asdict(done))
    else:
        _show(terminal, done)
    return Exit.DONE


def _show(terminal: Terminal, done: Matching) -> None:
    if done.matched:
        terminal.table(
            [
                Column("watchlist", whole=True),
                Column("why"),
                *(Column(n, "right") for n in ("articles", "mentions")),
            ],
            [(each.watchlist_id, each.reason, each.articles, each.mentions) for each in done.matched],
        )
        terminal.line(f"{counted(done.judged, 'stored article')} read")
    else:
        terminal.line(MATCHED)
    if done.removed:
        terminal.line(f"mentions dropped of {', '.join(done.removed)}: the config names them no more")
