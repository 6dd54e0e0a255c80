"""`presswatch reclean`: stored text judged again with what is known now."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands.options import config_option, json_option, read_config
from flows.exits import Exit
from flows.terminal import Column, Terminal


@click.command()
@click.option("--source", "only", multiple=True, metavar="ID", help="Only this source; may be repeated.")
@click.option(
    "--from-archive",
    is_flag=True,
    help="Read the pages that are kept by `archive:` again, with today's extractor.",
)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@json_option
@config_option
def command(
    only: tuple[str, ...], from_archive: bool, dry_run: bool, as_json: bool, config_path: Path
) -> int:
    """Judge stored text again with what is known now of each site's repeated lines.

    An article whose text changes gets a new version; no other row changes. `protect` and `drop` of the config count.

    \b
    Example:
      presswatch reclean --dry-run
      presswatch reclean --source example
      presswatch reclean --from-archive --dry-run     the rehearsal of an upgrade
    """
    from extractors.watch import compile_watchlists, find_mentions
    from flows.reclean import reclean
    from flows.rounds.round import now_utc
    from storage.store import Store

    config = read_config(config_path)
    if complaint := config.unknown_source(only):
        raise click.UsageError(complaint)
    chosen = [source for source in config.sources if not only or source.id in only]
    if from_archive:
        from flows.rereading.report import reclean_from_archive

        return reclean_from_archive(config, chosen, dry_run=dry_run, as_json=as_json)
    matcher = compile_watchlists(config.watchlists)
    store = Store(config.database, config.published)
    rows = list(
        reclean(
            store,
            chosen,
            lambda article_id, title, text: find_mentions(matcher, article_id, title, text),
            now_utc,
            dry_run=dry_run,
        )
    )
    if not dry_run:
        store.publish(now_utc())
    terminal = Terminal.of_process()
    if as_json:
        terminal.json(
            [
                {
                    "source_id": r.source_id,
                    "articles": r.articles,
                    "changed": r.changed,
                    "lines_known": r.lines_known,
                }
                for r in rows
            ]
        )
        return Exit.DONE
    would = "would change" if dry_run else "changed"
    terminal.table(
        [Column("source", whole=True), *(Column(n, "right") for n in ("articles", would, "known lines"))],
        [(r.source_id, r.articles, r.changed, r.lines_known) for r in rows],
    )
    return Exit.DONE
