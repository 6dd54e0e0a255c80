"""`presswatch doctor`: each thing that can be wrong with a machine, and what to do."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

from extractors.model import FetchSettings, Source
from flows.doctor.machine_checks import (
    disk_findings,
    limit_findings,
    package_findings,
    path_findings,
    python_findings,
)
from flows.doctor.network_checks import identity_findings, network_findings, prefect_findings
from flows.doctor.store_checks import store_findings

Run = Callable[..., Any]
HERE = FetchSettings("tests (+https://presswatch.example/)", timeout_s=2, allow_networks=("127.0.0.0/8",))


@pytest.fixture
def server() -> Iterator[str]:
    """A server that says 200 to /api/health and 404 to everything else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/api/health" else 404)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def nobody() -> str:
    """An address on loopback where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


# ----------------------------------------------------------------------------------------------------- the command


def test_a_sound_place_is_told_line_by_line(
    presswatch: Run, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(workplace))
    ran = presswatch("doctor", "--offline")
    assert ran.code == 0
    checks = [line.split("  ")[0] for line in ran.out.splitlines() if not line.startswith(" ")]
    assert set(checks) == {"ok"}
    for told in (
        "config.yaml: 1 source, 1 feed, 0 watchlists",
        "data/news.duckdb (will be made)",
        "rounds run untracked",
    ):
        assert told in ran.out
    assert not (workplace / "data").exists()  # nothing is changed


def test_the_answer_is_json_for_a_program(presswatch: Run, workplace: Path) -> None:
    findings = json.loads(presswatch("doctor", "--offline", "--json").out)
    assert {"check", "grade", "found", "advice"} == set(findings[0])
    assert all(finding["advice"] for finding in findings if finding["grade"] != "ok")


def test_every_line_that_is_wrong_in_the_config_is_told(presswatch: Run, workplace: Path) -> None:
    (workplace / "config.yaml").write_text("fetch:\n  timeout_s: soon\n")
    ran = presswatch("doctor", "--offline")
    assert ran.code == 2
    assert ran.out.count("fail  config") == 2
    assert "config.yaml:2: fetch.timeout_s: expected" in ran.out


def test_what_keeps_a_round_from_its_work_is_the_exit_code(presswatch: Run, workplace: Path) -> None:
    (workplace / "data/news.duckdb").mkdir(parents=True)
    ran = presswatch("doctor", "--offline")
    assert ran.code == 3
    assert "fail  published       data/news.duckdb is a folder" in ran.out
    assert "-> name a file in the config" in ran.out


def test_a_feed_that_answers_shows_that_the_network_is_well(
    presswatch: Run, workplace: Path, server: str
) -> None:
    text = (workplace / "config.yaml").read_text().replace("https://harbour.example/rss", f"{server}/rss")
    (workplace / "config.yaml").write_text(text)
    ran = presswatch("doctor")
    assert ran.code == 0
    assert "ok    network         127.0.0.1:" in ran.out
    assert "answers, with http_4xx" in ran.out


# ----------------------------------------------------------------------------------------------------- each check


def grades(findings: Any) -> list[tuple[str, str]]:
    return [(finding.grade, finding.found) for finding in findings]


def test_an_old_python_fails() -> None:
    assert [finding.grade for finding in python_findings((3, 10, 1))] == ["fail"]


def test_packages_are_held_against_what_the_project_asks_for() -> None:
    installed = {"duckdb": "1.5.4", "prefect": "3.8.9", "fastapi": "0.165.0"}

    def version(name: str) -> str:
        if name not in installed:
            raise PackageNotFoundError(name)
        return installed[name]

    wanted = [
        "duckdb==1.5.5",
        "prefect<4,>=3.8.8",
        "fastapi<0.151,>=0.139",
        "rich>=14",
        "x; python_version < '3'",
    ]
    (finding,) = package_findings(lambda name: wanted, version)
    assert finding.grade == "fail"
    assert finding.found == (
        "duckdb is 1.5.4, wanted ==1.5.5; fastapi is 0.165.0, wanted <0.151,>=0.139; rich is missing"
    )

    def unknown(name: str) -> list[str]:
        raise PackageNotFoundError(name)

    assert grades(package_findings(unknown)) == [("warn", "presswatch itself is not installed")]
    assert [finding.grade for finding in package_findings()] == ["ok"]


def test_a_place_must_be_a_file_that_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o777)
    places = [
        ("a", tmp_path / "new/deep/x.duckdb"),
        ("b", tmp_path),
        ("c", tmp_path / "file/x.duckdb"),
        ("d", tmp_path / "shared/x.duckdb"),
    ]
    assert [finding.grade for finding in path_findings(places)] == ["ok", "fail", "fail", "warn"]


def test_a_place_without_rights_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rights are asked of the operating system, whose answer to root is always yes."""
    (tmp_path / "x.duckdb").write_text("")
    monkeypatch.setattr("flows.doctor.machine_checks.os.access", lambda path, mode: Path(path).is_dir())
    (finding,) = path_findings([("a", tmp_path / "x.duckdb")])
    assert (finding.grade, finding.found) == ("fail", f"no right to read and write {tmp_path / 'x.duckdb'}")
    monkeypatch.setattr("flows.doctor.machine_checks.os.access", lambda path, mode: False)
    (finding,) = path_findings([("a", tmp_path / "y.duckdb")])
    assert finding.found == f"no right to write in {tmp_path}"


