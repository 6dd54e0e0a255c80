"""Limits on a host that hold across processes: real processes, one pace file, and a server that counts."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from extractors.model import Request, Response
from extractors.web.client import WebClient
from extractors.web.sharing import SLOTS, SharedLimits

ROOT = Path(__file__).parents[2]
PAGE = b"the page"
FETCH = """
import asyncio, json, sys
from pathlib import Path
from extractors.errors import SourceError
from extractors.model import FetchSettings, Request
from extractors.web.client import WebClient

async def main(pace_file, urls, settings):
    results = []
    async def one(web, url):
        try:
            response = await web.get(Request(url, "test"))
            results.append([url, response.http_status])
        except SourceError as error:
            results.append([url, str(error)])
    fetch = FetchSettings(allow_networks=("127.0.3.0/24",), respect_robots=False, **settings)
    async with WebClient(fetch, pace_file=Path(pace_file)) as web:
        print("ready", flush=True)
        sys.stdin.readline()
        await asyncio.gather(*(one(web, url) for url in urls))
        print(json.dumps(results), flush=True)

asyncio.run(main(*json.loads(sys.argv[1])))
"""


class Process:
    """Another process that fetches: `ready`, then `go`."""

    def __init__(self, pace_file: Path, urls: list[str], **settings: Any) -> None:
        argument = json.dumps([str(pace_file), urls, {"timeout_s": 5.0, **settings}])
        self.process = subprocess.Popen(
            [sys.executable, "-c", FETCH, argument],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def ready(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def results(self) -> list[Any]:
        out, _ = self.process.communicate(timeout=120)
        assert self.process.returncode == 0
        return list(json.loads(out))


@pytest.fixture
def pace_file(tmp_path: Path) -> Path:
    return tmp_path / "pace"


@pytest.fixture
def limits(pace_file: Path) -> Iterator[SharedLimits]:
    opened = SharedLimits(pace_file, time.monotonic)
    yield opened
    opened.close()


def two(pace_file: Path, site: Any, count: int, **settings: Any) -> list[list[Any]]:
    processes = [
        Process(pace_file, [site.url(f"/{name}{n}") for n in range(count)], **settings) for name in "ab"
    ]
    for process in processes:
        process.ready()
    for process in processes:
        process.go()
    return [process.results() for process in processes]


def test_two_processes_keep_one_gap_and_the_connections_of_one(loopback: Any, pace_file: Path) -> None:
    async def slowly(visit: Any) -> None:
        await asyncio.sleep(0.08)
        visit.write(loopback.http(200, PAGE))

    site = loopback.site({"*": slowly})
    results = two(pace_file, site, 10, per_host_delay_s=0.06, per_host_connections=2)
    assert [[status for _, status in one] for one in results] == [[200] * 10] * 2
    assert site.gap() >= 0.06
    assert site.max_open <= 2


def test_one_connection_goes_to_and_fro_between_two_processes(loopback: Any, pace_file: Path) -> None:
    site = loopback.site({"*": loopback.reply(200, PAGE)})
    results = two(pace_file, site, 8, per_host_delay_s=0.02, per_host_connections=1)
    assert [[status for _, status in one] for one in results] == [[200] * 8] * 2
    assert site.max_open == 1
    first_half = {path[1] for path in site.paths()[:8]}
    assert first_half == {"a", "b"}  # nobody had to wait for the other's end


def test_a_killed_process_leaves_its_host_to_the_others(loopback: Any, fetch: Any, pace_file: Path) -> None:
    async def never(visit: Any) -> None:
        await asyncio.sleep(30)

    site = loopback.site({"/hang": never, "*": loopback.reply(200, PAGE)})
    killed = Process(
        pace_file, [site.url("/hang")] * 2, timeout_s=30, per_host_connections=1, per_host_delay_s=0.1
    )
    killed.ready()
    killed.go()
    while not site.seen:
        time.sleep(0.01)
    killed.process.kill()
    killed.process.communicate()
    client = {"pace_file": pace_file}
    assert fetch.one(site.url(), per_host_connections=1, per_host_delay_s=0.3, client=client).body == PAGE
    assert site.gap() >= 0.2


def test_two_clients_of_one_process_share_their_limits_too(
    loopback: Any, fetch: Any, pace_file: Path
) -> None:
    async def slowly(visit: Any) -> None:
        await asyncio.sleep(0.03)
        visit.write(loopback.http(200, PAGE))

    site = loopback.site({"*": slowly})
    settings = fetch.settings(per_host_delay_s=0.03, per_host_connections=1, timeout_s=30)

    async def go() -> list[Response]:
        async with (
            WebClient(settings, pace_file=pace_file) as one,
            WebClient(settings, pace_file=pace_file) as two,
        ):
            gets = [web.get(Request(site.url(f"/{n}"), "a")) for n in range(5) for web in (one, two)]
            return list(await asyncio.gather(*gets))

    assert len(asyncio.run(go())) == 10
    assert site.max_open == 1
    assert site.gap() >= 0.03


def test_an_idle_connection_is_given_up_for_another_process(
    loopback: Any, fetch: Any, pace_file: Path
) -> None:
    site = loopback.site({"*": loopback.reply(200, PAGE)})
    settings = fetch.settings(per_host_connections=1)

    async def go() -> Response:
        async with WebClient(settings, pace_file=pace_file) as idle:
            await idle.get(Request(site.url("/1"), "a"))
            async with WebClient(settings, pace_file=pace_file) as other:
                return await other.get(Request(site.url("/2"), "a"))

    assert asyncio.run(go()).body == PAGE
    assert site.max_open == 1


def test_a_connection_is_kept_as_long_as_nobody_else_waits(
    loopback: Any, fetch: Any, pace_file: Path
) -> None:
    site = loopback.site({"*": loopback.reply(200, PAGE)})
    fetch.all([site.url(f"/{n}") for n in range(5)], client={"pace_file": pace_file})
    assert site.connections == 1


# ------------------------------------------------------------------------------------------ the file itself


def test_two_hosts_in_one_slot_share_their_limits(limits: SharedLimits) -> None:
    first = limits.try_connection(7, 1)
    assert first is not None
    assert limits.try_connection(7, 1) is None
    limits.drop_connection(7, first)
    assert limits.try_connection(7, 1) == first


@pytest.mark.parametrize("slot", [0, 7, SLOTS - 1])
def test_a_start_noted_by_one_is_kept_by_another(limits: SharedLimits, pace_file: Path, slot: int) -> None:
    other = SharedLimits(pace_file, time.monotonic)
    began = time.monotonic()
    asyncio.run(limits.claim_start(slot, 0.1))
    limits.note_start(slot, began + 0.05)
    limits.amend_start(slot, began + 0.04, began - 1)  # not what was noted
    limits.drop_start(slot)
    asyncio.run(other.claim_start(slot, 0.1))
    assert time.monotonic() - began >= 0.15
    other.note_start(slot, time.monotonic() + 0.05)
    other.drop_start(slot)
    other.close()
    os.truncate(pace_file, 0)
    asyncio.run(limits.claim_start(slot, 0.1))
    assert time.monotonic() - began < 0.25


def test_what_an_earlier_boot_wrote_holds_nobody_up(limits: SharedLimits) -> None:
    limits.note_start(7, time.monotonic() + 1_000_000)
    began = time.monotonic()
    asyncio.run(limits.claim_start(7, 0.1))
    assert time.monotonic() - began < 0.05


def test_a_full_disk_costs_no_request(limits: SharedLimits, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    limits.note_start(7, 1.0)
    assert limits.try_connection(7, 1) == 1


def test_the_file_is_for_its_owner_and_takes_next_to_no_room(limits: SharedLimits, pace_file: Path) -> None:
    for slot in (0, 12_345, SLOTS - 1):
        limits.note_start(slot, 1.0)
    found = pace_file.stat()
    assert found.st_mode & 0o777 == 0o600
    assert found.st_blocks * 512 < 100_000


def test_a_host_has_its_slot_in_every_process() -> None:
    assert SharedLimits.slot("news.example") == 788_649


def test_where_locks_are_by_process_they_hold_as_well(
    pace_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(fcntl, "F_OFD_SETLK")
    limits = SharedLimits(pace_file, time.monotonic)
    asyncio.run(limits.claim_start(7, 0.0))
    held = (
        "import fcntl, sys\n"
        "try: fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, int(sys.argv[2]))\n"
        "except OSError: print('held')"
    )
    at = (SLOTS + 1) * 16 + 7 * 64
    assert (
        subprocess.check_output([sys.executable, "-c", held, str(pace_file), str(at)], text=True) == "held\n"
    )
    limits.drop_start(7)
    assert subprocess.check_output([sys.executable, "-c", held, str(pace_file), str(at)], text=True) == ""
    limits.close()


def test_a_pace_file_that_can_not_be_opened_is_said_at_once(fetch: Any, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Is a directory"):
        fetch.all([], client={"pace_file": tmp_path})
