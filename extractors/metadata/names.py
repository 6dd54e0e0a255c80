"""Author lines -> names: "By", addresses, handles, job titles and brackets off, several names apart.

What is printed stays as printed (capitals too), and an agency, a desk or the paper itself may be the author when
no person is named. The words are in `lexicon`; each rule only fires where a name is left over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from extractors.metadata.lexicon import (
    AGENCIES,
    BY,
    BY_UNSPACED,
    DEGREES,
    JOBS,
    LABELS,
    NOBODY,
    PARTICLES,
    RANKS,
    REPORTERS,
    any_of,
)
from extractors.metadata.prose import fold, plain, squeeze

MAX_NAME = 80  # characters; the longest name of 741 in the bench's truth has 49
MAX_WORDS = 8
MAX_NAMES = 30

_ADDRESS = re.compile(r"\S+@\S+\.\w+|https?://\S+|www\.\S+|(?<!\S)@\w+|\bmailto:\S*", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*[(\[（【<][^()\[\]（）【】<>]{0,80}[)\]）】>]?")
_LEAD = re.compile(
    rf"(?:{any_of(BY)}(?:\s*[:：]\s*|\s+)|{any_of(LABELS)}\s*[:：]\s*|author\s+(?-i:(?=[A-Z]))"
    rf"|{any_of(BY_UNSPACED)}\s*[:：／/｜|]?\s*)",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    rf"(?:^|[\s|])(?:{any_of(LABELS)}|{any_of(BY_UNSPACED)})\s*[:：]\s*"
    r"(?P<names>[^:：|]+?)(?=\s+[^\s:：|]+\s*[:：]|[|]|$)",
    re.IGNORECASE,
)
_TAIL = re.compile(rf"\s*{any_of(REPORTERS)}$|\s+(?:reports|writes|reporting)$", re.IGNORECASE)
_HARD = re.compile(r"\s*[;|•·⋅、；\n]\s*|\s+/\s+|\s+[-–—]\s+|，")
_COMMA = re.compile(r"\s*[,،]\s*")
_AND = re.compile(r"\s+(?:and|und|&|with|mit|sowie)\s+", re.IGNORECASE)
# Words that also stand inside of names ("Ramón y Cajal"): they part only what is a full name on both sides.
_SOFT_AND = re.compile(
    r"\s+(?:et|avec|y|con|e|com|en|met|og|och|med|ja|i|oraz|a|és|și|ve|ile|и|та|і|й|και|dan|na|và|और|এবং|และ|და|և)\s+"
    r"|\s+و(?=\S)"
)
_JOB = re.compile(rf"(?<!\w){any_of(JOBS)}s?(?!\w)", re.IGNORECASE)
# "Keith Barry Senior Autos Reporter": a job right behind a name of two or three words.
_JOB_BEHIND = re.compile(
    rf"(?P<name>\S+\s+\S+(?:\s+\S+)??)(?<!staff)(?<!senior)\s+(?:{any_of(RANKS)}\s[\w\s&-]{{0,40}}?)?{any_of(JOBS)}",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)
_DATE_LIKE = re.compile(r"\d{1,2}[:.]\d{2}|\d{4}|\b\d+\s*(?:min|std|hours?|days?)\b", re.IGNORECASE)
_DEGREES, _AGENCIES, _NOBODY, _PARTICLES = (
    frozenset(words) for words in (DEGREES, AGENCIES, NOBODY, PARTICLES)
)


def author_names(lines: Iterable[str], site_names: Iterable[str] = ()) -> tuple[str, ...]:
    """The names in lines that may each hold several, in order, each once.

    `site_names` keep "The Globe and Mail" in one piece.
    """
    whole = {squeeze(name) for name in site_names} - {""}
    names: dict[str, str] = {}
    for line in lines:
        for name in _names_in_line(line, whole):
            if len(names) < MAX_NAMES:
                names.setdefault(fold(name), name)
    return tuple(names.values())


def upright_name(line: str) -> str:
    """ "Doe, Jane" of a library's catalogue as "Jane Doe"."""
    last, comma, first = line.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and "," not in first else line


