"""The simulation behind docs/polling.md, small: what it claims must hold."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest
from lxml import etree

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_polling", ROOT / "bench" / "polling.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_learned_paces_halve_the_requests_of_ten_minutes_at_its_median_lag(bench: ModuleType) -> None:
    feeds = bench.publishers(80, 10, random.Random(1))
    learned = bench.simulate("learned", feeds, 10, fixed_s=None)
    ten = bench.simulate("every 10 minutes", feeds, 10, fixed_s=600.0)
    assert learned.requests_per_day < 0.5 * ten.requests_per_day
    assert learned.lag_s(0.5) < 1.1 * ten.lag_s(0.5)
    assert ten.lag_s(0.5) == pytest.approx(300, rel=0.1)


def test_no_article_is_seen_before_it_is_published_or_twice(bench: ModuleType) -> None:
    feeds = bench.publishers(20, 9, random.Random(2))
    result = bench.simulate("learned", feeds, 9, fixed_s=None, round_s=300)
    assert result.lags_s[0] >= 0
    assert len(result.lags_s) + result.missed <= sum(len(feed.entries) for feed in feeds)


def test_the_table_and_the_plot_can_be_drawn(bench: ModuleType) -> None:
    feeds = bench.publishers(5, 9, random.Random(3))
    results = [bench.simulate(name, feeds, 9, fixed_s=3_600.0) for name in ("a", "b", "c")]
    assert bench.table(results).count("\n") == 4
    assert etree.fromstring(bench.plot(results).encode()).tag == "{http://www.w3.org/2000/svg}svg"
