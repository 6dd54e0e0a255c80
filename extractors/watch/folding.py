"""What counts as a word, and when two words are the same: case, accents and forms of one letter don't count.

A word is a run of letters and digits, with the marks on them. In scripts that put no spaces between words (Han,
kana, Hangul, Thai, Lao, Khmer, Burmese, Tibetan) each letter is a word by itself, so that a sequence of them is
found anywhere. Hangul has spaces, and is among them since its particles are written onto the word. Any other sign
(`&`, `+`, `.`, an emoji, a paragraph's end) is a word by itself too, so that it separates, and a term can ask for
it; only spaces, hyphens, quotes and apostrophes may stand between the words of a phrase.

Words are folded one by one and after they were found, so a place is always a place in the text as it stands,
however many letters a word has once it is folded (ß, ﬁ, İ, combining marks).
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Callable

Span = tuple[int, int]  # first and one behind the last: words, or letters

# Chapter and block tables of the Unicode Standard: letters of scripts written without spaces, and Hangul.
_UNSPACED = (
    "\u0e00-\u0e3e\u0e40-\u0e7f"  # Thai without its currency sign
    "\u0e80-\u0eff\u0f00\u0f40-\u0f6c\u1000-\u109f\u1780-\u17ff"  # Lao, Tibetan, Burmese, Khmer
    "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"  # Hangul
    "\u3005-\u3007\u3021-\u3029\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"  # kana
    "\u3100-\u312f\u31a0-\u31bf\u31f0-\u31ff\uff66-\uff9d"  # Bopomofo, more kana
    "\u2e80-\u2fd5\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # Han
)
_JAMO = "[\u1100-\u115f][\u1160-\u11a7]+[\u11a8-\u11ff]*"  # one syllable, written in pieces
_HALF_VOICED = "\uff9e\uff9f"  # voicing marks of half-width kana: letters by category, marks by use
_SOFT = (
    "\\s\\-\u2010-\u2015\u2212\u00b7\u30fb\uff65"  # spaces, hyphens and dashes, middle dots
    "'\"`\u2018-\u201f\u2039\u203a\u00ab\u00bb\u00b4\u02bc\u2032\u2033"  # quotes, apostrophes, primes
)
PARAGRAPH = r"\n\s*\n"
_SCANNED = (range(0x20000), range(0xE0000, 0xE1000))  # where marks, format signs and letters with cases are

# Marks that are "accents" (over Latin, Greek, Cyrillic; Arabic and Hebrew pointing), variation selectors, and
# Arabic's tatweel. Others make another letter: dakuten, nukta, Thai and Indic vowels.
_ACCENTS = (
    (0x0300, 0x036F), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x05C4, 0x05C5), (0x05C7, 0x05C7),
    (0x0610, 0x061A), (0x0640, 0x0640), (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC), (0x06DF, 0x06E4),
    (0x06E7, 0x06E8), (0x06EA, 0x06ED), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F), (0xE0100, 0xE01EF),
)  # fmt: skip
_LETTERS = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ħ": "h",
    "ŧ": "t",
    "ı": "i",
    "æ": "ae",
    "œ": "oe",
    "ð": "d",
    "þ": "th",
}
_CYRILLIC = re.compile("[иу]\u0306|і\u0308")  # й, ў, ї are letters of their own; ё is not, in print


def folded_words(text: str) -> list[str]:
    """The words of a text in order, folded."""
    words: list[str] = _pattern().findall(text.lower())
    if text.isascii():
        return words
    folded = {word: fold_word(word) for word in set(words) if not word.isascii()}
    return list(map(folded.get, words, words)) if folded else words


def word_spans(text: str) -> list[Span]:
    """The place of each of these words: number i is `text[start:end]` as it stands."""
    return [match.span(1) for match in _pattern().finditer(text)]


@functools.lru_cache(maxsize=1 << 16)  # a language's usual words; about 10 MB when full
def fold_word(word: str) -> str:
    """A form that all writings of one word share. Folding it again changes nothing."""
    text = unicodedata.normalize("NFKD", word).replace(
        "\u0345", ""
    )  # iota subscript: casefold makes a letter of it
    text = unicodedata.normalize("NFKD", text.casefold())
    text = _CYRILLIC.sub(lambda match: unicodedata.normalize("NFC", match.group()), text)
    return unicodedata.normalize("NFC", text.translate(_dropped_and_replaced()))


@functools.cache
def _pattern() -> re.Pattern[str]:
    """One word, as the group; what is soft before it goes along.

    The classes are spelled out as ranges: `\\w` knows no marks. What `re` can't look up in its table it tests
    range by range, so letters of ASCII, and all that isn't ASCII, each have their own way (seven times faster).
    """
    word, marks = _word_and_marks()
    marked = rf"(?:(?=[^\x00-\x7f])[{marks}]+)?"
    ways = (
        r"[A-Za-z0-9]++(?![^\x00-\x7f])",
        rf"(?=[^\x00-\x7f]|[A-Za-z0-9])[{word}][{word}{marks}]*",
        rf"(?=[^\x00-\x7f])(?:{_JAMO}|[{_UNSPACED}]){marked}",
        PARAGRAPH,
        rf"[!#-&(-,./:-@\[-_{{-~]{marked}",  # ASCII without what is soft
        rf"(?=[^\x00-\x7f])[^{_SOFT}{marks}]{marked}",
    )
    # What is soft on one line goes along, since to begin a match there and fail costs more; but four at most, or a
    # long row of it would be read again from each of its letters.
    return re.compile(rf"[ \-'\"\u2018-\u201f]{{0,4}}+({'|'.join(ways)})")


@functools.cache
def _word_and_marks() -> tuple[str, str]:
    """The insides of two character classes."""
    marks = _class_of(lambda letter: unicodedata.category(letter) in ("Mn", "Mc", "Me", "Cf")) + _HALF_VOICED
    unspaced = re.compile(f"[{_UNSPACED}{_HALF_VOICED}]")
    return _class_of(lambda letter: letter.isalnum() and not unspaced.match(letter)), marks


def _class_of(wanted: Callable[[str], bool]) -> str:
    """The inside of a character class: all letters of the scanned planes that are wanted, as ranges."""
    ranges: list[Span] = []
    for code in itertools.chain(*_SCANNED):
        if wanted(chr(code)):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1] = (ranges[-1][0], code)
            else:
                ranges.append((code, code))
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


@functools.cache
def _dropped_and_replaced() -> dict[int, str | None]:
    """For `str.translate`: accents and format signs to nothing, letters with a stroke to the plain one."""
    table: dict[int, str | None] = {ord(letter): plain for letter, plain in _LETTERS.items()}
    for first, last in _ACCENTS:
        table.update(dict.fromkeys(range(first, last + 1)))
    for code in itertools.chain(*_SCANNED):
        if unicodedata.category(chr(code)) == "Cf":
            table[code] = None
    return table
