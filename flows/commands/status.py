"""`presswatch status`: how the pipeline is doing, on one screen."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands.options import config_option, json_option, read_config
from flows.exits import Exit
from flows.terminal import Terminal


@click.command()
@click.option(
    "--prometheus", "as_metrics", is_flag=True, help="As metrics, in the text format of Prometheus."
)
@json_option
@config_option
def command(as_metrics: bool, as_json: bool, config_path: Path) -> int:
    """The last rounds, what fails, what has gone quiet or changed, and what waits, on one screen.

    Read from the published copy and the spool: no round is disturbed, and none is waited for. Times are in UTC.
    docs/health.md says what each line means. With --json or --prometheus nothing is left out.

    \b
    Example:
      presswatch status
      presswatch status --json
      presswatch status --prometheus > /var/lib/node_exporter/presswatch.prom
    """
    from storage.health import status_report

    if as_json and as_metrics:
        raise click.UsageError("--json and --prometheus are two answers: ask for one of them")
    config = read_config(config_path, look_up=True)
    report = status_report(config.database, config.published)
    terminal = Terminal.of_process()
    if as_json:
        terminal.json(asdict(report))
    elif as_metrics:
        from flows.health.metrics import exposition

        terminal.out.write(exposition(report, config.published))
    else:
        from flows.health.screen import show

        show(terminal, report, config.schedule, datetime.now(UTC))
    return Exit.DONE
