"""`presswatch publish`: refresh the published copy now."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands.options import config_option, json_option, read_config
from flows.exits import Exit
from flows.terminal import Terminal


@click.command()
@click.option("--force", is_flag=True, help="Copy even if nothing has changed since the last time.")
@json_option
@config_option
def command(force: bool, as_json: bool, config_path: Path) -> int:
    """Store what still waits, and replace the published copy. Readers of the old one are not disturbed.

    Rounds do this at their end; it is for after an outage, or another database.

    \b
    Example:
      presswatch publish
    """
    from flows.rounds.indexing import refresh_search
    from storage.store import Store

    config = read_config(config_path, look_up=True)
    store = Store(config.database, config.published)
    now = datetime.now(UTC)
    committed = store.commit(now)
    published = store.publish(now, force=force)
    terminal = Terminal.of_process()
    if config.shape.search:
        refresh_search(config.published, most=None, told=lambda what: terminal.note(f"presswatch: {what}"))
    if as_json:
        terminal.json(
            {
                "published": str(published.path),
                "changed": published.changed,
                "bytes": published.bytes,
                "elapsed_s": round(published.elapsed_s, 3),
                "batches_waiting": committed.waiting,
            }
        )
        return Exit.DONE
    size_mb = published.bytes / 1_000_000
    if published.changed:
        terminal.line(f"{published.path}: {size_mb:,.1f} MB, in {published.elapsed_s:.1f} s")
    else:
        terminal.line(
            f"{published.path}: {size_mb:,.1f} MB, already up to date (--force copies all the same)"
        )
    if committed.waiting:
        terminal.note(
            f"presswatch: {committed.waiting} batches still wait in the spool; the next round stores them"
        )
    return Exit.DONE
