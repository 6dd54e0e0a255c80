"""A round over a hostile news web: everything ends in its recorded outcome, and the healthy lose nothing."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from hostile.case import Case, Expected
from hostile.web import CASES, REFUSED, HostileWeb
from loopback.processes import PeakMemory
from loopback.server import LoopbackServer

from extractors.errors import SourceError
from extractors.model import FetchSettings, Request
from extractors.web.client import WebClient

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]  # the first one waits for the whole round
TIMEOUT_S = 4.0  # a feed of 16 MB comes in one second, on a machine that is busy in three
EXTRACT_TIMEOUT_S = 4.0
MAX_ROUND_S = 120
MAX_TREE_BYTES = 1_500_000_000
FETCH = {"timeout_s": TIMEOUT_S, "per_host_delay_s": 0.0, "max_entries": 60, "user_agent": "presswatch/test"}
EXTRACT = {"workers": 2, "timeout_s": EXTRACT_TIMEOUT_S}


@dataclass(frozen=True)
class Row:
    """One outcome as it was recorded."""

    url: str
    stage: str
    status: str
    detail: str
    elapsed_ms: int | None


@dataclass(frozen=True)
class Night:
    """One round over the whole of it, and what an operator can see of it afterwards."""

    web: HostileWeb
    folder: Path
    code: int
    stdout: str
    stderr: str
    took_s: float
    peak_bytes: int

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Rows of the published copy."""
        with duckdb.connect(str(self.folder / "news.duckdb"), read_only=True) as con:
            return con.execute(query, list(values)).fetchall()

    def outcomes(self, case: Case) -> list[Row]:
        """What was recorded of a case, in its first round."""
        found = self.rows(
            "SELECT url, stage, status, coalesce(detail, ''), elapsed_ms FROM outcomes WHERE source_id = ? "
            "AND run_id = (SELECT min(run_id) FROM runs)",
            source_id(case),
        )
        return [Row(*values) for values in found]  # type: ignore[arg-type]


def source_id(case: Case) -> str:
    return case.name.replace(".", "-")


