"""What speaks for and against each block being article text: numbers, the same for every page and language.

A row of numbers for each block, in the order of `NAMES`, beside the bits of its markup. What each number weighs
is data (`weights.toml`, fitted by bench/fit_article.py); nothing here decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import log1p
from typing import Final

from extractors.article.reading import HEADINGS, Block, Node, Reading
from extractors.article.vocabulary import CHROME

NAMES: Final = (
    "length", "link share", "all link", "ended", "sentences", "no sentence", "under 25", "under 4", "25 to 80",
    "over 200", "capitals", "digits", "repeated", "bold", "furniture words", "furniture share", "copyright",
    "title", "title start", "described", "names the author", "under a furniture heading", "question", "colon",
    "arrow", "cut", "anchors", "h1", "h2", "heading", "linked heading", "item", "linked item", "item with sentence",
    "p", "tr", "div", "div with sentence", "definition", "chrome", "chromes", "in the main part", "parent links",
    "parent text", "grandparent links", "grandparent text", "climb", "branch links", "branch text",
    "branch blocks", "before", "after", "blocks before", "blocks behind", "far behind", "text before",
    "no text behind", "before h1", "between h1 and text", "like cards", "in stated body", "not in stated body",
    "next text", "next links", "next is sibling", "next length", "next heading", "next chrome", "next alike",
    "last text", "last links", "last is sibling", "last length", "last heading", "last chrome", "last alike",
    "second next text", "second last text", "heading before text", "heading before none", "near text",
    "near links",
)  # fmt: skip
NEAR = 4  # blocks on each side
MAX_TEXT = 1_500  # characters from which a block says no more for its element
STATED_BODY = 400  # characters of JSON-LD's articleBody from which it is a witness; shorter ones are teasers

# What a block ends with: it has no space behind it.
_ENDED = frozenset('.!?…:;।。！？؟"”’»)]')
_SENTENCE = re.compile(r"[.!?।。！？؟](?=\s|$|[\"”’»)」』])|[。！？]")
_ARROW = frozenset("→»›>▶►")
_CUT = ("…", "...")
_FURNITURE_HEADING = re.compile(
    r"^(?:related|more (?:from|on|stories|in)|read (?:more|next|also)|you (?:may|might)|recommended|trending|"
    r"most (?:read|popular)|latest|popular|recent|see also|also read|up next|don't miss|share|follow|comments?|"
    r"leave a|about the author|author|newsletter|subscribe|sign up|tags?|categories|footer|sponsored|mehr zum|"
    r"auch interessant|lesen sie|meist|à lire|lire aussi|sur le même|más |te puede|lo más|leggi anche|potrebbe|"
    r"les også|läs mer|mest|lees ook|meer over|czytaj|zobacz|читайте)",
    re.IGNORECASE,
)
_FURNITURE_WORDS = frozenset(
    [
        "newsletter",
        "newsletters",
        "subscribe",
        "subscription",
        "subscribers",
        "subscriber",
        "cookies",
        "cookie",
        "copyright",
        "advertisement",
        "sponsored",
        "advertiser",
        "share",
        "shares",
        "tweet",
        "comment",
        "comments",
        "login",
        "signin",
        "signup",
        "follow",
        "privacy",
        "unsubscribe",
        "rights",
        "reserved",
        "inbox",
        "email",
        "related",
        "recommended",
        "trending",
        "popular",
        "disclosure",
        "affiliate",
        "disclaimer",
        "commission",
        "facebook",
        "twitter",
        "instagram",
        "linkedin",
        "whatsapp",
        "pinterest",
        "youtube",
        "tiktok",
        "reddit",
        "download",
        "app",
        "subscribed",
        "register",
        "account",
        "donate",
        "donation",
        "bookmark",
        "print",
        "abonnieren",
        "abonnement",
        "abonnez",
        "abonnés",
        "kommentar",
        "kommentare",
        "kommentarer",
        "commentaires",
        "comentarios",
        "suscríbete",
        "suscripción",
        "boletín",
        "anzeige",
        "werbung",
        "publicité",
        "publicidad",
        "pubblicità",
        "annons",
        "annonse",
        "iscriviti",
        "condividi",
        "partager",
        "compartir",
        "teilen",
        "dela",
        "del",
        "datenschutz",
        "lesen",
        "mehr",
        "weiterlesen",
        "lire",
        "aussi",
        "leer",
        "más",
        "leggi",
        "anche",
        "läs",
        "mer",
        "lees",
        "ook",
        "czytaj",
        "więcej",
        "также",
        "читайте",
        "подписаться",
        "подписывайтесь",
    ]
)


@dataclass(frozen=True, slots=True)
class Stated:
    """What a page says of its article: folded titles, names, description and body ("" or nothing unknown).

    `headlines` are the titles that its tags state, without those that stand in an <h1> only.
    """

    titles: Collection[str] = ()
    headlines: Collection[str] = ()
    authors: Collection[str] = ()
    description: str = ""
    body: str = ""


def weigh_blocks(reading: Reading, stated: Stated) -> list[list[float]]:
    """A row for each block, in the order of `NAMES`."""
    return _Evidence(reading, stated).rows() if reading.blocks else []


class _Evidence:
    def __init__(self, reading: Reading, stated: Stated) -> None:
        self.blocks: Sequence[Block] = reading.blocks
        self.nodes: Sequence[Node] = reading.nodes
        self.stated = stated
        self.body = f" {stated.body} " if len(stated.body) >= STATED_BODY else ""
        self.description = f" {stated.description} "
        self.folded = [block.folded for block in self.blocks]
        self.counts = Counter(self.folded)
        self.sentences = [len(_SENTENCE.findall(block.text)) for block in self.blocks]
        self.linked = [block.linked / len(block.text) for block in self.blocks]
        self.lengths = [log1p(len(block.text)) for block in self.blocks]
        self.prose = [self._prose(number) for number in range(len(self.blocks))]
        self.logs = [log1p(prose) for prose in self.prose]
        self._weigh_nodes()
        self._find_window()

    def _prose(self, number: int) -> float:
        """How much running text a block holds, in characters."""
        block = self.blocks[number]
        chars = len(block.text)
        if self.linked[number] >= 0.5 or not (self.sentences[number] or chars > 120):
            return 0.0
        prose = min(max(0.0, chars - 1.5 * block.linked), MAX_TEXT)
        return prose * 0.15 if block.bits & CHROME else prose

    def _weigh_nodes(self) -> None:
        """The prose of each element, the main element, and the branch of it that each element stands in."""
        self.weight = [0.0] * len(self.nodes)
        children: list[list[Node]] = [[] for _ in self.nodes]
        likes: Counter[tuple[int, str, int]] = Counter()
        for block, prose in zip(self.blocks, self.prose, strict=True):
            node: Node | None = block.node if prose else None
            while node is not None:
                self.weight[node.number] += prose
                node = node.parent
        for node in self.nodes[1:]:
            if node.parent is not None:
                children[node.parent.number].append(node)
                likes[(node.parent.number, node.tag, node.own)] += 1
        self.likes = likes
        self.total = self.weight[0] or 1.0
        weight = self.weight
        main = self.nodes[0]
        while children[main.number]:
            heaviest = max(children[main.number], key=lambda child: weight[child.number])
            if weight[heaviest.number] < max(0.75 * weight[main.number], 0.5 * self.total):
                break
            main = heaviest
        self.inside = [False] * len(self.nodes)
        self.branch: list[Node | None] = [None] * len(self.nodes)
        self.climb = [0] * len(self.nodes)
        self._spread(main)

    def _spread(self, main: Node) -> None:
        half = 0.5 * self.total
        for node in self.nodes:
            number, parent = node.number, node.parent
            if parent is None:
                self.inside[number] = node is main
                continue
            inside = self.inside[parent.number]
            self.inside[number] = node is main or inside
            if inside:
                self.branch[number] = self.branch[parent.number] or node
            if self.weight[number] < half:
                self.climb[number] = self.climb[parent.number] + 1

    def _find_window(self) -> None:
        """First and last block of running text, and the last h1 before it."""
        strong = [
            number
            for number, block in enumerate(self.blocks)
            if self.prose[number] > 80 and self.inside[block.node.number]
        ]
        self.first, self.last = (strong[0], strong[-1]) if strong else (0, len(self.blocks) - 1)
        headings = [n for n in range(self.first + 1) if self.blocks[n].tag == "h1"]
        self.heading = headings[-1] if headings else -1
        self.running = [0.0]
        for prose in self.prose:
            self.running.append(self.running[-1] + prose)

    def rows(self) -> list[list[float]]:
        under = self._under_furniture_heading()
        return [
            [
                *self._of_text(number),
                *self._of_statements(number),
                under[number],
                *self._of_shape(number),
                *self._of_elements(number),
                *self._of_place(number),
                *self._of_body(number),
                *self._of_neighbours(number),
            ]
            for number in range(len(self.blocks))
        ]

    def _of_text(self, number: int) -> list[float]:
        block, folded = self.blocks[number], self.folded[number]
        text = block.text
        chars, sentences = len(text), self.sentences[number]
        words = folded.split()
        furniture = sum(map(_FURNITURE_WORDS.__contains__, words))
        return [
            self.lengths[number],
            self.linked[number],
            block.linked >= 0.9 * chars,
            text[-1] in _ENDED,
            min(4, sentences),
            sentences == 0,
            chars < 25,
            chars < 4,
            25 <= chars < 80,
            chars >= 200,
            text.isupper(),
            folded.count("0") / max(1, len(words)),
            self.counts[folded] > 1,
            block.bold / chars,
            min(3, furniture),
            furniture / max(4, len(words)),
            "©" in text or "all rights" in folded,
        ]

    def _of_statements(self, number: int) -> list[float]:
        folded = self.folded[number]
        spaces = folded.count(" ")
        stated = self.stated
        return [
            folded in stated.titles,
            spaces >= 3 and any(title.startswith(folded) for title in stated.titles),
            spaces >= 4 and f" {folded} " in self.description,
            spaces < 30 and any(name in folded for name in stated.authors),
        ]

    def _under_furniture_heading(self) -> list[float]:
        """Whether each block stands behind a heading such as "Related", in the same element."""
        under: list[float] = []
        section: Node | None = None
        for block in self.blocks:
            heading = block.tag in HEADINGS
            if heading or (len(block.text) < 60 and block.bold >= 0.9 * len(block.text)):
                if _FURNITURE_HEADING.match(block.text):
                    section = block.node.parent
                elif heading:
                    section = None
            elif section is not None and not _is_within(block.node, section):
                section = None
            under.append(section is not None)
        return under

    def _of_shape(self, number: int) -> list[float]:
        block = self.blocks[number]
        text, tag = block.text, block.tag
        heading, linked, sentence = tag in HEADINGS, self.linked[number] > 0.8, self.sentences[number] > 0
        return [
            text.endswith(("?", "？", "؟")),
            text.endswith((":", "：")),
            text[-1] in _ARROW,
            text.endswith(_CUT),
            block.anchors,
            tag == "h1",
            tag == "h2",
            heading,
            heading and linked,
            tag == "li",
            tag == "li" and linked,
            tag == "li" and sentence,
            tag == "p",
            tag == "tr",
            tag == "div",
            tag in ("div", "section", "article", "td", "body") and sentence,
            tag in ("dt", "dd"),
        ]

    def _of_elements(self, number: int) -> list[float]:
        block = self.blocks[number]
        node, total, weight = block.node, self.total, self.weight
        parent = node.parent or node
        grandparent = parent.parent or parent
        branch = self.branch[node.number]
        chrome = block.bits & CHROME
        return [
            chrome != 0,
            min(4, chrome.bit_count()),
            self.inside[node.number],
            parent.linked / (parent.chars or 1),
            weight[parent.number] / total,
            grandparent.linked / (grandparent.chars or 1),
            weight[grandparent.number] / total,
            min(10, self.climb[node.number]),
            branch.linked / (branch.chars or 1) if branch is not None else 0.0,
            weight[branch.number] / total if branch is not None else 0.0,
            log1p(branch.blocks) if branch is not None else 0.0,
        ]

    def _of_place(self, number: int) -> list[float]:
        parent = self.blocks[number].node.parent
        like = (
            self.likes[(parent.parent.number, parent.tag, parent.own)]
            if parent is not None and parent.parent is not None
            else 0
        )
        return [
            number < self.first,
            number > self.last,
            log1p(max(0, self.first - number)),
            log1p(max(0, number - self.last)),
            number - self.last > 15,
            self.running[number] / self.total,
            self.running[number + 1] >= 0.995 * self.total,
            number < self.heading,
            self.heading >= 0 and self.heading < number < self.first,
            log1p(max(0, like - 2)),
        ]

    def _of_body(self, number: int) -> list[float]:
        if not self.body:
            return [0.0, 0.0]
        inside = f" {self.folded[number]} " in self.body
        words = self.folded[number].count(" ") + 1
        return [inside, 0.0 if inside else min(1.0, words / 10)]

    def _of_neighbours(self, number: int) -> list[float]:
        heading = self.blocks[number].tag in HEADINGS
        after, before = number + 1, number - 1
        logs, count = self.logs, len(self.blocks)
        low, high = max(0, number - NEAR), number + NEAR + 1
        next_text = logs[after] if after < count else 0.0
        prose, linked = self.prose[low:high], self.linked[low:high]
        return [
            *self._neighbour(number, after),
            *self._neighbour(number, before),
            logs[number + 2] if number + 2 < count else 0.0,
            logs[number - 2] if number >= 2 else 0.0,
            next_text if heading else 0.0,
            heading and next_text == 0.0,
            log1p(sum(prose) / len(prose)),
            sum(linked) / len(linked),
        ]

    def _neighbour(self, number: int, other: int) -> list[float]:
        if not 0 <= other < len(self.blocks):
            return [0.0] * 7
        mine, its = self.blocks[number].node, self.blocks[other].node
        return [
            self.logs[other],
            self.linked[other],
            its.parent is mine.parent,
            self.lengths[other],
            self.blocks[other].tag in HEADINGS,
            self.blocks[other].bits & CHROME != 0,
            its.bits == mine.bits,
        ]


def _is_within(node: Node, section: Node) -> bool:
    near: Node | None = node
    for _ in range(6):
        if near is None or near is section:
            break
        near = near.parent
    return near is section
