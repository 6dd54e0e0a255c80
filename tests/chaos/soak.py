"""Thousands of extractions in one go: `python -m chaos.soak --pages 5000`, from the folder of the tests.

Memory of the whole family of processes is sampled from outside; flat means that its last quarter is no higher than
its second, and nothing may be left of it afterwards, on disk or among the processes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loopback.content import article, page, paragraphs
from loopback.processes import resident_bytes, tree

from chaos.commands import Running

MAX_GROWTH = (
    1.25  # last quarter by second: workers are recycled, and what they hold goes up and down with the pages
)
EVERY_S = 0.2
HEAVY_EACH = 97  # one page of so many is of the kind that makes a worker swell


@dataclass(frozen=True, slots=True)
class Soaked:
    """What was seen. Bytes are of all processes together; `left` names what was still there at the end."""

    pages: int
    articles: int
    took_s: float
    peak_bytes: int
    growth: float
    code: int
    stderr: str
    left: tuple[str, ...]

    def faults(self) -> list[str]:
        """What is wrong with it."""
        told = [f"left behind: {each}" for each in self.left]
        if self.code != 0:
            told.append(f"ended with {self.code}: {self.stderr[-500:]}")
        if self.articles < self.pages * 0.97:
            told.append(f"only {self.articles} articles of {self.pages} pages")
        if self.growth > MAX_GROWTH:
            told.append(f"memory grew by {self.growth:.2f}")
        return told


def soaked(folder: Path, pages: int, workers: int = 2) -> Soaked:
    """Have that many pages extracted by `extract --batch`, written to `folder` before."""
    batch, config, out = folder / "in.jsonl", folder / "config.yaml", folder / "out.jsonl"
    config.write_text(
        f"extract: {{workers: {workers}, timeout_s: 30}}\n"
        "sources: [{id: a, name: A, feeds: ['https://example.org/feed']}]\n"
    )
    temporary = folder / "tmp"
    temporary.mkdir()
    with batch.open("w") as lines:
        for number in range(pages):
            file = folder / f"{number}.html"
            file.write_text(_page(number))
            url = f"https://site{number % 40}.example/{number}"
            lines.write(
                json.dumps({"id": str(number), "url": url, "file": file.name, "fetched_at": None}) + "\n"
            )
    began = time.monotonic()
    command = ["extract", "--batch", str(batch), "--out", str(out), "--learn"]
    running = Running(command, config, environ={"TMPDIR": str(temporary)})
    samples, family = _sampled(running)
    ended = running.end()
    answers = [json.loads(line) for line in out.read_text().splitlines()]
    alive = set(tree(running.pid)) & family - {running.pid}
    left = [str(path.relative_to(folder)) for path in temporary.rglob("*")] + [
        f"process {pid}" for pid in alive
    ]
    return Soaked(
        pages=len(answers),
        articles=sum(answer["error"] is None for answer in answers),
        took_s=time.monotonic() - began,
        peak_bytes=max(samples, default=0),
        growth=_growth(samples),
        code=ended.code,
        stderr=ended.stderr,
        left=(*left, *(f"process {pid}" for pid in ended.orphans)),
    )


def _page(number: int) -> str:
    if number % HEAVY_EACH == 0:
        rows = "".join(
            f"<tr><td>{text}</td><td>{number}</td></tr>" for text in paragraphs(f"heavy {number}", 300)
        )
        body = "".join(f"<p>{text}</p>" for text in paragraphs(f"told {number}", 20))
        return page(f"<article><h1>A long list</h1>{body}<table>{rows}</table></article>")
    return article(f"soak {number}")


def _sampled(running: Running) -> tuple[list[int], set[int]]:
    """Resident bytes of the family every `EVERY_S`, and who belonged to it."""
    samples: list[int] = []
    family: set[int] = set()
    while running.wait_until(time.monotonic() - running.started + EVERY_S):
        pids = tree(running.pid)
        family.update(pids)
        samples.append(resident_bytes(pids))
    return samples, family


def _growth(samples: Sequence[int]) -> float:
    quarter = len(samples) // 4
    if quarter < 4:
        return 1.0
    return statistics.median(samples[-quarter:]) / statistics.median(samples[quarter : 2 * quarter])


def main() -> int:
    """0 when memory was flat and nothing is left."""
    parser = argparse.ArgumentParser(prog="python -m chaos.soak", description=__doc__)
    parser.add_argument("--pages", type=int, default=5_000)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        seen = soaked(Path(folder), parser.parse_args().pages)
    print(
        f"{seen.pages} pages, {seen.articles} articles in {seen.took_s:.0f} s; at most "
        f"{seen.peak_bytes / 1e6:.0f} MB in all processes; last quarter by second: {seen.growth:.2f}"
    )
    for fault in seen.faults():
        print(f"FAULT: {fault}", file=sys.stderr)
    return 1 if seen.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
