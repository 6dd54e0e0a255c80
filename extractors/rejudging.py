"""Stored text judged again with what is known now: pure, one article at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from extractors.article.text import content_hash, join_text, word_count
from extractors.boilerplate import strip_boilerplate
from extractors.model import ArticleVersion, Extracted, Fact, Facts, Removed

REPEATED = "repeated on the site"  # the one reason that is judged again; the others were told by the page


def extracted_again(version: ArticleVersion) -> Extracted:
    """The article as it was before its site's lines were judged: kept and removed together, in their order."""
    removed = {block.position: block for block in version.removed}
    kept = iter(version.text.split("\n\n") if version.text else ())
    blocks: list[str] = []
    furniture: list[Removed] = []
    for position in range(len(version.removed) + len(version.text.split("\n\n"))):
        block = removed.get(position)
        if block is None:
            blocks.extend([text] if (text := next(kept, "")) else [])
        elif block.reason == REPEATED:
            blocks.append(block.text)
        else:
            furniture.append(block)
    blocks.extend(kept)
    facts = Facts(Fact(version.title), authors=Fact(version.authors))
    return Extracted(version.canonical_url, facts, tuple(blocks), tuple(furniture))


def rejudged(
    version: ArticleVersion, known: Collection[int], *, protect: Sequence[str] = (), drop: Sequence[str] = ()
) -> ArticleVersion | None:
    """The version that follows from what is known now, or None where its text would stay the same."""
    stripped = strip_boilerplate(extracted_again(version), known, protect=protect, drop=drop)
    text = join_text(stripped.kept)
    if text == version.text:
        return None
    return replace(
        version,
        text=text,
        word_count=word_count(text),
        content_hash=content_hash(version.title, text),
        removed=stripped.removed,
    )
