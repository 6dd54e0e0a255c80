"""pyarrow, and its writer of Parquet, without numpy.

pyarrow takes numpy along where it is installed, which costs 150 ms of CPU at each start and gains nothing here: it is
no requirement of ours, and pyarrow's since 18 neither. Where another part of the program has imported it already, it
stays; who imports it later gets it as ever.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    """In the block nobody finds a module of that name, unless it is imported already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # documented: importing it raises ModuleNotFoundError
    try:
        yield
    finally:
        del sys.modules[name]


with _hidden("numpy"):
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = ["pa", "pq"]
