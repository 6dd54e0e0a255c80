"""Two versions of an article set against each other: which sentences, numbers and quotations came and went.

A sentence that only moved is no change. Everything is linear in the texts, or bounded by a constant: the committer
compares what any web site sends.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from extractors.edits.notices import correction_notice
from extractors.edits.sentences import numbers, quotes, sentences

MAX_PAIRS = 20  # changed sentences that are shown word by word; the others whole, as removed and added
MAX_TOKENS = 80  # of the part of a sentence that differs: difflib is quadratic, this keeps a pair under 50 ms
MIN_ALIKE = 0.4  # share of words in common from which two sentences are one that was rewritten
MAX_LISTED = 100  # sentences; more means that the article was written anew
MAX_DIFF_CHARS = 20_000

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[\u3040-\u30ff\u3400-\u9fff]|\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Edit:
    """What changed from one version to the next.

    `diff` has a line for each change: `~` a sentence that was rewritten, with [-what went-] and {+what came+}, `-`
    one that went, `+` one that came; the headline's line begins with `~ headline: `. `numbers` and `quotes` are those
    of the headline and text together. A word is a run of letters or digits, or one character of Chinese or Japanese.
    """

    title_before: str | None  # None where the headline stayed
    title_after: str | None
    sentences_added: tuple[str, ...]
    sentences_removed: tuple[str, ...]
    numbers_added: tuple[str, ...]
    numbers_removed: tuple[str, ...]
    quotes_added: tuple[str, ...]
    quotes_removed: tuple[str, ...]
    words_added: int
    words_removed: int
    correction: str | None
    diff: str


def compare(title_before: str, text_before: str, title_after: str, text_after: str) -> Edit:
    """What changed between two versions."""
    before, after = sentences(text_before), sentences(text_after)
    removed, added = _missing(before, after), _missing(after, before)
    retitled = title_before != title_after
    old = [title_before, *removed] if retitled else removed
    new = [title_after, *added] if retitled else added
    lines = [f"~ headline: {marked(title_before, title_after)}"] if retitled else []
    return Edit(
        title_before=title_before if retitled else None,
        title_after=title_after if retitled else None,
        sentences_added=tuple(added[:MAX_LISTED]),
        sentences_removed=tuple(removed[:MAX_LISTED]),
        numbers_added=_found(numbers, new, old),
        numbers_removed=_found(numbers, old, new),
        quotes_added=_found(quotes, new, old),
        quotes_removed=_found(quotes, old, new),
        words_added=_word_count(added, removed),
        words_removed=_word_count(removed, added),
        correction=correction_notice(added),
        diff="\n".join(lines + _diff_lines(removed, added))[:MAX_DIFF_CHARS],
    )


def marked(before: str, after: str) -> str:
    """One text as the other's rewriting: `Two [-people-] {+men+} were hurt`."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    parts = [*old[:head], *_marked_middle(old_middle, new_middle), *old[len(old) - tail :]]
    return "".join(parts)


def _marked_middle(old: list[str], new: list[str]) -> Iterable[str]:
    if max(len(old), len(new)) > MAX_TOKENS:
        yield _gone("".join(old)) + _come("".join(new))
        return
    went, came = "", ""
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        same = "".join(old[i:j]) if kind == "equal" else ""
        if same.strip():
            yield _gone(went) + _come(came) + same
            went, came = "", ""
        else:  # a space between two changed words belongs to both: they are read as one change
            went, came = went + "".join(old[i:j]), came + "".join(new[k:m])
    yield _gone(went) + _come(came)


def _gone(text: str) -> str:
    return f"[-{text}-]" if text else ""


def _come(text: str) -> str:
    return f"{{+{text}+}}" if text else ""


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """How many items both begin with."""
    return next(
        (n for n, (one, other) in enumerate(zip(left, right, strict=False)) if one != other),
        min(len(left), len(right)),
    )


def _missing(here: Sequence[str], there: Sequence[str]) -> list[str]:
    """What is here and not there, as often as it is here more often; the later ones of what is repeated."""
    spare = Counter(there)
    found = []
    for item in here:
        if spare[item] > 0:
            spare[item] -= 1
        else:
            found.append(item)
    return found


def _found(find: Callable[[str], list[str]], here: Sequence[str], there: Sequence[str]) -> tuple[str, ...]:
    mine = [item for text in here for item in find(text)]
    others = [item for text in there for item in find(text)]
    return tuple(_missing(mine, others)[:MAX_LISTED])


def _word_count(here: Sequence[str], there: Sequence[str]) -> int:
    return len(_missing(_words(here), _words(there)))


def _words(texts: Sequence[str]) -> list[str]:
    return [token for text in texts for token in _TOKEN.findall(text) if token[0].isalnum()]


def _diff_lines(removed: Sequence[str], added: Sequence[str]) -> list[str]:
    """The changes in the order of the new text, what went without a successor first."""
    pairs = _pairs(removed, added)
    lines = [f"- {sentence}" for n, sentence in enumerate(removed) if n not in pairs.values()]
    for n, sentence in enumerate(added):
        lines.append(f"~ {marked(removed[pairs[n]], sentence)}" if n in pairs else f"+ {sentence}")
    return lines


def _pairs(removed: Sequence[str], added: Sequence[str]) -> dict[int, int]:
    """Which added sentence (by its place) takes the place of which removed one: the most alike of the first few."""
    old = [set(_TOKEN.findall(sentence.casefold())) for sentence in removed[:MAX_PAIRS]]
    new = [set(_TOKEN.findall(sentence.casefold())) for sentence in added[:MAX_PAIRS]]
    ranked = sorted(
        (-len(one & other) / len(one | other), n, m)
        for n, one in enumerate(new)
        for m, other in enumerate(old)
    )
    pairs: dict[int, int] = {}
    for score, n, m in ranked:
        if -score >= MIN_ALIKE and n not in pairs and m not in pairs.values():
            pairs[n] = m
    return pairs