def run(folder: Path, web: HostileWeb, *arguments: str) -> subprocess.Popen[str]:
    """The command as a user starts it."""
    environ = {**os.environ, "SSL_CERT_FILE": str(web.authority.file), "PREFECT_API_URL": ""}
    return subprocess.Popen(
        [sys.executable, "-m", "flows", "run", "--config", str(folder / "config.yaml"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
    )


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("hostile")
    with HostileWeb(folder) as web:
        (folder / "config.yaml").write_text(web.config(FETCH, EXTRACT))
        began = time.monotonic()
        process = run(folder, web)
        with PeakMemory(process) as memory:
            stdout, stderr = process.communicate(timeout=MAX_ROUND_S + 60)
        took_s = time.monotonic() - began
        yield Night(web, folder, process.returncode, stdout, stderr, took_s, memory.peak_bytes)


# -------------------------------------------------------------------------------------------- outcomes


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_it_ends_in_its_recorded_outcome(night: Night, number: int) -> None:
    case = CASES[number]
    rows = night.outcomes(case)
    expected = {night.web.url(number, each.url): each for each in case.expected}
    told = {row.url: row for row in rows}
    assert len(told) == len(rows), "one outcome for each URL"
    assert not expected.keys() - told.keys(), f"without an outcome; there is {sorted(told)[:20]}"
    for url, row in told.items():
        wanted = expected.get(url, Expected(url, "page", case.others or "no such URL"))
        assert wanted.fits(row.stage, row.status, row.detail), f"{row} is not {wanted}"


def test_no_url_has_two_outcomes_in_a_run(night: Night) -> None:
    doubles = night.rows("SELECT run_id, url, count(*) FROM outcomes GROUP BY ALL HAVING count(*) > 1")
    assert doubles == []


def test_each_ends_within_its_time_limit(night: Night) -> None:
    limit_ms = 1000 * (max(TIMEOUT_S, EXTRACT_TIMEOUT_S) + 1)
    late = night.rows("SELECT url, status, elapsed_ms FROM outcomes WHERE elapsed_ms > ?", limit_ms)
    assert late == []


def test_the_healthy_sites_lose_nothing_and_store_nothing_twice(night: Night) -> None:
    healthy = [(number, case) for number, case in enumerate(CASES) if case.healthy]
    assert len(healthy) >= 5
    for number, case in healthy:
        wanted = sorted(night.web.url(number, e.url) for e in case.expected if e.status == "stored")
        stored = night.rows("SELECT url FROM articles WHERE source_id = ? ORDER BY url", source_id(case))
        assert [url for (url,) in stored] == wanted
        assert night.rows(
            "SELECT count(*) FROM articles WHERE source_id = ? AND word_count < 100", source_id(case)
        ) == [(0,)]


def test_every_article_is_stored_once(night: Night) -> None:
    for column in ("article_id", "url"):
        query = f"SELECT {column}, count(*) FROM articles GROUP BY {column} HAVING count(*) > 1"
        assert night.rows(query) == []


# ------------------------------------------------------------------------------------- the process itself


def test_the_round_takes_little_time_and_memory(night: Night) -> None:
    print(f"{len(CASES)} cases in {night.took_s:.1f} s, {night.peak_bytes / 1e6:.0f} MB at most")
    assert night.took_s < MAX_ROUND_S
    assert night.peak_bytes < MAX_TREE_BYTES


def test_it_ends_well_and_says_so_without_a_traceback(night: Night) -> None:
    assert night.code == 1, night.stderr
    assert "Traceback" not in night.stderr + night.stdout
    assert "internal error" not in night.stderr + night.stdout


def test_the_terminal_is_safe_from_what_the_web_sent(night: Night) -> None:
    for text in (night.stdout, night.stderr):
        assert not any(ord(char) < 32 and char not in "\n\r\t" for char in text)
        assert "\u202e" not in text


def test_nothing_is_left_behind_on_disk(night: Night) -> None:
    assert not list((night.folder / "presswatch.duckdb.spool").glob("*"))
    assert not list(night.folder.glob(".*.new"))


def test_what_is_not_published_is_readable_by_its_owner_alone(night: Night) -> None:
    ours = [path for path in night.folder.rglob("*") if "duckdb" in path.name and path.name != "news.duckdb"]
    assert len(ours) >= 3
    assert [path.name for path in ours if path.stat().st_mode & 0o077] == []


def test_no_local_file_got_into_the_database(night: Night) -> None:
    for table in ("articles", "article_versions", "outcomes", "feeds"):
        found = night.rows(f"SELECT count(*) FROM {table} AS t WHERE t::VARCHAR LIKE '%root:%:0:0:%'")
        assert found == [(0,)], table


# ------------------------------------------------------------------------------------- refused addresses


def test_no_refused_address_saw_a_connection(night: Night) -> None:
    assert {site.address: site.connections for site in night.web.refused} == dict.fromkeys(REFUSED, 0)


def fetched(urls: Sequence[str], addresses: dict[str, list[list[str]]], allowed: str) -> list[str]:
    """The statuses of these URLs, fetched one after the other; names get their next answer at each look-up."""

    async def resolve(host: str, port: int) -> list[str]:
        answers = addresses[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def go() -> list[str]:
        settings = FetchSettings(
            allow_networks=(allowed,), timeout_s=2, per_host_delay_s=0, respect_robots=False
        )
        async with WebClient(settings, resolver=resolve) as web:
            return [await one(web, url) for url in urls]

    async def one(web: WebClient, url: str) -> str:
        try:
            return str((await web.get(Request(url, "test"))).http_status)
        except SourceError as error:
            return error.status

    return asyncio.run(go())


@pytest.mark.parametrize(
    "answers",
    [
        [["127.0.0.1"]],
        [["::1"]],
        [["::ffff:127.0.0.1"]],
        [["64:ff9b::7f00:1"]],
        [["127.0.50.250", "127.0.0.1"]],
        [["127.0.0.1", "127.0.50.250"]],
        [["fe80::1%lo"]],
        [["10.0.0.1"]],
    ],
)
def test_a_name_that_leads_to_a_private_address_is_not_dialled(
    night: Night, answers: list[list[str]]
) -> None:
    url = f"http://innocent.example:{night.web.server.port}/"
    assert fetched([url], {"innocent.example": answers}, "127.0.50.0/24") == ["blocked"]
    assert [site.connections for site in night.web.refused] == [0] * len(REFUSED)


def test_a_name_that_changes_its_answer_is_not_followed_there(night: Night) -> None:
    """Judged once and dialled as judged: the second, private answer is never asked for, or is refused."""
    server: LoopbackServer = night.web.server
    server.listen("127.0.50.250", {})
    base = f"http://rebinding.example:{server.port}"
    answers = {"rebinding.example": [["127.0.50.250"], ["127.0.0.1"]]}
    statuses = fetched([f"{base}/{n}" for n in range(4)], answers, "127.0.50.0/24")
    assert set(statuses) <= {"http_4xx", "blocked"}
    assert [site.connections for site in night.web.refused] == [0] * len(REFUSED)


# ---------------------------------------------------------------------------------------- the next round


def test_a_round_right_behind_it_asks_nobody_again(night: Night) -> None:
    """What failed waits for its time, what is stored is stored: nothing is fetched each round for nothing."""
    before = {address: len(site.seen) for address, site in night.web.server.sites.items()}
    process = run(night.folder, night.web)
    _, stderr = process.communicate(timeout=180)
    assert process.returncode in (0, 1), stderr
    asked = {
        address: [seen.path for seen in site.seen[before[address] :]]
        for address, site in night.web.server.sites.items()
        if len(site.seen) > before.get(address, 0)
    }
    left_over = CASES.index(next(case for case in CASES if case.name == "a-feed-of-100000-entries"))
    asked.pop(night.web.address(left_over), None)
    assert asked == {}
