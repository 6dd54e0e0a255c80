"""All of a deployment at once, for a quarter of an hour, and -9 for whatever runs: nothing may be lost.

    python bench/serving.py [--minutes 15] [--sites 20] [--articles 200] [--publish-every 10] [--folder FOLDER]

`presswatch serve`, a round every 30 s, over `--sites` sites of the news web beside the project, each of which publishes
an article every `--publish-every` seconds until some minutes before the end. Meanwhile:

- runner, Prefect server and round are killed by SIGKILL, one by one and together;
- `backfill sitemap` fetches the older articles, is killed half-way, and started again;
- one analyst keeps a connection to the published copy and asks every 3 s, another one opens it anew each time;
- `presswatch status` and `presswatch sql` run every 10 s.

Then what is stored is compared with the site's own list, what it saw of us with the limits of the config, and the
figures are printed: bench/serving_verdict.py. Gaps between requests, and connections, are judged on the wire where
tcpdump can be used (bench/wire.py), since a site notes them when its one thread gets to it. Exit 1 where something is
not as it should be. `--folder` keeps all.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from measuring import pss_kb, tree
from serving_verdict import Call, Look, Seen, Strike, verdict
from webs import NETWORK, has_newsweb, newsweb
from wire import captured, requests_of

ROUNDS_EVERY_S = 30
DELAY_S = 0.1
# At the end nothing is published any more for so long that every feed is polled once more.
QUIET_S = 450.0
AT_ONCE = (
    40  # articles of a site just before the beginning: news enough that its feed is polled every 5 minutes
)
KINDS = {"server": "prefect server", "runner": "flows.serving.runner", "round": "prefect.engine"}
STRIKES = (("runner",), ("server",), ("round",), ("runner", "server"), ("runner", "round", "server"))


@dataclass
class Trial:
    """What is under way, and what was seen of it."""

    folder: Path
    port: int
    control: str
    seen: Seen = field(default_factory=Seen)
    over: threading.Event = field(default_factory=threading.Event)
    quiet: threading.Event = field(default_factory=threading.Event)
    serving: subprocess.Popen[bytes] | None = None

    @property
    def wire(self) -> Path:
        return self.folder / "requests.pcap"

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "flows", *words, "--config", str(self.config)]

    def started(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        """A command in the background, what it says in a file."""
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                self.command(*words), stdout=log, stderr=subprocess.STDOUT, env=environment(self.folder)
            )

    def ask(self, what: str) -> Any:
        """Something of the news web, by a site that is none of the sources: its connections are not counted."""
        with urllib.request.urlopen(f"{self.control}/{what}", timeout=60) as answer:
            return json.load(answer)

    def processes(self) -> list[tuple[str, int]]:
        """All of `serve`, by kind."""
        found = []
        for pid in tree(self.serving.pid) if self.serving else []:
            with suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                found.append((next((kind for kind, word in KINDS.items() if word in words), "other"), pid))
        return found

    def pages_asked(self) -> int:
        return int(self.ask("_stats?brief")["total"]["by_kind"].get("article", 0))

    def watched(self, work: Callable[[], None]) -> None:
        """Work of a thread, whose end by an error is none of the trial's but is told."""
        try:
            work()
        except Exception as error:
            self.seen.wrong.append(f"the trial itself: {error!r}")

    # ------------------------------------------------------------------------------- what goes on all the time

    def publish(self, every_s: float, sites: int) -> None:
        number = 0
        while not self.quiet.wait(every_s / sites):
            self.ask(f"_publish?n=1&site={number % sites}")
            number += 1

    def sample(self) -> None:
        while not self.over.wait(5):
            memory: dict[str, float] = {}
            for kind, pid in self.processes():
                memory[kind] = memory.get(kind, 0.0) + pss_kb(pid) / 1024
            self.seen.looks.append(Look(time.time(), memory))

    def call(self) -> None:
        commands = {"status": ["status"], "sql": ["sql", "SELECT count(*) FROM articles"]}
        while not self.over.wait(10):
            for name, words in commands.items():
                began = time.perf_counter()
                ran = subprocess.run(
                    self.command(*words),
                    capture_output=True,
                    text=True,
                    env=environment(self.folder),
                    check=False,
                )
                self.seen.calls.append(
                    Call(name, time.perf_counter() - began, ran.returncode, ran.stderr[-300:])
                )

    # ------------------------------------------------------------------------------------ what happens one by one

    def strike(self, kinds: tuple[str, ...]) -> None:
        """Kill what is of these kinds while a round is under way."""
        wait_for(lambda: any(kind == "round" for kind, _ in self.processes()), 120)
        pids = [pid for kind, pid in self.processes() if kind in kinds]
        self.seen.strikes.append(Strike(time.time(), kinds))
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        say(f"killed {' and '.join(kinds)}: {len(pids)} processes")

    def backfill(self, older: int) -> None:
        """Begin, kill half-way, begin again."""
        before, began = self.pages_asked(), time.time()
        first = self.started("backfill", "backfill", "sitemap")
        wait_for(lambda: first.poll() is not None or self.pages_asked() - before > older / 2, 600)
        if first.poll() is not None:
            self.seen.wrong.append(f"the backfill was over before it was killed: {first.returncode}")
        first.kill()
        first.wait()
        say(f"killed the backfill after {self.pages_asked() - before} pages")
        second = self.started("backfill", "backfill", "sitemap")
        code = second.wait(900)
        self.seen.backfill_s = time.time() - began
        if code != 0:
            self.seen.wrong.append(f"the second backfill ended with {code}")
        say(f"the backfill is done: {self.seen.backfill_s:.0f} s with its kill")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--sites", type=int, default=20)
    parser.add_argument(
        "--articles", type=int, default=200, help="of a site, 6 in 10 of them there at the start"
    )
    parser.add_argument("--publish-every", type=float, default=10)
    parser.add_argument(
        "--port", type=int, default=8460, help="of the news web; the Prefect server has the next"
    )
    parser.add_argument("--folder", type=Path)
    wanted = parser.parse_args()
    if not has_newsweb():
        sys.exit("the news web is not here")
    with ExitStack() as stack:
        folder = wanted.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="serving-")))
        folder.mkdir(parents=True, exist_ok=True)
        return trial(wanted, folder.resolve(), stack)


