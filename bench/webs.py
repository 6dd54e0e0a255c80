"""Webs on loopback to run rounds against: the news web beside the project, and one of the project's own corpus."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NEWSWEB = ROOT.parent / "shared"
CORPUS = ROOT / "tests" / "corpus" / "pages"
START = "2026-11-01T12:00:00+00:00"  # of the newest article: every run sees the same pages
NETWORK = "127.0.0.0/8"
READY_S = 120.0

if str(ROOT / "tests") not in sys.path:
    sys.path.insert(0, str(ROOT / "tests"))


@dataclass(frozen=True)
class Web:
    """A web that is up: its feeds, and the pages that they lead to."""

    name: str
    feeds: tuple[str, ...]
    pages: tuple[str, ...]

    def etags(self) -> list[tuple[str, str]]:
        """Each feed with its ETag of now."""
        found = []
        for feed in self.feeds:
            with urllib.request.urlopen(feed, timeout=60) as answer:
                found.append((feed, answer.headers.get("ETag", "")))
        return found

    def save(self, folder: Path) -> None:
        """The pages as files, for tools that don't fetch."""
        folder.mkdir()
        for number, url in enumerate(self.pages):
            with urllib.request.urlopen(url, timeout=60) as answer:
                (folder / f"{number:05}.html").write_bytes(answer.read())


def has_newsweb() -> bool:
    """Whether the news web with its real pages lies beside the project."""
    return (NEWSWEB / "newsweb").is_dir() and (NEWSWEB / "bench" / "articles").is_dir()


@contextmanager
def newsweb(sites: int, articles: int, port: int, *, more: Sequence[str] = ()) -> Iterator[Web]:
    """Real pages as `sites` news sites of `articles` each, in a process of its own. `more`: arguments of newsweb."""
    command = [sys.executable, "-m", "newsweb", "bench/articles", "--sites", str(sites)]
    command += ["--articles-per-site", str(articles), "--port", str(port), "--start", START]
    command += ["--feed-size", str(articles), *more]
    with ExitStack() as stack:
        log = stack.enter_context(tempfile.TemporaryFile("w"))
        process = stack.enter_context(
            subprocess.Popen(command, cwd=NEWSWEB, stdout=log, stderr=subprocess.STDOUT)
        )
        stack.callback(process.terminate)
        manifest = _manifest(f"http://127.0.1.1:{port}/_manifest.json", process)
        yield Web(
            "newsweb",
            tuple(site["feed"] for site in manifest["sites"]),
            tuple(each["url"] for each in manifest["articles"]),
        )


def _manifest(url: str, process: subprocess.Popen[bytes]) -> dict[str, list[dict[str, str]]]:
    until = time.monotonic() + READY_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                manifest: dict[str, list[dict[str, str]]] = json.load(answer)
                return manifest
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the news web did not come up")


@contextmanager
def corpus_web(sites: int, articles: int) -> Iterator[Web]:
    """The same shape from the pages of the project's own corpus, each with paragraphs that no other has."""
    from loopback.answers import HTML, RSS, reply, tagged
    from loopback.content import Item, rss
    from loopback.server import LoopbackServer

    markup = corpus_pages()
    with LoopbackServer() as server:
        feeds, pages = [], []
        for number in range(sites):
            paths = [f"/news/{number}-{article}.html" for article in range(articles)]
            answers = {
                path: reply(varied(markup[(number + i) % len(markup)], f"{number}-{i}"), kind=HTML)
                for i, path in enumerate(paths)
            }
            answers["/feed"] = tagged(rss(*(Item(path, f"Item {path}") for path in paths)), kind=RSS)
            site = server.listen(f"127.0.{60 + number // 250}.{1 + number % 250}", answers)
            feeds.append(f"{site.base}/feed")
            pages += [site.base + path for path in paths]
        yield Web("corpus", tuple(feeds), tuple(pages))


def corpus_pages() -> list[str]:
    """The pages of the corpus that are UTF-8: words in it are put between theirs."""
    found = []
    for path in sorted(CORPUS.glob("*.html")):
        with suppress(UnicodeDecodeError):
            found.append(path.read_text("utf-8"))
    return found


def varied(html: str, seed: str) -> str:
    """A page of the corpus with a headline and two paragraphs of its own."""
    from loopback.content import headline, paragraphs

    own = "".join(f"<p>{text}</p>" for text in paragraphs(seed, 2))
    html = re.sub(
        r"(<h1[^>]*>)", rf"\1{headline(seed)} {random.Random(seed).randrange(10**6)}. ", html, count=1
    )
    return re.sub(r"</p>", f"</p>{own}", html, count=1)
