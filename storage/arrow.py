"""pyarrow, and its writer of Parquet, without numpy.

pyarrow takes numpy along where it is installed, which costs 150 ms of CPU at each start and gains nothing here: it is
no requirement of ours, and pyarrow's since 18 neither. Where another part of the program has imported it already, it
stays; who imports it later gets it as ever.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb


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


def register(con: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Let a connection's SQL read the table under this name. DuckDB imports `pyarrow.dataset` for it, and that
    numpy: 60 ms."""
    if "pyarrow.dataset" not in sys.modules:
        with _hidden("numpy"):
            importlib.import_module("pyarrow.dataset")
    con.register(name, table)


__all__ = ["pa", "pq", "register"]
