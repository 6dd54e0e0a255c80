"""Bytes of a web page -> text, even where the page is wrong about its own charset.

The order of belief: a byte order mark; NULs, which only UTF-16 puts between letters; bytes that are valid
UTF-8 (a text in another charset that has more than a few non-ASCII bytes never is); then what the header and
the page declare, if the result reads like writing; then whichever of `_CANDIDATES` reads most like writing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

SAMPLE_BYTES = 40_000  # enough for a verdict, 1 ms a candidate
STRAY_SHARE = 0.1  # broken sequences among non-ASCII characters that still pass as damaged UTF-8
READABLE = 0.4  # score from which a declared charset is believed; other alphabets read as Latin stay below 0

# Charsets seen on news sites, the common ones first: the first of equal score wins.
_CANDIDATES = (
    "cp1251", "cp932", "euc_jp", "gb18030", "cp949", "big5hkscs", "cp1252", "cp1250", "cp1254", "cp1253",
    "cp1256", "cp1255", "cp1257", "cp874", "koi8_u", "iso8859_2", "iso8859_5", "iso8859_6", "iso8859_7",
)  # fmt: skip
# Where single-byte charsets share most letters, the page's language decides.
_BY_LANGUAGE = {
    "cp1250": ("pl", "cs", "sk", "hu", "hr", "sl", "ro", "bs", "sq"),
    "iso8859_2": ("pl", "cs", "sk", "hu", "hr", "sl"), "cp1254": ("tr", "az"), "cp1257": ("lt", "lv", "et"),
    "cp1252": ("en", "de", "fr", "es", "it", "pt", "nl", "da", "sv", "no", "nb", "nn", "fi", "is", "ca", "gl"),
    "cp1251": ("ru", "uk", "be", "bg", "sr", "mk", "kk"), "cp1253": ("el",), "cp1255": ("he", "iw"),
    "cp1256": ("ar", "fa", "ur"), "cp932": ("ja",), "euc_jp": ("ja",), "cp949": ("ko",), "gb18030": ("zh",),
    "big5hkscs": ("zh",), "cp874": ("th",),
}  # fmt: skip
_LANG = re.compile(rb"<html[^>]{0,500}?\blang\s*=\s*[\"']?([a-zA-Z]{2})", re.IGNORECASE)
_C1 = re.compile(rb"\xc2[\x80-\x9f]")  # in UTF-8: a quarter of the time that it takes in the text
_MARKUP = re.compile(
    rb"<(?:script|style)\b.*?</(?:script|style)|<[^>]*>|&[#\w]{1,10};", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text without its byte order mark, the charset used, and the share of characters that are unreadable."""

    text: str
    charset: str
    lost: float = 0.0


def decode_page(body: bytes, content_type: str = "") -> Decoded:
    """Decode a page; never fails, `lost` says how well it went (0.0 to 1.0)."""
    charset, bom = read_bom(body)
    if charset and bom:
        return _decoded(body[len(bom) :], charset)
    wide = _wide_charset(body)
    if wide:
        return _decoded(body, wide)
    if body.isascii() and b"\x1b$" in body:
        return _decoded(body, "iso2022_jp")
    try:
        text = body.decode("utf-8")
        return Decoded(_undoubled(text) if _C1.search(body) else text, "utf-8")
    except UnicodeDecodeError:
        return _decoded(body, _choose_charset(body, content_type))


def _undoubled(text: str) -> str:
    """UTF-8 that was taken for Latin-1 and encoded once more, undone (10 of 791 real pages).

    Control characters of the range that Latin-1 leaves empty give it away; the whole must decode.
    """
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _decoded(body: bytes, charset: str) -> Decoded:
    text = body.decode(charset, "replace")
    return Decoded(text, charset, text.count("\ufffd") / max(1, len(text)))


def _wide_charset(body: bytes) -> str | None:
    """UTF-16 without a byte order mark: a NUL beside nearly each letter of the markup."""
    head = body[:2000]
    if head.count(0) < len(head) * 0.3:
        return None
    return "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"


def _choose_charset(body: bytes, content_type: str) -> str:
    declared = _declared_charsets(body, content_type)
    if (not declared or "utf-8" in declared) and _is_damaged_utf8(body):
        return "utf-8"
    sample = _text_sample(body)
    tag = _LANG.search(body[:5000])
    language = tag.group(1).decode("ascii").lower() if tag else ""
    for charset in declared:
        if not _is_dubious(charset, language) and readability(sample, charset) >= READABLE:
            return charset
    found = _detected(sample, language)
    return found or next((c for c in declared if c != "utf-8"), "cp1252")


def _is_dubious(charset: str, language: str) -> bool:
    """UTF-8 was tried; Latin-1 says nothing on a page in a language that it can't write."""
    if charset != "cp1252":
        return charset == "utf-8"
    return language not in _BY_LANGUAGE[charset] and any(
        language in others for others in _BY_LANGUAGE.values()
    )


