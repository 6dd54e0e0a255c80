"""Feeds and articles of the web in here: each article in words of its own, the same at every start."""

from __future__ import annotations

import random
from dataclasses import dataclass
from html import escape

_WHO = (
    "The harbour council", "A team of geologists", "The night shift at the mill", "Two retired pilots",
    "The regional theatre", "A class of nine-year-olds", "The ferry company", "An auditor from the capital",
    "The beekeepers' union", "The new station manager", "A court in the valley", "The town's only baker",
)  # fmt: skip
_DID = (
    "has measured", "will rebuild", "argued for an hour about", "found nothing wrong with", "quietly bought",
    "refused to sign for", "painted", "voted against", "counted, twice,", "asked the ministry to pay for",
    "opened to visitors", "lost and recovered",
)  # fmt: skip
_WHAT = (
    "the old lighthouse", "seven kilometres of drainage", "the library's last card index", "a glacier's tongue",
    "the footbridge at the weir", "a shipment of second-hand trams", "the winter timetable", "the orchard wall",
    "a collection of brass instruments", "the school's solar roof", "the flood maps", "an unmarked well",
)  # fmt: skip
_WHEN = (
    "before the first snow", "while the mayor was away", "after a long and public quarrel",
    "at a cost nobody would name", "with the help of volunteers from the coast", "in front of a silent crowd",
    "for the third time in a decade", "although the paperwork was missing", "once the tide had gone out",
    "on the advice of an engineer", "to the surprise of the neighbours", "despite the letters in this paper",
)  # fmt: skip


def sentence(rng: random.Random) -> str:
    """One of some 20,000 sentences, with a figure in it."""
    return (
        f"{rng.choice(_WHO)} {rng.choice(_DID)} {rng.choice(_WHAT)} {rng.choice(_WHEN)}, "
        f"and {rng.choice(_WHO).lower()} {rng.choice(_DID)} {rng.choice(_WHAT)}."
    )


def paragraphs(seed: str, count: int = 6) -> list[str]:
    """The paragraphs of an article, by its seed."""
    rng = random.Random(seed)
    return [" ".join(sentence(rng) for _ in range(3)) for _ in range(count)]


def headline(seed: str) -> str:
    """A title, by the seed of its article."""
    rng = random.Random(f"title of {seed}")
    return f"{rng.choice(_WHO)} {rng.choice(_DID)} {rng.choice(_WHAT)}"


def page(body: str, title: str = "A page", head: str = "") -> str:
    """A web page around `body`."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body><nav><a href='/'>Home</a></nav>{body}<footer><p>Imprint</p></footer></body></html>"
    )


def article(seed: str, title: str | None = None, extra: str = "", head: str = "") -> str:
    """A page with an article in it; `extra` is markup in its middle."""
    told = headline(seed) if title is None else title
    texts = [f"<p>{escape(text)}</p>" for text in paragraphs(seed)]
    return page(
        f"<main><article><h1>{told}</h1>{''.join(texts[:3])}{extra}{''.join(texts[3:])}</article></main>",
        told,
        head,
    )


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a feed. A link that begins with "/" is on the site itself; markup goes in as it is."""

    link: str
    title: str = "An item"
    extra: str = ""

    def markup(self) -> str:
        link = f"@BASE@{self.link}" if self.link.startswith("/") else self.link
        where = f"<link>{link}</link>" if link else ""
        return f"<item><title>{self.title}</title>{where}{self.extra}</item>"


def rss(*items: Item | str, before: str = "") -> str:
    """An RSS 2.0 feed of these items, or pieces of markup."""
    inner = "".join(item if isinstance(item, str) else item.markup() for item in items)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{before}<rss version="2.0"><channel>'
        f"<title>A feed</title><link>@BASE@/</link><description>News</description>{inner}</channel></rss>"
    )


def atom(*links: str) -> str:
    """An Atom feed of these links."""
    entries = "".join(
        f"<entry><id>tag:example.org,2026:{link}</id><title>{headline(link)}</title>"
        f'<link rel="alternate" href="@BASE@{link}"/><updated>2026-11-2{place % 4}T08:00:00Z</updated></entry>'
        for place, link in enumerate(links)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>A feed</title>'
        f"<id>tag:example.org,2026:feed</id><updated>2026-11-24T00:00:00Z</updated>{entries}</feed>"
    )
