"""Get: everything between a URL and a clean article. Knows neither Prefect nor DuckDB."""
