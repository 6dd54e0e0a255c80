"""The language of a page: what it declares, checked against its own text.

Scripts settle most languages of the world; within Latin, Cyrillic, Arabic and Devanagari a dozen of the commonest
words of each does. Small and exact enough for paragraphs; never asked about single words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from extractors.metadata.common_words import COMMON_WORDS

MIN_LETTERS = 40  # of running text, to judge at all
MIN_HITS = 0.05  # share of a text's words that are among a language's commonest; right ones have .15 to .45
SAMPLE_CHARS = 3_000


def _index() -> dict[str, tuple[str, ...]]:
    """Each common word, and the languages that have it."""
    index: dict[str, tuple[str, ...]] = {}
    for code, words in COMMON_WORDS.items():
        for word in dict.fromkeys(words.split()):
            index[word] = (*index.get(word, ()), code)
    return index


_LANGUAGES_OF = _index()
# Names of scripts as `unicodedata.name` begins with them -> the languages that use it, or the only one.
_SHARED = ("CYRILLIC", "ARABIC", "DEVANAGARI")
_SCRIPTS: dict[str, tuple[str, ...]] = {
    "CYRILLIC": ("ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "mn"),
    "ARABIC": ("ar", "fa", "ur", "ps", "ckb", "ug"), "DEVANAGARI": ("hi", "mr", "ne"), "GREEK": ("el",),
    "HEBREW": ("he",), "HANGUL": ("ko",), "HIRAGANA": ("ja",), "KATAKANA": ("ja",), "CJK": ("zh",),
    "THAI": ("th",), "BENGALI": ("bn",), "TAMIL": ("ta",), "TELUGU": ("te",), "GUJARATI": ("gu",),
    "KANNADA": ("kn",), "MALAYALAM": ("ml",), "GURMUKHI": ("pa",), "ORIYA": ("or",), "SINHALA": ("si",),
    "GEORGIAN": ("ka",), "ARMENIAN": ("hy",), "ETHIOPIC": ("am",), "KHMER": ("km",), "LAO": ("lo",),
    "MYANMAR": ("my",), "TIBETAN": ("bo",),
}  # fmt: skip
_SCRIPTS["LATIN"] = tuple(
    code for code in COMMON_WORDS if not any(code in _SCRIPTS[name] for name in _SHARED)
)
_ALIASES = {
    "iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "cmn": "zh", "ger": "de", "eng": "en", "fil":
    "tl", "deu": "de", "fra": "fr", "spa": "es", "ita": "it", "por": "pt", "rus": "ru", "jp": "ja", "cn":
    "zh", "kr": "ko", "bs": "hr", "sh": "hr", "mo": "ro", "english": "en", "german": "de", "deutsch": "de",
    "french": "fr", "spanish": "es", "italian": "it", "russian": "ru", "gb": "en", "cz": "cs", "se": "sv",
    "dk": "da", "ua": "uk",
}  # fmt: skip
_CODE = re.compile(r"\s*([a-zA-Z]{2,8})(?:[-_\s;,.].*)?\s*")
_ISO_639_1 = frozenset((
    "aa", "ab", "ae", "af", "ak", "am", "an", "ar", "as", "av", "ay", "az", "ba", "be", "bg", "bh", "bi",
    "bm", "bn", "bo", "br", "bs", "ca", "ce", "ch", "co", "cr", "cs", "cu", "cv", "cy", "da", "de", "dv",
    "dz", "ee", "el", "en", "eo", "es", "et", "eu", "fa", "ff", "fi", "fj", "fo", "fr", "fy", "ga", "gd",
    "gl", "gn", "gu", "gv", "ha", "he", "hi", "ho", "hr", "ht", "hu", "hy", "hz", "ia", "id", "ie", "ig",
    "ii", "ik", "io", "is", "it", "iu", "ja", "jv", "ka", "kg", "ki", "kj", "kk", "kl", "km", "kn", "ko",
    "kr", "ks", "ku", "kv", "kw", "ky", "la", "lb", "lg", "li", "ln", "lo", "lt", "lu", "lv", "mg", "mh",
    "mi", "mk", "ml", "mn", "mr", "ms", "mt", "my", "na", "nb", "nd", "ne", "ng", "nl", "nn", "no", "nr",
    "nv", "ny", "oc", "oj", "om", "or", "os", "pa", "pi", "pl", "ps", "pt", "qu", "rm", "rn", "ro", "ru",
    "rw", "sa", "sc", "sd", "se", "sg", "si", "sk", "sl", "sm", "sn", "so", "sq", "sr", "ss", "st", "su",
    "sv", "sw", "ta", "te", "tg", "th", "ti", "tk", "tl", "tn", "to", "tr", "ts", "tt", "tw", "ty", "ug",
    "uk", "ur", "uz", "ve", "vi", "vo", "wa", "wo", "xh", "yi", "yo", "za", "zh", "zu",
))  # fmt: skip


def language_code(declared: str) -> str | None:
    """The ISO 639-1 code in a declaration such as "pt-BR", "en_US" or "German"; None when there is none."""
    match = _CODE.fullmatch(declared)
    if not match:
        return None
    code = match.group(1).lower()
    code = _ALIASES.get(code, code)
    return code if code in _ISO_639_1 else None


def detect_language(text: str) -> str | None:
    """The language of running text; None when it is too short, or like no known one."""
    text = text[:SAMPLE_CHARS]
    script = _main_script(text)
    if not script:
        return None
    languages = _SCRIPTS[script]
    if len(languages) == 1:
        return languages[0]
    scores = score_languages(text, languages)
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] >= MIN_HITS else None


def score_languages(text: str, languages: Iterable[str]) -> dict[str, float]:
    """For each language the share of the text's words that are among its commonest."""
    words = re.findall(r"[\w\u0900-\u0dff\u064b-\u065f]+", text.lower())
    hits: Counter[str] = Counter()
    for word in words:
        for code in _LANGUAGES_OF.get(word, ()):
            hits[code] += 1
    return {code: hits[code] / max(1, len(words)) for code in languages if code in COMMON_WORDS}


