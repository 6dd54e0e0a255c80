"""The JSON-LD node that is the article, and what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from extractors.metadata.clues import Clue, FactName
from extractors.metadata.jsonld import Json, Node, listed, text_of, types_of
from extractors.metadata.prose import fold, plain
from extractors.urls import identity

# Schema.org types in the order in which they make a node the article of its page.
_ARTICLES = frozenset((
    "newsarticle", "article", "reportagenewsarticle", "opinionnewsarticle", "analysisnewsarticle",
    "backgroundnewsarticle", "reviewnewsarticle", "askpublicnewsarticle", "liveblogposting", "blogposting",
    "socialmediaposting", "techarticle", "scholarlyarticle", "report", "advertisercontentarticle",
    "satiricalarticle", "medicalscholarlyarticle", "discussionforumposting",
))  # fmt: skip
_PAGES = frozenset((
    "webpage", "itempage", "aboutpage", "creativework", "claimreview", "review", "recipe", "videoobject", "howto",
    "interview", "medicalwebpage", "podcastepisode", "event", "imagegallery", "faqpage", "dataset",
))  # fmt: skip
_ORGANISATIONS = frozenset(("organization", "newsmediaorganization", "corporation", "website", "brand"))
MAX_AUTHORS = 30


def choose_article(nodes: Sequence[Node], url: str, names: Sequence[str]) -> Node | None:
    """The node about this page: of an article's type, with its address or headline if there are several.

    `names` are what the page calls itself (<title>, h1).
    """
    articles = [node for node in nodes if _is_any(node, _ARTICLES)]
    if not articles:
        articles = [
            node
            for node in nodes
            if _is_any(node, _PAGES) and (node.get("datePublished") or node.get("author"))
        ]
    if len(articles) < 2:
        return articles[0] if articles else None
    wanted, folded = identity(url), [fold(name) for name in names]

    def likeness(node: Node) -> int:
        headline = fold(plain(text_of(node.get("headline") or node.get("name"))))
        return (
            4 * any(identity(address) == wanted for address in _addresses(node))
            + 3 * any(headline and headline in name for name in folded)
            + 1 * bool(node.get("datePublished"))
            + 1 * bool(node.get("author"))
        )

    return max(articles, key=likeness)  # the first of equals


def _is_any(node: Node, kinds: frozenset[str]) -> bool:
    return any(kind.lower() in kinds for kind in types_of(node))


def _addresses(node: Node) -> Iterator[str]:
    for key in ("url", "@id", "mainEntityOfPage"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str) and value.startswith("http"):
            yield value


def clues_of_article(article: Node, nodes: Sequence[Node]) -> Iterator[Clue]:
    """All clues that the chosen node holds, references within the page followed."""
    origin = "jsonld" if _is_any(article, _ARTICLES) else "webpage"
    by_id = {str(node["@id"]): node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    for fact, origin_word, value in _flat_values(article, origin):
        yield from _clue(fact, origin_word, text_of(value))
    yield from _author_clues(article, by_id, origin)
    for image in (*listed(article.get("image")), *listed(article.get("thumbnailUrl"))):
        yield from _clue("image", "jsonld", _image_url(image, by_id))
    for publisher in listed(article.get("publisher")):
        for name in _names_of(publisher, by_id):
            yield from _clue("site", "jsonld", name)
    free = article.get("isAccessibleForFree")
    yield from _clue("paywall", "jsonld", str(free) if isinstance(free, bool) else text_of(free))


def clues_of_breadcrumbs(nodes: Sequence[Node]) -> Iterator[Clue]:
    """The department of a page: the step behind the front page, if it is not the article itself."""
    trail = next((node for node in nodes if "BreadcrumbList" in types_of(node)), None)
    if trail is None:
        return
    steps = [step for step in listed(trail.get("itemListElement")) if isinstance(step, dict)]
    names = [plain(text_of(step.get("name") or step.get("item"))) for step in steps[:10]]
    if len(names) >= 3 and not names[1].startswith("http"):
        yield from _clue("section", "breadcrumb", names[1])


def _flat_values(article: Node, origin: str) -> Iterator[tuple[FactName, str, Json]]:
    yield "title", origin, article.get("headline")
    yield "title", "jsonld-name", article.get("name")
    yield "published", origin, article.get("datePublished")
    yield "published", "created", article.get("dateCreated")
    yield "modified", origin, article.get("dateModified")
    yield "language", origin, _language(article.get("inLanguage"))
    yield "canonical", origin, article.get("url")
    yield "canonical", origin, _address(article.get("mainEntityOfPage"))
    yield from (("section", origin, section) for section in listed(article.get("articleSection")))
    yield from (("tag", "jsonld", keyword) for keyword in listed(article.get("keywords")))


def _language(value: Json) -> Json:
    """schema.org's Language has the code in alternateName, and "German" in name."""
    return value.get("alternateName") or value.get("name") if isinstance(value, dict) else value


def _address(value: Json) -> Json:
    return value.get("@id") or value.get("url") if isinstance(value, dict) else value


def _clue(fact: FactName, origin: str, text: str) -> Iterator[Clue]:
    text = plain(text)
    if text:
        yield Clue(fact, origin, text)


def _author_clues(article: Node, by_id: Mapping[str, Node], origin: str) -> Iterator[Clue]:
    authors = listed(article.get("author")) or listed(article.get("creator"))
    flat = [inner for author in authors for inner in listed(author)]
    for author in flat[:MAX_AUTHORS]:
        node = _resolved(author, by_id)
        is_house = isinstance(node, dict) and _is_any(node, _ORGANISATIONS)
        for name in _names_of(node, by_id):
            yield from _clue("author", f"{origin}-org" if is_house else origin, name)


def _resolved(value: Json, by_id: Mapping[str, Node]) -> Json:
    """A node that is only a reference, replaced by what it refers to."""
    if isinstance(value, dict) and not value.get("name") and isinstance(value.get("@id"), str):
        return by_id.get(str(value["@id"]), value)
    return value


def _names_of(value: Json, by_id: Mapping[str, Node]) -> Iterator[str]:
    """The names in a Person or Organization, or in a string."""
    value = _resolved(value, by_id)
    if isinstance(value, str):
        yield value
    if not isinstance(value, dict):
        return
    names = [text_of(name) for name in listed(value.get("name"))[:MAX_AUTHORS]]
    if any(names):
        yield from (name for name in names if name)
        return
    parts = (text_of(value.get(key)) for key in ("givenName", "additionalName", "familyName"))
    yield " ".join(part for part in parts if part)


def _image_url(value: Json, by_id: Mapping[str, Node]) -> str:
    if isinstance(value, dict) and not (value.get("url") or value.get("contentUrl")):
        value = by_id.get(text_of(value.get("@id")), value)
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or value.get("@id")
    return text_of(_address(value))
