"""The words around authors and dates in the languages of the press: data.

Each list is searched as whole words, in any case. Adding a word here is all that a new language needs; what a word
may cost is said where the list is used.
"""

from __future__ import annotations

import re

# Before a name, with or without a colon: "By Jane Doe".
BY = (
    "by", "words by", "written by", "reported by", "story by", "posted by", "published by", "text by",
    "von", "par", "por", "door", "geschreven door", "a cura di", "escrito por", "publicado por",
    "publié par", "écrit par", "scritto da", "skrevet av", "skrevet af", "skriven av", "przez", "oleh",
    "bởi", "द्वारा", "بقلم", "كتب", "כתב", "מאת", "ein artikel von", "eine analyse von",
    "ein kommentar von", "γράφει ο", "γράφει η", "yazan", "ditulis oleh",
)  # fmt: skip
# Before a name, only with a colon: alone they are words of many lines.
LABELS = (
    "author", "authors", "autor", "autora", "autorin", "autoren", "autorin/autor", "autor:in", "auteur",
    "auteurs", "autore", "autori", "text", "texte", "texto", "testo", "tekst", "txt", "av", "af", "od",
    "per", "di", "yazar", "haber", "penulis", "editor", "kirjoittaja", "szerző", "írta", "автор", "авторы",
    "текст", "автори", "ავტორი", "συντάκτης", "लेखक", "reporter", "redaktion", "penyunting", "tác giả",
    "theo", "forfatter", "skribent", "الكاتب", "written", "tekijä", "report by",
)  # fmt: skip
# Before a name in languages without spaces; a colon or slash may follow.
BY_UNSPACED = (
    "文",
    "撰文",
    "作者",
    "记者",
    "記者",
    "编辑",
    "編集",
    "責任編輯",
    "责任编辑",
    "責編",
    "责编",
    "글",
    "취재",
)
# Behind a name in languages without spaces.
REPORTERS = ("기자", "선임기자", "논설위원", "특파원", "特派員", "記者", "记者", "编辑")

