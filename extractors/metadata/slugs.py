"""Whether the address of a page spells a title: systems make it of the headline at the first publication."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from extractors.metadata.prose import squeeze

MIN_LETTERS = 20  # of a title; what is shorter stands in an address by chance
_WRITTEN_AS = (("æ", "a"), ("ø", "o"), ("ł", "l"), ("ı", "i"), ("ae", "a"), ("oe", "o"), ("ue", "u"))


def spells(url: str, title: str) -> bool:
    """Whether one piece of the path has all words of the title in their order: "fuenf-tote" and "funf-tote" both
    spell "Fünf Tote"."""
    key = _letters(title)
    try:
        pieces = unquote(urlsplit(url).path).split("/")
    except ValueError:
        return False
    return len(key) >= MIN_LETTERS and any(key in _letters(piece) for piece in pieces)


def _letters(text: str) -> str:
    key = squeeze(text)
    for written, plain in _WRITTEN_AS:
        key = key.replace(written, plain)
    return key
