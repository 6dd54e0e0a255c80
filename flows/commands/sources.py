"""`presswatch sources`: the sources of the config and their health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import config_option, json_option, read_config
from flows.exits import Exit
from flows.lazy_group import CommandTable, LazyGroup
from flows.moments import ago
from flows.terminal import Column, Terminal

if TYPE_CHECKING:
    from extractors.model import Source
    from storage.health import SourceHealth

# Commands below `presswatch sources`: name: (module with a click command named `command`, one line of help).
COMMANDS: CommandTable = {
    "discover": ("flows.commands.sources_discover", "Find the feeds and sitemaps of a site."),
    "check": ("flows.commands.sources_check", "Ask each feed and sitemap now; say what is wrong."),
    "import": ("flows.commands.sources_import", "The feeds of a feed reader (OPML), as YAML."),
    "export": ("flows.commands.sources_export", "The feeds of the config, as OPML."),
}


@click.group(cls=LazyGroup, table=COMMANDS, invoke_without_command=True)
@json_option
@config_option
@click.pass_context
def command(context: click.Context, as_json: bool, config_path: Path) -> int:
    """The sources of the config: whether their feeds answer, and how much they publish.

    Read from the published copy, so that no round is disturbed.

    \b
    Example:
      presswatch sources
      presswatch sources --json
    """
    if context.invoked_subcommand is not None:
        return Exit.DONE

    from storage.health import sources_health

    config = read_config(config_path, look_up=True)
    health = sources_health(config.published)
    terminal = Terminal.of_process()
    if as_json:
        terminal.json([_as_dict(source, health.get(source.id)) for source in config.sources])
        return Exit.DONE
    terminal.table(
        [
            Column("source", whole=True),
            Column("health"),
            Column("last article"),
            Column("articles", "right", whole=True),
            Column("last day", "right", whole=True),
            Column("usual", "right", whole=True),
            Column("name"),
        ],
        [_row(source.id, source.name, health) for source in config.shape.sources],  # no need of their records
    )
    return Exit.DONE


def _row(source_id: str, name: str, health: Mapping[str, SourceHealth]) -> tuple[object, ...]:
    known = health.get(source_id)
    if known is None:
        return source_id, "not polled yet", "", 0, 0, "", name
    last = ago(known.last_article_at)
    return source_id, said(known), last, known.articles, known.articles_24h, known.usual_per_day, name


def said(known: SourceHealth) -> str:
    """The health of a source in a few words."""
    if known.feeds == 0:
        return "not polled yet"
    if known.feeds_failing == 0:
        return "ok"
    which = (
        "" if known.feeds_failing == known.feeds == 1 else f"{known.feeds_failing} of {known.feeds} feeds: "
    )
    return f"{which}{known.last_status}, since {ago(known.failing_since)}"


def _as_dict(source: Source, known: SourceHealth | None) -> dict[str, object]:
    values = asdict(source)
    return {"source_id": values.pop("id"), **values, "health": asdict(known) if known else None}
