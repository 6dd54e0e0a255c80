"""`backfill warc` against extraction alone, in one run: 2,000 pages on all cores, each way in turn.

    python bench/backfill_warc.py [--pages 2000] [--rounds 2] [--commands]

The pages are those of ../shared/bench/articles (outside of this repository), under several addresses until there
are enough. "Alone" is the same worker processes given the same pages, and nothing done with what they answer; the
backfill reads the WARC, asks the database, extracts, cleans, spools, commits and publishes.

`--commands`: as who runs them would time them, from their start to their end, `presswatch backfill warc` against
`presswatch extract --batch`, which does nothing with the pages but to extract them, and writes them to a file.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import yaml

from extractors.cage import Cage
from extractors.jobs import page_job
from extractors.model import ExtractSettings, FetchSettings, Page, Source
from extractors.warc import Census, WarcPage, read_pages
from flows.backfill.request import BackfillRequest
from flows.backfill.run import run_backfill
from flows.machine import usable_cpus
from flows.progress import Lines, RoundProgress
from flows.rounds.stopping import Stop

SET = Path(__file__).parent.parent.parent / "shared" / "bench" / "articles"
SITE = "https://bench.example"
FETCHED_AT = "2026-01-02T03:04:05Z"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--commands", action="store_true")
    wanted = parser.parse_args()
    if not SET.exists():
        sys.exit(f"the bench set is not here: {SET}")
    workers = usable_cpus()
    with tempfile.TemporaryDirectory(prefix="presswatch-bench-") as name:
        file = Path(name) / "pages.warc.gz"
        write_warc(file, wanted.pages)
        print(f"{wanted.pages} pages, {file.stat().st_size / 1e6:.0f} MB packed, {workers} processes")
        if wanted.commands:
            write_pages(Path(name), wanted.pages)
        for number in range(wanted.rounds):
            folder = Path(name) / str(number)
            folder.mkdir()
            before = cpu_s()
            if wanted.commands:
                alone_s = command_s(Path(name), "extract")
                between = cpu_s()
                whole_s = command_s(folder, "backfill")
            else:
                alone_s = asyncio.run(alone(file, workers))
                between = cpu_s()
                whole_s = asyncio.run(backfill(file, folder, workers))
            alone_cpu_s, whole_cpu_s = between - before, cpu_s() - between
            print(
                f"alone {alone_s:.1f} s, {wanted.pages / alone_s:.1f} pages/s, CPU {alone_cpu_s:.1f} s;  "
                f"backfill {whole_s:.1f} s, {wanted.pages / whole_s:.1f} pages/s, CPU {whole_cpu_s:.1f} s, "
                f"{stored(folder)} stored;  ratio {whole_s / alone_s:.3f}, of CPU {whole_cpu_s / alone_cpu_s:.3f}",
                flush=True,
            )


def cpu_s() -> float:
    """Of this process and of those that it has waited for: what counts on a machine that others use too."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def write_warc(file: Path, count: int) -> None:
    """`count` response records, packed one by one."""
    with file.open("wb") as stream:
        for number, body in zip(range(count), bodies(), strict=False):
            http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
            head = (
                f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number:032x}>\r\n"
                f"WARC-Date: {FETCHED_AT}\r\nWARC-Target-URI: {SITE}/{number:06}.html\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
            )
            stream.write(gzip.compress(head.encode() + http + b"\r\n\r\n", 6))


def bodies() -> Iterator[bytes]:
    """The pages of the set, over and over; without their canonical links, by which copies would be one article."""
    while True:
        with (SET / "truth.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                page = SET / "html" / f"{json.loads(line)['id']}.html.gz"
                body = gzip.decompress(page.read_bytes())
                yield body.replace(b"canonical", b"cannonical").replace(b"og:url", b"og:ulr")


async def alone(file: Path, workers: int) -> float:
    """Seconds for extraction alone."""
    with file.open("rb") as stream:
        read = read_pages(stream, max_bytes=10_000_000, wants=lambda _: True, census=Census())
        pages = [page_of(each) for each in read if isinstance(each, WarcPage)]
    async with Cage(workers, 15.0) as cage:
        await asyncio.gather(*(cage.run(page_job, pages[0]) for _ in range(workers)))  # they are up
        began = time.perf_counter()
        async for _ in cage.map_unordered(page_job, pages):
            pass
        return time.perf_counter() - began


def page_of(page: WarcPage) -> Page:
    return Page(page.url, page.body, page.content_type, page.url, page.fetched_at or datetime.now(UTC))


async def backfill(file: Path, folder: Path, workers: int) -> float:
    """Seconds for the whole command's work."""
    request = BackfillRequest(
        "warc",
        database=folder / "live.duckdb",
        published=folder / "news.duckdb",
        sources=(Source("bench", "Bench", feeds=(f"{SITE}/rss",)),),
        watchlists=(),
        fetch=FetchSettings(),
        extract=ExtractSettings(workers=workers),
        files=(file,),
    )
    began = time.perf_counter()
    await run_backfill(request, progress=RoundProgress(Lines(sys.stderr)), stop=Stop())
    return time.perf_counter() - began


def stored(folder: Path) -> int:
    """How many articles the published copy has."""
    with duckdb.connect(str(folder / "news.duckdb"), read_only=True) as con:
        row = con.execute("SELECT count(*) FROM articles").fetchone()
        return int(row[0]) if row else 0


def write_pages(folder: Path, count: int) -> None:
    """The same pages as `extract --batch` reads them."""
    (folder / "pages").mkdir()
    with (folder / "in.jsonl").open("w", encoding="utf-8") as lines:
        for number, body in zip(range(count), bodies(), strict=False):
            page = folder / "pages" / f"{number:06}.html.gz"
            page.write_bytes(gzip.compress(body, 6))
            asked = {
                "id": str(number),
                "url": f"{SITE}/{number:06}.html",
                "file": str(page),
                "fetched_at": FETCHED_AT,
            }
            lines.write(json.dumps(asked) + "\n")


def command_s(folder: Path, name: str) -> float:
    """Seconds of one command, with the settings as they are without a config's word on them."""
    config = {
        "database": "live.duckdb",
        "published": "news.duckdb",
        "sources": [{"id": "bench", "name": "Bench", "feeds": [f"{SITE}/rss"]}],
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    words = {
        "extract": "extract --batch in.jsonl --out out.jsonl",
        "backfill": "backfill warc ../pages.warc.gz",
    }
    command = [sys.executable, "-P", "-m", "flows", *words[name].split()]
    began = time.perf_counter()
    subprocess.run(
        command, cwd=folder, env={**os.environ, "PREFECT_API_URL": ""}, check=True, capture_output=True
    )
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
