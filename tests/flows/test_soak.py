"""Many extractions in one go leave nothing behind, in memory or on disk. 5,000 of them: `make soak`."""

from __future__ import annotations

from pathlib import Path

import pytest
from chaos.soak import soaked


@pytest.mark.slow
def test_five_hundred_extractions_leave_memory_flat_and_nothing_behind(tmp_path: Path) -> None:
    seen = soaked(tmp_path, pages=500)
    print(f"{seen.took_s:.1f} s, {seen.peak_bytes / 1e6:.0f} MB, growth {seen.growth:.2f}")
    assert seen.faults() == []
    assert seen.pages == 500
