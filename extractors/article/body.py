"""The text of an article: the blocks of its page that are judged to be it, or what its tags state of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import trafilatura
from lxml.html import HtmlElement
from trafilatura.settings import Document

from extractors.article.judge import judge_blocks
from extractors.article.outside import answer_of
from extractors.article.prune import prune_furniture
from extractors.article.reading import Block, read_page
from extractors.article.stated import stated_of
from extractors.metadata.clues import Clues

EXTRACTOR = f"blocks 2, trafilatura {version('trafilatura')}"
STATED_SHARE = 0.5  # below this share of what JSON-LD states as the body, the page has a part of it only
MIN_STATED_CHARS = 400  # what is shorter is a teaser, and no witness against anything
WITNESS_SHARE = 3.0  # times the judged text, from which trafilatura's reading is taken instead
TWICE_SHARE = 0.3  # of the long blocks that stand twice, from which the page holds its text twice
LONG_CHARS = 60


@dataclass(frozen=True, slots=True)
class Body:
    """The blocks of an article in order, who read them, and all blocks of its page."""

    blocks: tuple[str, ...]
    origin: str
    plain: tuple[Block, ...] = ()


def read_body(tree: HtmlElement, clues: Clues) -> Body:
    """The text of the article. The tree may be changed: nobody can read furniture from it afterwards."""
    reading = read_page(tree)
    witness = _Witness(tree)
    judgement = judge_blocks(reading, stated_of(tree, clues), witness.text)
    kept = [block.text for block, keep in zip(reading.blocks, judgement.kept, strict=True) if keep]
    read, origin = _once(kept), "trafilatura" if judgement.witnessed else "blocks"
    if _length(witness.lines) > max(MIN_STATED_CHARS, WITNESS_SHARE * _length(read)):
        read, origin = witness.lines, "trafilatura alone"
    stated = tuple(line.strip() for line in clues.article_body.split("\n") if line.strip())
    if _length(stated) >= MIN_STATED_CHARS and _length(read) < STATED_SHARE * _length(stated):
        read, origin = stated, "jsonld"
    return Body(read, origin, tuple(reading.blocks))


class _Witness:
    """The page as trafilatura reads it, if it is asked. It is given a tree without what calls itself furniture, and
    without what it need not read."""

    def __init__(self, tree: HtmlElement) -> None:
        self._tree = tree
        self.lines: tuple[str, ...] = ()

    def text(self, without: Sequence[HtmlElement] = ()) -> str:
        prune_furniture(self._tree, without)
        text = answer_of("trafilatura", self._read)
        self.lines = tuple(line.strip() for line in text.split("\n") if line.strip())
        return text

    def _read(self) -> str:
        document = trafilatura.bare_extraction(self._tree, include_comments=False, favor_recall=True)
        return document.text or "" if isinstance(document, Document) else ""


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
