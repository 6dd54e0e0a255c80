"""Killed at random, on a full disk, beside others: nothing is lost. The long form is `make chaos`."""

from __future__ import annotations

from pathlib import Path

import pytest
from chaos.strikes import unleashed

SEED = 20261124


@pytest.mark.slow
@pytest.mark.timeout(400)  # about 50 s; twice as long and more on a machine that does other things too
def test_ten_kills_lose_nothing(tmp_path: Path) -> None:
    story = unleashed(tmp_path / "disk", kills=10, seed=SEED, tell=print)
    assert story.faults == []
    assert story.killed >= 10
