"""`presswatch sources export`: the feeds of the config, for a feed reader."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands.options import config_option, read_config
from flows.exits import Exit
from flows.terminal import Terminal


@click.command()
@config_option
def command(config_path: Path) -> int:
    """Print the feeds of the config as OPML 2.0, which feed readers import.

    \b
    Example:
      presswatch sources export > presswatch.opml
    """
    from flows.discovery.entries import as_opml

    config = read_config(config_path, look_up=True)
    terminal = Terminal.of_process()
    for line in as_opml(config.sources, "presswatch").splitlines():
        terminal.line(line)
    return Exit.DONE
