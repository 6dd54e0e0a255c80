"""The machine: Python and packages, folders, disk, limits."""

from __future__ import annotations

import os
import resource
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from flows.doctor.findings import Finding, fail, ok, warn
from flows.terminal import size_text

# Of the many, those whose version decides whether the pipeline works; all are checked.
SHOWN = ("duckdb", "prefect", "fastapi", "trafilatura")
ROOM_TO_WORK = 500_000_000  # bytes free: the spool of an outage, DuckDB's temporary files
FILES_PER_REQUEST = 4  # two idle connections beside each busy one, and its share of pipes and files


def python_findings(current: tuple[int, ...] = sys.version_info[:3]) -> Iterator[Finding]:
    shown = ".".join(map(str, current))
    if current >= (3, 11):
        yield ok("python", shown)
    else:
        yield fail("python", shown, "install Python 3.11 or newer")


def package_findings(
    wanted: Callable[[str], list[str] | None] = requires, installed: Callable[[str], str] = version
) -> Iterator[Finding]:
    """Whether each package that presswatch asks for is there, in a version that it can work with."""
    from packaging.requirements import Requirement

    try:
        requirements = [Requirement(text) for text in wanted("presswatch") or []]
    except PackageNotFoundError:
        yield warn(
            "packages",
            "presswatch itself is not installed",
            "install it, as with `make demo`, to have them checked",
        )
        return
    wrong, shown = [], []
    for requirement in requirements:
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        try:
            found = installed(requirement.name)
        except PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(found, prereleases=True):
            wrong.append(f"{requirement.name} is {found}, wanted {requirement.specifier}")
        if requirement.name in SHOWN:
            shown.append(f"{requirement.name} {found}")
    if wrong:
        yield fail(
            "packages",
            "; ".join(wrong),
            "install what requirements/run.txt names: it is known to work together",
        )
    else:
        yield ok("packages", ", ".join(shown) + f", and {len(requirements) - len(shown)} more")


def path_findings(paths: Iterable[tuple[str, Path]]) -> Iterator[Finding]:
    """Whether each file of the config can be made or written where it is said to be."""
    for name, path in paths:
        folder = _nearest_folder(path.parent)
        if path.is_dir():
            yield fail(name, f"{path} is a folder", f"name a file in the config: {path / 'news.duckdb'}")
        elif not folder.is_dir():
            yield fail(name, f"{folder} is no folder", "name another place in the config")
        elif not os.access(folder, os.W_OK | os.X_OK):
            yield fail(name, f"no right to write in {folder}", f"chown or chmod it for user {os.getuid()}")
        elif path.exists() and not os.access(path, os.R_OK | os.W_OK):
            yield fail(
                name, f"no right to read and write {path}", f"chown or chmod it for user {os.getuid()}"
            )
        elif folder.stat().st_mode & stat.S_IWOTH and not folder.stat().st_mode & stat.S_ISVTX:
            yield warn(name, f"everybody may write in {folder}", f"chmod o-w {folder}")
        else:
            yield ok(name, f"{path}" + ("" if path.exists() else " (will be made)"))


def disk_findings(
    database: Path, published: Path, usage: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
) -> Iterator[Finding]:
    """Whether there is room for the next copy, and for the work on it."""
    size = database.stat().st_size if database.exists() else 0
    folder = _nearest_folder(published.parent)
    try:
        free = usage(folder)
    except OSError as error:
        yield fail(
            "disk", f"{folder}: {(error.strerror or str(error)).lower()}", "name another place in the config"
        )
        return
    shown = f"{size_text(free)} free at {folder}, the database has {size_text(size)}"
    if free < size + ROOM_TO_WORK // 5:
        yield fail("disk", shown, "make room: a copy of the database can't be published")
    elif free < 2 * size + ROOM_TO_WORK:
        yield warn("disk", shown, "make room soon: it is little more than one copy of the database")
    else:
        yield ok("disk", shown)


def limit_findings(
    concurrency: int, limits: Callable[[], tuple[int, int]] | None = None
) -> Iterator[Finding]:
    """Whether as many files may be open as the requests at once need."""
    soft, hard = limits() if limits else resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = FILES_PER_REQUEST * concurrency + 100
    if soft == resource.RLIM_INFINITY or soft >= needed:
        yield ok("open files", "no limit" if soft == resource.RLIM_INFINITY else f"{soft:,} may be open")
    else:
        possible = (
            "" if hard != resource.RLIM_INFINITY and hard < needed else f"raise it: ulimit -n {needed}; or "
        )
        yield warn(
            "open files", f"{soft:,} may be open, {needed:,} are needed", f"{possible}lower fetch.concurrency"
        )


def _nearest_folder(path: Path) -> Path:
    """`path`, or the closest thing above it that is there: where it would be made."""
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
