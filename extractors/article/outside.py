"""Libraries asked about a page: one that stumbles over it has nothing to say, and that is logged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from traceback import extract_tb

_LOG = logging.getLogger(__name__)


def answer_of(library: str, ask: Callable[[], str]) -> str:
    """What a library answers; "" where it raises. Only calls into that library belong in `ask`.

    Raises RecursionError and MemoryError, which say something of the whole page.
    """
    try:
        return ask()
    except (RecursionError, MemoryError):
        raise
    except Exception as error:  # whatever hostile markup makes a library of others do
        _LOG.warning("%s stumbled: %s", library, told(error))
        return ""


def told(error: Exception) -> str:
    """An exception on one line with the place in the code that raised it: "KeyError: 'x' (judge.py:81)"."""
    frames = extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}"[:160] + place
