"""The three papers on the air, and what happens to them between the rounds of the demo."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from zoneinfo import ZoneInfo

from extractors.model import Source
from flows.demo import syndication
from flows.demo.pages import Site, article_page, front_page, picture
from flows.demo.papers import PAPERS, Manuscript, Paper, Story, read_manuscripts
from flows.demo.server import Document, Hit, Kind, SiteServer

HOST = "127.0.0.1"  # the one loopback address that every system has, so the papers differ by their ports
_HTML = "text/html; charset=utf-8"
_XML = "application/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the papers were asked for during some time."""

    hits: tuple[Hit, ...]

    def count(
        self, kind: Kind | None = None, *, status: int | None = None, conditional: bool | None = None
    ) -> int:
        """How many requests were of this kind, status and condition; None stands for any."""
        return sum(
            kind in (None, hit.kind)
            and status in (None, hit.status)
            and conditional in (None, hit.conditional)
            for hit in self.hits
        )

    @property
    def body_bytes(self) -> int:
        """All bodies as they were sent, packed or not."""
        return sum(hit.body_bytes for hit in self.hits)


class DemoWeb:
    """Three papers on three ports of loopback; their articles are dated from `now` (aware) back.

        async with DemoWeb(now) as web:
            ...                # web.sources, web.networks
            web.advance(later) # one article more, and one edited
            web.take_traffic().count("feed", conditional=True, status=304)

    `ports` are tried in order for the papers, 0 for any free one; OSError when one is taken.
    """

    def __init__(self, now: datetime, ports: Sequence[int] = (0, 0, 0)) -> None:
        if now.tzinfo is None or len(ports) != len(PAPERS):
            raise ValueError(f"now has a timezone, and there are {len(PAPERS)} ports")
        self._now = now
        self._ports = tuple(ports)
        self._newsrooms = {paper.id: _Newsroom(paper, read_manuscripts(paper, now)) for paper in PAPERS}
        self._hits: list[Hit] = []
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> DemoWeb:
        async with contextlib.AsyncExitStack() as stack:
            for newsroom, port in zip(self._newsrooms.values(), self._ports, strict=True):
                server = SiteServer(newsroom.paper.id, newsroom.find, self._hits.append)
                await stack.enter_async_context(server)
                newsroom.open_at(f"http://{HOST}:{await server.listen(HOST, port)}")
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Off the air, with no connection left open."""
        await self._stack.aclose()

    @property
    def sources(self) -> tuple[Source, ...]:
        """The papers as a config would name them."""
        return tuple(newsroom.source for newsroom in self._newsrooms.values())

    @property
    def networks(self) -> tuple[str, ...]:
        """For `allow_networks`: private addresses aren't fetched otherwise."""
        return (f"{HOST}/32",)

    @property
    def home_pages(self) -> Mapping[str, str]:
        """Each paper's name, and the address of its front page."""
        return {newsroom.paper.name: f"{newsroom.origin}/" for newsroom in self._newsrooms.values()}

    @property
    def article_count(self) -> int:
        """How many articles there are now."""
        return sum(len(newsroom.stories) for newsroom in self._newsrooms.values())

    def advance(self, at: datetime) -> None:
        """The news go on: what was held back is published, and what has an edit is edited, all at `at`."""
        for newsroom in self._newsrooms.values():
            newsroom.advance(at)

    def take_traffic(self) -> Traffic:
        """What was asked for since this was last called."""
        hits = tuple(self._hits)
        self._hits.clear()
        return Traffic(hits)


class _Newsroom:
    """One paper with its stories, and all that is to be seen at its address."""

    def __init__(self, paper: Paper, manuscripts: Sequence[Manuscript]) -> None:
        self.paper = paper
        self.origin = ""
        self.stories = tuple(manuscript.story for manuscript in manuscripts if not manuscript.later)
        self._manuscripts = manuscripts
        self._documents: Mapping[str, Document] = {}

    @property
    def source(self) -> Source:
        return Source(
            id=self.paper.id,
            name=self.paper.name,
            feeds=(self.origin + self.paper.feed_path,),
            sitemaps=(f"{self.origin}/sitemap.xml",),
            language=self.paper.language,
            timezone=self.paper.timezone,
            tags=self.paper.tags,
        )

    def find(self, path: str) -> Document | None:
        return self._documents.get(path)

    def open_at(self, origin: str) -> None:
        self.origin = origin
        self._set_in_type()

    def advance(self, at: datetime) -> None:
        local = at.astimezone(ZoneInfo(self.paper.timezone)).replace(microsecond=0)
        self.stories = tuple(_as_of(manuscript, local) for manuscript in self._manuscripts)
        self._set_in_type()

    def _set_in_type(self) -> None:
        newest_first = sorted(self.stories, key=lambda story: story.published_at, reverse=True)
        self._documents = _documents(Site(self.paper, self.origin, newest_first))


def _as_of(manuscript: Manuscript, at: datetime) -> Story:
    """The story once it is due, and edited."""
    if manuscript.later:
        return replace(manuscript.story, published_at=at, updated_at=at)
    return manuscript.edit.of(manuscript.story, at) if manuscript.edit else manuscript.story


def _documents(site: Site) -> dict[str, Document]:
    """Everything that a paper serves, by path."""
    changed = syndication.latest_change(site)
    feed_type = "application/rss+xml" if site.paper.feed == "rss" else "application/atom+xml"
    front: dict[str, tuple[str, str, Kind]] = {
        "/": (front_page(site), _HTML, "page"),
        site.paper.feed_path: (syndication.feed_of(site), f"{feed_type}; charset=utf-8", "feed"),
        "/robots.txt": (syndication.robots_txt(site), "text/plain; charset=utf-8", "robots"),
        "/sitemap.xml": (syndication.sitemap_index(site), _XML, "sitemap"),
        "/sitemap-articles.xml": (syndication.article_sitemap(site), _XML, "sitemap"),
        "/sitemap-news.xml": (syndication.news_sitemap(site), _XML, "sitemap"),
    }
    documents = {path: Document(body, kind, changed, what) for path, (body, kind, what) in front.items()}
    for story in site.stories:
        page = Document(article_page(site, story), _HTML, story.updated_at)
        image = Document(picture(site.paper, story), "image/svg+xml", story.published_at, "other")
        documents |= {site.path_of(story): page, site.image_path_of(story): image}
    return documents
