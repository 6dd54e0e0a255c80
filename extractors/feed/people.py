"""Authors as feeds write them -> names: "a@b.c (Jane Doe)", "By Jane Doe and John Roe", "Jane Doe, Reporter"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from extractors.feed.text import plain_title

MAX_NAMES = 20
MAX_NAME_CHARS = 200

_MAIL = re.compile(r"<?[\w.+'-]+@[\w-]+(?:\.[\w-]+)+>?", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)\S*", re.IGNORECASE)
_BYLINE = re.compile(r"(?:by|von|par|por|di|door|text)[:\s]\s*(?=\S)", re.IGNORECASE)
_STRONG = re.compile(r"\s*[;|\n•]\s*|\s+/\s+")
_AND = re.compile(r"\s+(?:and|&|und|et|y|e|och|og|en|i|и|та)\s+", re.IGNORECASE)
_COMMA = re.compile(r"\s*,\s*")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|m\.?d|ph\.?d|mba|cfa|rn|esq)\.?", re.IGNORECASE)
_ROLE = re.compile(
    r"\b(?:reporter|editor|correspondent|writer|journalist|columnist|producer|analyst|contributor|staff|bureau|chief"
    r"|redakteur(?:in)?|korrespondent(?:in)?|redaktion|journaliste|rédact\w+|redactor\w*|periodista|giornalista)\b",
    re.IGNORECASE,
)
_NOBODY = frozenset(
    ("admin", "administrator", "root", "none", "null", "undefined", "unknown", "n/a", "noreply")
)
_EDGES = " \t,;:|/\\()[]<>\"'"


def names_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The names in the author fields of one entry, in order, each once; mail addresses and links are no names."""
    names: dict[str, str] = {}
    for text in texts:
        for name in _names(text):
            names.setdefault(name.casefold(), name)
    return tuple(names.values())[:MAX_NAMES]


def _names(text: str) -> list[str]:
    text = _LINK.sub(" ", _MAIL.sub(" ", plain_title(text, MAX_NAME_CHARS * 5)))
    text = text.replace("()", " ").strip(_EDGES)
    if byline := _BYLINE.match(text):
        after = text[byline.end() :]
        text = after if after[:1].isupper() else text
    found = []
    for piece in _STRONG.split(text):
        found += [name for part in _split_commas(piece) for name in _split_and(part)]
    cleaned = (" ".join(name.split()).strip(_EDGES)[:MAX_NAME_CHARS] for name in found)
    return [name for name in cleaned if any(c.isalpha() for c in name) and name.casefold() not in _NOBODY]


def _split_commas(text: str) -> list[str]:
    """The parts of a list; "Doe, Jane" is one name, "Jane Doe, Jr." too, and what a person does is none."""
    parts = [part for part in _COMMA.split(text) if part]
    if len(parts) == 2 and all(" " not in part for part in parts):
        return [text]
    kept: list[str] = []
    for part in parts:
        if kept and _SUFFIX.fullmatch(part):
            kept[-1] += f", {part}"
        elif not (kept and _ROLE.search(part)):
            kept.append(part)
    return kept


def _split_and(text: str) -> list[str]:
    """Both sides of an "and" that stands between full names: "Jane and John Doe" is left alone."""
    parts = _AND.split(text)
    return parts if all(" " in part.strip() for part in parts) else [text]
