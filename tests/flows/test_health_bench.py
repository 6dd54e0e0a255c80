"""The simulation behind docs/health.md, small: what it claims must hold."""

from __future__ import annotations

import importlib.util
import math
import random
import statistics
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    sys.path.insert(0, str(ROOT))  # it builds on bench/polling.py
    try:
        spec = importlib.util.spec_from_file_location("bench_health", ROOT / "bench" / "health.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(ROOT))
    return module


def test_sources_that_are_well_are_seldom_called_quiet(bench: ModuleType) -> None:
    assert bench.false_silences(6, random.Random(1), holidays=False, days=150) == 0


def test_silence_is_told_the_sooner_the_more_a_source_publishes(bench: ModuleType) -> None:
    delays = bench.silence_delays(1, random.Random(2))
    assert delays[200.0, 500.0][0] < 36
    assert delays[200.0, 500.0][0] < delays[4.0, 15.0][0] < math.inf


def test_texts_cut_short_are_seen_in_days(bench: ModuleType) -> None:
    delays = bench.change_delays("texts cut to 40 %", 20.0, 3, random.Random(3))
    assert statistics.median(delays) < 7


def test_gaps_are_estimated_within_a_small_factor_all_together(bench: ModuleType) -> None:
    found = bench.gap_estimates(bench.publishers(60, 30, random.Random(4)), 72, random.Random(4))
    missed, estimated = sum(each.missed for each in found), sum(each.estimated for each in found)
    assert 0.5 < estimated / missed < 2
    assert sum(each.by_density for each in found) > estimated
