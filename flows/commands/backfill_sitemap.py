"""`presswatch backfill sitemap`: what the sitemaps of the sources list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from flows.commands.backfill import carry_out, period_options


@click.command()
@click.option("--source", "only", multiple=True, metavar="ID", help="Only this source; may be repeated.")
@period_options
def command(only: tuple[str, ...], config_path: Path, as_json: bool, **options: Any) -> int:
    """Fetch the articles that sitemaps list, the newest first.

    Which sitemaps: those of the config; else those that robots.txt names; else /sitemap.xml. Indexes are followed.
    When an article was published is judged by what the sitemap says, by its address, or by its last change.

    \b
    Example:
      presswatch backfill sitemap --source example --since 2026-01-01 --until 2026-03-31 --dry-run
      presswatch backfill sitemap --limit 1000
    """
    return carry_out("sitemap", config_path, only=only, as_json=as_json, **options)
