"""How rounds end: by a signal, soon and with what is done kept (docs/adr/0007); and without a network."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
import yaml
from chaos.commands import END_LIMIT_S, Running
from loopback.answers import feed, reply, silence
from loopback.content import Item, article, rss
from loopback.processes import tree
from loopback.server import LoopbackServer, Site

ADDRESS = "127.0.53.1"  # a folder of tests each: 50 hostile, 52 chaos, 54 side by side
GOOD = tuple(f"/news/{number}" for number in range(1, 7))


@pytest.fixture
def site() -> Iterator[Site]:
    """Six articles, and one page that is asked for last and never answered."""
    with LoopbackServer() as server:
        pages = {path: reply(article(f"endings{path}")) for path in GOOD}
        listing = feed(rss(*(Item(path) for path in (*GOOD, "/hangs"))))
        yield server.listen(ADDRESS, {"/feed": listing, "/hangs": silence(), **pages})


@pytest.fixture
def config(site: Site, tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    settings = {
        "database": "presswatch.duckdb",
        "published": "news.duckdb",
        "fetch": {"allow_networks": ["127.0.53.0/24"], "per_host_delay_s": 0, "timeout_s": 120},
        "extract": {"workers": 1, "timeout_s": 120},
        "sources": [{"id": "a", "name": "A", "feeds": [f"{site.base}/feed"]}],
    }
    path.write_text(yaml.safe_dump(settings))
    return path


def wait_for(is_so: Callable[[], bool], limit_s: float = 120.0) -> None:
    give_up_at = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < give_up_at, "it never came to that"
        time.sleep(0.02)


def stored(config: Path) -> list[str]:
    with duckdb.connect(str(config.with_name("presswatch.duckdb"))) as con:
        return [url for (url,) in con.execute("SELECT url FROM articles ORDER BY url").fetchall()]


def at_rest(pid: int) -> bool:
    """Whether the round and its worker wait for something, and have done so for twenty looks."""
    for _ in range(20):
        family = tree(pid)
        if len(family) < 2 or not all(state_of(each) == "S" for each in family):
            return False
        time.sleep(0.1)
    return True


def state_of(pid: int) -> str:
    """The letter of proc(5): S is waiting, R is running or would like to."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0]
    except OSError:
        return ""


def test_a_signal_while_a_page_hangs_ends_the_round_and_keeps_the_others(site: Site, config: Path) -> None:
    sent = signal.SIGTERM
    running = Running(["run"], config)
    wait_for(lambda: site.asked("/hangs") > 0)
    wait_for(lambda: all(site.asked(path) > 0 for path in GOOD) and at_rest(running.pid))
    ended = running.end(sent)
    assert ended.faults([128 + sent]) == []
    assert ended.took_s < END_LIMIT_S
    assert stored(config) == [f"{site.base}{path}" for path in GOOD]
    with duckdb.connect(str(config.with_name("news.duckdb")), read_only=True) as con:
        assert con.execute("SELECT status FROM runs").fetchall() == [("stopped",)]
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (len(GOOD),)
        assert con.execute("SELECT etag FROM feeds").fetchall() in ([], [("",)])


def test_a_signal_while_extraction_hangs_ends_the_round(site: Site, config: Path) -> None:
    sent = signal.SIGINT
    running = Running(["run"], config)
    wait_for(lambda: len(tree(running.pid)) > 1)
    (worker,) = tree(running.pid)[1:]
    os.kill(worker, signal.SIGSTOP)  # it hangs, in whatever it was doing
    wait_for(lambda: site.asked("/feed") > 0)
    time.sleep(0.5)
    ended = running.end(sent)
    assert ended.faults([128 + sent]) == []
    assert ended.took_s < END_LIMIT_S


def test_a_second_signal_ends_it_at_once(site: Site, config: Path) -> None:
    running = Running(["run"], config)
    wait_for(lambda: site.asked("/hangs") > 0)
    os.kill(running.pid, signal.SIGINT)
    time.sleep(0.3)
    ended = running.end(signal.SIGINT)
    assert ended.faults([130]) == []
    assert ended.took_s < 4.5  # the grace after one signal is 5 s


def test_what_a_signal_left_is_had_by_the_next_round(site: Site, config: Path) -> None:
    running = Running(["run"], config)
    wait_for(lambda: site.asked("/news/1") > 0)
    running.end(signal.SIGTERM)
    site.answers["/hangs"] = reply(article("late"))
    again = Running(["run", "--all"], config)
    assert again.end().faults([0]) == []
    assert stored(config) == sorted(f"{site.base}{path}" for path in (*GOOD, "/hangs"))


def test_a_network_that_is_down_counts_against_no_feed_and_status_says_so(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    sources = [
        {"id": f"s{n}", "name": f"S{n}", "feeds": [f"http://127.0.53.{n}:9/feed"]} for n in range(10, 14)
    ]
    fetch = {"allow_networks": ["127.0.53.0/24"], "per_host_delay_s": 0}
    path.write_text(
        yaml.safe_dump(
            {"database": "presswatch.duckdb", "published": "news.duckdb", "fetch": fetch, "sources": sources}
        )
    )
    ended = Running(["run"], path).end()
    assert ended.faults([3]) == []
    assert "network down" in ended.stderr
    with duckdb.connect(str(tmp_path / "news.duckdb"), read_only=True) as con:
        assert con.execute("SELECT state, consecutive_failures FROM feeds").fetchall() == [("ok", 0)] * 4
        assert con.execute("SELECT DISTINCT status FROM outcomes").fetchall() == [("connection",)]
    looking = Running(["status"], path)
    assert looking.end().faults([0]) == []
    assert "the last round reached no host" in looking.stdout
