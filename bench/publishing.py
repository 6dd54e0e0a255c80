"""What publishing costs, by the size of the file: checkpoint, copy or clone, flush, rename.

    python bench/publishing.py --gb 0.1 1 10 [--folder /some/file/system] [--turns 5]
    python bench/publishing.py --store data/live.duckdb

Makes a database of each size, or copies one that is there and that nobody writes to, and then, in turn, commits a round of 500 articles to each and publishes. Prints medians:
the wall of all of it and how long nobody could commit, CPU, and bytes that the disk was given to write. A size for which
the disk has no room (live file, two copies, a tenth to spare) is left out, and said. All is removed at the end.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
from storage_cost import NOW, Texts, batch, made_texts

from storage.changes import count_change
from storage.copying import clone_file
from storage.store import Store

ROUND = 500
FILL = """
INSERT INTO article_versions
SELECT (hash(i, $part) >> 1)::BIGINT, 's', 'https://s.example/' || i, 'https://s.example/' || i, 'Title ' || i, ['A'],
  TIMESTAMPTZ '2026-01-01 00:00:00+00', 'en',
  -- digests don't pack: a row takes about 3.5 KB whatever zstd does
  list_reduce(list_transform(range(56), lambda k: sha256(concat(i, ' ', k, ' ', $part))), lambda a, b: a || b),
  500, NULL, [], NULL, NULL, NULL, TIMESTAMPTZ '2026-01-01 00:00:00+00', TIMESTAMPTZ '2026-01-01 00:00:00+00', 1, NULL,
  {'title': '', 'authors': '', 'text': '', 'published_at': '', 'time_precision': 'second', 'time_offset': '',
   'language': '', 'canonical_url': '', 'losers': [], 'extractor': 'bench'}, 1, [], NULL,
  TIMESTAMPTZ '2026-01-01 00:00:00+00', 1, NULL
FROM range($rows) t(i)
"""


@dataclass(frozen=True)
class Turn:
    """One publish: seconds in all and while nobody could commit, of CPU, and megabytes written to the disk."""

    wall_s: float
    locked_s: float
    cpu_s: float
    written_mb: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gb", type=float, nargs="+", default=[0.1, 1.0])
    parser.add_argument(
        "--store", type=Path, help="a live file to measure on: a copy of it is, and it stays as it is"
    )
    parser.add_argument("--folder", type=Path, help="where to make the files, to measure another file system")
    parser.add_argument("--turns", type=int, default=5)
    arguments = parser.parse_args()
    rng = random.Random(5)
    texts = made_texts(rng, 3_500)
    print(
        "| live file | file system | wall s | nobody can commit s | CPU s | MB written |\n| --- | --- | --- | --- | --- | --- |"
    )
    for wanted in arguments.gb if arguments.store is None else [arguments.store]:
        gb = wanted.stat().st_size / 1e9 if isinstance(wanted, Path) else wanted
        with tempfile.TemporaryDirectory(dir=arguments.folder) as place:
            folder = Path(place)
            free_gb = shutil.disk_usage(folder).free / 1e9
            if free_gb < 3.3 * gb:
                print(f"| {gb:g} GB | no room: {free_gb:.0f} GB are free | | | | |")
                continue
            store = copied_file(folder, wanted) if isinstance(wanted, Path) else made_file(folder, wanted)
            print(row_of(store, folder, arguments.turns, rng, texts), flush=True)


def row_of(store: Store, folder: Path, turns: int, rng: random.Random, texts: Texts) -> str:
    """A line of the table: medians over the turns; the first warms up, and is left out."""
    taken = [publish_once(store, rng, texts, number) for number in range(turns + 1)][1:]
    kind = "shares blocks" if clone_file(store.database, folder / "clone") else "copies"
    medians = [statistics.median(getattr(turn, name) for turn in taken) for name in Turn.__dataclass_fields__]
    size = store.database.stat().st_size / 1e9
    return f"| {size:.2f} GB | {kind} | {medians[0]:.2f} | {medians[1]:.2f} | {medians[2]:.2f} | {medians[3]:.0f} |"


def made_file(folder: Path, gb: float) -> Store:
    """A store whose live file has about that many gigabytes."""
    store = Store(folder / "live.duckdb", folder / "news.duckdb")
    store.migrate()
    part = 0
    with duckdb.connect(str(store.database)) as con:
        while store.database.stat().st_size < gb * 1e9:
            con.execute(FILL, {"rows": 20_000, "part": part})
            con.execute("CHECKPOINT")
            part += 1
        count_change(con)
    return store


def copied_file(folder: Path, live: Path) -> Store:
    """A store on a copy of this live file, brought to this release's schema. Raises where somebody writes to it."""
    store = Store(folder / "live.duckdb", folder / "news.duckdb")
    with duckdb.connect(str(live), read_only=True):  # keeps writers away meanwhile
        for suffix in ("", ".wal"):
            if (part := live.with_name(live.name + suffix)).exists():
                shutil.copyfile(part, store.database.with_name(store.database.name + suffix))
    store.migrate()
    return store


def publish_once(store: Store, rng: random.Random, texts: Texts, number: int) -> Turn:
    """Commit a round, then publish it."""
    store.spool(batch(rng, texts, number, ROUND, []))
    store.commit(NOW)
    written, before, began = written_bytes(), resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    made = store.publish(NOW)
    wall_s, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Turn(wall_s, made.locked_s, cpu_s, (written_bytes() - written) / 1e6)


def written_bytes() -> int:
    """Bytes that this process has caused to be written to a disk (Linux)."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))


if __name__ == "__main__":
    main()
