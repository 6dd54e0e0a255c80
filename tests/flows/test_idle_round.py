"""A round imports nothing that reads feeds or pages: where there is something to read, the workers do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PARSERS = (
    "trafilatura", "feedparser", "lxml", "numpy", "httpx", "httpcore", "rich", "extractors.article.page", "extractors.cleaning",
)  # fmt: skip
PROGRAM = (
    "import json, sys\n"
    "from flows.cli import run_command\n"
    "code = run_command(['run', '--all', '--json'])\n"
    "print(json.dumps([code, [name for name in sys.argv[1:] if name in sys.modules]]), file=sys.stderr)\n"
)


def test_a_round_with_nothing_new_imports_no_parser_and_no_extractor(tmp_path: Path) -> None:
    from loopback.answers import RSS, tagged
    from loopback.content import rss
    from loopback.server import LoopbackServer

    with LoopbackServer() as server:
        site = server.listen("127.0.57.1", {"/feed": tagged(rss(), kind=RSS)})
        _watch(tmp_path, f"{site.base}/feed")
        first, again = _round(tmp_path), _round(tmp_path)
    assert first["outcomes"] != again["outcomes"]
    assert [each["status"] for each in again["outcomes"]] == ["not_modified"]
    assert again["imported"] == []


def test_a_round_with_news_leaves_the_readers_to_its_workers(tmp_path: Path) -> None:
    from loopback.answers import HTML, RSS, tagged
    from loopback.content import Item, article, rss
    from loopback.server import LoopbackServer

    with LoopbackServer() as server:
        feed = tagged(rss(Item("/a")), kind=RSS)
        site = server.listen("127.0.57.2", {"/a": tagged(article("lazy"), kind=HTML), "/feed": feed})
        _watch(tmp_path, f"{site.base}/feed")
        done = _round(tmp_path)
    assert done["articles_new"] == 1
    assert not {"trafilatura", "feedparser", "lxml", "numpy"} & set(done["imported"])


def _watch(folder: Path, feed: str) -> None:
    config = {
        "fetch": {"allow_networks": ["127.0.57.0/24"], "per_host_delay_s": 0, "timeout_s": 60},
        "extract": {"workers": 1},
        "sources": [{"id": "one", "name": "One", "feeds": [feed]}],
    }
    (folder / "config.yaml").write_text(json.dumps(config))


def _round(folder: Path) -> dict[str, Any]:
    """What a round in a process of its own says, and which of `PARSERS` it has imported."""
    environ = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PREFECT_API_URL": "",
        "PREFECT_HOME": str(folder / "none"),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *PARSERS], cwd=folder, env=environ, capture_output=True, text=True,
        timeout=300, check=True,
    )  # fmt: skip
    code, imported = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    return {**json.loads(done.stdout), "imported": imported}
