"""`presswatch sources discover`: the feeds and sitemaps of a site."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import config_option, json_option, read_optional_config
from flows.event_loop import run_async
from flows.exits import Exit
from flows.terminal import Column, Terminal

if TYPE_CHECKING:
    from extractors.discovery import Site


@click.command()
@click.argument("url")
@json_option
@config_option
def command(url: str, as_json: bool, config_path: Path) -> int:
    """Find the feeds, news sitemaps and sitemaps of a site, try them out, and print what to put in config.yaml.

    URL is its front page, a section of it, or a feed. Looked for are the feeds that the page states or links to, the
    usual places, and the sitemaps of robots.txt. Exit code 1 when none is found.

    \b
    Example:
      presswatch sources discover https://www.example.org/
      presswatch sources discover example.org --json
    """
    from extractors.model import ExtractSettings, FetchSettings
    from flows.discovery.entries import as_yaml, draft_of
    from flows.discovery.probe import found_site, pace_of

    config = read_optional_config(config_path)
    site = run_async(
        found_site(
            url,
            config.fetch if config else FetchSettings(),
            config.extract if config else ExtractSettings(),
            pace_of(config.database) if config else None,
        )
    )
    draft = draft_of(site, [source.id for source in config.sources] if config else ())
    terminal = Terminal.of_process()
    if as_json:
        terminal.json(_as_dict(site) | {"source": asdict(draft)})
    else:
        _show(terminal, site)
        if draft.feeds or draft.sitemaps:
            terminal.line()
            for line in as_yaml([draft]).splitlines():
                terminal.line(line)
    return Exit.DONE if draft.feeds or draft.sitemaps else Exit.PARTLY


def _show(terminal: Terminal, site: Site) -> None:
    from datetime import UTC, datetime

    from flows.discovery.verdicts import feed_verdict, sitemap_verdict

    now = datetime.now(UTC)
    rows = [
        ("feed" if not feed.is_aside else "aside", v.grade, feed.url, v.found, feed.title)
        for feed in site.feeds
        for v in (feed_verdict("", feed, now),)
    ]
    rows += [
        ("news sitemap" if each.is_news else "sitemap", v.grade, each.url, v.found, "")
        for each in site.sitemaps
        for v in (sitemap_verdict("", each),)
    ]
    if not rows:
        terminal.line(f"{site.page_url}: no feed and no sitemap found", "yellow")
        return
    names = ("kind", "is", "address", "found", "title")
    terminal.table([Column(name, whole=name in ("kind", "is")) for name in names], rows)


def _as_dict(site: Site) -> dict[str, object]:
    values = asdict(site)
    for found in (*values["feeds"], *values["sitemaps"]):
        found["error"] = str(found["error"]) if found["error"] is not None else None
    return values
