"""Correction notices: by what a newsroom says that it has mended its article."""

from __future__ import annotations

import re
from collections.abc import Iterable

# At the start of a sentence, with a colon, dash or date behind: a "market correction" is none.
_HEADS = (
    "corrections?", "corrected", "clarifications?", "editor['’]s note", "editors['’] note", "update and correction",
    "korrektur", "berichtigung", "richtigstellung", "anmerkung der redaktion", r"anm\. d\. red",
    "rectificatifs?", "erratum", "précision", "fe de (?:errat[ao]s?|errores)", "rectificación", "corrección",
    "aclaración", "errata(?: corrige)?", "rettifica", "correção", "rectificatie", "correctie", "rättelse", "rettelse",
    "retting", "oikaisu", "sprostowanie", "исправление", "поправка", "уточнение", "виправлення", "düzeltme", "oprava",
    "تصحيح", "订正", "更正", "訂正", "정정",
)  # fmt: skip
# Anywhere in a sentence.
_PHRASES = (
    r"(?:earlier|previous|original) version of (?:this|the) (?:article|story|report|headline|piece)",
    r"this (?:article|story|report|headline|piece) (?:was|has been) (?:amended|corrected|updated to correct)",
    r"in einer (?:früheren|vorherigen|ersten) (?:version|fassung)", r"dieser (?:artikel|text) wurde korrigiert",
    r"une (?:première|précédente) version de cet article", r"une version (?:précédente|antérieure) de cet article",
    r"una versión (?:anterior|previa) de est[ea]", r"una versione precedente di quest",
    r"(?:uma )?versão anterior dest[ea]", r"in een eerdere versie van dit", r"i en tidigare version",
    r"i en tidligere (?:version|versjon)", r"we wcześniejszej wersji", r"в (?:предыдущей|первоначальной) версии",
)  # fmt: skip
_NOTICE = re.compile(
    rf"^\W*(?:{'|'.join(_HEADS)})\s*(?:[:：.—–|（(,-]|\d)|{'|'.join(_PHRASES)}", re.IGNORECASE
)


def correction_notice(sentences: Iterable[str]) -> str | None:
    """The first of the sentences that says that the article was corrected; None where none does."""
    return next((sentence for sentence in sentences if _NOTICE.search(sentence)), None)
