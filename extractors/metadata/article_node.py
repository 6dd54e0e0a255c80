"""The JSON-LD node that is the article, and what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    is_page = not _is_any(article, _ARTICLES)
    origin = "webpage" if is_page else "jsonld"
    by_id = {str(node["@id"]): node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    yield from _texts(article, origin)
    yield from _author_clues(article, by_id, origin)
    for keyword in listed(article.get("keywords")):
        yield from _clue("tag", "jsonld", text_of(keyword))
    for image in (*listed(article.get("image")), *listed(article.get("thumbnailUrl"))):
        yield from _clue("image", "jsonld", _image_url(image, by_id))
    for publisher in listed(article.get("publisher")):
        yield from _clue("site", "jsonld", _names_of(publisher, by_id))
    free = article.get("isAccessibleForFree")
    if free is not None:
        yield Clue("paywall", "jsonld", str(free))


_TEXTS: tuple[tuple[str, FactName], ...] = (
    ("headline", "title"),
    ("datePublished", "published"),
    ("dateModified", "modified"),
    ("inLanguage", "language"),
    ("url", "canonical"),
)


def _texts(article: Node, origin: str) -> Iterator[Clue]:
    for key, fact in _TEXTS:
        yield from _clue(fact, origin, _scalar(article.get(key)))
    yield from _clue("title", "jsonld-name", _scalar(article.get("name")))
    yield from _clue("published", "created", _scalar(article.get("dateCreated")))
    for section in listed(article.get("articleSection")):
        yield from _clue("section", origin, text_of(section))
    main = article.get("mainEntityOfPage")
    yield from _clue(
        "canonical",
        origin,
        main
        if isinstance(main, str)
        else text_of(main.get("@id") or main.get("url"))
        if isinstance(main, dict)
        else "",
    )


def _scalar(value: Json) -> str:
    if isinstance(value, dict):
        value = value.get("@value") or value.get("alternateName") or value.get("name")
    return text_of(value)


def _clue(fact: FactName, origin: str, text: str) -> Iterator[Clue]:
    text = plain(text)
    if text:
        yield Clue(fact, origin, text)


def _author_clues(article: Node, by_id: dict[str, Node], origin: str) -> Iterator[Clue]:
    authors = listed(article.get("author")) or listed(article.get("creator"))
    flat = [inner for author in authors for inner in listed(author)][:MAX_AUTHORS]
    for author in flat:
        node = _resolved(author, by_id)
        organised = isinstance(node, dict) and _is_any(node, _ORGANISATIONS)
        for name in _split_names(_names_of(node, by_id)):
            yield from _clue("author", f"{origin}-org" if organised else origin, name)


def _split_names(names: str) -> list[str]:
    return [name for name in names.split("\n") if name.strip()]


def _resolved(value: Json, by_id: dict[str, Node]) -> Json:
    """A node that is only a reference, replaced by what it refers to."""
    if isinstance(value, dict) and not value.get("name") and isinstance(value.get("@id"), str):
        return by_id.get(str(value["@id"]), value)
    return value


def _names_of(value: Json, by_id: dict[str, Node]) -> str:
    """The name in a Person or Organization, a string, or a list of either (then one on each line)."""
    value = _resolved(value, by_id)
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return ""
    name = value.get("name")
    if isinstance(name, list):
        return "\n".join(text_of(item) for item in name[:MAX_AUTHORS])
    if isinstance(name, dict):
        return text_of(name)
    if name:
        return str(name)
    parts = (text_of(value.get(key)) for key in ("givenName", "additionalName", "familyName"))
    return " ".join(part for part in parts if part)


def _image_url(value: Json, by_id: dict[str, Node]) -> str:
    if isinstance(value, dict) and not (value.get("url") or value.get("contentUrl")):
        value = by_id.get(text_of(value.get("@id")), value)
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or value.get("@id")
    if isinstance(value, dict):
        value = value.get("@id")
    return text_of(value)
