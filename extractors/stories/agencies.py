"""Which news agency an article says to be from: by its byline, its dateline, or the line of credits at its end.

A reviewed list. A name in the running text says nothing ("Reuters reported on Monday"), so only these places are
read, and abbreviations that are words count only where brackets, a slash or the whole line makes them a credit.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

# The agency's short name: how it signs, as a pattern without case unless an abbreviation demands it.
_SIGNATURES: tuple[tuple[str, str], ...] = (
    ("Reuters", r"(?i:thomson\s+reuters|reuters)"),
    ("AP", r"AP|(?i:(?:the\s+)?associated\s+press)"),
    ("AFP", r"AFP|(?i:agence\s+france[-\s]?presse)"),
    ("UPI", r"UPI|(?i:united\s+press\s+international)"),
    ("Bloomberg", r"(?i:bloomberg(?:\s+news)?)"),
    ("PA", r"PA(?:\s+(?:Media|News|Wire))?|(?i:press\s+association)"),
    ("dpa", r"dpa(?:-[A-Za-z]{2,12})?|DPA|(?i:deutsche\s+presse[-\s]?agentur)"),
    ("AFX", r"dpa-AFX|AWP|AFX"),
    ("epd", r"epd|(?i:evangelischer\s+pressedienst)"),
    ("KNA", r"KNA|(?i:katholische\s+nachrichten[-\s]?agentur)"),
    ("SID", r"SID|(?i:sport[-\s]?informations[-\s]?dienst)"),
    ("APA", r"APA|(?i:austria\s+presse\s+agentur)"),
    ("Keystone-SDA", r"(?i:keystone-(?:sda|ats))|SDA|sda"),
    ("ANP", r"ANP|(?i:algemeen\s+nederlands\s+persbureau)"),
    ("Belga", r"(?i:belga)"),
    ("Ritzau", r"(?i:ritzaus?(?:\s+bureau)?)"),
    ("NTB", r"NTB|(?i:norsk\s+telegrambyr[åa])"),
    ("TT", r"TT|(?i:tidningarnas\s+telegrambyr[åa])"),
    ("STT", r"STT|(?i:suomen\s+tietotoimisto)"),
    ("BNS", r"BNS|(?i:baltic\s+news\s+service)"),
    ("PAP", r"PAP|(?i:polska\s+agencja\s+prasowa)"),
    ("ČTK", r"ČTK|CTK|(?i:[čc]esk[áa]\s+tiskov[áa]\s+kancel[áa][řr])"),
    ("TASR", r"TASR"),
    ("MTI", r"MTI"),
    ("Agerpres", r"(?i:agerpres|mediafax)"),
    ("EFE", r"EFE|(?i:agencia\s+efe)"),
    ("Europa Press", r"(?i:europa\s+press)"),
    ("Lusa", r"(?i:lusa)"),
    ("ANSA", r"ANSA|(?i:agenzia\s+ansa)"),
    ("Adnkronos", r"(?i:adnkronos)"),
    ("AGI", r"AGI"),
    ("ANA-MPA", r"(?i:ana-mpa)|ΑΠΕ-ΜΠΕ"),
    ("Anadolu", r"(?i:anadolu(?:\s+(?:agency|ajans[ıi]))?)"),
    ("TASS", r"TASS|ТАСС"),
    ("Interfax", r"(?i:interfax(?:-ukraine)?|интерфакс(?:-украина)?)"),
    ("RIA Novosti", r"(?i:ria\s+novosti|риа\s+новости)"),
    ("Ukrinform", r"(?i:ukrinform|укринформ|укрінформ)"),
    ("Xinhua", r"(?i:xinhua)|新华社|新華社"),
    ("Kyodo", r"(?i:kyodo(?:\s+news)?)|共同通信?|共同"),
    ("Jiji", r"(?i:jiji(?:\s+press)?)|時事通信?"),
    ("Yonhap", r"(?i:yonhap(?:\s+news)?)|연합뉴스"),
    ("PTI", r"PTI|(?i:press\s+trust\s+of\s+india)"),
    ("ANI", r"ANI"),
    ("IANS", r"IANS"),
    ("Antara", r"(?i:antara)"),
    ("Bernama", r"(?i:bernama)"),
    ("AAP", r"AAP|(?i:australian\s+associated\s+press)"),
    ("NZPA", r"NZPA|NZN"),
    ("Canadian Press", r"(?i:(?:the\s+)?canadian\s+press|la\s+presse\s+canadienne)"),
    ("Agência Brasil", r"(?i:ag[êe]ncia\s+brasil)"),
    ("Notimex", r"(?i:notimex)"),
    ("Télam", r"(?i:t[ée]lam)"),
    ("SAPA", r"SAPA"),
    ("PANA", r"(?i:panapress)"),
)  # fmt: skip
_HEAD_CHARS, _TAIL_CHARS = 160, 120  # a dateline with two towns; a line of credits
_AROUND = " .-–—()[]©"  # what may stand around a credit
_WITH = re.compile(r"\s(?:and|with|und|mit|et|avec|y|con|e)\s|/")  # Le Figaro et AFP
_JOINT = r"\s*(?:[/,&+]|and|und|et|y|e)\s*"


def agency_of(authors: Sequence[str], text: str) -> str | None:
    """The agency that an article credits first, by its short name; None when it credits none."""
    patterns = _patterns()
    head, last_line = text[:_HEAD_CHARS], text[-_TAIL_CHARS:].rsplit("\n", 1)[-1]
    for name in (part for author in authors for part in _WITH.split(author)):
        if found := patterns.signed.fullmatch(name.strip(_AROUND)):
            return _name(found)
    for dateline in patterns.datelines:
        if found := dateline.match(head):
            return _name(found)
    found = patterns.ending.search(last_line) or patterns.signed.fullmatch(last_line.strip(_AROUND))
    return _name(found) if found else None


def _name(found: re.Match[str]) -> str:
    return next(name for number, (name, _) in enumerate(_SIGNATURES) if found[f"a{number}"])


@dataclass(frozen=True, slots=True)
class _Patterns:
    """`signed`: a byline or a line that is nothing else. `ending`: a credit in brackets at the end of a line."""

    signed: re.Pattern[str]
    ending: re.Pattern[str]
    datelines: tuple[re.Pattern[str], ...]


@functools.cache
def _patterns() -> _Patterns:
    one = "|".join(f"(?P<a{number}>{pattern})" for number, (_, pattern) in enumerate(_SIGNATURES))
    credit = rf"(?:{one})(?:{_JOINT}[\w.-]+){{0,3}}"
    bracketed = rf"[(\[（【]\s*{credit}\s*[)\]）】]"
    return _Patterns(
        signed=re.compile(rf"(?:(?i:by|von|par|per|por|source|quelle|fonte|fuente|mit)\s*:?\s+)?{credit}"),
        ending=re.compile(rf"{bracketed}\W*$"),
        datelines=(
            re.compile(rf"[^\n(（\[【]{{0,80}}{bracketed}\s*(?:[-–—:]|\.\s*[-–—])"),  # PARIS, March 3 (AFP) -
            re.compile(rf"(?:[^\n(]{{2,60}}?\s*[-–—,/:]\s*)?(?:{one})\s*[-–—:]\s"),  # Berlin - dpa -
            re.compile(rf"[（【\[]?(?:{one})\S{{0,24}}?[电電】）]"),  # 新华社北京3月3日电
        ),
    )
