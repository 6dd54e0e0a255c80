"""`presswatch sources import`: the feeds of a feed reader, as sources for config.yaml."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flows.commands.options import config_option, read_optional_config
from flows.exits import CommandError, Exit
from flows.terminal import Terminal


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@config_option
def command(file: Path, config_path: Path) -> int:
    """Print the feeds of an OPML file, which feed readers export, as `sources:` for config.yaml. - is standard input.

    Folders become tags. Feeds that the config has already are left out.

    \b
    Example:
      presswatch sources import subscriptions.opml > config.yaml
    """
    from extractors.errors import ParseFailed
    from extractors.opml import parse_opml
    from flows.discovery.entries import as_yaml, drafts_of

    config = read_optional_config(config_path)
    body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        found = parse_opml(body, str(file))
    except ParseFailed as error:
        raise CommandError(f"{file}: {error.detail}") from None
    known = {feed for source in config.sources for feed in source.feeds} if config else set()
    drafts = drafts_of(
        [each for each in found if each.feed_url not in known],
        [source.id for source in config.sources] if config else (),
    )
    terminal = Terminal.of_process()
    for line in as_yaml(drafts).splitlines() if drafts else ():
        terminal.line(line)
    terminal.note(
        f"presswatch: {len(drafts)} sources, {len(found)} feeds, {len(known)} in the config already"
    )
    return Exit.DONE