def is_name_like(name: str) -> bool:
    """Shaped like a person's or agency's name: one to six words, all capitalised where the script has capitals."""
    words = name.split()
    if not 1 <= len(words) <= 6 or any(char.isdigit() for char in name) or name.endswith(("?", "!")):
        return False
    if not any(char.isupper() or char.islower() for char in name):
        return len(name) <= 30 and (len(words) > 1 or 2 <= len(name) <= 12)
    telling = [word for word in words if word.casefold() not in _PARTICLES]
    return (
        bool(telling)
        and len(name) >= 3
        and all(not word[0].isalpha() or word[0].isupper() for word in telling)
    )


def labelled_names(line: str) -> tuple[str, ...]:
    """The names behind a label within a line: "10:12 来源：晚报 作者：陈晓燕", "Text: Elin Ek Foto: Per Wik"."""
    return author_names(found["names"] for found in _LABELLED.finditer(line))


def has_lead(line: str) -> bool:
    """Whether a line begins like a byline, "By ..." in some language, or ends like one ("... 기자")."""
    return bool(_LEAD.match(line)) or bool(_TAIL.search(line))


def _names_in_line(line: str, whole: set[str]) -> Iterator[str]:
    text = _BRACKETS.sub(" ", _ADDRESS.sub(" ", plain(line))).strip(" ,;:-–|")
    if squeeze(text) in whole:
        yield text
        return
    parts = [_COMMA.split(part) for part in _HARD.split(_without_lead(text))]
    segments = [segment for part in parts for segment in _without_degrees([piece for piece in part if piece])]
    names = [name for segment in segments for name in _people_in(segment)]
    if len(names) > 1:
        names = [name for name in names if not _JOB.search(name)] or names[:1]
    for name in names:
        yield from _valid_name(name)


def _without_degrees(segments: list[str]) -> list[str]:
    """ "Jane Doe", "PhD" as one name; "Jr." back where it belongs."""
    joined: list[str] = []
    for segment in segments:
        if joined and _SUFFIX.fullmatch(segment):
            joined[-1] = f"{joined[-1]} {segment}"
        elif not (joined and _is_degree(segment, joined[-1])):
            joined.append(segment)
    return joined


def _is_degree(segment: str, name: str) -> bool:
    """A known degree, or capitals behind a full name that are no agency's: "Jane Doe, FAND"."""
    letters = segment.strip("®™ ").replace(".", "")
    if letters.casefold() in _DEGREES:
        return True
    if len(name.split()) < 2 or name.isupper() or letters.casefold() in _AGENCIES:
        return False
    return letters.isascii() and letters.isalpha() and letters.isupper() and 2 <= len(letters) <= 6


def _people_in(segment: str) -> Iterator[str]:
    for piece in _AND.split(segment):
        at = 0
        for link in _SOFT_AND.finditer(piece):
            left, right = piece[at : link.start()], piece[link.end() :]
            if len(left.split()) >= 2 and len(right.split()) >= 2:
                yield left
                at = link.end()
        yield piece[at:]


def _without_lead(text: str) -> str:
    lead = _LEAD.match(text)
    return text[lead.end() :] if lead else text


def _valid_name(text: str) -> Iterator[str]:
    name = _TAIL.sub("", _without_lead(text.strip()[: MAX_NAME * 2])).strip()
    with_job = _JOB_BEHIND.fullmatch(name)
    name = (with_job["name"] if with_job else name).strip(" \t.,:;-–—_/*\"'“”„«»|")
    folded = fold(name)
    fits = len(name) <= MAX_NAME and len(name.split()) <= MAX_WORDS
    if (
        folded
        and fits
        and folded not in _NOBODY
        and not _DATE_LIKE.search(name)
        and re.search(r"[^\W\d_]", name)
    ):
        yield name
