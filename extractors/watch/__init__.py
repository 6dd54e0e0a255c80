"""Watchlists: which articles speak of what somebody watches for, and where exactly.

A term is a word (`energy`), a phrase (`wind farm`, with quotes or without), words that begin so (`heat pump*`), or
words near each other (`"minister resigns"~5`: within five words, in any order). Case and accents don't count.

    matcher = compile_watchlists(config.watchlists)
    mentions = find_mentions(matcher, article_id, title, text)

`folding` says what counts as a word and when two are the same, `terms` reads terms, `matcher` finds them.
"""

from extractors.watch.definitions import definition_of, watched_hash
from extractors.watch.folding import fold_word, folded_words, word_spans
from extractors.watch.matcher import Matcher, compile_watchlists, find_mentions
from extractors.watch.terms import Term, parse_term

__all__ = [
    "Matcher", "Term", "compile_watchlists", "definition_of", "find_mentions", "fold_word", "folded_words",
    "parse_term", "watched_hash", "word_spans",
]  # fmt: skip
