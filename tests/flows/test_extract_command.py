"""`presswatch extract` of one page: what an analyst sees of it."""

from __future__ import annotations

import gzip
import io
import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from extractors.model import Extracted, Fact, Facts, Moment, Removed, Stripped
from flows.extraction.view import blocks_in_order, fact_lines, show_page
from flows.terminal import Terminal

Run = Callable[..., Any]

PAGE = """<html lang="en"><head><title>Ferry runs again - The Harbour Post</title>
<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle",
"headline":"Ferry runs again","datePublished":"2026-11-20T08:15:00+01:00",
"author":{"@type":"Person","name":"Ida Holm"}}</script></head><body><article>
<h1>Ferry runs again</h1>
<p>After three weeks in the yard the ferry runs again, and the islands have their milk and their letters.</p>
<p>[bold]Nobody[/bold] had thought &#155;31m that it would take so long, said the captain on Friday morning.</p>
<p>Printed on paper from managed forests</p>
<p>Zoom</p>
<p>The next one sails at noon, if the wind does not turn, and it takes forty cars and a hundred people.</p>
</article></body></html>"""


@pytest.fixture
def page(workplace: Path) -> Path:
    path = workplace / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    return path


@pytest.fixture
def site() -> Iterator[str]:
    """A web site on loopback with one article, one redirect to it, and one page that is gone."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/old":
                self.send_response(301)
                self.send_header("Location", "/news/1")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body = PAGE.encode()
            self.send_response(200 if self.path == "/news/1" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


# ------------------------------------------------------------------------------------------------------- one page


def test_a_page_is_told_in_plain_lines_when_piped(presswatch: Run, page: Path) -> None:
    ran = presswatch("extract", page, "--url", "https://harbour.example/news/1")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0].startswith("title ")
    assert "Ferry runs again" in lines[0]
    assert "- [dropped by config] Printed on paper from managed forests" in lines
    assert "- [zoom] Zoom" in lines
    kept = [line for line in lines if line.startswith("  After three weeks")]
    assert kept
    assert "\x9b" not in ran.out
    assert "[bold]Nobody[/bold]" in ran.out


def test_a_page_is_told_in_json_with_where_each_fact_comes_from(presswatch: Run, page: Path) -> None:
    answer = json.loads(presswatch("extract", page, "--url", "https://harbour.example/news/1", "--json").out)
    assert answer["title"] == "Ferry runs again"
    assert answer["error"] is None
    assert answer["url"] == "https://harbour.example/news/1"
    assert {removed["text"] for removed in answer["removed"]} >= {
        "Zoom",
        "Printed on paper from managed forests",
    }
    assert "Zoom" not in answer["text"]
    assert answer["provenance"]["title"]["origin"]
    positions = [removed["position"] for removed in answer["removed"]]
    assert positions == sorted(positions)


def test_without_a_config_a_page_is_extracted_all_the_same(presswatch: Run, page: Path) -> None:
    (page.parent / "config.yaml").unlink()
    answer = json.loads(presswatch("extract", page, "--url", "https://harbour.example/news/1", "--json").out)
    assert "Printed on paper" in answer["text"]
    assert presswatch("extract", page, "--config", "none.yaml").code == 2


def test_a_packed_page_and_one_from_standard_input_are_the_same_page(
    presswatch: Run, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = page.with_suffix(".html.gz")
    packed.write_bytes(gzip.compress(page.read_bytes()))
    plain = presswatch("extract", page, "--json").out
    assert presswatch("extract", packed, "--json").out == plain
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(packed.read_bytes())))
    assert presswatch("extract", "-", "--json").out == plain


def test_a_page_of_the_web_is_fetched_by_the_rules_of_the_config(
    presswatch: Run, workplace: Path, site: str
) -> None:
    answer = json.loads(presswatch("extract", f"{site}/old", "--json").out)
    assert answer["url"] == f"{site}/news/1"
    assert answer["title"] == "Ferry runs again"


def test_what_a_site_does_is_one_line(presswatch: Run, workplace: Path, site: str) -> None:
    ran = presswatch("extract", f"{site}/gone")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith(f"presswatch: {site}/gone: http_4xx")
    assert ran.err.count("\n") == 1


def test_an_address_that_the_config_does_not_allow_is_not_fetched(
    presswatch: Run, workplace: Path, site: str
) -> None:
    text = (workplace / "config.yaml").read_text()
    (workplace / "config.yaml").write_text(
        text.replace("allow_networks: [127.0.0.0/8]", "allow_networks: []")
    )
    ran = presswatch("extract", f"{site}/news/1")
    assert ran.code == 3
    assert ": blocked" in ran.err


def test_a_page_without_an_article_says_why(presswatch: Run, workplace: Path) -> None:
    (workplace / "empty.html").write_text("<html><body><p>No.</p></body></html>")
    ran = presswatch("extract", "empty.html")
    assert ran.code == 1
    assert ran.out.startswith("no article: rejected: ")
    answer = json.loads(presswatch("extract", "empty.html", "--json").out)
    assert answer["error"].startswith("rejected: ")


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("none.html", 2, "No such file: none.html"),
        (".", 3, "presswatch: .: is a directory"),
        ("broken.gz", 3, "presswatch: broken.gz: not a whole gzip file"),
    ],
)
def test_a_file_that_can_not_be_read_is_told(
    presswatch: Run, workplace: Path, name: str, code: int, told: str
) -> None:
    (workplace / "broken.gz").write_bytes(gzip.compress(b"x" * 1000)[:-4])
    ran = presswatch("extract", name)
    assert ran.code == code
    assert told in ran.err


def test_a_zone_that_is_none_is_wrong_usage(presswatch: Run, page: Path) -> None:
    ran = presswatch("extract", page, "--timezone", "Europe/Londn")
    assert ran.code == 2
    assert "no such zone 'Europe/Londn'" in ran.err


# ------------------------------------------------------------------------------------------------------- the view

AT = datetime.fromisoformat("2026-11-20T08:15:00+01:00")
EXTRACTED = Extracted(
    "https://harbour.example/1",
    Facts(
        title=Fact("Ferry \x1b[31m[red]runs", "jsonld", ("og=Ferry runs - The Post", "h1=Ferry")),
        authors=Fact(("Ida Holm", "Per Vik"), "jsonld"),
        published=Fact(Moment(AT, "minute", "assumed"), "dateline"),
        language=Fact(None, "", ("html=xx",)),
        paywalled=Fact(False, "jsonld"),
    ),
    blocks=("Share", "The ferry runs again.", "It takes forty cars."),
    text_origin="trafilatura",
    extractor="trafilatura 2.3.1",
)
STRIPPED = Stripped(
    ("The ferry runs again.", "It takes forty cars."),
    (Removed("Share", "share", 0), Removed("Read more " * 60, "read more", 3), Removed("Zoom", "zoom", 4)),
)


def test_the_blocks_stand_as_in_the_page() -> None:
    assert [(block.text[:9], block.reason) for block in blocks_in_order(STRIPPED)] == [
        ("Share", "share"),
        ("The ferry", ""),
        ("It takes ", ""),
        ("Read more", "read more"),
        ("Zoom", "zoom"),
    ]


def test_facts_are_told_in_words() -> None:
    lines = {line.name: (line.value, line.origin) for line in fact_lines(EXTRACTED)}
    assert lines["authors"] == ("Ida Holm, Per Vik", "jsonld")
    assert lines["published"] == ("2026-11-20 08:15 +01:00 assumed", "dateline")
    assert lines["language"] == ("unknown", "")
    assert lines["paywalled"] == ("no", "jsonld")
    assert "section" not in lines
    day = Extracted("u", Facts(Fact("t"), published=Fact(Moment(AT, "day"), "url")), ("x",))
    assert fact_lines(day)[1].value == "2026-11-20 (day only)"


def test_on_a_terminal_the_page_fits_it_and_nothing_in_it_is_acted_upon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = Screen()
    show_page(Terminal(screen, screen), EXTRACTED, STRIPPED)
    text = screen.getvalue()
    assert "Ferry \\x1b[31m[red]runs" in text
    assert "2 blocks kept, 3 removed" in text
    assert "share ✗" in text
    assert "…" in text  # of a long block that was taken out the beginning is enough
    assert "\x1b[2;9m" in text  # and it is dim and struck through
    assert all(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) <= 60 for line in text.splitlines())
