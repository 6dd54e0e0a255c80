"""Keep: everything about DuckDB."""
