"""A web out of a dictionary, and what else a harvest is handed in, for tests of the stages without sockets."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from extractors.errors import Http4xx, SourceError
from extractors.feed import parse_feed
from extractors.jobs import page_job
from extractors.model import (
    Extracted,
    Feed,
    KnownLink,
    Page,
    Rejected,
    Request,
    Response,
    Source,
    Validators,
)
from extractors.ports import Part, Tools
from extractors.sitemap import Sitemap, parse_sitemap

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
SITE = "https://harbour.example"
SOURCE = Source("harbour", "The Harbour Post", feeds=(f"{SITE}/feed.xml",))
WORDS = tuple(
    f"{a}{b}" for a in ("har", "bea", "der", "fer", "kee", "moo") for b in ("bour", "con", "rick", "ry")
)


def story(number: int, tail: str = "", published: str = "") -> bytes:
    """A page with an article like no other."""
    paragraphs = "".join(f"<p>{_paragraph(number, part)}</p>" for part in range(4))
    when = f'<meta property="article:published_time" content="{published}">' if published else ""
    return (
        f"<html lang=en><head><title>Story {number} of the harbour</title>{when}</head><body><article>"
        f"<h1>Story {number} of the harbour</h1>{paragraphs}{tail}</article></body></html>"
    ).encode()


def _paragraph(number: int, part: int) -> str:
    words = random.Random(number * 100 + part).sample(WORDS, 12)
    return (
        f"Report {number}, part {part}: the {', the '.join(words)} were counted again before anybody slept."
    )


@dataclass
class PaperWeb:
    """Answers from a dictionary; what is not in it is 404."""

    answers: Mapping[str, object]
    asked: list[Request] = field(default_factory=list)

    async def get(self, request: Request) -> Response:
        self.asked.append(request)
        await asyncio.sleep(0)
        answer = self.answers.get(request.url, Http4xx(request.url, "HTTP 404", http_status=404))
        if isinstance(answer, SourceError):
            raise answer
        assert isinstance(answer, bytes)
        return Response(
            request.url, request.url, 200, answer, "text/html; charset=utf-8", Validators('"new"')
        )

    def urls(self) -> list[str]:
        return [request.url for request in self.asked]


class PaperParsers:
    """The real ones, in this process."""

    async def feed(self, response: Response, source: Source) -> Feed:
        return parse_feed(response.body, response.url, max_entries=5_000, fetched_at=NOW)

    async def sitemap(self, response: Response, source: Source) -> Sitemap:
        return parse_sitemap(response.body, response.url, fetched_at=NOW)

    async def page(self, page: Page) -> Extracted | Rejected:
        return page_job(page)


@dataclass
class PaperArchive:
    """What is known of links."""

    known: dict[int, KnownLink] = field(default_factory=dict)

    async def known_links(self, hashes: Sequence[int]) -> Mapping[int, KnownLink]:
        return {h: self.known[h] for h in hashes if h in self.known}


@dataclass
class Recorder:
    """What is to be kept, in its order."""

    parts: list[Part] = field(default_factory=list)

    def add(self, part: Part) -> None:
        self.parts.append(part)

    def all(self, name: str) -> list[object]:
        return [each for part in self.parts for each in getattr(part, name)]

    def statuses(self) -> dict[str, str]:
        return {o.url: o.status for part in self.parts for o in part.outcomes}

    def details(self) -> dict[str, str]:
        return {o.url: o.detail for part in self.parts for o in part.outcomes}


class Silence:
    """Progress that nobody looks at."""

    def feed_done(self) -> None: ...
    def pages_found(self, count: int) -> None: ...
    def page_done(self) -> None: ...
    def place(self, bar: str, done: int, total: int) -> None: ...


def paper_tools(
    web: PaperWeb, archive: PaperArchive | None = None, **changes: object
) -> tuple[Tools, Recorder]:
    """Tools of paper, and where they record."""
    recorder = Recorder()
    made = Tools(
        web=web,
        parsers=PaperParsers(),
        archive=archive or PaperArchive(),
        recorder=recorder,
        progress=Silence(),
        find_mentions=lambda article_id, title, text: (),
        run_id="run-1",
        max_entries=500,
        page_tasks=2,
        now=lambda: NOW,
        rng=random.Random(1),
        stop=asyncio.Event(),
        claimed=set(),
        unreachable=[],
    )
    return replace(made, **changes), recorder


def known_link(link_hash: int, state: str, **changes: object) -> KnownLink:
    """A link that was met before."""
    made = KnownLink(link_hash, state, 1, 0, None, NOW, None, Validators())  # type: ignore[arg-type]
    return replace(made, **changes)
