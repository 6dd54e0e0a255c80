"""`presswatch backfill urls`: a list of addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from flows.commands.backfill import carry_out, period_options


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option("--source", metavar="ID", help="The source of what is on the site of none, or of several.")
@period_options
def command(file: Path, source: str | None, config_path: Path, as_json: bool, **options: Any) -> int:
    """Fetch the articles of a list: an address a line; FILE may be packed by gzip; - is standard input.

    A line may be a JSON object with "url", and at will "source", "title", "published_at". An address belongs to
    the source on whose site it is. One that belongs to none is said, and kept in the table outcomes; the exit code
    is 1 then.

    \b
    Example:
      presswatch backfill urls addresses.txt
      presswatch backfill urls - --source example < addresses.txt
    """
    return carry_out(
        "urls", config_path, only=(source,) if source else (), files=(file,), as_json=as_json, **options
    )
