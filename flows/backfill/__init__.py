"""Backfills: older articles, asked for from the command line or the Prefect UI."""
