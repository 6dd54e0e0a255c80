"""Options that several commands share, and the config behind `--config`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flows.config import Config

DEFAULT_CONFIG = Path("config.yaml")
CONFIG_VARIABLE = "PRESSWATCH_CONFIG"

config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=DEFAULT_CONFIG,
    envvar=CONFIG_VARIABLE,
    show_envvar=True,
    show_default=True,
    metavar="PATH",
    help="The config file.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for a program to read.")


def read_config(path: Path, *, look_up: bool = False) -> Config:
    """The config at `path`. pydantic and YAML are imported here, so that `--help` is quick.

    `look_up` is for commands that only look something up: the terms of watchlists are not read.
    """
    from flows.config import load_config

    return load_config(path, check_terms=not look_up)


def read_optional_config(path: Path) -> Config | None:
    """The same for a command that can do without: None where the default config isn't there."""
    named = click.get_current_context().get_parameter_source("config_path")
    if named == click.core.ParameterSource.DEFAULT and not path.exists():
        return None
    return read_config(path, look_up=True)
