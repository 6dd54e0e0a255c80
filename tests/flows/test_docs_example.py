"""docs/examples/analysis.py runs as an analyst would run it, and finds what there is to be found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_analysis_runs_on_a_published_copy(desk: Path) -> None:
    ran = subprocess.run(
        [sys.executable, str(ROOT / "docs/examples/analysis.py"), "data/news.duckdb"],
        cwd=desk, env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    volume, search, watched, then = ran.stdout.split("┌")[1:]
    assert "northpress" in volume
    assert "has_gap" not in volume
    assert "valley-echo" in search
    assert {"energy", "sea", "health"} <= set(watched.split())
    assert "articles_now" in then
