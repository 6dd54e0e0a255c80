"""`presswatch backfill archive`: the older pages of a source's feeds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from flows.commands.backfill import carry_out, period_options


@click.command()
@click.option(
    "--source", "only", multiple=True, required=True, metavar="ID", help="The source; may be repeated."
)
@period_options
def command(only: tuple[str, ...], config_path: Path, as_json: bool, **options: Any) -> int:
    """Fetch the articles of the older pages of a source's feeds.

    Feeds that link to their archives are followed (RFC 5005: "prev-archive", "next"); others are asked for pages as
    WordPress numbers them (?paged=2), until nothing new comes.

    \b
    Example:
      presswatch backfill archive --source example
      presswatch backfill archive --source example --since 2025-01-01 --dry-run
    """
    return carry_out("archive", config_path, only=only, as_json=as_json, **options)
