"""Furniture and repeated lines taken out of an extracted article, with each one's reason and place.

Nothing is destroyed: what is kept and what is removed are together exactly the pieces that were extracted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from extractors.boilerplate.folding import fold_line, line_digest, template_digest
from extractors.boilerplate.labels import label_reason
from extractors.boilerplate.lexicon import Lexicon, shipped_lexicon
from extractors.boilerplate.memory import strong_mark
from extractors.boilerplate.places import (
    LONG_CHARS,
    MAX_REPEATED_CHARS,
    Place,
    is_prose,
    is_protected_kind,
    places,
)
from extractors.boilerplate.tails import split_tail
from extractors.model import Extracted, Facts, Removed, Stripped

MAX_CLOSING_SHARE = 0.25  # of the text, that a closing section of furniture may be
MAX_BOXES = 2  # long repeated paragraphs; more are a second telling of the same story
CLOSING_PARAGRAPHS = {
    "author": 3,
    "newsletter": 1,
}  # that may stand in it; teasers of other stories are no prose


@dataclass(frozen=True, slots=True)
class Piece:
    """A block, or the tail of one that was split from it; `reason` is set where the page already told."""

    text: str
    reason: str = ""


def pieces_of(extracted: Extracted) -> tuple[Piece, ...]:
    """Blocks and furniture in the order of the page, glued tails split off: what is kept or removed."""
    furniture = {removed.position: removed for removed in extracted.furniture}
    pieces: list[Piece] = []
    blocks = iter(extracted.blocks)
    for position in range(len(extracted.blocks) + len(extracted.furniture)):
        told = furniture.get(position)
        if told is not None:
            pieces.append(Piece(told.text, told.reason))
            continue
        block = next(blocks, None)
        if block is not None:
            body, tail, reason = split_tail(block)
            pieces.append(Piece(body))
            if tail:
                pieces.append(Piece(tail, reason))
    pieces += [Piece(block) for block in blocks]
    return tuple(pieces)


def strip_boilerplate(
    extracted: Extracted, known: Collection[int], *, protect: Sequence[str] = (), drop: Sequence[str] = ()
) -> Stripped:
    """The article without its furniture and without the lines that its site repeats (`known_lines`).

    `protect` and `drop` are lines, compared folded, that are always kept or always removed. `position` counts
    the pieces of `pieces_of(extracted)` from 0. Should nothing be left, the blocks are kept as they are.
    """
    pieces = pieces_of(extracted)
    judge = _Judge(
        extracted.facts,
        known,
        frozenset(map(fold_line, protect)),
        frozenset(map(fold_line, drop)),
        shipped_lexicon(),
    )
    where = places(_bounding(pieces, judge))
    reasons = [judge.reason(piece, place) for piece, place in zip(pieces, where, strict=True)]
    start, reason = _closing_section(pieces, judge)
    reasons[start:] = [told or reason for told in reasons[start:]]
    if all(reasons):
        reasons = [piece.reason for piece in pieces]
    kept = tuple(piece.text for piece, reason in zip(pieces, reasons, strict=True) if not reason)
    removed = tuple(
        Removed(piece.text, reason, position)
        for position, (piece, reason) in enumerate(zip(pieces, reasons, strict=True))
        if reason
    )
    return Stripped(kept, removed)


def _bounding(pieces: Sequence[Piece], judge: _Judge) -> list[str]:
    """The texts that bound the article: an author box that the site repeats may be its last long paragraph.

    Where much of the text is repeated it is the article that stands twice, and all of it bounds.
    """
    texts = ["" if piece.reason else piece.text for piece in pieces]
    repeated = [position for position, text in enumerate(texts) if text and judge.is_repeated(text)]
    long = [position for position in repeated if len(texts[position]) >= LONG_CHARS]
    if len(long) > MAX_BOXES or sum(len(texts[n]) for n in repeated) > MAX_CLOSING_SHARE * sum(
        map(len, texts)
    ):
        return texts
    return ["" if position in repeated else text for position, text in enumerate(texts)]


def _closing_section(pieces: Sequence[Piece], judge: _Judge) -> tuple[int, str]:
    """Where the first section begins behind which only furniture follows, and its reason; else the end and "".

    A heading of such a section counts only when what follows it is a small part of the text, with hardly a
    paragraph in it, and no line of it is protected.
    """
    total = sum(len(piece.text) for piece in pieces if not piece.reason)
    behind = paragraphs = 0
    found = (len(pieces), "")
    for position in range(len(pieces) - 1, 0, -1):
        piece = pieces[position]
        if piece.reason:
            continue
        behind += len(piece.text)
        paragraphs += len(piece.text) >= LONG_CHARS and is_prose(piece.text)
        if behind > MAX_CLOSING_SHARE * total or fold_line(piece.text) in judge.protect:
            break
        reason = judge.lexicon.section_reason(piece.text)
        if reason and paragraphs <= CLOSING_PARAGRAPHS.get(reason, 0):
            found = (position, reason)
    return found


@dataclass(frozen=True, slots=True)
class _Judge:
    facts: Facts
    known: Collection[int]
    protect: frozenset[str]
    drop: frozenset[str]
    lexicon: Lexicon

    def reason(self, piece: Piece, place: Place) -> str:
        text = piece.text
        if self.protect and fold_line(text) in self.protect:
            return ""
        if self.drop and fold_line(text) in self.drop:
            return "dropped by config"
        if piece.reason:
            return piece.reason
        if is_protected_kind(text):
            return ""
        at_edge = place != "middle"
        return (
            self.lexicon.reason(text, at_edge=at_edge)
            or self._told_by_facts(text, place)
            or self._told_by_site(text, place)
        )

    def _told_by_facts(self, text: str, place: Place) -> str:
        return "" if place == "middle" else label_reason(text, self.facts)

    def _told_by_site(self, text: str, place: Place) -> str:
        if not self.is_repeated(text):
            return ""
        if is_prose(text) and place != "tail" and (place == "head" or not self._is_in_most(text)):
            return ""
        return "repeated on the site"

    def is_repeated(self, text: str) -> bool:
        """Whether this line is known, wherever it stands."""
        if not self.known or len(text) > MAX_REPEATED_CHARS or is_protected_kind(text):
            return False
        return any(digest in self.known for digest in _digests(text))

    def _is_in_most(self, text: str) -> bool:
        return any(strong_mark(digest) in self.known for digest in _digests(text))


def _digests(text: str) -> Iterator[int]:
    """One after the other: where the line itself is known, nobody asks for its template."""
    yield line_digest(text)
    template = template_digest(text)
    if template is not None:
        yield template
