"""Webs that several folders of tests use (`loopback`, `hostile`, `chaos`) are packages beside this file."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.append(HERE)  # at its end: `tests/extractors` must not hide the package it tests
