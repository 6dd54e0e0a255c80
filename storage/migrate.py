"""The schema: numbered migrations, each applied once and whole, and a layer of views and comments on top.

Migrations change tables and are never edited once released. Views, macros and comments hold no data, so they are
made anew whenever their files change.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import duckdb

from storage.changes import count_change
from storage.connection import transaction
from storage.errors import StorageError
from storage.parameters import as_json

HERE = Path(__file__).parent
COMPRESSED = "USING COMPRESSION zstd"  # DuckDB's own; on DuckLake Parquet does it, and this is empty
INHERITING = ("articles", "latest")  # views whose columns have the comments of article_versions

_NUMBER = re.compile(r"(\d{4})_\w+\.sql$")


def migrations(folder: Path = HERE / "migrations") -> list[tuple[int, str]]:
    """(number, SQL) of each migration, in order."""
    found = [(match, path) for path in folder.iterdir() if (match := _NUMBER.match(path.name))]
    return sorted((int(match[1]), path.read_text("utf-8")) for match, path in found)


def newest_migration(con: duckdb.DuckDBPyConnection) -> int:
    """The highest number of a migration that the file has been through; 0 for an empty file."""
    return max(applied_migrations(con), default=0)


def applied_migrations(con: duckdb.DuckDBPyConnection) -> frozenset[int]:
    """The migrations that the file has been through: one may have come later with a smaller number."""
    try:  # asking whether there is such a table takes ten times as long
        return frozenset(int(row[0]) for row in con.execute("SELECT version FROM schema_version").fetchall())
    except duckdb.CatalogException:
        return frozenset()


def migrate(con: duckdb.DuckDBPyConnection) -> bool:
    """Bring the file to the schema of this program; whether anything had to be done.

    Raises `StorageError` for a file that a newer program has written.
    """
    known, applied = migrations(), applied_migrations(con)
    found, newest = max(applied, default=0), known[-1][0]
    if found > newest:
        raise StorageError(
            f"the database has schema {found}, and this presswatch knows schemas up to {newest}: upgrade presswatch"
        )
    pending = [(number, sql) for number, sql in known if number not in applied]
    layer = _layer_digest()
    if not pending and _stored_digest(con) == layer:
        return False
    with transaction(con):
        for number, sql in pending:
            con.execute(sql.replace("{compressed}", COMPRESSED))
            con.execute("INSERT INTO schema_version VALUES (?, now())", [number])
        _apply_layer(con, layer)
        count_change(con)
    return True


def _layer_files() -> tuple[str, ...]:
    return tuple((HERE / name).read_text("utf-8") for name in ("views.sql", "comments.sql"))


def _layer_digest() -> str:
    return hashlib.sha256("\n".join(_layer_files()).encode()).hexdigest()


def _stored_digest(con: duckdb.DuckDBPyConnection) -> str | None:
    row = con.execute("SELECT value FROM meta WHERE name = 'layer'").fetchone()
    return str(row[0]) if row else None


def _apply_layer(con: duckdb.DuckDBPyConnection, digest: str) -> None:
    for sql in _layer_files():
        con.execute(sql)
    _inherit_comments(con)
    con.execute("DELETE FROM meta WHERE name = 'layer'")
    con.execute("INSERT INTO meta VALUES ('layer', ?)", [digest])


def _inherit_comments(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute(
        """
        SELECT c.table_name, c.column_name, a.comment
        FROM duckdb_columns() c
        JOIN duckdb_columns() a ON a.table_name = 'article_versions' AND a.column_name = c.column_name
        WHERE c.comment IS NULL AND a.comment IS NOT NULL
          AND c.table_name IN (SELECT unnest(from_json(?, '["VARCHAR"]')))
        """,
        [as_json(INHERITING)],
    ).fetchall()
    for table, column, comment in rows:
        quoted = str(comment).replace("'", "''")
        con.execute(f"COMMENT ON COLUMN {table}.\"{column}\" IS '{quoted}'")