@pytest.mark.parametrize(("free", "grade"), [(10**6, "fail"), (4 * 10**8, "warn"), (10**12, "ok")])
def test_room_is_wanted_for_a_copy_and_for_the_work(tmp_path: Path, free: int, grade: str) -> None:
    (finding,) = disk_findings(tmp_path / "a", tmp_path / "b", lambda path: free)
    assert finding.grade == grade


def test_a_disk_that_is_not_there_fails(tmp_path: Path) -> None:
    def broken(path: Path) -> int:
        raise OSError(5, "Input/output error")

    assert [finding.grade for finding in disk_findings(tmp_path / "a", tmp_path / "b", broken)] == ["fail"]


def test_as_many_files_as_requests_need_may_be_open() -> None:
    endless = resource.RLIM_INFINITY
    assert grades(limit_findings(64, lambda: (endless, endless))) == [("ok", "no limit")]
    assert grades(limit_findings(64, lambda: (1024, 4096))) == [("ok", "1,024 may be open")]
    (raised,) = limit_findings(64, lambda: (256, 4096))
    assert raised.advice == "raise it: ulimit -n 356; or lower fetch.concurrency"
    (lowered,) = limit_findings(64, lambda: (256, 256))
    assert lowered.advice == "lower fetch.concurrency"


def test_a_store_is_opened_and_what_waits_is_told(presswatch: Run, workplace: Path) -> None:
    database, published = workplace / "data/presswatch.duckdb", workplace / "data/news.duckdb"
    assert {finding.grade for finding in store_findings(database, published)} == {"ok"}
    presswatch("publish")
    assert ("ok", "opens, 0 articles") in grades(store_findings(database, published))
    spool = workplace / "data/presswatch.duckdb.spool"
    (spool / "broken" / "x").mkdir(parents=True)
    assert ("warn", "1 batches that can't be read") in grades(store_findings(database, published))
    database.write_text("no database")
    published.write_text("no database")
    found = {finding.check: finding.grade for finding in store_findings(database, published)}
    assert (found["live file"], found["published copy"]) == ("fail", "fail")


def test_a_file_that_somebody_holds_is_told(presswatch: Run, workplace: Path) -> None:
    presswatch("publish")
    database = workplace / "data/presswatch.duckdb"
    code = f"import duckdb; kept = duckdb.connect({str(database)!r}); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        found = {f.check: f for f in store_findings(database, workplace / "data/news.duckdb")}
        holder.communicate(b"\n")
    assert found["live file"].grade == "warn"
    assert f"process {holder.pid}" in found["live file"].found


def test_prefect_is_asked_where_the_user_said(server: str, nobody: str, tmp_path: Path) -> None:
    here = {"PREFECT_HOME": str(tmp_path)}
    assert [f.grade for f in prefect_findings(here)] == ["ok"]
    assert grades(prefect_findings(here | {"PREFECT_API_URL": f"{server}/api"})) == [
        ("ok", f"a server answers at {server}/api")
    ]
    (finding,) = prefect_findings(here | {"PREFECT_API_URL": f"{nobody}/api"})
    assert finding.grade == "warn"


def test_a_crawler_says_who_it_is() -> None:
    assert [f.grade for f in identity_findings(FetchSettings())] == ["warn"]
    assert [f.grade for f in identity_findings(HERE)] == ["ok"]
    assert [f.grade for f in identity_findings(FetchSettings("x", respect_robots=False))] == ["ok", "warn"]


def test_one_source_that_answers_is_a_network(server: str, nobody: str) -> None:
    sources = [
        Source("dead", "Dead", (f"{nobody}/rss",)),
        Source("alive", "Alive", (f"{server}/api/health",)),
    ]
    found = asyncio.run(network_findings(sources, HERE))
    assert [f.grade for f in found] == ["ok", "warn"]
    assert "connection" in found[1].found


def test_no_source_that_answers_is_none(nobody: str) -> None:
    (finding,) = asyncio.run(network_findings([Source("dead", "Dead", (f"{nobody}/rss",))], HERE))
    assert finding.grade == "fail"
    assert finding.advice.startswith("check the network")
    assert asyncio.run(network_findings([], HERE)) == []


def test_a_network_that_may_not_be_fetched_is_named(nobody: str) -> None:
    found = asyncio.run(
        network_findings([Source("x", "X", (f"{nobody}/rss",))], FetchSettings("x", timeout_s=2))
    )
    assert found[0].advice.endswith("name it in fetch.allow_networks")
