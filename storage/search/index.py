"""The index on disk: its fields, and how it is opened, made, and found broken."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import tantivy

from storage.errors import StorageError, one_line
from storage.holding import Holding
from storage.indexed import LAYOUT
from storage.search.grammar import QueryError
from storage.search.stems import STEMMERS, main_language, stemmer_of
from storage.search.words import index_words

MARK = "mark"
_MACHINE = re.compile(r"os error (?:13|24|28|30)\b|[Ll]ockfile")  # rights, files, room, read-only; in use
BETWEEN_NAMES = "¦"  # so that a phrase doesn't run from one author into the next


class BrokenIndex(Exception):
    """The index can't be read, or is of another layout: it has to be made anew."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is in the index; committed with it. `fingerprint` is that of `Holding`.

    `through`: the latest `stored_at` that was taken in (ISO 8601), None while the first update is under way.
    """

    articles: int = 0
    fingerprint: int = 0
    through: str | None = None
    layout: int = LAYOUT

    def is_of(self, holding: Holding) -> bool:
        """Whether the index has what a file holds."""
        return (self.articles, self.fingerprint) == (holding.articles, holding.fingerprint)

    @property
    def through_at(self) -> datetime | None:
        return datetime.fromisoformat(self.through) if self.through else None


@dataclass(frozen=True, slots=True)
class Indexed:
    """One article as it is indexed. `key` stands for this version of it, `at` is in seconds since 1970."""

    article_id: int
    version: int
    key: int
    source_id: str
    language: str | None
    at: int
    title: str
    text: str
    authors: tuple[str, ...]


def new_index(folder: Path) -> tantivy.Index:
    """An empty index; what was in the folder is gone."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        with translated(folder):
            return tantivy.Index(_schema(), path=str(folder))
    except (OSError, BrokenIndex) as error:
        raise StorageError(f"can't make the search index {folder}: {one_line(error)}") from error


def opened_index(folder: Path) -> tuple[tantivy.Index, Mark]:
    """The index and what is in it. Raises `BrokenIndex`; `FileNotFoundError` where there is none."""
    if not (folder / "meta.json").exists():
        raise FileNotFoundError(folder)
    with translated(folder):
        index = tantivy.Index.open(str(folder))
        searcher = index.searcher()
        found = searcher.search(tantivy.Query.term_query(index.schema, "kind", MARK), limit=1).hits
        if not found:
            raise BrokenIndex(f"{folder}: nothing says what is in it")
        mark = Mark(**json.loads(searcher.doc(found[0][1]).get_first("mark") or "{}"))
    if mark.layout != LAYOUT or searcher.num_docs != mark.articles + 1:
        raise BrokenIndex(f"{folder}: it is of another version, or incomplete")
    return index, mark


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """What tantivy can raise: `StorageError` where the disk or its rights are at fault, else `BrokenIndex`.

    A damaged index may make it panic too, which is no `Exception` in Python.
    """
    try:
        yield
    except QueryError:
        raise
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        if "max expansions" in str(error):  # 16,384 of tantivy's
            raise QueryError("too many words begin so: a phrase with a * needs a longer beginning") from error
        if _MACHINE.search(str(error)):
            raise StorageError(f"search index {folder}: {one_line(error)}") from error
        raise BrokenIndex(f"{folder}: {one_line(error)}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise BrokenIndex(f"{folder}: {one_line(error)}") from error


def document_of(article: Indexed) -> tantivy.Document:
    """The article as tantivy takes it: words, each one written with spaces around it."""
    title, text = index_words(article.title), index_words(article.text)
    document = tantivy.Document()
    document.add_integer("article_id", article.article_id)
    document.add_integer("version", article.version)
    document.add_unsigned("key", article.key)
    document.add_integer("at", article.at)
    document.add_unsigned("recency", max(0, article.at))
    document.add_text("source", article.source_id)
    language = main_language(article.language)
    document.add_text("lang", language)
    document.add_text("title", " ".join(title))
    document.add_text("text", " ".join(text))
    document.add_text(
        "author", f" {BETWEEN_NAMES} ".join(" ".join(index_words(name)) for name in article.authors)
    )
    if language in STEMMERS:
        stem = stemmer_of(language)
        document.add_text("title_stems", stem_terms(language, stem(title)))
        document.add_text("stems", stem_terms(language, stem(text)))
    return document


def stem_terms(language: str, stems: list[str]) -> str:
    """Stems with their language, so that those of one language are not the words of another."""
    return f"{language}:" + f" {language}:".join(stems) if stems else ""


def mark_document(mark: Mark) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("kind", MARK)
    document.add_text("mark", json.dumps(asdict(mark)))
    return document


def _schema() -> tantivy.Schema:
    """Nothing of an article is stored: titles and texts are in the published copy."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("article_id", indexed=True, fast=True)
    builder.add_integer_field("version", fast=True)
    builder.add_unsigned_field("key", fast=True)
    builder.add_integer_field("at", indexed=True, fast=True)
    builder.add_unsigned_field("recency", fast=True)
    for name in ("source", "lang", "kind"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("mark", tokenizer_name="raw", index_option="basic", stored=True)
    for name in ("title", "text", "author"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in ("title_stems", "stems"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    return builder.build()
