"""A small news web that changes while it is read: articles come out, are edited, and are listed with an ETag."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from html import escape

from loopback.answers import RSS, head, reply
from loopback.content import headline, page, paragraphs, sentence
from loopback.server import LoopbackServer, Site, Visit

NETWORK = "127.0.52"
FOOTER = "Subscribe to our letter from the newsroom and read it every morning before breakfast."


@dataclass(slots=True)
class Paper:
    """One site: `revisions` has for each number how often its article was edited, in the order of coming out.

    The feed lists all of them, so that nothing can be missed but by us; what `archived` numbers have is in the
    sitemap alone. `listed` remembers what each ETag stood for.
    """

    site: Site
    revisions: dict[int, int] = field(default_factory=dict)
    archived: int = 0
    listed: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"paper-{self.site.address.rpartition('.')[2]}"

    @property
    def feed_url(self) -> str:
        return f"{self.site.base}/feed"

    def url(self, number: int) -> str:
        """Of the article with that number."""
        return f"{self.site.base}/news/{number}"

    def archive_url(self, number: int) -> str:
        """Of an article that no feed lists."""
        return f"{self.site.base}/archive/{number}"

    def marker(self, number: int, revision: int) -> str:
        """A sentence that stands in this revision of this article and nowhere else; in words, since lines that
        differ in figures alone are taken for repeated ones."""
        return sentence(random.Random(f"{self.name} {number} {revision}"))

    def come_out(self) -> None:
        """One article more."""
        number = len(self.revisions) + 1
        self.revisions[number] = 0
        self._serve(number)

    def edit(self, number: int) -> None:
        """Change the text of an article."""
        self.revisions[number] += 1
        self._serve(number)

    def file_away(self, count: int) -> None:
        """Put that many articles into the archive."""
        self.archived = count
        for number in range(1, count + 1):
            self.site.answers[f"/archive/{number}"] = reply(
                self._article(f"archive {number}", "An old story.")
            )
        urls = "".join(f"<url><loc>{escape(self.archive_url(n))}</loc></url>" for n in range(1, count + 1))
        listing = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
        self.site.answers["/sitemap.xml"] = reply(listing, kind="application/xml")

    async def answer_feed(self, visit: Visit) -> None:
        """The listing of now, or 304."""
        etag = f'"{sum(self.revisions.values())}-{len(self.revisions)}"'
        self.listed[etag] = frozenset(self.url(number) for number in self.revisions)
        if visit.seen.headers.get("if-none-match") == etag:
            visit.writer.write(head(304, {"ETag": etag}))
            return
        data = self._listing().encode()
        visit.writer.write(head(200, {"Content-Type": RSS, "ETag": etag}, len(data)) + data)

    def _listing(self) -> str:
        items = "".join(self._item(*each) for each in reversed(self.revisions.items()))
        return f"<rss version='2.0'><channel><title>{self.name}</title>{items}</channel></rss>"

    def _item(self, number: int, revision: int) -> str:
        edited = f" (update {revision})" if revision else ""
        title = headline(f"{self.name} {number}") + edited
        return f"<item><title>{title}</title><link>{self.url(number)}</link><guid>{number}</guid></item>"

    def _serve(self, number: int) -> None:
        text = self.marker(number, self.revisions[number])
        self.site.answers[f"/news/{number}"] = reply(self._article(f"{self.name} {number}", text))

    def _article(self, seed: str, marker: str) -> str:
        texts = "".join(f"<p>{text}</p>" for text in [*paragraphs(f"{self.name} {seed}", 4), marker, FOOTER])
        title = headline(seed)
        return page(f"<main><article><h1>{title}</h1>{texts}</article></main>", title)


def papers(server: LoopbackServer, count: int) -> list[Paper]:
    """That many papers, each at an address of its own, with nothing in them yet."""
    made = []
    for number in range(1, count + 1):
        paper = Paper(server.listen(f"{NETWORK}.{number}", {}))
        paper.site.answers["/feed"] = paper.answer_feed
        made.append(paper)
    return made
