"""config.yaml: read, checked as a whole, and turned into the records of the other packages.

Nothing runs with a config that has a problem: `load_config` returns a sound one, or raises a `ConfigError`
that tells everything that is wrong, a line each.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from flows.config_lines import MAX_BYTES, Node, read_nodes
from flows.config_problems import nodes_at, problem_at, repeated, shape_problems
from flows.config_schema import ConfigFile, Section
from flows.exits import ConfigError, Problem
from flows.machine import usable_cpus
from flows.report.period import ReportPlan, parse_span
from flows.schedule import Schedule, parse_schedule

if TYPE_CHECKING:
    from extractors.model import ArchiveSettings, ExtractSettings, FetchSettings, Source, Watchlist
    from flows.notices.settings import NoticeSettings
    from storage.pace import Pace

__all__ = ["Config", "ConfigError", "load_config"]


@dataclass(frozen=True)
class Config:
    """A sound config, as the records of the other packages.

    Paths are absolute, or relative to the working folder if `path` was. Records are made when they are asked for:
    a command that looks up a path does not pay for the rest.
    """

    path: Path
    shape: ConfigFile
    cpus: Callable[[], int] = usable_cpus

    @property
    def database(self) -> Path:
        return _place(self.path, self.shape.database)

    @property
    def published(self) -> Path:
        return _place(self.path, self.shape.published)

    def unknown_source(self, only: Iterable[str]) -> str | None:
        """What is wrong with these source ids, in a line: the first that the config does not name. None: nothing."""
        unknown = sorted(set(only) - {source.id for source in self.shape.sources})
        return f"no source {unknown[0]!r} in {self.path}" if unknown else None

    @cached_property
    def schedule(self) -> Schedule:
        return parse_schedule(self.shape.schedule)

    @cached_property
    def fetch(self) -> FetchSettings:
        from extractors.model import FetchSettings

        values = self.shape.fetch.model_dump()
        return FetchSettings(**values | {"allow_networks": tuple(values["allow_networks"])})

    @cached_property
    def extract(self) -> ExtractSettings:
        from extractors.model import ExtractSettings

        section = self.shape.extract
        workers = self.cpus() if section.workers == "auto" else section.workers
        return ExtractSettings(workers=workers, timeout_s=section.timeout_s)

    @cached_property
    def pace(self) -> Pace:
        """How often rounds make the published copy."""
        from storage.pace import Pace

        section = self.shape.publish
        every_s = parse_schedule(section.every).interval_s if section.every is not None else None
        return Pace(every_s or 0.0, section.max_share)

    @cached_property
    def archive(self) -> ArchiveSettings | None:
        """Where pages are kept as they were fetched, if they are."""
        from extractors.model import ArchiveSettings

        section = self.shape.archive
        if section is None:
            return None
        return ArchiveSettings(
            _place(self.path, section.folder), section.rotate_mb * 1_000_000, section.keep_days
        )

    @cached_property
    def report(self) -> ReportPlan | None:
        """When a press review is written, of what, and where to; if one is."""
        section = self.shape.report
        if section is None:
            return None
        return ReportPlan(
            schedule=parse_schedule(section.every),
            since=parse_span(section.since),
            folder=_place(self.path, section.folder),
            watchlists=tuple(section.watchlists),
            keep=timedelta(days=section.keep_days) if section.keep_days is not None else None,
        )

    @cached_property
    def notices(self) -> NoticeSettings | None:
        """Who is told when something goes wrong, if anybody is."""
        from flows.notices.settings import NoticeSettings

        section = self.shape.notices
        if section is None:
            return None
        return NoticeSettings(tuple(section.urls), frozenset(section.kinds), section.timeout_s)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        from extractors.model import Source

        return tuple(Source(**_frozen(section)) for section in self.shape.sources)

    @cached_property
    def watchlists(self) -> tuple[Watchlist, ...]:
        from extractors.model import Watchlist

        return tuple(Watchlist(**_frozen(section)) for section in self.shape.watchlists)


def _place(config: Path, text: str) -> Path:
    return config.parent / Path(text).expanduser()


def _frozen(section: Section) -> dict[str, Any]:
    """The values of a section, lists made tuples."""
    return {
        key: tuple(value) if isinstance(value, list) else value for key, value in section.model_dump().items()
    }


def load_config(
    path: Path,
    environ: Mapping[str, str] = os.environ,
    cpus: Callable[[], int] = usable_cpus,
    *,
    check_terms: bool = True,
) -> Config:
    """The config in the file at `path`; `environ` fills its ${NAME}s, `cpus` decides `workers: auto`.

    Without `check_terms` the terms of watchlists are taken unread: the matcher takes 60 ms of CPU to get ready,
    a quarter of what a command that only looks something up may cost.

    Relative paths in it are relative to its own folder, so that it means the same from wherever it is used.
    Raises `ConfigError` with every problem of the file.
    """
    file = str(path)
    root, problems = read_nodes(_text(path, file), file, environ)
    if root is None or root.value is None:
        raise ConfigError((*problems, Problem(file, 0, "", "a config", "an empty file")))
    shape: ConfigFile | None = None
    try:
        shape = ConfigFile.model_validate(root.plain())
    except ValidationError as error:
        told = {(problem.line, problem.key) for problem in problems}
        shaped = shape_problems(error, root, file)
        problems += [problem for problem in shaped if (problem.line, problem.key) not in told]
    problems += _sense_problems(root, file)
    problems += _term_problems(root, file) if check_terms else []
    if problems or shape is None:
        raise ConfigError(tuple(sorted(problems, key=lambda problem: problem.line)))
    return Config(path, shape, cpus)


def _text(path: Path, file: str) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        hint = "name another with --config or $PRESSWATCH_CONFIG"
        raise ConfigError((Problem(file, 0, "", "a config file", "no such file", hint),)) from None
    except IsADirectoryError:
        raise ConfigError((Problem(file, 0, "", "a config file", "a folder"),)) from None
    except (OSError, ValueError) as error:
        found = getattr(error, "strerror", None) or str(error)
        raise ConfigError((Problem(file, 0, "", "a file that can be read", found.lower()),)) from None
    if len(data) > MAX_BYTES:
        raise ConfigError((Problem(file, 0, "", f"at most {MAX_BYTES:,} bytes", "more"),))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{data[error.start]:02X}"
        raise ConfigError((Problem(file, line, "", "text in UTF-8", found),)) from None


# --------------------------------------------------------------------------------------- sense, beyond shape


def _sense_problems(root: Node, file: str) -> list[Problem]:
    """What each key alone can't show: the same name twice, a source with nothing to read."""
    problems = []
    for places, what in (
        (nodes_at(root, "sources", "*", "id"), "an id of its own"),
        (nodes_at(root, "watchlists", "*", "id"), "an id of its own"),
        (nodes_at(root, "sources", "*", "feeds", "*"), "each feed once"),
        (nodes_at(root, "database") + nodes_at(root, "published"), "another file than the database's"),
    ):
        for path, _, first in repeated(places):
            problems.append(problem_at(root, path, file, what, f"also on line {first.line}"))
    for path, node in nodes_at(root, "sources", "*"):
        if isinstance(node.value, dict) and not any(
            _filled(node.value, key) for key in ("feeds", "sitemaps")
        ):
            expected = "at least one address in feeds or sitemaps"
            problems.append(problem_at(root, path, file, expected, found="none"))
    for path, node in nodes_at(root, "watchlists", "*"):
        if isinstance(node.value, dict) and not any(_filled(node.value, key) for key in ("any", "all")):
            problems.append(problem_at(root, path, file, "at least one term in any or all", found="none"))
    return problems + _report_problems(root, file)


def _report_problems(root: Node, file: str) -> list[Problem]:
    """Watchlists of the press review that there are not."""
    known = {node.value for _, node in nodes_at(root, "watchlists", "*", "id")}
    return [
        problem_at(root, path, file, "the id of a watchlist")
        for path, node in nodes_at(root, "report", "watchlists", "*")
        if isinstance(node.value, str) and node.value not in known
    ]


def _term_problems(root: Node, file: str) -> list[Problem]:
    """Terms of watchlists that can't be watched for, said by the matcher itself."""
    terms = [pair for kind in ("any", "all", "none") for pair in nodes_at(root, "watchlists", "*", kind, "*")]
    if not terms:
        return []
    from extractors.watch.terms import parse_term

    problems = []
    for path, node in terms:
        if isinstance(node.value, str) and node.value.strip():
            try:
                parse_term(node.value)
            except ValueError as error:
                why = str(error).split(": ", 1)[-1]
                problems.append(problem_at(root, path, file, "a word, a phrase, or a beginning*", why))
    return problems


def _filled(mapping: dict[str, Node], key: str) -> bool:
    return key in mapping and mapping[key].value not in (None, [])
