"""Clues -> facts: one pure decision for each. docs/facts.md prints the tables with what each line is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeAlias

from extractors.metadata.chronology import Dated, choose_modified, choose_published, habits_of
from extractors.metadata.clues import Clue, Clues
from extractors.metadata.dates import Habits, parse_moment
from extractors.metadata.language import choose_language, language_code
from extractors.metadata.links import choose_canonical, choose_image
from extractors.metadata.names import author_names, upright_name
from extractors.metadata.prose import fold, plain, squeeze
from extractors.metadata.titles import choose_title, clean_titles, site_keys
from extractors.model import Fact, Facts, Moment

MAX_LOSER = 200  # characters
MAX_LOSERS = 8
MAX_TAGS = 50
MAX_TAG = 100  # characters

Guess: TypeAlias = Callable[[Literal["title", "date"]], str]

# Origins of each fact in the order of belief.
LANGUAGE = ("jsonld", "html", "og", "microdata", "meta", "dc", "webpage", "feed", "source")
AUTHOR = (
    "jsonld", "microdata", "byline", "parsely", "cxense", "sailthru", "citation", "meta", "twitter", "article",
    "dc", "webpage", "feed",
)  # fmt: skip
SECTION = ("article", "jsonld", "parsely", "microdata", "cxense", "meta", "webpage", "breadcrumb")
TAG = ("jsonld", "article", "news", "parsely", "sailthru", "microdata", "feed", "meta")


def decide(clues: Clues, *, guess: Guess | None = None) -> Facts:
    """The facts of a page. `guess` is asked for a title or date that nothing else tells."""
    language = _language(clues)
    habits = habits_of(clues, language.value)
    sections = frozenset(fold(clue.text) for clue in clues.of("section"))
    names = _site_names(clues)
    published = _published(clues, habits, guess)
    modified, candidates = choose_modified(clues, habits, published.value)
    canonical, origin, said = choose_canonical(clues)
    image, image_origin, images = choose_image(clues)
    return Facts(
        title=_title(clues, names, sections, guess),
        authors=_authors(clues, names),
        published=published,
        modified=_moment_fact(modified, candidates),
        language=language,
        section=_section(clues, names),
        tags=_tags(clues),
        image_url=Fact(image, image_origin, _losers(images, image or "")),
        paywalled=_paywalled(clues),
        canonical_url=Fact(canonical, origin, _losers(said, canonical)),
    )


def _losers(clues: Iterable[Clue], winner: str) -> tuple[str, ...]:
    """What spoke for something else, as "origin=value"."""
    said = dict.fromkeys(f"{clue.origin}={clue.text}"[:MAX_LOSER] for clue in clues if clue.text != winner)
    return tuple(said)[:MAX_LOSERS]


def _site_names(clues: Clues) -> list[str]:
    return [name for name in (clues.page.site_name, *(clue.text for clue in clues.of("site"))) if name]


# ------------------------------------------------------------------------------------------------------- title


def _title(clues: Clues, names: Sequence[str], sections: frozenset[str], guess: Guess | None) -> Fact[str]:
    keys = site_keys(names, clues.page.url)
    titles = clean_titles(clues.of("title"), keys, sections)
    chosen = choose_title(titles, clues.article_types, url=clues.page.url)
    if chosen is None:
        guessed = plain(guess("title")) if guess else ""
        return Fact(guessed, "trafilatura" if guessed else "")
    key = chosen.key
    losers = dict.fromkeys(f"{one.origin}={one.text}"[:MAX_LOSER] for one in titles if one.key != key)
    return Fact(chosen.text, chosen.origin, tuple(losers)[:MAX_LOSERS])


# ----------------------------------------------------------------------------------------------------- authors


def _authors(clues: Clues, names: Sequence[str]) -> Fact[tuple[str, ...]]:
    """People and agencies before the house itself; the house where it is the only one named."""
    house = site_keys(names, clues.page.url)
    groups = list(_author_groups(clues, names))
    for origin, people in groups:
        if not all(squeeze(name) in house for name in people):
            return Fact(people, origin, _group_losers(groups, people))
    return Fact(groups[0][1], groups[0][0], _group_losers(groups, groups[0][1])) if groups else Fact(())


def _author_groups(clues: Clues, names: Sequence[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
    said = clues.of("author")
    for origin in AUTHOR:
        lines = [clue.text for clue in said if clue.origin in (origin, f"{origin}-org")]
        if origin == "citation":
            lines = [upright_name(line) for line in lines]
        people = author_names(lines, names)
        if people:
            yield origin, people


def _group_losers(groups: Sequence[tuple[str, tuple[str, ...]]], winner: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{origin}={', '.join(people)}"[:MAX_LOSER] for origin, people in groups if people != winner)


# ------------------------------------------------------------------------------------------------------- dates


def _published(clues: Clues, habits: Habits, guess: Guess | None) -> Fact[Moment | None]:
    chosen, candidates = choose_published(clues, habits)
    if chosen is None:
        changed, candidates = choose_modified(clues, habits, None)
        chosen = changed and Dated("modified", changed.moment)
    if chosen is None and guess:
        moment = parse_moment(guess("date"), habits)
        return Fact(moment, "trafilatura" if moment else "")
    return _moment_fact(chosen, candidates)


def _moment_fact(chosen: Dated | None, candidates: Sequence[Dated]) -> Fact[Moment | None]:
    if chosen is None:
        return Fact(None)
    others = [one for one in candidates if one.moment.at != chosen.moment.at]
    losers = dict.fromkeys(f"{one.origin}={one.moment.at.isoformat()}"[:MAX_LOSER] for one in others)
    return Fact(chosen.moment, chosen.origin, tuple(losers)[:MAX_LOSERS])


# ------------------------------------------------------------------------------------------------------ others


def _language(clues: Clues) -> Fact[str | None]:
    said = [(clue.origin, clue.text) for clue in _ranked(clues.of("language"), LANGUAGE)]
    if clues.page.language:
        said.append(("source", clues.page.language))
    declared = [(origin, code) for origin, text in said if (code := language_code(text))]
    code, origin = choose_language(declared, clues.sample)
    losers = dict.fromkeys(f"{where}={other}" for where, other in declared if other != code)
    return Fact(code, origin, tuple(losers)[:MAX_LOSERS])


def _section(clues: Clues, names: Sequence[str]) -> Fact[str | None]:
    keys = site_keys(names, clues.page.url)
    said = _ranked(clues.of("section"), SECTION)
    for clue in said:
        text = clue.text.strip(" /|>")
        if text and len(text) <= MAX_TAG and squeeze(text) not in keys and any(c.isalpha() for c in text):
            return Fact(text, clue.origin, _losers(said, clue.text))
    return Fact(None)


def _tags(clues: Clues) -> Fact[tuple[str, ...]]:
    """The tags of the first origin that has any; one text alone may list several."""
    for origin in TAG:
        texts = [clue.text for clue in clues.of("tag") if clue.origin == origin]
        tags: dict[str, str] = {}
        for tag in _split_tags(texts[0]) if len(texts) == 1 else texts:
            tags.setdefault(fold(tag), tag[:MAX_TAG])
        if tags:
            return Fact(tuple(tags.values())[:MAX_TAGS], origin)
    return Fact(())


def _split_tags(text: str) -> Iterable[str]:
    for separator in (";", "|", ",", "،", "、"):
        if separator in text:
            pieces = text.split(separator)
            break
    else:
        pieces = [text]
    return (tag for piece in pieces if (tag := piece.strip(" #\"'")) and len(tag) <= MAX_TAG and fold(tag))


# What is said to be free: whether it is paywalled.
_FREE = dict.fromkeys(("true", "1", "yes", "free"), False) | dict.fromkeys(
    ("false", "0", "no", "locked"), True
)


def _paywalled(clues: Clues) -> Fact[bool | None]:
    """schema.org's isAccessibleForFree, or Facebook's content tier; "metered" is neither."""
    for clue in _ranked(clues.of("paywall"), ("jsonld", "microdata", "article")):
        word = clue.text.strip().rstrip("/").rpartition("/")[2].lower()
        if word in _FREE:
            return Fact(_FREE[word], clue.origin)
    return Fact(None)


def _ranked(clues: Sequence[Clue], order: Sequence[str]) -> tuple[Clue, ...]:
    return tuple(
        sorted((clue for clue in clues if clue.origin in order), key=lambda clue: order.index(clue.origin))
    )
