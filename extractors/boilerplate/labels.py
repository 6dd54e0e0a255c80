"""Lines that hold nothing but a fact of the article: its title again, its date, its authors."""

from __future__ import annotations

import re
from functools import lru_cache

from extractors.boilerplate.folding import fold_line
from extractors.metadata.dates import parse_moment
from extractors.metadata.months import MONTHS, ZONES, fold_letters
from extractors.model import Facts

MAX_LABEL_CHARS = 400  # the longest of 956 real headlines has 250
MAX_DATELINE_CHARS = 90
MAX_OTHER_WORDS = 1  # beside the date itself: the name of the weekday

_WORD = re.compile(r"[^\W\d_]{2,}")
_DATE_LABELS = frozenset(
    (
        "published", "updated", "posted", "modified", "date", "time", "last", "on", "at", "am", "pm", "uhr",
        "stand",
        "vom", "veroffentlicht", "aktualisiert", "publie", "mis", "jour", "le", "publicado", "actualizado", "el",
        "pubblicato", "aggiornato", "il", "atualizado", "gepubliceerd", "bijgewerkt", "op", "publicerad",
        "uppdaterad",
        "publisert", "oppdatert", "opublikowano", "aktualizacja", "hrs", "hours", "edt", "est", "de", "del",
    )
)  # fmt: skip
_BY = re.compile(
    r"^(?:by|von|par|por|di|da|door|av|af|written by|text|texte|autor|autorin|author|автор|بقلم|द्वारा)\b[:\s]*",
    re.IGNORECASE,
)


def label_reason(text: str, facts: Facts) -> str:
    """ "title", "dateline" or "byline" when the line says that and nothing else; "" otherwise."""
    if len(text) > MAX_LABEL_CHARS:
        return ""
    folded = fold_line(text)
    if not folded:
        return ""
    if folded == _folded(facts.title.value):
        return "title"
    if is_dateline(text):
        return "dateline"
    names = _names(facts.authors.value) | _claimed(facts.authors.losers)
    if names and (folded in names or fold_line(_BY.sub("", text)) in names):
        return "byline"
    return ""


def is_dateline(text: str) -> bool:
    """Whether the line is a date, perhaps with a time, a weekday and a label, and nothing else."""
    if len(text) > MAX_DATELINE_CHARS or text.isdigit() or not any(char.isdigit() for char in text):
        return False
    others = [word for word in map(fold_letters, _WORD.findall(text)) if word not in _KNOWN]
    return len(others) <= MAX_OTHER_WORDS and parse_moment(text) is not None


@lru_cache(maxsize=256)  # the titles of the articles at hand, asked for each of their lines
def _folded(title: str) -> str:
    return fold_line(title)


@lru_cache(maxsize=256)
def _names(authors: tuple[str, ...]) -> frozenset[str]:
    if not authors:
        return frozenset()
    return frozenset(
        (*map(fold_line, authors), fold_line(" and ".join(authors)), fold_line(", ".join(authors)))
    )


@lru_cache(maxsize=256)
def _claimed(losers: tuple[str, ...]) -> frozenset[str]:
    """Who was named as well, and not believed: whose name a feed has beside a page is no matter of its text."""
    names: set[str] = set()
    for loser in losers:
        names |= _names(tuple(loser.partition("=")[2].split(", ")))
    return frozenset(names)


_KNOWN = frozenset(MONTHS) | {fold_letters(zone) for zone in ZONES} | _DATE_LABELS
