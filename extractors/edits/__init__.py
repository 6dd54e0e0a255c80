"""What changed between two versions of an article: pure, and bounded whatever the texts."""

from extractors.edits.comparison import Edit, compare

__all__ = ["Edit", "compare"]
