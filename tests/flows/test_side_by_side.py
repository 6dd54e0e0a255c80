"""Rounds, publishing and extracting at the same time, from different processes: no lock error, nothing twice, and
the limits of each host hold across all of them, as the server measures them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import yaml
from chaos.commands import Running
from loopback.answers import feed, reply, slowly
from loopback.content import Item, article, rss
from loopback.server import LoopbackServer, Site

from flows.cli import COMMANDS

NETWORK = "127.0.54"
SITES = 3
PAGES = 14
DELAY_S = 0.15
CONNECTIONS = 2


@dataclass(frozen=True)
class Afternoon:
    """What was done at once, and what came of it."""

    folder: Path
    sites: tuple[Site, ...]
    faults: tuple[str, ...]
    stderr: tuple[str, ...]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.folder / "news.duckdb"), read_only=True) as con:
            return con.execute(query).fetchall()


def _site(server: LoopbackServer, number: int) -> Site:
    """Answers take as long as the delay between two starts, so that connections would pile up if they could."""
    paths = [f"/news/{page}" for page in range(PAGES)]
    pages = {path: slowly(reply(article(f"site {number}{path}")), DELAY_S * 2) for path in paths}
    listing = feed(rss(*(Item(path) for path in paths)))
    return server.listen(f"{NETWORK}.{number}", {"/feed": listing, "/other": listing, **pages})


def _batch(folder: Path) -> Path:
    """Saved pages for `extract --batch`."""
    lines = []
    for number in range(30):
        (folder / f"{number}.html").write_text(article(f"saved {number}"))
        url = f"https://example.org/{number}"
        lines.append(
            json.dumps({"id": str(number), "url": url, "file": f"{number}.html", "fetched_at": None})
        )
    path = folder / "batch.jsonl"
    path.write_text("\n".join(lines))
    return path


@pytest.fixture(scope="module")
def afternoon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Afternoon]:
    folder = tmp_path_factory.mktemp("side-by-side")
    with LoopbackServer() as server:
        sites = tuple(_site(server, number) for number in range(1, SITES + 1))
        config = folder / "config.yaml"
        config.write_text(
            yaml.safe_dump(
                {
                    "database": "presswatch.duckdb",
                    "published": "news.duckdb",
                    "fetch": {
                        "allow_networks": [f"{NETWORK}.0/24"],
                        "per_host_delay_s": DELAY_S,
                        "per_host_connections": CONNECTIONS,
                    },
                    "extract": {"workers": 1},
                    "sources": [
                        {
                            "id": f"s{number}",
                            "name": f"S{number}",
                            "feeds": [f"{site.base}/feed", f"{site.base}/other"],
                        }
                        for number, site in enumerate(sites)
                    ],
                }
            )
        )
        batch = _batch(folder)
        commands = (
            ["run", "--all"],
            ["run", "--all"],
            ["publish"],
            ["extract", "--batch", str(batch), "--out", str(folder / "out.jsonl")],
            ["publish", "--force"],
            *(["reclean"] for _ in range("reclean" in COMMANDS)),
        )
        running = [Running(arguments, config) for arguments in commands]
        ended = [each.end() for each in running]
        # A publish that comes before anything was stored may say so.
        faults = [
            f for each in ended for f in each.faults((0, 3) if each.name.startswith("publish") else (0,))
        ]
        yield Afternoon(folder, sites, tuple(faults), tuple(each.stderr for each in ended))


def test_all_of_them_end_well_and_no_lock_error_reaches_a_user(afternoon: Afternoon) -> None:
    assert afternoon.faults == ()
    for text in afternoon.stderr:
        assert "lock" not in text.lower()
        assert "held" not in text.lower()


def test_each_article_is_there_once(afternoon: Afternoon) -> None:
    wanted = sorted(f"{site.base}/news/{page}" for site in afternoon.sites for page in range(PAGES))
    assert sorted(url for (url,) in afternoon.rows("SELECT url FROM articles")) == wanted
    versions = afternoon.rows("SELECT article_id, count(*) FROM article_versions GROUP BY ALL")
    assert {count for _, count in versions} == {1}
    assert afternoon.rows("SELECT run_id, url FROM outcomes GROUP BY ALL HAVING count(*) > 1") == []


def test_no_host_saw_more_connections_than_allowed(afternoon: Afternoon) -> None:
    assert [site.max_open for site in afternoon.sites if site.max_open > CONNECTIONS] == []


def test_no_host_saw_two_requests_closer_than_allowed(afternoon: Afternoon) -> None:
    for site in afternoon.sites:
        assert len(site.seen) > PAGES
        assert min(site.gaps_s()) >= DELAY_S


def test_the_batch_is_whole(afternoon: Afternoon) -> None:
    lines = [json.loads(line) for line in (afternoon.folder / "out.jsonl").read_text().splitlines()]
    assert sorted(int(line["id"]) for line in lines) == list(range(30))
    assert [line["error"] for line in lines if line["error"]] == []


def test_nothing_is_left_behind(afternoon: Afternoon) -> None:
    assert list(afternoon.folder.glob("*.spool/*")) == []
    assert list(afternoon.folder.glob(".*.new")) == []
