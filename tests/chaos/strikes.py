"""Strike after strike: commands are started and ended at random, and the files are looked at behind each."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import yaml
from loopback.server import LoopbackServer

from chaos.commands import STARTING_S, Running
from chaos.disk import SmallDisk
from chaos.ledger import Ledger
from chaos.news import NETWORK, Paper, papers
from flows.cli import COMMANDS

PAPERS = 3
ARCHIVED = 12
# A command takes 0.3 to 3 s in all; how long, is learned of those that were missed.
FIRST_S, LAST_S = 0.2, 3.0
MOST_MARKS = 3  # a round puts one or two batches into its spool, and opens the live file three times
TRIES_PER_KILL = 6
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
AIMED_WITHIN_S = 0.12  # of a batch being in the spool, or a copy being made: the length of a small commit
# One of each ten: two commands at once, a full disk, the live file held by a program that is not ours.
SCENARIOS = ("kill", "kill", "together", "kill", "full disk", "kill", "held", "kill", "kill", "kill")
FREE_BYTES = (0, 4_096, 60_000, 400_000, 2_000_000)  # left on a full disk
HELD_S = (1.0, 4.0, 12.0)  # the last is longer than a command waits (storage/connection.py)
WELL = (0, 1)  # done, or done with what some sites lacked
NOT_NOW = (0, 1, 3)

_HOLDER = """
import duckdb, sys, time
for _ in range(200):
    try:
        con = duckdb.connect(sys.argv[1])
        break
    except duckdb.Error:
        time.sleep(0.02)
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


@dataclass(slots=True)
class Story:
    """What was done, and what was found to be wrong: nothing, it is to be hoped."""

    faults: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    slowest_end_s: float = 0.0

    @property
    def killed(self) -> int:
        return sum(self.kills.values())