def _main_script(text: str) -> str:
    """The script of most letters, or "". Kana decide for Japanese, which is written with Chinese characters too."""
    counts: Counter[str] = Counter()
    for char in text[:500]:
        if char.isalpha():
            counts[_script_of(char)] += 1
    total = sum(counts.values())
    if total < MIN_LETTERS and not any(
        counts[name] >= MIN_LETTERS // 2 for name in ("CJK", "HIRAGANA", "HANGUL", "THAI")
    ):
        return ""
    if counts["HIRAGANA"] + counts["KATAKANA"] > 0.1 * total:
        return "HIRAGANA"
    script = counts.most_common(1)[0][0]
    return script if script in _SCRIPTS else ""


def _script_of(char: str) -> str:
    if char < "\u0250":
        return "LATIN"
    return unicodedata.name(char, " ").split(" ", 1)[0].split("-", 1)[0]


def choose_language(declared: Sequence[tuple[str, str]], text: str) -> tuple[str | None, str]:
    """The language and the origin that it is known by ("text" if the page's own word was not believed).

    `declared` are (origin, code) in the order of belief. A declaration is believed if the text is in a script of
    that language and its common words are not far behind those of the best; languages we have no words for are
    believed if their script fits.
    """
    found = detect_language(text)
    if found is None:
        origin, code = declared[0] if declared else ("", None)
        return (None, "") if code and _is_foreign(code, text) else (code, origin)
    for origin, code in declared:
        if code == found or _is_close(code, found, text):
            return code, origin
    return found, "text"


def _is_foreign(code: str, text: str) -> bool:
    """Whether a text is long enough, and has too few of a language's commonest words, to be in it."""
    if code not in COMMON_WORDS or len(text.split()) < 60:
        return False
    return score_languages(text[:SAMPLE_CHARS], (code,))[code] < MIN_HITS / 2


def _is_close(code: str, found: str, text: str) -> bool:
    """Whether the text may as well be in the declared language: near relatives, or one without a word list."""
    script = _main_script(text)
    if code not in COMMON_WORDS:
        return not any(code in languages for languages in _SCRIPTS.values()) and script in (
            "LATIN",
            "CYRILLIC",
            "ARABIC",
            "DEVANAGARI",
        )
    if code not in _SCRIPTS.get(script, ()):
        return False
    scores = score_languages(text, (code, found))
    return scores[code] >= 0.8 * scores[found]
