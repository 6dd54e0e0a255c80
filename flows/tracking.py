"""Is there a Prefect server to report to? Answered without importing Prefect, which takes a second or more."""

from __future__ import annotations

import http.client
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

# Prefect's server reports usage home, and its SDK too, unless told not to.
QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_CLI_VERSION_CHECK_ENABLED": "false",
}


def prefect_api_url(environ: Mapping[str, str]) -> str | None:
    """The API address that Prefect itself would use: `PREFECT_API_URL`, else that of the active profile."""
    if url := environ.get("PREFECT_API_URL"):
        return url
    home = Path(environ.get("PREFECT_HOME") or Path(environ.get("HOME", "~")).expanduser() / ".prefect")
    path = Path(environ.get("PREFECT_PROFILES_PATH") or home / "profiles.toml")
    try:
        profiles = tomllib.loads(path.read_text(encoding="utf-8"))
        active = environ.get("PREFECT_PROFILE") or profiles["active"]
        url = profiles["profiles"][active].get("PREFECT_API_URL")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return url if isinstance(url, str) else None


def server_answers(api_url: str, timeout_s: float = 1.5) -> bool:
    """Whether a Prefect server answers at `api_url` within `timeout_s`."""
    parts = urlsplit(api_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        connection = connect(parts.hostname, parts.port, timeout=timeout_s)
        try:
            connection.request("GET", f"{parts.path.rstrip('/')}/health")
            return connection.getresponse().status == 200
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        return False


def silence_prefect(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """`environ` with Prefect's reporting home switched off; what the user has set stays."""
    return QUIET | dict(os.environ if environ is None else environ)
