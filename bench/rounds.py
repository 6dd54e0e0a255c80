"""Whole rounds of `presswatch run` as a user starts them, and what they are measured against, in turn."""

from __future__ import annotations

import json
import os
import shutil
import sys
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from measuring import Cost, cost_of
from webs import NETWORK, ROOT, Web

START = "import sys; from flows.cli import main; sys.exit(main())"  # as the installed script does it
UNTRACKED = {"PREFECT_API_URL": "", "PYTHONPATH": str(ROOT)}
PEER_PAGES = 200  # of the pages, evenly drawn, for the slow ones

Runs = dict[str, list[float]]


@dataclass
class Bench:
    """Where things are, and what was measured: by name, one number for each turn."""

    folder: Path
    peers: Path  # the Python that has the peers installed
    workers: int
    runs: Runs = field(default_factory=dict)

    def note(self, name: str, value: float) -> None:
        self.runs.setdefault(name, []).append(round(value, 6))
        print(f"  {name}: {value:.4g}", flush=True)


def write_config(folder: Path, feeds: Sequence[str], workers: int) -> Path:
    """A config over `feeds`, each a source of its own, that asks as fast as two connections to a host allow."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "config.yaml"
    config.write_text(
        yaml.safe_dump(
            {
                "database": "presswatch.duckdb",
                "published": "news.duckdb",
                "fetch": {"allow_networks": [NETWORK], "per_host_delay_s": 0},
                "extract": {"workers": workers},
                "sources": [
                    {"id": f"s{number}", "name": f"Source {number}", "feeds": [feed]}
                    for number, feed in enumerate(feeds)
                ],
            }
        )
    )
    return config


def round_of(config: Path, *, memory: bool = False, environ: dict[str, str] | None = None) -> Cost:
    """One round over all feeds of a config."""
    command = [sys.executable, "-c", START, "run", "--all", "--json", "--config", str(config)]
    return cost_of(command, config.parent, environ=UNTRACKED | (environ or {}), memory=memory)


def articles_of(cost: Cost) -> int:
    """How many articles a round stored."""
    return int(json.loads(cost.stdout)["articles_new"])


def peer(bench: Bench, script: str, *arguments: str, python: Path | None = None) -> Cost:
    """One run of a script of `peers/`."""
    path = ROOT / "bench" / "peers" / script
    return cost_of([str(python or bench.peers), str(path), *arguments], bench.folder)


def big_round(bench: Bench, web: Web, turn: int) -> None:
    """A round in which all is new: CPU, wall and memory."""
    folder = bench.folder / f"round-{turn}"
    cost = round_of(write_config(folder, web.feeds, bench.workers), memory=True)
    stored = articles_of(cost)
    bench.note("round: articles", stored)
    bench.note("round: CPU s", cost.cpu_s)
    bench.note("round: wall s", cost.wall_s)
    bench.note("round: peak MB", cost.peak_mb)
    bench.note("round: database bytes an article", (folder / "presswatch.duckdb").stat().st_size / stored)
    shutil.rmtree(folder)


def check_round(bench: Bench, web: Web, turn: int) -> None:
    """A round over a quarter of the feeds: what the cost model foretells is held against it."""
    folder = bench.folder / f"check-{turn}"
    cost = round_of(write_config(folder, web.feeds[: len(web.feeds) // 4], bench.workers))
    bench.note("check: articles", articles_of(cost))
    bench.note("check: CPU s", cost.cpu_s)
    shutil.rmtree(folder)


def cold_round(bench: Bench, web: Web) -> None:
    """One feed with nothing new: what a round costs before it does anything."""
    config = bench.folder / "cold" / "config.yaml"
    if not config.exists():
        round_of(write_config(config.parent, web.feeds[:1], bench.workers))
    cost = round_of(config)
    bench.note("cold: CPU s", cost.cpu_s)
    bench.note("cold: wall s", cost.wall_s)


def extractors_alone(bench: Bench, pages: Path, some: Path) -> None:
    """trafilatura on the saved pages, in one process and in as many as we use; the slow ones on some of them."""
    alone = json.loads(
        peer(bench, "extractors.py", "trafilatura", str(pages), python=Path(sys.executable)).stdout
    )
    bench.note("trafilatura: CPU s a page", alone["cpu_s"] / alone["pages"])
    side = json.loads(
        peer(
            bench,
            "extractors.py",
            "trafilatura",
            str(pages),
            "--processes",
            str(bench.workers),
            python=Path(sys.executable),
        ).stdout
    )
    bench.note("trafilatura in processes: pages/s", side["pages"] / side["wall_s"])
    for tool in ("newspaper4k", "news-please"):
        done = json.loads(peer(bench, "extractors.py", tool, str(some)).stdout)
        bench.note(f"{tool}: CPU s a page", done["cpu_s"] / done["pages"])


def naive_script(bench: Bench, web: Web, turn: int) -> None:
    """The script of an afternoon, on the same web."""
    database = bench.folder / f"naive-{turn}.duckdb"
    cost = peer(bench, "naive.py", str(database), *web.feeds, python=Path(sys.executable))
    bench.note("naive: wall s", cost.wall_s)
    bench.note("naive: CPU s", cost.cpu_s)
    database.unlink()


def some_of(pages: Path, folder: Path, count: int = PEER_PAGES) -> None:
    """A folder with at most `count` of the pages, evenly drawn."""
    folder.mkdir()
    files = sorted(pages.glob("*.html"))
    for file in files[:: max(1, len(files) // count)][:count]:
        os.link(file, folder / file.name)


def quiet_round(bench: Bench, web: Web) -> None:
    """Many feeds with nothing new, against aiohttp sending the same requests."""
    config = bench.folder / "quiet" / "config.yaml"
    if not config.exists():
        round_of(write_config(config.parent, web.feeds, bench.workers))
        (bench.folder / "etags.tsv").write_text("\n".join("\t".join(row) for row in web.etags()))
    cost = round_of(config)
    told = {(row["stage"], row["status"]): row["count"] for row in json.loads(cost.stdout)["outcomes"]}
    bench.note("quiet: feeds not modified", told.get(("feed", "not_modified"), 0))
    bench.note("quiet: CPU s", cost.cpu_s)
    other = peer(bench, "conditional.py", str(bench.folder / "etags.tsv"))
    bench.note("aiohttp: feeds not modified", json.loads(other.stdout)["not_modified"])
    bench.note("aiohttp: CPU s", other.cpu_s)


def task_runs(bench: Bench, config: Path) -> None:
    """How many task runs a Prefect server counts for one round over a config."""
    from flows.server import running_server

    with running_server(bench.folder / "prefect") as server:
        cost = round_of(config, environ=server.environment())
        bench.note("tracked: CPU s", cost.cpu_s)
        request = urllib.request.Request(
            f"{server.api_url}/task_runs/count", data=b"{}", headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            bench.note("tracked: task runs", float(json.load(answer)))
