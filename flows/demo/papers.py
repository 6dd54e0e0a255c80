"""What the papers report: read from the data files beside this module, and dated from a given moment."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal
from zoneinfo import ZoneInfo

THIRD_ROUND = "third round"  # `due` of an article that is published by `DemoWeb.advance`


@dataclass(frozen=True, slots=True)
class Paper:
    """One outlet, and how it is made. `facts`: where its pages say who wrote what, and when."""

    id: str
    name: str
    motto: str
    language: str
    timezone: str
    feed: Literal["rss", "atom"]
    facts: Literal["jsonld", "opengraph", "byline"]
    colour: str
    tags: tuple[str, ...]

    @property
    def feed_path(self) -> str:
        """Where its feed is."""
        return "/feed/" if self.feed == "rss" else "/atom.xml"


PAPERS = (
    Paper(
        "courier", "The Harrow Vale Courier", "News of the valley since 1868", "en", "Europe/London",
        "rss", "jsonld", "#7a1f2b", ("local",),
    ),
    Paper(
        "tribune", "Port Calder Tribune", "By the sea, for the city", "en", "America/Halifax",
        "atom", "opengraph", "#12436b", ("regional",),
    ),
    Paper(
        "anzeiger", "Lindhafener Anzeiger", "Unabhängig und überparteilich", "de", "Europe/Berlin",
        "rss", "byline", "#1f5a3c", ("regional", "german"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """One article as its paper has it at this moment; `published_at` and `updated_at` in the paper's timezone."""

    number: int
    slug: str
    title: str
    authors: tuple[str, ...]
    section: str
    tags: tuple[str, ...]
    summary: str
    paragraphs: tuple[str, ...]
    published_at: datetime
    updated_at: datetime
    note: str = ""  # of what was corrected


@dataclass(frozen=True, slots=True)
class Edit:
    """What becomes of an article when it is edited."""

    title: str
    note: str
    changes: tuple[tuple[str, str], ...]

    def of(self, story: Story, at: datetime) -> Story:
        """The edited article."""
        text = "\n\n".join(story.paragraphs)
        for found, replacement in self.changes:
            text = text.replace(found, replacement)
        return replace(
            story, title=self.title, paragraphs=tuple(text.split("\n\n")), updated_at=at, note=self.note
        )


@dataclass(frozen=True, slots=True)
class Manuscript:
    """An article as its file has it: a story dated from `now`, when it is due, and its edit."""

    story: Story
    later: bool
    edit: Edit | None


def read_manuscripts(paper: Paper, now: datetime) -> tuple[Manuscript, ...]:
    """All articles of one paper, in the order of their numbers; `now` is aware."""
    folder = files(__package__) / "articles" / paper.id
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return tuple(_manuscript(entry, paper, now) for entry in entries if entry.name.endswith(".toml"))


def _manuscript(entry: Traversable, paper: Paper, now: datetime) -> Manuscript:
    number, _, slug = entry.name.removesuffix(".toml").partition("-")
    data = tomllib.loads(entry.read_text(encoding="utf-8"))
    at = (
        (now - timedelta(hours=data["hours_ago"])).astimezone(ZoneInfo(paper.timezone)).replace(microsecond=0)
    )
    story = Story(
        number=int(number),
        slug=slug,
        title=data["title"],
        authors=tuple(data["authors"]),
        section=data["section"],
        tags=tuple(data["tags"]),
        summary=data["summary"],
        paragraphs=tuple(data["text"].strip().split("\n\n")),
        published_at=at,
        updated_at=at,
    )
    return Manuscript(story, data.get("due") == THIRD_ROUND, _edit(data.get("edit")))


def _edit(data: dict[str, Any] | None) -> Edit | None:
    if data is None:
        return None
    changes = tuple((change["find"], change["replacement"]) for change in data["changes"])
    return Edit(data["title"], data["note"], changes)
