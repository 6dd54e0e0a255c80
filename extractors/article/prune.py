"""Furniture that a page's own markup names as such, taken out of the tree before its text is read.

Class, id and role words are evidence, not proof: a word may name the very container of the article ("has-related").
So nothing goes that holds more than a small share of the page's running text, or its main heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree
from lxml.etree import strip_elements
from lxml.html import HtmlElement

MAX_SHARE = 0.25  # of the text of the page's paragraphs that a pruned element may hold

_WORDS = re.compile(
    r"(?:^|[\s_:-])(?:"
    r"advert(?:isement|orial)?s?|ads?-?(?:slot|container|wrapper|box|unit)?|sponsor(?:ed)?|promo(?:tion|s|box)?|outbrain|taboola|"
    r"newsletters?|subscri(?:be|ption)s?|paywall|regwall|signup|sign-up|modal|popup|overlay|dialog|cookies?|consent|gdpr|"
    r"related|recommend(?:ed|ations?)?|also-?read|read-?(?:more|also|next)|more-?(?:on|from|stories|news|articles)|"
    r"most-?(?:read|popular)|popular|trending|teasers?|carousel|up-?next|"
    r"social|share|sharing|share-?(?:bar|buttons?|tools)|follow(?:-us)?|"
    r"comments?|disqus|"
    r"author-?(?:bio|box|info|card|profile|about)|about-?(?:the-)?author|bio|byline|"
    r"media-?(?:info|title|caption|description)|bild-?(?:unterschrift|text|quelle)|autor(?:en)?|legende|pie-?(?:de-)?foto|"
    r"captions?|credits?|copyright|disclaimer|disclosure|footnotes?|"
    r"breadcrumbs?|tags|tag-?list|topics|toc|table-of-contents|eyebrow|pagination|pager|"
    r"cta|call-to-action|toolbar|print-only|screen-reader-text|sr-only|visually-hidden|visuallyhidden"
    r")(?=$|[\s_:-])"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NEVER = frozenset(("html", "body", "head", "main", "article", "h1", "p"))
_ALWAYS = frozenset(
    ("nav", "footer", "aside", "form", "button", "dialog", "figcaption", "noscript", "template", "select")
)
_SILENT = (
    "script",
    "style",
    "svg",
    "iframe",
    "audio",
    "video",
    "object",
    "canvas",
)  # nothing in them is text


def prune_furniture(tree: HtmlElement, without: Iterable[HtmlElement] = ()) -> None:
    """Take out, in place, what the markup calls navigation, advertising, sharing, related stories and such.

    First go the elements of `without` (none of them in another), and what holds no text.
    """
    for element in filter(_may_go, without):
        element.drop_tree()
    strip_elements(tree, *_SILENT, with_tail=False)
    total = sum(len(p.text_content()) for p in tree.iter("p")) or 1
    for element in filter(_may_go, _named_furniture(tree)):
        if len(element.text_content().strip()) <= MAX_SHARE * total:
            element.drop_tree()


def _may_go(element: HtmlElement) -> bool:
    """Whether it is still in the tree, and holds no main heading."""
    return element.getparent() is not None and next(element.iter("h1"), None) is None


def _named_furniture(tree: HtmlElement) -> list[HtmlElement]:
    named: dict[str, bool] = {"": False}  # pages repeat few names often
    found = []
    for element in tree.iter(etree.Element):
        tag = element.tag
        if tag in _NEVER:
            continue
        if tag in _ALWAYS:
            found.append(element)
            continue
        name = " ".join(filter(None, map(element.get, ("class", "id", "role"))))
        if name not in named:
            named[name] = _WORDS.search(_CAMEL.sub("-", name).lower()) is not None
        if named[name]:
            found.append(element)
    return found
