"""docs/schema.md, made of the comments in the database: `python -m storage.schema_doc > docs/schema.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import duckdb

from storage.migrate import migrate

INTERNAL = "Internal: "
HEAD = """\
# Tables and views

What the published copy holds, for whoever asks it questions. This page is generated from the comments in the
database, which any client shows as well:

```sql
SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal;
```

Times are `TIMESTAMPTZ`, stored in UTC and shown in the timezone of the session (`SET TimeZone = 'UTC'`).
Columns may be added, and none is renamed.
"""


def schema_page() -> str:
    """The page as Markdown, from a database made for the purpose in memory."""
    with duckdb.connect() as con:
        migrate(con)
        return "\n".join([HEAD, *_relations(con), *_macros(con), *_internal(con)])


def _relations(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for kind, name, comment in _described(con):
        if comment.startswith(INTERNAL):
            continue
        yield f"## {name}{' (view)' if kind == 'view' else ''}\n\n{comment}\n"
        yield "| column | type | meaning |\n| --- | --- | --- |"
        columns = con.execute(
            """
            SELECT column_name, data_type, comment FROM duckdb_columns()
            WHERE NOT internal AND table_name = ? ORDER BY column_index
            """,
            [name],
        ).fetchall()
        for column, data_type, meaning in columns:
            yield f"| `{column}` | {_cell(data_type)} | {_cell(meaning)} |"
        yield ""


def _macros(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    macros = con.execute(
        """
        SELECT function_name, array_to_string(parameters, ', '), comment FROM duckdb_functions()
        WHERE NOT internal ORDER BY function_name
        """
    ).fetchall()
    for name, parameters, comment in macros:
        yield f"## {name}({parameters}) (macro)\n\n{comment}\n"


def _internal(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield "## For the pipeline itself\n\nMay change at any time.\n\n| table | what for |\n| --- | --- |"
    for _, name, comment in _described(con):
        if comment.startswith(INTERNAL):
            text = comment.removeprefix(INTERNAL)
            yield f"| `{name}` | {_cell(text[0].upper() + text[1:])} |"
    yield ""


def _described(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """(kind, name, comment) of tables and views, the articles first."""
    return con.execute(
        """
        SELECT kind, name, coalesce(comment, '') FROM (
          SELECT 'table' AS kind, table_name AS name, comment FROM duckdb_tables() WHERE NOT internal
          UNION ALL
          SELECT 'view', view_name, comment FROM duckdb_views() WHERE NOT internal
        ) ORDER BY name NOT LIKE 'article%', name NOT LIKE 'articles', kind, name
        """
    ).fetchall()


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(schema_page())