def _declared_charsets(body: bytes, content_type: str) -> list[str]:
    """Header and page, in the order of belief: Latin-1 is what many servers add to every header unasked."""
    header, page = http_content_type_encoding(content_type), html_body_declared_encoding(body[:4096])
    both = [page, header] if header in ("cp1252", "iso8859-1") else [header, page]
    return [charset for charset in dict.fromkeys(both) if charset and _is_of_the_web(charset)]


def _is_of_the_web(charset: str) -> bool:
    """Not UTF-16, which was ruled out before, nor a codec of Python's own, that fails or runs escapes."""
    if charset.startswith(("utf-16", "utf-32", "utf-7", "idna", "punycode", "unicode", "raw")):
        return False
    try:
        return b"a".decode(charset, "replace") == "a"
    except (UnicodeError, LookupError):
        return False


def _is_damaged_utf8(body: bytes) -> bool:
    text = body.decode("utf-8", "replace")
    foreign = sum(1 for _ in re.finditer(r"[^\x00-\x7f]", text))
    return text.count("\ufffd") <= foreign * STRAY_SHARE


def _text_sample(body: bytes) -> bytes:
    """The bytes of the text, without the markup; from the first non-ASCII one on."""
    text = _MARKUP.sub(b" ", body[: SAMPLE_BYTES * 20])
    first = re.search(rb"[\x80-\xff]", text)
    start = max(0, first.start() - 100) if first else 0
    return text[start : start + SAMPLE_BYTES]


def _detected(sample: bytes, language: str) -> str | None:
    best, best_score = None, 0.0
    for charset in _CANDIDATES:
        at_home = language in _BY_LANGUAGE.get(charset, ())
        score = readability(sample, charset) + (0.1 if at_home else 0.0)
        if score > best_score:
            best, best_score = charset, score
    return best


_COMMON_IDEOGRAPHS = (
    "的一是不了在人有我他这這中大来來上国國日本年月報新聞市時分後社会會者記事発表同場地方部長"
)
# The most frequent letters of each alphabet: what tells Hebrew read as Cyrillic from Cyrillic.
_FREQUENT = frozenset(
    "оаеинтсрвл"
    "יוהלאמרתב"
    "اليمنوترهب"
    "αοιετσνηρυ"
    "านรกอเงมยล"
    "이다는의에가을로하고은지"
    "のにるをはたとがでし" + _COMMON_IDEOGRAPHS
)


def readability(sample: bytes, charset: str) -> float:
    """How much bytes read in one charset look like writing: 1.0 fully, 0.0 or less not at all."""
    text = sample.decode(charset, "replace")
    if text.endswith("\ufffd"):
        text = text[:-1]  # the sample's own cut
    good = bad = 0.0
    before = " "
    for char in text:
        if char > "\x7f":
            points = _plausible(before, char)
            good, bad = (good + points, bad) if points > 0 else (good, bad - points)
        elif char.isalpha() and before > "\x7f" and _script(before) not in ("LATIN", ""):
            bad += 0.5  # a Latin letter glued to one of another script
        before = char
    frequent = sum(1 for char in text if char in _FREQUENT) / max(1, sum(1 for char in text if char > "\x7f"))
    return (good - 2 * bad) / max(1.0, good + bad) + 0.4 * frequent


def _plausible(before: str, char: str) -> float:
    """Points of one non-ASCII character after another: 1 expected, below 0 odd."""
    category = unicodedata.category(char)
    if char == "\ufffd" or category in ("Cc", "Cn", "Co"):
        return -2.0
    script = _script(char)
    if not script:
        return 0.3 if char in "«»“”„‘’–—…·•©®°€£№、。「」、，！？：；（）・\xa0" else -0.3
    if script == "CJK":
        return 1.0 if char in _COMMON_IDEOGRAPHS or (char < "\u9fa6" and before > "\x7f") else 0.4
    if script in ("HIRAGANA", "KATAKANA", "HANGUL"):
        return 1.2 if char < "\uff00" else -0.5
    return _alphabetic(before, char, script)


def _alphabetic(before: str, char: str, script: str) -> float:
    if not before.isalpha():
        return 0.8 if script != "LATIN" or char.isalpha() else -0.5
    if before <= "\x7f":
        return 0.8 if script == "LATIN" and not (before.islower() and char.isupper()) else -0.8
    if _script(before) != script or (before.islower() and char.isupper()):
        return -1.0
    return -0.6 if script == "LATIN" else 1.0  # Latin accents come one by one, other alphabets in rows


_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "HEBREW", "ARABIC", "THAI", "HANGUL", "HIRAGANA", "KATAKANA", "CJK")


def _script(char: str) -> str:
    if not unicodedata.category(char).startswith(("L", "M")):
        return ""
    name = unicodedata.name(char, "")
    return next((script for script in _SCRIPTS if name.startswith((script, "HALFWIDTH " + script))), "")
