"""Where in an article a line stands, and what kind of line it is: what bounds every rule of this package."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

MAX_REPEATED_CHARS = 600  # the longest author box of the 40 pages of 8 sites has 475
LONG_CHARS = 120  # a paragraph; all of 40 real pages have one of this length
PROSE_CHARS = 60  # a sentence of which somebody may want to count the words

Place = Literal["head", "middle", "tail"]

_SENTENCE_END = re.compile(r"[.!?…。！？؟।](?:[\"'”’»)\]]|\s*\[\d+\])*\s*$")
_QUOTE_START = re.compile(r"^\s*(?:[\"“”„«»‘‚「『《〈]|[—–-]\s*[\"“„«])")
_CORRECTION = re.compile(
    r"^\W*(?:correction|clarification|corrected|erratum|errata|berichtigung|korrektur|richtigstellung|korrektion|"
    r"rectificatif|correctif|précision|rettifica|errata corrige|corrección|rectificación|fe de errores|aclaración|"
    r"correção|errata|rectificatie|correctie|rättelse|rettelse|oikaisu|sprostowanie|oprava|opravujeme|исправление|"
    r"уточнение|поправка|виправлення|уточнення|düzeltme|tekzip|تصحيح|تنويه|תיקון|हिन्दी सुधार|भूल सुधार|訂正|"
    r"정정|更正|διόρθωση|helyesbítés|rectificare|ralat|koreksi)\b",
    re.IGNORECASE,
)


def is_prose(text: str) -> bool:
    """Whether it reads as a sentence: long enough, and ended like one."""
    return len(text) >= PROSE_CHARS and bool(_SENTENCE_END.search(text))


def is_protected_kind(text: str) -> bool:
    """Quotes and notices of correction: they may stand in several articles and are always the article's."""
    return bool(_QUOTE_START.match(text) or _CORRECTION.match(text))


def places(blocks: Sequence[str]) -> list[Place]:
    """The place of each block: before, between or after the first and the last long paragraph."""
    long = [n for n, block in enumerate(blocks) if len(block) >= LONG_CHARS]
    if not long:
        return ["head"] * len(blocks)
    return ["head" if n < long[0] else "tail" if n > long[-1] else "middle" for n in range(len(blocks))]
