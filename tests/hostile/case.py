"""One case of the hostile web: what a site serves, and what must be recorded of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from loopback.answers import feed, reply
from loopback.content import Item, article, rss
from loopback.server import Answer, Talk

FEED, PAGE = "/feed", "/page"
LISTED = "updated"  # the outcome of a feed that named new links


@dataclass(frozen=True, slots=True)
class Expected:
    """The one outcome of a URL. `status`: the one that must be, or several that may be, between "|"; `detail`:
    a word of what must be said of it. A `url` that begins with "/" is on the case's own site."""

    url: str
    stage: str
    status: str
    detail: str = ""

    def fits(self, stage: str, status: str, detail: str) -> bool:
        """Whether what was recorded is what had to be."""
        return stage == self.stage and status in self.status.split("|") and self.detail in detail


@dataclass(frozen=True, slots=True)
class Case:
    """A site, one source of the config. `feeds`: its paths, or whole addresses. `talk`: no HTTP at all.
    `certificate`: https, with a certificate of that kind (`hostile.certificates`). `listens` False: nobody there.
    `others`: what further URLs may end in, between "|"; without it there must be none.
    """

    name: str
    answers: Mapping[str, Answer]
    expected: tuple[Expected, ...]
    feeds: tuple[str, ...] = (FEED,)
    talk: Talk | None = None
    certificate: str = ""
    listens: bool = True
    healthy: bool = False
    others: str = ""


def bad_feed(name: str, answer: Answer, status: str, detail: str = "") -> Case:
    """A site whose only feed answers so."""
    return Case(name, {FEED: answer}, (Expected(FEED, "feed", status, detail),))


def bad_page(name: str, answer: Answer, status: str, detail: str = "") -> Case:
    """A site whose feed is sound, and whose one page answers so."""
    return Case(
        name,
        {FEED: feed(rss(Item(PAGE))), PAGE: answer},
        (Expected(FEED, "feed", LISTED), Expected(PAGE, "page", status, detail)),
    )


def odd_feed(
    name: str, answer: Answer, stored: tuple[str, ...], feed_status: str = LISTED, others: str = ""
) -> Case:
    """A feed that is strange and readable all the same: the articles at `stored` are had."""
    return Case(
        name,
        {FEED: answer, **{path: reply(article(f"{name}{path}")) for path in stored}},
        (Expected(FEED, "feed", feed_status), *(Expected(path, "page", "stored") for path in stored)),
        others=others,
    )


def odd_page(name: str, answer: Answer) -> Case:
    """A page that is strange and an article all the same."""
    return bad_page(name, answer, "stored")


def many_feeds(name: str, table: Mapping[str, tuple[Answer, str, str]]) -> Case:
    """One site with a feed for each line of the table: path, its answer, status and detail."""
    return Case(
        name,
        {path: answer for path, (answer, _, _) in table.items()},
        tuple(Expected(path, "feed", status, detail) for path, (_, status, detail) in table.items()),
        feeds=tuple(table),
    )
