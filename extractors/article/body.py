"""The text of an article: trafilatura's reading of the page, judged by a plain second reading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import trafilatura
from lxml.html import HtmlElement
from trafilatura.settings import Document

from extractors.article.prune import prune_furniture
from extractors.article.reader import Block, plain_blocks, running_text
from extractors.metadata import Clues

EXTRACTOR = f"trafilatura {version('trafilatura')}"
# Of 956 real pages: below this share of the plain reading trafilatura has read a part of the article only
# (F1 .9385 -> .9516 on `articles`; at .4 it costs more than it gains).
PART_SHARE = 0.3
STATED_SHARE = 0.5  # the same against what JSON-LD states as the article's body
MIN_WITNESS_CHARS = 400  # what is shorter is no witness against anything
LINK_LIST_SHARE = 0.7  # of a block's text in links to elsewhere, from which it is a pointer and not text
TWICE_SHARE = 0.3  # of the long blocks that stand twice, from which the page holds its text twice
LONG_CHARS = 60

_MARK = re.compile(r"^(?:[-–•*·|>#]\s*)+|\W+")


@dataclass(frozen=True, slots=True)
class Body:
    """The blocks of an article in order, who read them, and all blocks of its page."""

    blocks: tuple[str, ...]
    origin: str
    plain: tuple[Block, ...] = ()


def read_body(tree: HtmlElement, clues: Clues) -> Body:
    """The text of the article. The tree is changed: nobody can read furniture from it afterwards."""
    prune_furniture(tree)
    blocks = plain_blocks(tree)
    read = _without_links(_read_by_trafilatura(tree), blocks)
    plain = running_text(tree, blocks)
    stated = tuple(line.strip() for line in clues.article_body.split("\n") if line.strip())
    if _length(plain) >= MIN_WITNESS_CHARS and _length(read) < PART_SHARE * _length(plain):
        read, origin = plain, "plain"
    else:
        origin = "trafilatura"
    if _length(stated) >= MIN_WITNESS_CHARS and _length(read) < STATED_SHARE * _length(stated):
        read, origin = stated, "jsonld"
    return Body(_once(read), origin, tuple(blocks))


def _read_by_trafilatura(tree: HtmlElement) -> tuple[str, ...]:
    document = trafilatura.bare_extraction(tree, include_comments=False, favor_recall=True)
    text = document.text or "" if isinstance(document, Document) else ""
    return tuple(line.strip() for line in re.split(r"\n+", text) if line.strip())


def _without_links(read: Sequence[str], blocks: Sequence[Block]) -> tuple[str, ...]:
    """Blocks that are links to elsewhere and hardly anything else point at other articles: they go."""
    shares: dict[str, float] = {}
    for block in blocks:
        key = _folded(block.text)
        shares[key] = min(block.link_share, shares.get(key, 1.0))
    return tuple(text for text in read if shares.get(_folded(text), 0.0) < LINK_LIST_SHARE)


def _once(blocks: Sequence[str]) -> tuple[str, ...]:
    """The text once, where the page holds all of it twice (for a narrow screen, for print)."""
    seen: set[str] = set()
    first = []
    repeated = 0
    for block in blocks:
        is_new = len(block) < LONG_CHARS or block not in seen
        seen.add(block)
        repeated += not is_new
        if is_new:
            first.append(block)
    long = sum(len(block) >= LONG_CHARS for block in blocks)
    return tuple(first) if repeated > TWICE_SHARE * long else tuple(blocks)


def _length(blocks: Sequence[str]) -> int:
    return sum(map(len, blocks))


def _folded(text: str) -> str:
    return _MARK.sub("", text).casefold()
