"""Webs that several folders of tests use (`loopback`, `hostile`, `chaos`) are packages beside this file."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

GZIP_MAGIC = b"\x1f\x8b"
HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.append(HERE)  # at its end: `tests/extractors` must not hide the package it tests

# How long an example takes is a matter of the machine, and of what runs beside the tests. What decides whether work
# lands tries the same examples each time; `make properties` looks for others.
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("presswatch", UNTIMED, derandomize=True)
settings.register_profile("wide", UNTIMED, max_examples=1_000)
settings.load_profile("presswatch")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Packed bytes name the second they were made in: workers that collect apart would name a test differently."""
    return "gzip" if isinstance(val, bytes) and val.startswith(GZIP_MAGIC) else None
