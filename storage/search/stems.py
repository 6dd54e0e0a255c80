"""The stem of a word in its language, where tantivy knows that language: Snowball's algorithms.

Words are folded before, so an accent that decides between two words of one language no longer does; queries and
texts go the same way, which is what counts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

# ISO 639-1 -> the name of tantivy's stemmer
STEMMERS = {
    "ar": "arabic", "da": "danish", "nl": "dutch", "en": "english", "fi": "finnish", "fr": "french",
    "de": "german", "el": "greek", "hu": "hungarian", "it": "italian", "no": "norwegian", "nb": "norwegian",
    "nn": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "es": "spanish", "sv": "swedish",
    "ta": "tamil", "tr": "turkish",
}  # fmt: skip


def stemmer_of(language: str | None) -> Callable[[list[str]], list[str]]:
    """What makes stems of folded words, one for each; in other languages the words are what they are."""
    name = STEMMERS.get(main_language(language))
    return _stemmer(name) if name else list


def main_language(language: str | None) -> str:
    """ "pt" of "pt-BR"; "" where it is unknown."""
    return (language or "").lower().partition("-")[0]


@lru_cache(maxsize=len(STEMMERS))
def _stemmer(name: str) -> Callable[[list[str]], list[str]]:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    analyzer = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer(name)).build()

    def stems(words: list[str]) -> list[str]:
        found = analyzer.analyze(" ".join(words))
        return found if len(found) == len(words) else words

    return stems
