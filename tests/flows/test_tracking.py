"""Finding the Prefect server that a round reports to, without Prefect."""

from __future__ import annotations

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from flows.server import free_port
from flows.tracking import prefect_api_url, server_answers, silence_prefect


def test_the_environment_names_the_server_before_any_profile(tmp_path: Path) -> None:
    environ = {"PREFECT_API_URL": "http://127.0.0.1:4200/api", "PREFECT_HOME": str(tmp_path)}
    assert prefect_api_url(environ) == "http://127.0.0.1:4200/api"


def test_the_active_profile_names_the_server(tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text(
        'active = "desk"\n[profiles.desk]\nPREFECT_API_URL = "http://10.0.0.5:4200/api"\n[profiles.other]\n'
    )
    assert prefect_api_url({"PREFECT_HOME": str(tmp_path)}) == "http://10.0.0.5:4200/api"
    assert prefect_api_url({"PREFECT_HOME": str(tmp_path), "PREFECT_PROFILE": "other"}) is None


@pytest.mark.parametrize("text", ["", "active = 1", "[[[", 'active = "x"\nprofiles = 3'])
def test_a_profile_file_that_says_nothing_names_no_server(tmp_path: Path, text: str) -> None:
    (tmp_path / "profiles.toml").write_text(text)
    assert prefect_api_url({"PREFECT_HOME": str(tmp_path)}) is None


def test_nobody_at_home_is_told_at_once() -> None:
    assert not server_answers(f"http://127.0.0.1:{free_port()}/api")
    assert not server_answers("ftp://127.0.0.1/api")
    assert not server_answers("http://127.0.0.1:notaport/api")


class Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/api/health" else 404)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


def test_a_server_that_answers_is_found() -> None:
    with HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            assert server_answers(f"http://127.0.0.1:{server.server_port}/api")
            assert not server_answers(f"http://127.0.0.1:{server.server_port}/elsewhere")
        finally:
            server.shutdown()
            thread.join()


def test_prefect_does_not_report_home_unless_the_user_wants_it() -> None:
    assert silence_prefect({})["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert silence_prefect({"DO_NOT_TRACK": "0"})["DO_NOT_TRACK"] == "0"


def test_looking_for_a_server_does_not_import_prefect() -> None:
    code = (
        "import sys, flows.tracking; flows.tracking.prefect_api_url({}); sys.exit('prefect' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
