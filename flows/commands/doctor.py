"""`presswatch doctor`: what could keep the pipeline from its work here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import config_option, json_option, read_config
from flows.event_loop import run_async
from flows.exits import ConfigError, Exit
from flows.terminal import Terminal, counted

if TYPE_CHECKING:
    from flows.config import Config
    from flows.doctor.findings import Finding

_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@click.command()
@click.option("--offline", is_flag=True, help="Ask nothing of the network.")
@json_option
@config_option
def command(offline: bool, as_json: bool, config_path: Path) -> int:
    """Check the config, paths, rights, disk, versions, Prefect server and network; say what to do.

    Nothing is changed. Exit code 0 when nothing fails (warnings may be there), 2 when the config is wrong, 3 when
    something else would keep a round from its work.

    \b
    Example:
      presswatch doctor
      presswatch doctor --offline --json
    """
    terminal = Terminal.of_process()
    findings: list[Finding] = []
    for finding in _findings(config_path, offline):
        findings.append(finding)
        if not as_json:
            _show(terminal, finding)
    if as_json:
        terminal.json([finding.as_dict() for finding in findings])
    failed = [finding.check for finding in findings if finding.grade == "fail"]
    return Exit.DONE if not failed else Exit.USAGE if "config" in failed else Exit.FAILED


def _findings(config_path: Path, offline: bool) -> Iterator[Finding]:
    from flows.doctor.findings import fail, ok
    from flows.doctor.machine_checks import package_findings, python_findings

    yield from python_findings()
    yield from package_findings()
    try:
        config = read_config(config_path)
    except ConfigError as error:
        for problem in error.problems:
            yield fail("config", str(problem), "mend this line; docs/configuration.md has every key")
        return
    feeds = sum(len(source.feeds) for source in config.sources)
    counts = (
        counted(len(config.sources), "source"),
        counted(feeds, "feed"),
        counted(len(config.watchlists), "watchlist"),
    )
    yield ok("config", f"{config_path}: {', '.join(counts)}")
    yield from _findings_of(config, offline)


def _findings_of(config: Config, offline: bool) -> Iterator[Finding]:
    from flows.doctor import machine_checks, network_checks
    from flows.doctor.notice_checks import notice_findings
    from flows.doctor.store_checks import store_findings

    yield from machine_checks.path_findings((("database", config.database), ("published", config.published)))
    yield from machine_checks.disk_findings(config.database, config.published)
    yield from machine_checks.limit_findings(config.fetch.concurrency)
    yield from store_findings(config.database, config.published)
    yield from notice_findings(config.notices)
    yield from network_checks.identity_findings(config.fetch)
    yield from network_checks.prefect_findings(os.environ)
    if not offline:
        yield from run_async(network_checks.network_findings(config.sources, config.fetch))


def _show(terminal: Terminal, finding: Finding) -> None:
    terminal.line(f"{finding.grade:<4}  {finding.check:<14}  {finding.found}", _STYLES[finding.grade])
    if finding.advice:
        terminal.line(f"      {'':<14}  -> {finding.advice}")
