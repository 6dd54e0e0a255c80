"""Texts cut into sentences, numbers and quotations, in any script: good enough to say what changed, no grammar."""

from __future__ import annotations

import re

MAX_SENTENCE_CHARS = (
    1_000  # longer ones (tables, lists without a full stop) are cut: a diff is read by people
)

# A full stop, question or exclamation mark with its closing quotes. Scripts that put no space after it end there;
# in the others a space follows, and no small letter.
_END = re.compile(
    r"""[。！？｡]++[」』”’）)]*+                                        # Chinese, Japanese
    |(?<![.!?…؟।۔])[.!?…؟।۔]++["'”’»)\]]*+(?=\s[^\sa-zß-öø-ÿ])       # the rest
    """,
    re.VERBOSE,
)
# No sentence ends behind these, nor behind a single capital letter or a day of the month ("am 3. Mai").
_NO_END = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sen|Rep|Gen|Gov|Lt|Sgt|Jr|Sr|vs|No|Nr|Mme|Mlle|Sra?|Dra?|bzw|ca|Abs|Art|[A-Z]"
    r"|[А-Я])|(?<![\w.,])\d{1,2})\.$"
)
_NUMBER = re.compile(r"(?:[$€£¥₹]\s?)?\d+(?:[.,:\u00a0\u202f'’]\d+)*(?:\s?%)?")
_QUOTE = re.compile(r"“([^“”]+)”|„([^„“”]+)[“”]|«([^«»]+)»|»([^«»]+)«|「([^「」]+)」|\"([^\"]+)\"")
MIN_QUOTE_CHARS = 8  # shorter ones are words held at arm's length, and not somebody's speech


def sentences(text: str) -> list[str]:
    """The sentences in order, white space folded, none empty; a paragraph always ends one."""
    found: list[str] = []
    for paragraph in text.split("\n"):
        line = " ".join(paragraph.split())
        start = 0
        for match in _END.finditer(line):
            if not _NO_END.search(line, max(start, match.end() - 12), match.end()):
                found.append(line[start : match.end()].strip())
                start = match.end()
        found.append(line[start:].strip())
    return [sentence[:MAX_SENTENCE_CHARS] for sentence in found if sentence]


def numbers(text: str) -> list[str]:
    """The numbers as they are written, with a currency sign before or a % behind: `$1,200`, `3.5 %`, `14:30`."""
    return [" ".join(match.split()) for match in _NUMBER.findall(text)]


def quotes(text: str) -> list[str]:
    """What stands between quotation marks of any country, without them; single ones are apostrophes too often."""
    found = ("".join(groups).strip() for groups in _QUOTE.findall(text))
    return [quote for quote in found if len(quote) >= MIN_QUOTE_CHARS]
