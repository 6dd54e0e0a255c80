"""The reviewed lexicon of furniture: whole blocks that are no article text, in many languages.

`lexicon.toml` holds it as data. A phrase is compared with a whole block, both folded (`fold_line`), so that it can
never eat a part of one. A phrase may have slots: `{}` stands for a few words without the end of a sentence,
`{title}` for a headline, `{name}` for a name, `{n}` for a number.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from extractors.boilerplate.folding import fold_line

MAX_CHARS = 300  # of a block that a phrase with slots may match
MAX_HEADING_CHARS = 80
MIN_OPEN_WORDS = 3  # fixed, before a name at the end of a phrase; with fewer a colon must part them
_SLOT = re.compile(r"\{(title|name|n|)\}")
_SENTENCE_ENDS_INSIDE = re.compile(r"[.!?…。！？؟।]\s+\S")
_SLOTS: Mapping[str, str] = {
    "": r"\S+(?: \S+){0,9}",
    "title": r"\S+(?: \S+){0,39}",
    "name": r"\S+(?: \S+){0,5}",
    "n": r"0",
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """One entry: the folded pattern, why a block that matches is furniture, and whether only at the edges."""

    pattern: re.Pattern[str]
    reason: str
    edge: bool
    one_sentence: bool  # no sentence may end inside of the block
    opening: re.Pattern[str] | None  # how the block must begin: the fixed words and a colon, dash or arrow


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All phrases: those without slots by their folded text, the others by their first or last fixed word."""

    lines: Mapping[str, tuple[str, bool]]  # folded -> reason, edge
    slotted: Mapping[str, tuple[Phrase, ...]]
    sections: Mapping[str, str]  # folded heading -> reason
    slotted_sections: Mapping[str, tuple[Phrase, ...]]

    def reason(self, block: str, *, at_edge: bool) -> str | None:
        """Why this block is furniture, or None. `at_edge`: it stands before or after the article's body."""
        if len(block) > MAX_CHARS:
            return None
        folded = fold_line(block)
        line = self.lines.get(folded)
        if line is not None:
            return line[0] if at_edge or not line[1] else None
        return _slotted_reason(self.slotted, block, folded, at_edge)

    def section_reason(self, block: str) -> str | None:
        """Why all that follows this block near the end of a page is furniture, or None."""
        if len(block) > MAX_HEADING_CHARS:
            return None
        folded = fold_line(block)
        return self.sections.get(folded) or _slotted_reason(self.slotted_sections, block, folded, True)


def _slotted_reason(
    slotted: Mapping[str, tuple[Phrase, ...]], block: str, folded: str, at_edge: bool
) -> str | None:
    if not folded:
        return None
    words = folded.split(" ")
    for phrase in (*slotted.get(words[0], ()), *slotted.get("$" + words[-1], ())):
        if phrase.edge and not at_edge:
            continue
        if phrase.one_sentence and _SENTENCE_ENDS_INSIDE.search(block):
            continue
        if phrase.pattern.fullmatch(folded) and (phrase.opening is None or phrase.opening.match(block)):
            return phrase.reason
    return None


@cache
def shipped_lexicon() -> Lexicon:
    """The lexicon of this package, read once in a process."""
    text = files(__package__).joinpath("lexicon.toml").read_text(encoding="utf-8")
    return build_lexicon(tomllib.loads(text))


def build_lexicon(data: Mapping[str, Mapping[str, object]]) -> Lexicon:
    """A lexicon from tables `[language]` of `reason = [phrases]`; `edge` and `section` in a table are such again.

    Raises ValueError for a phrase that could match any line, i.e. has no fixed word at either end.
    """
    lines: dict[str, tuple[str, bool]] = {}
    sections: dict[str, str] = {}
    slotted: dict[str, list[Phrase]] = {}
    slotted_sections: dict[str, list[Phrase]] = {}
    for kind, reason, phrase in _entries(data):
        if _SLOT.search(phrase):
            key, compiled = _compiled(phrase, reason, kind == "edge")
            (slotted_sections if kind == "section" else slotted).setdefault(key, []).append(compiled)
        elif kind == "section":
            sections.setdefault(fold_line(phrase), reason)
        else:
            lines.setdefault(fold_line(phrase), (reason, kind == "edge"))
    return Lexicon(lines, _frozen(slotted), sections, _frozen(slotted_sections))


def _frozen(phrases: Mapping[str, list[Phrase]]) -> dict[str, tuple[Phrase, ...]]:
    return {key: tuple(each) for key, each in phrases.items()}


def _entries(data: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, str, str]]:
    """(kind, reason, phrase): kind is "", "edge" or "section"."""
    for table in data.values():
        for reason, phrases in table.items():
            if isinstance(phrases, Mapping):
                yield from ((reason, name, str(p)) for name, ps in phrases.items() for p in ps)
            elif isinstance(phrases, list):
                yield from (("", reason, str(phrase)) for phrase in phrases)


def _compiled(phrase: str, reason: str, edge: bool) -> tuple[str, Phrase]:
    parts = _SLOT.split(phrase)  # fixed, slot, fixed, slot, ..., fixed
    fixed = [fold_line(part) for part in parts[::2]]
    if not fixed[0] and not fixed[-1]:
        raise ValueError(f"a phrase needs a fixed word at one end: {phrase!r}")
    pieces = [re.escape(fixed[0])]
    for slot, after in zip(parts[1::2], fixed[1:], strict=True):
        pieces += [_SLOTS[slot], re.escape(after)]
    pattern = re.compile(" ".join(piece for piece in pieces if piece))
    key = fixed[0].split(" ")[0] if fixed[0] else "$" + fixed[-1].split(" ")[-1]
    return key, Phrase(pattern, reason, edge, "title" not in parts[1::2], _opening(fixed, parts[1::2]))


def _opening(fixed: list[str], slots: list[str]) -> re.Pattern[str] | None:
    """For a phrase that is open at its end: "Related: X" is furniture, "Related research shows ..." a sentence."""
    words = fixed[0].split(" ")
    if any(fixed[1:]) or (slots != ["title"] and len(words) >= MIN_OPEN_WORDS):
        return None
    return re.compile(r"\W*" + r"\W+".join(map(re.escape, words)) + r"\s*[:：|–—\-»>→►•\n]", re.IGNORECASE)
