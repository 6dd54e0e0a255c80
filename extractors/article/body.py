"""The text of an article: trafilatura's reading of the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import version

import trafilatura
from lxml.html import HtmlElement
from trafilatura.settings import Document

from extractors.metadata import Clues

EXTRACTOR = f"trafilatura {version('trafilatura')}"


@dataclass(frozen=True, slots=True)
class Body:
    """The blocks of an article in order, and who read them."""

    blocks: tuple[str, ...]
    origin: str


def read_body(tree: HtmlElement, clues: Clues) -> Body:
    document = trafilatura.bare_extraction(tree, include_comments=False, favor_recall=True)
    text = document.text or "" if isinstance(document, Document) else ""
    blocks = tuple(line.strip() for line in re.split(r"\n+", text) if line.strip())
    return Body(blocks, "trafilatura")
