"""Run: Prefect, the command line, the config file."""
