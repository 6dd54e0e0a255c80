"""How many processes this machine gives us."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows.machine import usable_cpus


@pytest.mark.parametrize(
    ("quota", "most"),
    [("max 100000", 10_000), ("150000 100000", 2), ("20000 100000", 1), ("0 0", 10_000), ("?", 10_000)],
)
def test_a_containers_quota_bounds_the_processes(tmp_path: Path, quota: str, most: int) -> None:
    path = tmp_path / "cpu.max"
    path.write_text(quota + "\n")
    assert 1 <= usable_cpus(path) <= most


def test_without_a_quota_there_are_as_many_as_we_may_be_scheduled_on(tmp_path: Path) -> None:
    assert usable_cpus(tmp_path / "none") == len(os.sched_getaffinity(0))


def test_python_is_asked_first_where_it_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "process_cpu_count", lambda: 7, raising=False)
    assert usable_cpus(tmp_path / "none") == 7
    monkeypatch.delattr(os, "process_cpu_count")
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert usable_cpus(tmp_path / "none") == 1
