"""Which blocks of a page are its article: their evidence weighed, neighbours of one kind judged together.

Where much of the text is near the threshold a second reader is asked, trafilatura, whose word counts for two
points of log-odds either way. Measured by four-fold cross-validation over sites (bench/fit_article.py): asking it
always brings no more than asking it for the third of the pages that are unsure, and it costs ten times as much
as the reading here.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import mul

from lxml.html import HtmlElement

from extractors.article.evidence import NAMES, STATED_BODY, Stated, weigh_blocks
from extractors.article.reading import Node, Reading
from extractors.article.vocabulary import MARKS
from extractors.boilerplate.folding import fold_line

TOGETHER = 0.7  # of a block's judgement is that of its siblings of one kind: F1 .951 -> .952, on `sites` .953 -> .964
GROUP_CHARS = 400  # of a block that count in that; so that one long block doesn't speak for all
WITNESS = 2.0  # log-odds; of 0.5..3 the best for `news` that costs `articles` nothing
NEAR = 1.5  # log-odds from the threshold, within which a block is unsure; with 1.0 `news` loses .005 of F1
UNSURE_SHARE = 0.2  # of the text, from which the witness is asked; 0.15 costs a sixth more and brings nothing
PART_SHARE = (
    0.65  # of the text as judged here, below which the witness has read a part only; 0.3: `articles` -.002
)
MIN_HEADLINE = 20  # characters of a main heading; shorter ones are as often the site's name
LITTLE_CHARS = 600  # of text; less is asked about in any case
# Log-odds below the threshold, from which the witness isn't shown a block that it can't save. It reads a third
# faster; with 2, 3, 4, 6: `articles` F1 -.0002, -.0001, +.0001, +.0002, `news` +.0004, 0, 0, 0.
HOPELESS = 3.0

Witness = Callable[[Sequence[HtmlElement]], str]


@dataclass(frozen=True, slots=True)
class Weights:
    """`weights.toml`, in the order of `NAMES` and `MARKS`."""

    bias: float
    threshold: float
    evidence: tuple[float, ...]
    markup: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What each block was found to be, and whether the witness was asked for it."""

    kept: tuple[bool, ...]
    witnessed: bool = False


@cache
def shipped_weights() -> Weights:
    """The weights of this package, read once in a process."""
    data = tomllib.loads(files(__package__).joinpath("weights.toml").read_text(encoding="utf-8"))
    return Weights(
        data["bias"],
        data["threshold"],
        tuple(data["evidence"][name] for name in NAMES),
        tuple(data["markup"][name] for name in MARKS),
    )


def judge_blocks(reading: Reading, stated: Stated, witness: Witness) -> Judgement:
    """Which blocks are article text.

    `witness` is told which elements need not be read, and gives the text as another extractor reads it, "" if it
    can't.
    """
    weights = shipped_weights()
    odds = drawn_together(reading, _odds(reading, stated, weights))
    told = len(stated.body) >= STATED_BODY  # the tags have the text: they were heard with the evidence
    unsure = not told and _is_unsure(reading, odds, weights.threshold)
    if unsure:
        without = [node.element for node in _hopeless(reading, odds, weights.threshold)]
        _hear(reading, odds, fold_line(witness(without)), weights.threshold)
    others = _other_articles(reading, stated)
    kept = (
        value > weights.threshold and not (others and others & _numbers_above(block.node))
        for block, value in zip(reading.blocks, odds, strict=True)
    )
    return Judgement(tuple(kept), unsure)


def _other_articles(reading: Reading, stated: Stated) -> set[int]:
    """The <article> elements with another main heading, where one has that of the page: the next story of a site
    that scrolls on."""
    headings = [block for block in reading.blocks if block.tag == "h1"]
    if len(headings) < 2:
        return set()
    articles = {node.number for node in reading.nodes if node.tag == "article"}
    own = [block for block in headings if _is_stated(block.folded, stated.headlines)]
    around = {number for block in own for number in _numbers_above(block.node)}
    if not around & articles:
        return set()
    return {n for block in headings for n in _numbers_above(block.node) & articles} - around


def _is_stated(heading: str, headlines: Collection[str]) -> bool:
    """Whether a tag says it, perhaps with the name of the site behind."""
    long = len(heading) >= MIN_HEADLINE
    return heading in headlines or (long and any(each.startswith(heading) for each in headlines))


def _numbers_above(node: Node) -> set[int]:
    numbers = set()
    above: Node | None = node
    while above is not None:
        numbers.add(above.number)
        above = above.parent
    return numbers


def _hopeless(reading: Reading, odds: Sequence[float], threshold: float) -> list[Node]:
    """The outermost elements without a block that the witness could save; none where little text was found, since
    then it is the judgement here that is in doubt."""
    if sum(
        len(block.text) for block, value in zip(reading.blocks, odds, strict=True) if value > threshold
    ) < (LITTLE_CHARS):
        return []
    hopeful: set[int] = set()
    for block, value in zip(reading.blocks, odds, strict=True):
        node: Node | None = block.node if value > threshold - HOPELESS else None
        while node is not None and node.number not in hopeful:
            hopeful.add(node.number)
            node = node.parent
    return [
        node
        for node in reading.nodes
        if node.number not in hopeful and node.parent is not None and node.parent.number in hopeful
    ]


def _hear(reading: Reading, odds: list[float], read: str, threshold: float) -> None:
    """Count what the witness says of each block; not against blocks, where it has read a part of the page only."""
    folded = [block.folded for block in reading.blocks]
    kept = sum(len(text) for text, value in zip(folded, odds, strict=True) if value > threshold)
    against = -WITNESS if len(read) >= PART_SHARE * kept else 0.0
    read = f" {read} "
    for number, text in enumerate(folded):
        odds[number] += WITNESS if text and f" {text} " in read else against


def _odds(reading: Reading, stated: Stated, weights: Weights) -> list[float]:
    of_markup: dict[int, float] = {}
    odds = []
    for block, row in zip(reading.blocks, weigh_blocks(reading, stated), strict=True):
        bits = block.bits
        markup = of_markup.get(bits)
        if markup is None:
            markup = weights.bias + sum(
                weight for number, weight in enumerate(weights.markup) if bits >> number & 1
            )
            of_markup[bits] = markup
        odds.append(markup + sum(map(mul, weights.evidence, row)))
    return odds


def drawn_together(reading: Reading, odds: Sequence[float]) -> list[float]:
    """Each block's odds drawn towards those of its siblings with the same tag and attributes."""
    groups: dict[tuple[int, str, int], list[int]] = defaultdict(list)
    for number, block in enumerate(reading.blocks):
        parent = block.node.parent
        groups[(parent.number if parent is not None else 0, block.tag, block.node.own)].append(number)
    drawn = list(odds)
    for group in groups.values():
        if len(group) > 1:
            sizes = [min(len(reading.blocks[number].text), GROUP_CHARS) + 10 for number in group]
            mean = sum(odds[number] * size for number, size in zip(group, sizes, strict=True)) / sum(sizes)
            for number in group:
                drawn[number] = (1 - TOGETHER) * odds[number] + TOGETHER * mean
    return drawn


def _is_unsure(reading: Reading, odds: Sequence[float], threshold: float) -> bool:
    kept = unsure = 0
    for block, value in zip(reading.blocks, odds, strict=True):
        chars = len(block.text)
        kept += chars if value > threshold else 0
        unsure += chars if abs(value - threshold) < NEAR else 0
    return kept < LITTLE_CHARS or unsure > UNSURE_SHARE * kept