def trial(wanted: argparse.Namespace, folder: Path, stack: ExitStack) -> int:
    """The whole of it; the exit code."""
    more = ["--changing", "--initial", "0.6", "--publish-every", "0", "--feed-size", "60"]
    more += ["--start", datetime.now(UTC).isoformat(timespec="seconds")]
    stack.enter_context(newsweb(wanted.sites + 1, wanted.articles, wanted.port, more=more))
    it = Trial(folder, wanted.port + 1, f"http://127.0.1.{wanted.sites + 1}:{wanted.port}")
    if not stack.enter_context(captured(wanted.port, it.wire)):
        say(
            "requests are not captured: there is no tcpdump that may be used; gaps are as the sites note them"
        )
    write_config(it, wanted.sites)
    it.ask(f"_publish?n={AT_ONCE}")  # the pace of a feed is learned from the times in it
    it.serving = it.started("serve", "serve", "--port", str(it.port))
    stack.callback(it.serving.kill)
    ends_at = time.monotonic() + wanted.minutes * 60
    threads = [
        threading.Thread(target=it.watched, args=(work,))
        for work in (lambda: it.publish(wanted.publish_every, wanted.sites), it.sample, it.call)
    ]
    wait_for((folder / "news.duckdb").exists, 300)
    analysts = [analyst(it, way) for way in ("held", "anew")]
    for thread in threads:
        thread.start()
    try:
        go_through(it, wanted, ends_at)
    finally:
        it.quiet.set()
        it.over.set()
        for thread in threads:
            thread.join()
    for way, process in analysts:
        said, _ = process.communicate()
        it.seen.sessions[way] = [json.loads(line) for line in said.splitlines()]
        if process.returncode != 0:
            it.seen.wrong.append(f"an analyst's session ended with {process.returncode}")
    return finish(it)


def go_through(it: Trial, wanted: argparse.Namespace, ends_at: float) -> None:
    older = int(wanted.sites * (wanted.articles * 0.6 + AT_ONCE - 60))
    backfill = threading.Thread(target=it.watched, args=(lambda: it.backfill(older),))
    backfill.start()
    pause_s = max((ends_at - QUIET_S - time.monotonic()) / (len(STRIKES) + 1), 20)
    for kinds in STRIKES:
        time.sleep(pause_s)
        it.strike(kinds)
    backfill.join()
    time.sleep(max(ends_at - QUIET_S - time.monotonic(), 0))
    it.quiet.set()
    say("nothing is published any more")
    time.sleep(max(ends_at - time.monotonic(), QUIET_S))


def finish(it: Trial) -> int:
    """Look at what Prefect believes, end `serve`, and judge."""
    it.seen.flow_runs = flow_runs(it.port)
    it.seen.manifest, it.seen.stats = it.ask("_manifest.json"), it.ask("_stats")
    it.seen.wire = requests_of(it.wire, it.port - 1, without=urlsplit(it.control).hostname or "")
    family = [pid for _, pid in it.processes()]
    it.serving.terminate()
    began = time.perf_counter()
    code = it.serving.wait(60)
    it.seen.end_s = time.perf_counter() - began
    if code != 128 + signal.SIGTERM:
        it.seen.wrong.append(f"serve ended with {code}")
    left = [pid for pid in family if Path(f"/proc/{pid}").exists()]
    if left:
        it.seen.wrong.append(f"left behind: {left}")
    (it.folder / "seen.pickle").write_bytes(pickle.dumps(it.seen))
    lines, wrong = verdict(it.seen, it.folder / "news.duckdb", DELAY_S)
    print("\n".join(lines))
    for line in wrong:
        print(f"WRONG: {line}")
    return 1 if wrong else 0


def write_config(it: Trial, sites: int) -> None:
    settings = {
        "database": "presswatch.duckdb",
        "published": "news.duckdb",
        "schedule": f"{ROUNDS_EVERY_S}s",
        "fetch": {"allow_networks": [NETWORK], "per_host_delay_s": DELAY_S},
        "sources": [
            {
                "id": f"site{each['index']}",
                "name": each["name"],
                "feeds": [each["feed"]],
                "sitemaps": [each["sitemap"]],
            }
            for each in it.ask("_manifest.json")["sites"][:sites]
        ],
    }
    it.config.write_text(yaml.safe_dump(settings))


def environment(folder: Path) -> dict[str, str]:
    """No Prefect but the one that `serve` starts."""
    return {**os.environ, "PREFECT_API_URL": "", "PREFECT_HOME": str(folder / "nobody")}


def analyst(it: Trial, way: str) -> tuple[str, subprocess.Popen[str]]:
    command = [
        sys.executable,
        str(Path(__file__).with_name("serving_analyst.py")),
        str(it.folder / "news.duckdb"),
        way,
    ]
    return way, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def flow_runs(port: int) -> list[dict[str, Any]]:
    """The last 200 runs as the Prefect server has them."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/flow_runs/filter",
        data=json.dumps({"sort": "START_TIME_DESC", "limit": 200}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: list[dict[str, Any]] = json.load(answer)
        return found


def wait_for(is_so: Callable[[], bool], limit_s: float) -> None:
    until = time.monotonic() + limit_s
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError("it never came to that")
        time.sleep(0.2)


def say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
