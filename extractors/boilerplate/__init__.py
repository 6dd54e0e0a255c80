"""What is furniture in an article: told by the page (a lexicon, the article's facts) and by the site (memory)."""

from __future__ import annotations

from extractors.boilerplate.folding import fold_line, line_digest
from extractors.boilerplate.memory import judge_memory, known_lines, learn_sightings, merge_memory
from extractors.boilerplate.strip import Piece, pieces_of, strip_boilerplate

__all__ = [
    "Piece",
    "fold_line",
    "judge_memory",
    "known_lines",
    "learn_sightings",
    "line_digest",
    "merge_memory",
    "pieces_of",
    "strip_boilerplate",
]