# What a person does; a part of an author line that has one of these is no name, if another part is.
JOBS = (
    "reporter", "correspondent", "editor", "journalist", "writer", "columnist", "contributor", "producer",
    "photographer", "bureau chief", "critic", "analyst", "commentator", "blogger", "intern", "fellow",
    "director", "professor", "ceo", "founder", "co-founder", "manager", "researcher", "lecturer",
    "strategist", "specialist", "consultant", "attorney", "presenter", "host", "editor-in-chief", "author",
    "photojournalist", "coordinator", "redakteur", "redakteurin", "chefredakteur", "chefredakteurin",
    "korrespondent", "korrespondentin", "reporterin", "auslandskorrespondent", "auslandskorrespondentin",
    "autor", "autorin", "journalistin", "volontär", "volontärin", "ressortleiter", "ressortleiterin",
    "leiter", "leiterin", "journaliste", "rédacteur", "rédactrice", "correspondant", "correspondante",
    "envoyé spécial", "envoyée spéciale", "periodista", "redactor", "redactora", "corresponsal",
    "colaborador", "colaboradora", "giornalista", "inviato", "inviata", "redattore", "redattrice",
    "jornalista", "repórter", "verslaggever", "verslaggeefster", "redacteur", "correspondente", "skribent",
    "toimittaja", "dziennikarka", "dziennikarz", "redaktor", "redaktorka", "novinář", "novinářka",
    "reportér", "reportérka", "komentátor", "komentátorka", "újságíró", "szerkesztő", "muhabir", "muhabiri",
    "editör", "editörü", "журналист", "журналистка", "корреспондент", "редактор", "обозреватель",
    "кореспондент", "оглядач", "δημοσιογράφος", "محرر", "مراسل", "صحفي", "صحافي", "संवाददाता", "पत्रकार",
    "wartawan", "phóng viên",
)  # fmt: skip
# Before a job: "Senior Autos Reporter".
RANKS = (
    "senior", "chief", "deputy", "staff", "associate", "managing", "executive", "content", "contributing",
    "editorial", "lead", "freelance", "guest", "digital", "news", "review",
)  # fmt: skip
DEGREES = (
    "phd", "md", "msc", "bsc", "ma", "ba", "mba", "rn", "rd", "cfa", "cpa", "esq", "jd", "dvm", "med",
    "llm", "ms", "mph", "dds", "lcsw", "pt", "dpt", "cscs", "rdn", "ldn", "facp", "faap", "np", "pa-c",
    "do",
)  # fmt: skip
# In capitals as degrees are, but authors: news agencies and papers.
AGENCIES = (
    "afp", "ap", "dpa", "apa", "sda", "ats", "efe", "ansa", "epa", "rtr", "sid", "ntb", "tt", "pap", "ctk",
    "čtk", "mti", "pti", "ani", "upi", "kna", "epd", "dts", "afx", "aap", "lusa", "anp", "tass", "bbc",
    "cnn", "nzz", "ard", "zdf", "wsj", "kyodo", "aa", "iha", "dha", "rfi", "dw", "voa", "stt", "ritzau",
    "taz", "faz", "nyt", "abc", "cbc", "nbc", "pa",
)  # fmt: skip
# What systems write where nobody is named.
NOBODY = (
    "admin", "administrator", "editor", "author", "unknown", "null", "none", "undefined", "n a", "na",
    "user", "guest", "object object", "anonymous", "staff", "website", "webmaster", "root", "test",
    "default", "no author", "autor", "wordpress", "posted by", "by", "written by", "the author", "sign in",
    "log in", "read more", "share", "follow", "false", "true", "contributor", "seo", "marketing",
    "super user", "superuser",
)  # fmt: skip
# Parts of names in lower case.
PARTICLES = (
    "de", "del", "della", "di", "da", "dos", "das", "do", "du", "des", "van", "von", "der", "den", "ter",
    "ten", "zu", "zum", "zur", "la", "le", "el", "al", "bin", "ibn", "bint", "ben", "af", "av", "y", "e",
    "i", "dalla", "dello", "degli", "san", "st", "'t",
)  # fmt: skip

# How a social card (twitter:label1) or a list of facts on the page calls the author, and the day.
WRITTEN_BY = frozenset((
    *BY, *LABELS, *BY_UNSPACED, "verfasst von", "geschrieben von", "napisane przez", "napsal", "написано",
    "执笔者", "執筆者", "글쓴이", "기자",
))  # fmt: skip
DATED = frozenset((
    "date", "datum", "fecha", "data", "dato", "published", "posted", "publication date", "veröffentlicht",
    "erschienen", "date de publication", "дата", "дата публикации", "опубликовано", "日期", "公開日", "掲載日",
    "발행일", "입력", "tarih", "publisert", "publicerad", "التاريخ", "दिनांक", "tanggal",
))  # fmt: skip

# What marks a date as the publication's, and as a later change's; in classes and in print.
PUBLISHED = re.compile(
    r"publi|pubdate|posted|entry-date|created|issued|erschienen|veröffentlicht|fecha|dato", re.IGNORECASE
)
MODIFIED = re.compile(
    r"updat|modif|aktualisiert|actualiz|mis à jour|aggiornat|bijgewerkt|обновл|изменен|更新|수정|güncel|oppdatert|"
    r"uppdaterad|päivitetty|atualizad|opdateret|zaktualizowan|تحديث|अपडेट",
    re.IGNORECASE,
)
# Classes of what stands around articles.
FURNITURE = re.compile(
    r"comment|related|recommend|teaser|sidebar|widget|more-|latest|popular|ticker|card|footer", re.IGNORECASE
)


def any_of(words: tuple[str, ...]) -> str:
    """A pattern of all words, the longest first, so that "editor-in-chief" is not read as "editor"."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"
