"""Small notes beside a file, that may be lost or cut short at any time: who reads one can do without it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def read_note(path: Path) -> Any:
    """What it says. Raises `OSError` where there is none, `ValueError` where it can't be read."""
    return json.loads(path.read_text("utf-8"))


def write_note(path: Path, said: object) -> None:
    """Write it, for its owner alone: what is not published is nobody else's. Raises `OSError`."""
    text = json.dumps(said)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
