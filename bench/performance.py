"""What it all costs, as ratios against others in the same run: `make bench`.

    python bench/performance.py [--articles 2000] [--turns 5] [--web newsweb|corpus] [--stored 1000000]
                                [--write | --again]

Everything is measured side by side, in turn, and the median is taken. `--write` puts the table and the plot into
docs/performance.md, and the raw runs into bench/results. Takes about an hour on two cores; `--turns 1 --articles 300
--stored 0` is a first look of some minutes. Exit 0 whatever is reached: the table says it.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import added
import rounds
import startup
import storage_cost
from rounds import Bench, Runs
from webs import ROOT, Web, corpus_web, has_newsweb, newsweb

SITES = 40
QUIET_FEEDS = 1_000
PORT = 18_080
ADDED_PAGES = 400  # about a round's worth: a commit of fewer costs more for each
EXTRACTION = "added: extraction CPU s an article"


@dataclass(frozen=True)
class Row:
    """One line of the table. `value` is to be at most `target`, or at least where `at_least`."""

    what: str
    against: str
    value: float
    target: float
    at_least: bool = False
    unit: str = ""

    @property
    def reached(self) -> bool:
        return self.value >= self.target if self.at_least else self.value <= self.target


def rows_of(runs: Runs) -> list[Row]:
    """The table, from what was measured; a line whose figures are not there is left out."""
    median = {name: statistics.median(values) for name, values in runs.items()}
    return [
        *_round_rows(median),
        *_quiet_rows(median),
        *_stored_rows(median),
        *_added_rows(median),
        *_start_rows(median),
    ]


def _round_rows(median: dict[str, float]) -> Iterator[Row]:
    if "round: CPU s" not in median:
        return
    article = (median["round: CPU s"] - median["cold: CPU s"]) / median["round: articles"]
    alone = median["trafilatura: CPU s a page"]
    yield Row(
        "CPU per article of a whole round, start-up subtracted",
        "trafilatura with metadata, alone",
        article / alone,
        0.70,
    )
    faster = median["naive: wall s"] / median["round: wall s"]
    yield Row("wall of a round", "a naive script: times faster", faster, 5.0, at_least=True)
    rate = median["round: articles"] / (median["round: wall s"] - median["cold: wall s"])
    others = median["trafilatura in processes: pages/s"]
    yield Row(
        "articles/s of a round", "trafilatura alone on as many processes", rate / others, 1.3, at_least=True
    )
    for tool, target in (("newspaper4k", 0.2), ("news-please", 0.1)):
        yield Row("CPU per article", tool, article / median[f"{tool}: CPU s a page"], target)
    yield Row("peak memory of a round", "", median["round: peak MB"], 1_024, unit="MB")
    yield Row("cold round, one feed, nothing new", "", median["cold: CPU s"], 2.0, unit="s of CPU")


def _quiet_rows(median: dict[str, float]) -> Iterator[Row]:
    if "quiet: CPU s" in median:
        ratio = median["quiet: CPU s"] / median["aiohttp: CPU s"]
        yield Row(
            "CPU of a round over 1,000 feeds, nothing new", "aiohttp sending the same requests", ratio, 2.5
        )
        yield Row("Prefect task runs of that round", "", median["tracked: task runs"], 60)


def _stored_rows(median: dict[str, float]) -> Iterator[Row]:
    if "stored, large: CPU s" in median:
        ratio = median["stored, large: CPU s"] / median["stored, small: CPU s"]
        yield Row(
            "seen-check, append and commit of 500 articles in the large database",
            "in one of 10,000 articles",
            ratio,
            2.0,
        )


def _added_rows(median: dict[str, float]) -> Iterator[Row]:
    parts = [median[name] for name in median if name.startswith("added: ") and name != EXTRACTION]
    if parts:
        share = sum(parts) / median[EXTRACTION]
        yield Row("CPU of boilerplate, watchlists, stories in the large database", "extraction", share, 0.05)


def _start_rows(median: dict[str, float]) -> Iterator[Row]:
    for name, cost in median.items():
        if name.startswith("start: ") and name != "start: import duckdb":
            yield Row(
                f"CPU of `presswatch {name[7:]}`",
                "`import duckdb`",
                cost / median["start: import duckdb"],
                3.0,
            )


@contextmanager
def web_of(name: str, sites: int, articles: int, port: int) -> Iterator[Web]:
    """The web that was asked for."""
    with newsweb(sites, articles, port) if name == "newsweb" else corpus_web(sites, articles) as web:
        yield web


def measure_rounds(bench: Bench, arguments: argparse.Namespace) -> None:
    """Rounds, their start-up, and what they are measured against."""
    per_site = max(1, arguments.articles // SITES)
    with web_of(arguments.web, SITES, per_site, PORT) as web:
        pages, some = bench.folder / "pages", bench.folder / "some"
        web.save(pages)
        rounds.some_of(pages, some)
        for turn in range(arguments.turns):
            print(f"turn {turn + 1} of {arguments.turns}", flush=True)
            rounds.cold_round(bench, web)
            rounds.big_round(bench, web, turn)
            rounds.check_round(bench, web, turn)
            rounds.extractors_alone(bench, pages, some)
            rounds.naive_script(bench, web, turn)


def measure_quiet(bench: Bench, arguments: argparse.Namespace) -> None:
    """A thousand feeds with nothing new."""
    with web_of(arguments.web, QUIET_FEEDS, 1, PORT + 1) as web:
        for _ in range(arguments.turns):
            rounds.quiet_round(bench, web)
        rounds.task_runs(bench, bench.folder / "quiet" / "config.yaml")


def measure_stored(bench: Bench, arguments: argparse.Namespace) -> None:
    """What keeping costs in a small and in a large database."""
    times = storage_cost.measured([10_000, arguments.stored], turns=arguments.turns, scratch=bench.folder)
    for size, label in ((10_000, "small"), (arguments.stored, "large")):
        kept = [
            turns[1:]
            for step, turns in times[size].items()
            if step.startswith(("seen-check", "spool", "commit"))
        ]
        for turn in zip(*kept, strict=True):
            bench.note(f"stored, {label}: CPU s", sum(cpu for cpu, _ in turn))
            bench.note(f"stored, {label}: wall s", sum(wall for _, wall in turn))


def measure_added(bench: Bench, arguments: argparse.Namespace) -> None:
    """What boilerplate, watchlists and stories add to an article."""
    per_site = max(1, min(ADDED_PAGES, arguments.articles) // SITES)
    with web_of(arguments.web, SITES, per_site, PORT + 2) as web:
        folder = bench.folder / "added"
        web.save(folder)
        files = sorted(folder.glob("*.html"))
        pages = [(url, file.read_bytes()) for url, file in zip(web.pages, files, strict=True)]
    for name, spent in added.measured(pages, arguments.stored, arguments.turns, bench.folder).items():
        for each in spent:
            bench.note(f"added: {name} CPU s an article", each)


def measure_start(bench: Bench, arguments: argparse.Namespace) -> None:
    """What commands cost before they do anything."""
    for label, costs in startup.measured(max(3, arguments.turns)).items():
        for cost in costs:
            bench.runs.setdefault(f"start: {label}", []).append(round(cost, 6))


def table(rows: list[Row]) -> str:
    """As Markdown."""
    lines = ["| what | against | measured | to reach | |", "| --- | --- | ---: | ---: | --- |"]
    for row in rows:
        sign, unit = ("≥", "") if row.at_least else ("≤", "")
        unit = f" {row.unit}" if row.unit else ""
        value, target = f"{row.value:.3g}" if row.value < 100 else f"{row.value:,.0f}", f"{row.target:,g}"
        verdict = "reached" if row.reached else "**not reached**"
        lines.append(
            f"| {row.what} | {row.against or '–'} | {value}{unit} | {sign} {target}{unit} | {verdict} |"
        )
    return "\n".join(lines)


def machine() -> dict[str, str | int]:
    """What it ran on, as far as it matters for ratios."""
    return {"cores": len(os.sched_getaffinity(0)), "python": platform.python_version(), "system": platform.system(),
            "processor": platform.machine()}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=2_000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument(
        "--web", choices=("newsweb", "corpus"), default="newsweb" if has_newsweb() else "corpus"
    )
    parser.add_argument(
        "--stored", type=int, default=1_000_000, help="articles in the large database; 0: left out"
    )
    parser.add_argument("--only", choices=("rounds", "quiet", "stored", "added", "start"), action="append")
    parser.add_argument("--peers", type=Path, default=ROOT / ".venv-peers" / "bin" / "python")
    parser.add_argument("--scratch", type=Path, default=None, help="where to put what is measured on")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md and bench/results")
    parser.add_argument(
        "--again",
        action="store_true",
        help="a second run: written beside the first one, with the differences",
    )
    arguments = parser.parse_args()
    parts = {
        "rounds": measure_rounds,
        "quiet": measure_quiet,
        "stored": measure_stored,
        "added": measure_added,
        "start": measure_start,
    }
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch:
        bench = Bench(Path(scratch), arguments.peers, len(os.sched_getaffinity(0)))
        for name, measure in parts.items():
            if name in (arguments.only or parts) and (name not in ("stored", "added") or arguments.stored):
                print(f"--- {name}", flush=True)
                measure(bench, arguments)
    rows = rows_of(bench.runs)
    print(table(rows))
    if arguments.write or arguments.again:
        from results import write_results

        told = [asdict(row) | {"reached": row.reached} for row in rows]
        write_results(arguments, machine(), bench.runs, told, table(rows))


if __name__ == "__main__":
    sys.exit(main())
