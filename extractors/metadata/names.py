"""Author lines -> names: "By", addresses, handles, job titles and brackets off, several names apart.

What is printed stays as printed (capitals too), and an agency, a desk or the paper itself may be the author when
no person is named. The word lists are data; each rule only fires where a name is left over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from extractors.metadata.prose import fold, plain, squeeze

MAX_NAME = 80  # characters; the longest name of 741 in the bench truth: 49
MAX_WORDS = 8
MAX_NAMES = 30

_ADDRESS = re.compile(r"\S+@\S+\.\w+|https?://\S+|www\.\S+|(?<!\S)@\w+|\bmailto:\S*", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*[(\[（【<][^()\[\]（）【】<>]{0,80}[)\]）】>]?")
_LEAD = re.compile(
    r"^(?:(?:by|words by|written by|reported by|story by|posted by|published by|report by|text by|von|ein artikel von|"
    r"eine analyse von|ein kommentar von|par|publié par|écrit par|por|escrito por|publicado por|per|a cura di|"
    r"scritto da|door|geschreven door|av|af|skrevet af|tekst av|przez|od|autor|autora|autorin|autoren|auteur|author|"
    r"authors|text|texte|texto|testo|tekst|txt|yazar|yazan|haber|penulis|oleh|editor|kirjoittaja|szerző|írta|"
    r"автор|авторы|текст|автори|ავტორი|συντάκτης|γράφει(?: ο| η)?|του|της|द्वारा|लेखक|بقلم|كتب|كتبت|مأت|מאת|"
    r"reporter|redaktion|penyunting|tác giả|theo)\s*[:：]\s*|"
    r"(?:by|written by|words by|reported by|story by|posted by|published by|text by|von|par|por|door|geschreven door|"
    r"a cura di|escrito por|oleh|bởi|द्वारा|بقلم|مأת|מאת)\s+|"
    r"(?:文|撰文|作者|记者|記者|编辑|責任編輯|责任编辑|責編|责编|来源|글|취재)\s*[:：／/｜|]?\s*)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:기자|特派員|記者|记者|编辑|특파원|선임기자|논설위원)$|\s+(?:reports|writes|reporting)$",
    re.IGNORECASE,
)
_HARD = re.compile(r"\s*[;|•·、；\n]\s*|\s+/\s+|\s+[-–—]\s+|，")
_COMMA = re.compile(r"\s*[,،]\s*")
_AND = re.compile(r"\s+(?:and|und|&|with|mit|sowie)\s+", re.IGNORECASE)
# Words that also stand inside of names ("Ramón y Cajal"): they part only what is a full name on both sides.
_SOFT_AND = re.compile(
    r"\s+(?:et|avec|y|con|e|com|en|met|og|och|med|ja|i|oraz|a|és|și|și|ve|ile|и|та|і|й|και|dan|na|en|og|và|और|এবং|และ|და|և)\s+|\s+و(?=\S)"
)
_JOB = re.compile(
    r"(?<!\w)(?:(?:senior |chief |deputy |staff |associate |managing |executive |political |foreign |business |sports? |"
    r"health |science |tech(?:nology)? |news |world |national |contributing |digital |breaking |crime |city |"
    r"education |environment |economics |political |white house |us |uk )*"
    r"(?:reporter|correspondent|editor|journalist|writer|columnist|contributor|producer|photographer|bureau chief|"
    r"critic|analyst|commentator|blogger|intern|fellow|director|professor|ceo|founder|co-founder|manager|researcher|"
    r"lecturer|strategist|specialist|consultant|attorney|presenter|host|editor-in-chief|author|photojournalist)s?|"
    r"(?:chef)?redakteur(?:in)?|(?:\w+-?)?korrespondent(?:in)?|reporterin|autor(?:in)?|journalistin|volontär(?:in)?|"
    r"ressortleiter(?:in)?|leiter(?:in)?|journaliste|rédacteur|rédactrice|correspondante?|envoyée? spéciale?|"
    r"periodista|redactora?|corresponsal|colaboradora?|giornalista|inviat[oa]|redattore|redattrice|jornalista|"
    r"repórter|verslaggever|verslaggeefster|redacteur|correspondente|skribent|journalist|toimittaja|dziennikarka|"
    r"dziennikarz|redaktor(?:ka)?|novinář(?:ka)?|reportér(?:ka)?|komentátor(?:ka)?|újságíró|szerkesztő|muhabir[i]?|editör[ü]?|"
    r"журналист(?:ка)?|корреспондент|редактор|обозреватель|кореспондент|оглядач|δημοσιογράφος|محرر|مراسل|صحفي|صحافي|"
    r"संवाददाता|पत्रकार|wartawan|phóng viên)(?!\w)",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r"(?:ph\.?d|m\.?d|m\.?sc|b\.?sc|m\.?a|b\.?a|mba|rn|rd|cfa|cpa|esq|jd|dvm|m\.?ed|ll\.?m|ms|mph|dds|lcsw|pt|dpt|cscs|rdn|ldn|facp|faap|np|pa-c|do)\.?",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)
_NOBODY = frozenset((
    "admin", "administrator", "editor", "author", "unknown", "null", "none", "undefined", "n a", "na", "user", "guest",
    "object object", "anonymous", "staff", "website", "webmaster", "root", "test", "default", "no author", "autor",
    "wordpress", "posted by", "by", "false", "true", "contributor", "seo", "marketing", "super user", "superuser",
))  # fmt: skip
_DATE_LIKE = re.compile(r"\d{1,2}[:.]\d{2}|\d{4}|\b\d+\s*(?:min|std|hours?|days?)\b", re.IGNORECASE)


def author_names(lines: Iterable[str], site_names: Iterable[str] = ()) -> tuple[str, ...]:
    """The names in lines that may each hold several, in order, each once.

    `site_names` keep "The Globe and Mail" in one piece.
    """
    whole = {squeeze(name) for name in site_names}
    names: dict[str, str] = {}
    for line in lines:
        for name in _names_in_line(line, whole):
            if len(names) < MAX_NAMES:
                names.setdefault(fold(name), name)
    return tuple(names.values())


def _names_in_line(line: str, whole: set[str]) -> Iterator[str]:
    text = plain(line)
    if squeeze(text) in whole:
        yield text
        return
    text = _BRACKETS.sub(" ", _ADDRESS.sub(" ", text)).strip(" ,;:-–|")
    text = _LEAD.sub("", text)
    for part in _HARD.split(text):
        yield from _names_in_part(part)


def _names_in_part(part: str) -> Iterator[str]:
    segments = [segment for segment in _COMMA.split(part) if segment]
    segments = _suffixes_joined(segments)
    names = [name for segment in segments for name in _people_in(segment)]
    if len(names) > 1:
        people = [name for name in names if not _JOB.search(name)]
        names = people or names[:1]
    for name in names:
        yield from _valid_name(name)


def _suffixes_joined(segments: list[str]) -> list[str]:
    joined: list[str] = []
    for segment in segments:
        if joined and _SUFFIX.fullmatch(segment):
            joined[-1] = f"{joined[-1]} {segment}"
        elif not (joined and _DEGREE.fullmatch(segment)):
            joined.append(segment)
    return joined


def _people_in(segment: str) -> Iterator[str]:
    for piece in _AND.split(segment):
        at = 0
        for link in _SOFT_AND.finditer(piece):
            left, right = piece[at : link.start()], piece[link.end() :]
            if len(left.split()) >= 2 and len(right.split()) >= 2:
                yield left
                at = link.end()
        yield piece[at:]


def _valid_name(name: str) -> Iterator[str]:
    name = _TAIL.sub("", _LEAD.sub("", name)).strip(" \t.,:;-–—_/*\"'“”„«»|").strip()
    folded = fold(name)
    if (
        folded
        and folded not in _NOBODY
        and len(name) <= MAX_NAME
        and len(name.split()) <= MAX_WORDS
        and any(char.isalpha() for char in name)
        and not _DATE_LIKE.search(name)
    ):
        yield name


_PARTICLES = frozenset((
    "de", "del", "della", "di", "da", "dos", "das", "do", "du", "des", "van", "von", "der", "den", "ter", "ten", "zu", "zum",
    "zur", "la", "le", "el", "al", "bin", "ibn", "bint", "ben", "af", "av", "y", "e", "i", "dalla", "dello", "degli", "san", "st", "'t",
))  # fmt: skip


def is_name_like(name: str) -> bool:
    """Shaped like a person's or agency's name: one to six words, all capitalised where the script has capitals."""
    words = name.split()
    if not 1 <= len(words) <= 6 or any(char.isdigit() for char in name) or name.endswith(("?", "!")):
        return False
    if not any(char.isupper() or char.islower() for char in name):
        return len(name) <= 30 and (len(words) > 1 or 2 <= len(name) <= 12)
    plain_words = [word for word in words if word.casefold() not in _PARTICLES]
    return (
        bool(plain_words)
        and all(word[:1].isupper() or not word[:1].isalpha() for word in plain_words)
        and (len(words) > 1 or len(name) >= 3)
    )
