"""`presswatch serve`: rounds on schedule by a real Prefect server, whatever is killed; and the parts that see to it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from loopback.answers import feed, reply, silence
from loopback.content import Item, article, rss
from loopback.processes import tree
from loopback.server import LoopbackServer, Site

from flows import leash
from flows.rounds.stopping import Stop
from flows.schedule import next_moment, parse_schedule
from flows.server import free_port, is_free, shorten
from flows.serving.children import listen
from flows.serving.order import Order
from flows.serving.supervisor import STEADY_S, Patience, Supervisor
from storage.locking import file_lock
from storage.presence import living, present, signal_all

ADDRESS = "127.0.56.1"
LIMIT_S = 100.0  # for what takes some seconds on a machine with nothing else to do

HOLDER = """
import sys, time
from pathlib import Path
from storage.presence import present
with present(Path(sys.argv[1]), "round-1"):
    print("present", flush=True)
    time.sleep(600)
"""


def wait_for(is_so: Callable[[], Any], limit_s: float = LIMIT_S) -> None:
    give_up_at = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < give_up_at, "it never came to that"
        time.sleep(0.05)


# ---------------------------------------------------------------------------------------------- the whole of it


class Serving:
    """`presswatch serve` as a process of its own, looked at through the API of its Prefect server."""

    def __init__(self, config: Path) -> None:
        self.port = free_port()
        self.home = config.parent / "prefect"
        self._log = (config.parent / "serve.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flows", "serve", "--config", str(config), "--port", str(self.port)],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PREFECT_API_URL": "", "PREFECT_HOME": str(config.parent / "nobody")},
        )

    @property
    def running(self) -> dict[str, int]:
        return living(self.home / "running")

    def processes(self, what: str) -> list[int]:
        found = []
        for pid in tree(self._process.pid):
            with suppress(OSError):
                if what in Path(f"/proc/{pid}/cmdline").read_text("latin-1").replace("\0", " "):
                    found.append(pid)
        return found

    def state_of(self, run_id: str) -> str:
        with (
            suppress(OSError),
            urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/api/flow_runs/{run_id}", timeout=5
            ) as answer,
        ):
            return str(json.load(answer)["state_name"])
        return ""

    def page(self) -> str:
        """The first page of the UI, as a browser is given it."""
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}/", headers={"Accept": "text/html"})
        with urllib.request.urlopen(asked, timeout=LIMIT_S) as answer:
            return str(answer.read().decode())

    def end(self) -> tuple[int, list[int]]:
        """SIGTERM; its exit code, and whoever of its family is left."""
        family = tree(self._process.pid)
        self._process.terminate()
        code = self._process.wait(LIMIT_S)
        return code, [pid for pid in family if Path(f"/proc/{pid}").exists()]

    def put_away(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._log.close()


@pytest.fixture
def site() -> Iterator[Site]:
    """A paper with one article, and a second one that is not answered yet."""
    with LoopbackServer() as server:
        pages = {
            "/feed": feed(rss(Item("/news/1"), Item("/hangs"))),
            "/news/1": reply(article("serving/1")),
            "/hangs": silence(),
        }
        yield server.listen(ADDRESS, pages)


@pytest.fixture
def config(site: Site, tmp_path: Path) -> Path:
    return write_config(tmp_path, f"{site.base}/feed")


def write_config(folder: Path, feed_url: str) -> Path:
    path = folder / "config.yaml"
    settings = {
        "database": "presswatch.duckdb",
        "published": "news.duckdb",
        "schedule": "5s",
        "fetch": {"allow_networks": ["127.0.56.0/24"], "per_host_delay_s": 0, "timeout_s": 300},
        "extract": {"workers": 1},
        "sources": [{"id": "a", "name": "A", "feeds": [feed_url]}],
    }
    path.write_text(yaml.safe_dump(settings))
    return path


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_when_server_runner_and_round_are_killed_the_next_round_has_what_is_missing(
    site: Site, config: Path
) -> None:
    serving = Serving(config)
    try:
        wait_for(lambda: site.asked("/hangs") > 0 and serving.running)
        # Its code may be root's: what the server writes of its pages is beside the database.
        assert "<html" in serving.page()
        assert (serving.home / "ui").is_dir()
        under_way = list(serving.running)  # a round: the limit of one keeps all others from starting
        family = ("prefect server", "flows.serving.runner", "prefect.engine")
        for pid in [
            pid for what in family for pid in serving.processes(what)
        ]:  # all found before any is killed
            os.kill(pid, signal.SIGKILL)
        site.answers["/hangs"] = reply(article("serving/late"))
        wait_for(lambda: "Crashed" in [serving.state_of(run_id) for run_id in under_way])
        wait_for(lambda: stored(config) == ["/hangs", "/news/1"])
        code, left = serving.end()
    finally:
        serving.put_away()
    assert code == 128 + signal.SIGTERM
    assert left == []
    assert is_free(serving.port)


def stored(config: Path) -> list[str]:
    """The paths of what is published."""
    with (
        suppress(duckdb.IOException),
        duckdb.connect(str(config.with_name("news.duckdb")), read_only=True) as con,
    ):
        urls = con.execute("SELECT url FROM articles ORDER BY url").fetchall()
        return sorted(f"/{url.split('/', 3)[3]}" for (url,) in urls)
    return []


def test_while_prefect_is_away_rounds_are_made_all_the_same(site: Site, config: Path, tmp_path: Path) -> None:
    site.answers["/hangs"] = reply(article("serving/late"))
    away = f"http://127.0.0.1:{free_port()}/api"
    order = Order(config, tmp_path / "prefect", "test", parse_schedule("5s"))
    order.home.mkdir()
    told: list[str] = []
    supervisor = Supervisor(order, away, None, told.append, away_s=0.0)

    async def until_stored() -> None:
        stop = Stop()
        tending = asyncio.create_task(supervisor.tend(stop))
        await asyncio.to_thread(wait_for, lambda: any(line.startswith("Round ") for line in told))
        await asyncio.to_thread(wait_for, lambda: stored(config) == ["/hangs", "/news/1"])
        stop.set()
        await tending

    asyncio.run(until_stored())
    assert any("untracked" in line for line in told)
    assert supervisor.runner is None


def test_a_database_is_served_once(config: Path, presswatch: Callable[..., Any]) -> None:
    home = config.parent / "prefect"
    home.mkdir()
    with file_lock(home / "serve.lock", 0.0):
        ran = presswatch("serve", "--config", config)
    assert ran.code == 3
    assert "served already" in ran.err


def test_a_port_in_use_is_refused_before_anything_starts(
    site: Site, config: Path, presswatch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "")
    monkeypatch.setenv("PREFECT_HOME", str(config.parent / "nobody"))
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = presswatch("serve", "--config", config, "--port", taken.getsockname()[1])
    assert ran.code == 3
    assert "in use" in ran.err


@pytest.mark.parametrize("name", ["", "a/b", "50%"])
def test_a_name_that_prefect_would_refuse_is_wrong_usage(
    config: Path, presswatch: Callable[..., Any], name: str
) -> None:
    assert presswatch("serve", "--config", config, "--name", name).code == 2


# --------------------------------------------------------------------------------------------------- its parts


def test_a_run_is_told_as_living_until_its_process_is_killed(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "present\n"
    assert living(tmp_path) == {"round-1": process.pid}
    signal_all(tmp_path, signal.SIGKILL)
    process.wait(LIMIT_S)
    process.stdout.close()
    assert living(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_ends_leaves_nothing(tmp_path: Path) -> None:
    with present(tmp_path / "running", "round-2"):
        assert living(tmp_path / "running") == {"round-2": os.getpid()}
    assert list((tmp_path / "running").iterdir()) == []
    assert living(tmp_path / "no folder") == {}


def test_a_process_on_a_leash_ends_when_its_parent_is_killed() -> None:
    starts_one = (
        "import subprocess, sys, time; from flows.leash import command;"
        "child = subprocess.Popen(command('http.server', '--bind', '127.0.0.1', '0'), stdin=subprocess.PIPE);"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", starts_one], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    wait_for(lambda: not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text())
    parent.stdout.close()


def test_the_command_of_a_leash_names_its_module() -> None:
    assert leash.command("prefect", "version")[1:] == ["-m", "flows.leash", "prefect", "version"]


def test_what_dies_at_once_is_started_again_after_pauses_that_double() -> None:
    now = [0.0]
    patience = Patience(lambda: now[0])
    pauses = []
    for _ in range(8):
        patience.started()
        pauses.append(patience.died())
        assert not patience.may_start()
        now[0] += pauses[-1]
        assert patience.may_start()
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    patience.started()
    now[0] += STEADY_S + 1
    assert patience.died() == 0
    assert patience.may_start()


def test_the_moments_of_an_interval_are_the_same_whoever_counts() -> None:
    schedule = parse_schedule("90s")
    first = next_moment(schedule, datetime(2026, 11, 24, 5, 50, 1, tzinfo=UTC))
    assert next_moment(schedule, first - timedelta(seconds=1)) == first
    assert next_moment(schedule, first) == first + timedelta(seconds=90)


def test_the_moments_of_a_cron_expression_are_in_utc() -> None:
    moment = datetime.fromisoformat("2026-11-24T05:55:00+02:00")
    assert next_moment(parse_schedule("*/10 * * * *"), moment) == datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def test_an_order_travels_to_the_runner_as_it_is(tmp_path: Path) -> None:
    for schedule in ("10m", "*/5 * * * *"):
        order = Order(tmp_path / "config.yaml", tmp_path / "prefect", "news", parse_schedule(schedule))
        assert Order.from_json(order.to_json()) == order


def test_a_large_log_begins_anew_and_one_old_one_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    shorten(log, 10)
    with log.open("a", buffering=1) as writer:  # as a server has it open for months
        writer.write("short\n")
        shorten(log, 10)
        assert log.read_text() == "short\n"
        for text in ("first, and long enough\n", "second, and long enough\n"):
            writer.write(text)
            shorten(log, 10)
            assert log.read_text() == ""
        writer.write("third\n")
    assert log.read_text() == "third\n"
    assert (tmp_path / "server.log.1").read_text() == "second, and long enough\n"


def test_a_child_whose_log_cannot_be_written_goes_on(tmp_path: Path) -> None:
    lines = io.StringIO("of no interest\n" * 3 + "presswatch: serving\n")
    told: list[str] = []
    listen(lines, tmp_path / "no folder" / "runner.log", told.append)
    assert told == ["serving"]


def test_what_a_child_says_to_nobody_is_logged(tmp_path: Path) -> None:
    listen(io.StringIO("a warning\npresswatch: a round\n"), tmp_path / "runner.log", lambda _: None)
    assert (tmp_path / "runner.log").read_text() == "a warning\n"
