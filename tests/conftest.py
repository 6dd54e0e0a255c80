"""Webs that several folders of tests use (`loopback`, `hostile`, `chaos`) are packages beside this file."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.append(HERE)  # at its end: `tests/extractors` must not hide the package it tests

# How long an example takes is a matter of the machine, and of what runs beside the tests.
settings.register_profile("presswatch", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("presswatch")
