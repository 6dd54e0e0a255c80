"""What the markup around a block says of it: one bit for each kind of element, by tag, role, class and id.

The words are data (`vocabulary.toml`). The bits of an element hold for all that is in it.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

from lxml.html import HtmlElement

_TAGS = (
    "article", "main", "section", "aside", "header", "footer", "nav", "form", "figure", "figcaption", "table",
    "blockquote", "ul", "ol", "dl", "button", "details", "address", "pre", "td", "time", "label", "summary",
    "fieldset", "cite",
)  # fmt: skip
_KINDS = (
    "nav", "foot", "head", "share", "related", "comment", "letter", "author", "meta", "ad", "caption", "side",
    "cookie", "pay", "card", "ui", "hidden", "body", "lead", "product", "quote", "faq", "notice", "key",
)  # fmt: skip
MARKS: Final = (
    *(f"is {kind}" for kind in _KINDS),
    *(f"in {tag}" for tag in _TAGS),
    "articleBody",
    "unseen",
)
BIT: Final = {name: 1 << number for number, name in enumerate(MARKS)}
TAG_BITS: Final = {tag: BIT[f"in {tag}"] for tag in _TAGS}
_ROLES: Final = {
    "navigation": BIT["in nav"], "contentinfo": BIT["in footer"], "banner": BIT["in header"],
    "complementary": BIT["in aside"], "main": BIT["in main"], "article": BIT["in article"],
    "search": BIT["in form"], "form": BIT["in form"], "button": BIT["in button"], "dialog": BIT["is pay"],
    "alertdialog": BIT["is pay"],
}  # fmt: skip
CHROME: Final = sum(
    BIT[name]
    for name in (
        "is nav", "is foot", "is share", "is related", "is comment", "is letter", "is author", "is ad", "is side",
        "is cookie", "is pay", "is meta", "is ui", "is hidden", "in nav", "in footer", "in aside", "in form",
        "in header", "unseen",
    )
)  # fmt: skip
# Said of an element that holds much of the page's text, these mean the layout ("with-sidebar") and not the text.
LAYOUT: Final = sum(
    bit
    for name, bit in BIT.items()
    if (name.startswith("is ") and name not in ("is body", "is lead"))
    or name
    in ("in form", "in aside", "in header", "in figure", "in footer", "in nav", "in details", "unseen")
)
MAX_ATTRIBUTE = 400  # characters; utility classes (Tailwind) run longer and say nothing

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[a-z]+")
_UNSEEN = re.compile(r"display\s*:\s*none")


@cache
def word_bits() -> dict[str, int]:
    """The bits of each word of `vocabulary.toml`."""
    lists = tomllib.loads(files(__package__).joinpath("vocabulary.toml").read_text(encoding="utf-8"))
    bits: dict[str, int] = {}
    for kind, words in lists.items():
        for word in words.split():
            bits[word] = bits.get(word, 0) | BIT[f"is {kind}"]
    return bits


_NAMING = frozenset(("class", "id", "data-testid", "data-component"))
_SPEAKING = frozenset(("role", "itemprop", "style", "hidden", "aria-hidden"))


class Marker:
    """Reads the bits of elements, remembering those of class and id values met before in the page."""

    def __init__(self) -> None:
        self._words = word_bits()
        self._seen: dict[str, int] = {}

    def bits(self, element: HtmlElement) -> int:
        """The bits of the attributes of one element, without its tag's and its parents'."""
        bits = 0
        for name, value in element.items():
            if name in _NAMING:
                known = self._seen.get(value)
                bits |= self._read(value) if known is None else known
            elif name in _SPEAKING:
                bits |= _spoken(name, value)
        return bits

    def _read(self, value: str) -> int:
        bits = 0
        if len(value) < MAX_ATTRIBUTE:
            words = self._words
            for word in _WORD.findall(_CAMEL.sub(" ", value).lower()):
                bits |= words.get(word, 0)
        self._seen[value] = bits
        return bits


def _spoken(name: str, value: str) -> int:
    """The bits of an attribute that means one thing."""
    if name == "role":
        return _ROLES.get(value, 0)
    if name == "itemprop":
        return BIT["articleBody"] if "articleBody" in value else 0
    if name == "style":
        return BIT["unseen"] if "none" in value and _UNSEEN.search(value) else 0
    return BIT["unseen"] if name == "hidden" or value == "true" else 0
