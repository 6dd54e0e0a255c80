"""The stem of a word in its language, where tantivy knows that language: Snowball's algorithms.

Words are folded before, so an accent that decides between two words of one language no longer does; queries and
texts go the same way, which is what counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

# ISO 639-1 -> the name of tantivy's stemmer
STEMMERS = {
    "ar": "arabic", "da": "danish", "nl": "dutch", "en": "english", "fi": "finnish", "fr": "french",
    "de": "german", "el": "greek", "hu": "hungarian", "it": "italian", "no": "norwegian", "nb": "norwegian",
    "nn": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "es": "spanish", "sv": "swedish",
    "ta": "tamil", "tr": "turkish",
}  # fmt: skip
REMEMBERED = 1 << 16  # words of one language: about 10 MB when full; looking one up is five times faster


class Stemmer:
    """Stems of one language's words, made once for each word."""

    def __init__(self, analyze: Callable[[str], list[str]]) -> None:
        self._analyze = analyze
        self._known: dict[str, str] = {}

    def __call__(self, words: Sequence[str]) -> list[str]:
        """One stem for each of these folded words."""
        unknown = list(set(words).difference(self._known))
        if unknown:
            if len(self._known) + len(unknown) > REMEMBERED:
                self._known.clear()
                unknown = list(set(words))
            self._known.update(zip(unknown, self._stems(unknown), strict=True))
        known = self._known
        return [known[word] for word in words]

    def _stems(self, words: list[str]) -> list[str]:
        stems = self._analyze(" ".join(words))
        return stems if len(stems) == len(words) else words


def stemmer_of(language: str | None) -> Callable[[Sequence[str]], list[str]]:
    """What makes stems of folded words, one for each; in other languages the words are what they are."""
    name = STEMMERS.get(main_language(language))
    return _stemmer(name) if name else list


def main_language(language: str | None) -> str:
    """ "pt" of "pt-BR"; "" where it is unknown."""
    return (language or "").lower().partition("-")[0]


@lru_cache(maxsize=len(STEMMERS))
def _stemmer(name: str) -> Stemmer:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    return Stemmer(TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer(name)).build().analyze)
