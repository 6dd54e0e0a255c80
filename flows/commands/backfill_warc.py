"""`presswatch backfill warc`: pages out of WARC files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from flows.commands.backfill import carry_out, period_options


@click.command()
@click.argument(
    "files",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, readable=True),
    nargs=-1,
    required=True,
    metavar="FILE...",
)
@click.option("--source", metavar="ID", help="The source of what is on the site of none, or of several.")
@period_options
def command(
    files: tuple[Path, ...], source: str | None, config_path: Path, as_json: bool, **options: Any
) -> int:
    """Take the articles out of WARC files, such as Common Crawl's news or those of your own `archive:`.

    Pages (status 200, HTML) on the sites of the config's sources are taken; the others are counted. Nothing is
    fetched. With --since or --until an article's own date decides. Files may be packed (.gz, .zst, .lz4).

    \b
    Example:
      presswatch backfill warc CC-NEWS-20260101*.warc.gz
      presswatch backfill warc crawl.warc.gz --source example --dry-run
    """
    return carry_out(
        "warc", config_path, only=(source,) if source else (), files=files, as_json=as_json, **options
    )