class Chaos:
    """One monitor of a small news web, and everything that is done to it."""

    def __init__(self, server: LoopbackServer, disk: SmallDisk, seed: int) -> None:
        self._rng = random.Random(seed)
        self._disk = disk
        self._papers = papers(server, PAPERS)
        self._config = disk.folder / "config.yaml"
        self._list = disk.folder / "archive.txt"
        self._commands = _commands(self._list, self._papers)
        self._write_files()
        self.ledger = Ledger(disk.folder, self._papers)
        self.story = Story()
        self._lasted_s: dict[str, float] = {}  # by command: how long the last one took that nothing struck

    def strikes(self, kills: int, tell: Callable[[str], None]) -> Story:
        """Go on until that many commands have been killed; then once undisturbed, and look at everything."""
        scenarios: dict[str, Callable[[], None]] = {
            "kill": self._kill,
            "together": self._together,
            "full disk": self._full_disk,
            "held": self._held,
        }
        for number, scenario in enumerate(islice(cycle(SCENARIOS), kills * TRIES_PER_KILL), 1):
            if self.story.killed >= kills:
                break
            self._news()
            before = len(self.story.faults)
            scenarios[scenario]()
            self.story.faults += self.ledger.broken_now()
            fresh = self.story.faults[before:]
            tell(
                f"{number}: {scenario}, {self.story.killed} killed{''.join(f'; {fault}' for fault in fresh)}"
            )
        self._finish()
        return self.story

    # ------------------------------------------------------------------------------------------- scenarios

    def _kill(self) -> None:
        """A command, and a signal at some moment of its life."""
        running = self._started(self._choose())
        self._strike(running)

    def _together(self) -> None:
        """Two commands at once; one is struck, the other goes on."""
        other = self._started(self._commands[self._rng.choice(("run", "publish"))])
        self._strike(self._started(self._choose()))
        self.story.faults += other.end().faults(WELL)

    def _full_disk(self) -> None:
        """A command on a full disk ends with a word on it, or is struck."""
        with self._disk.full(self._rng.choice(FREE_BYTES)) as before:
            running = self._started(self._choose(), before)
            if self._rng.random() < 0.4:
                self._strike(running, NOT_NOW)
            else:
                self.story.faults += running.end().faults(NOT_NOW)

    def _held(self) -> None:
        """Somebody opens the live file and keeps it for a while."""
        held_s = self._rng.choice(HELD_S)
        holder = subprocess.Popen(
            [sys.executable, "-c", _HOLDER, str(self.ledger.live), str(held_s)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert holder.stdout is not None
        holder.stdout.readline()
        running = self._started(self._choose())
        if self._rng.random() < 0.3:
            self._strike(running, NOT_NOW)
        else:
            self.story.faults += running.end().faults(NOT_NOW)
        holder.kill()
        holder.communicate()

    def _finish(self) -> None:
        """What is left is done by an undisturbed round; the same again adds nothing."""
        for name in ("run", "backfill urls", "publish"):
            self.story.faults += self._started(self._commands[name]).end().faults(WELL)
        self.story.faults += self.ledger.broken_at_the_end()
        again = self._started([*self._commands["run"], "--json"])
        self.story.faults += again.end().faults((0,))
        if '"articles_new": 0' not in again.stdout or '"articles_updated": 0' not in again.stdout:
            self.story.faults.append(f"a round repeated adds something: {again.stdout[:300]}")
        self.story.faults += self.ledger.broken_at_the_end()

    # ---------------------------------------------------------------------------------------------- pieces

    def _strike(self, running: Running, allowed: Sequence[int] = WELL) -> None:
        sent = self._rng.choice(SIGNALS)
        after_s = self._rng.uniform(FIRST_S, self._lasted_s.get(running.name, LAST_S))
        mark = self._rng.choice((None, None, *self.ledger.marks))
        if mark is not None:
            after_s = running.age_when(mark, self._rng.randint(1, MOST_MARKS), LAST_S) + self._rng.uniform(
                0, AIMED_WITHIN_S
            )
        if not running.wait_until(after_s):
            missed = running.end()
            if mark is None and missed.code in WELL:
                self._lasted_s[running.name] = after_s
            self.story.faults += missed.faults(allowed)
            return
        ended = running.end(sent)
        if ended.code not in WELL:
            self.story.kills[sent.name] += 1
        codes = [*allowed, -sent]
        if sent != signal.SIGKILL:
            self.story.slowest_end_s = max(self.story.slowest_end_s, ended.took_s)
            codes = [*allowed, 128 + sent, *([-sent] if after_s < STARTING_S else [])]
        self.story.faults += ended.faults(codes)

    def _started(self, arguments: Sequence[str], before: Callable[[], None] | None = None) -> Running:
        self.story.commands[arguments[0]] += 1
        return Running(arguments, self._config, before=before)

    def _choose(self) -> list[str]:
        names = list(self._commands)
        return self._commands[self._rng.choices(names, [8 if name == "run" else 2 for name in names])[0]]

    def _news(self) -> None:
        """The web moves on."""
        for paper in self._papers:
            for _ in range(self._rng.randrange(3)):
                paper.come_out()
            if paper.revisions and self._rng.random() < 0.5:
                paper.edit(self._rng.choice(list(paper.revisions)))

    def _write_files(self) -> None:
        for paper in self._papers:
            paper.file_away(ARCHIVED)
        self._list.write_text(
            "".join(f"{p.archive_url(n)}\n" for p in self._papers for n in range(1, 1 + ARCHIVED))
        )
        config = {
            "database": "presswatch.duckdb",
            "published": "news.duckdb",
            "fetch": {"allow_networks": [f"{NETWORK}.0/24"], "per_host_delay_s": 0.02, "timeout_s": 5},
            "extract": {"workers": 1},
            "sources": [
                {
                    "id": paper.name,
                    "name": paper.name,
                    "feeds": [paper.feed_url],
                    "sitemaps": [f"{paper.site.base}/sitemap.xml"],
                }
                for paper in self._papers
            ],
        }
        self._config.write_text(yaml.safe_dump(config))


def _commands(list_file: Path, sites: Sequence[Paper]) -> dict[str, list[str]]:
    return {
        "run": ["run", "--all"],
        "publish": ["publish"],
        "backfill urls": ["backfill", "urls", str(list_file)],
        "backfill sitemap": ["backfill", "sitemap", "--source", sites[0].name],
        **{name: [name] for name in ("reclean",) if name in COMMANDS},
    }


def unleashed(folder: Path, kills: int, seed: int, tell: Callable[[str], None]) -> Story:
    """All of it in `folder`: a web, a monitor of it, and at least that many kills."""
    began = time.monotonic()
    with LoopbackServer() as server, SmallDisk(folder) as disk:
        tell(
            f"seed {seed}; {'a small disk' if disk.mounted else 'no disk of our own: files are limited instead'}"
        )
        chaos = Chaos(server, disk, seed)
        story = chaos.strikes(kills, tell)
    took_s = time.monotonic() - began
    tell(
        f"{story.killed} kills ({dict(story.kills)}) of {dict(story.commands)} in {took_s:.0f} s; "
        f"the slowest end took {story.slowest_end_s:.1f} s; {len(story.faults)} faults"
    )
    return story
