"""Whether the search index is that of the published copy, as far as two small notes tell: neither has to be opened.

The note is written when an index is complete, and believed while copy and index are the files that it was written
of. Where it says nothing, or nothing that can be believed, whoever asks has to look: `storage.search.updating` does.
"""

from __future__ import annotations

from pathlib import Path

from storage.notes import read_note, write_note
from storage.pace import file_mark, read_last

LAYOUT = 1  # a change of fields or of what a word is: indexes of another layout are made anew


def index_folder(published: Path) -> Path:
    """Where the index of a published copy is: beside it. data/news.duckdb has data/news.search."""
    return published.with_suffix(".search")


def is_indexed(published: Path) -> bool:
    """Whether the index is known to have all articles of the copy, and no others."""
    copy = read_last(published)
    if copy is None or copy.articles is None:
        return False
    try:
        return bool(read_note(_note_of(published)) == _noted(published, copy.articles))
    except (OSError, ValueError):
        return False


def note_indexed(published: Path, articles: str) -> None:
    """Note that the index has what `Holding.name` says. Raises `OSError`."""
    write_note(_note_of(published), _noted(published, articles))


def _noted(published: Path, articles: str) -> dict[str, object]:
    written = file_mark(index_folder(published) / "meta.json")  # tantivy replaces it with each commit
    return {"layout": LAYOUT, "articles": articles, "index": written}


def _note_of(published: Path) -> Path:
    folder = index_folder(published)
    return folder.with_name(f".{folder.name}.made")
