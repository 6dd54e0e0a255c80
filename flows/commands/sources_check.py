"""`presswatch sources check`: whether each feed and sitemap answers now."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from flows.commands.options import config_option, json_option, read_config
from flows.event_loop import run_async
from flows.exits import Exit
from flows.terminal import Column, Terminal

_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@click.command()
@click.option("--source", "only", multiple=True, metavar="ID", help="Only this source; may be repeated.")
@json_option
@config_option
def command(only: tuple[str, ...], as_json: bool, config_path: Path) -> int:
    """Ask each feed and sitemap of the config now, and say what is wrong in words. Nothing is stored.

    Exit code 1 when one fails; a warning does not count as a failure.

    \b
    Example:
      presswatch sources check
      presswatch sources check --source example --json
    """
    from flows.discovery.probe import checked_sources, pace_of

    config = read_config(config_path, look_up=True)
    if complaint := config.unknown_source(only):
        raise click.UsageError(complaint)
    sources = [source for source in config.sources if not only or source.id in only]
    verdicts = run_async(checked_sources(sources, config.fetch, config.extract, pace_of(config.database)))
    terminal = Terminal.of_process()
    if as_json:
        terminal.json([asdict(verdict) for verdict in verdicts])
    else:
        terminal.table(
            [Column("is", whole=True), Column("source", whole=True), Column("address"), Column("found")],
            [(each.grade, each.source_id, each.url, each.found) for each in verdicts],
        )
        for each in verdicts:
            if each.advice:
                terminal.line(f"{each.source_id}: {each.found} -> {each.advice}", _STYLES[each.grade])
    return Exit.PARTLY if any(each.grade == "fail" for each in verdicts) else Exit.DONE
