"""JSON-LD in every shape that sites write it, whole and broken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.metadata.article_node import choose_article, clues_of_article, clues_of_breadcrumbs
from extractors.metadata.jsonld import MAX_BLOCK_CHARS, parse_blocks, salvage, text_of, types_of

URL = "https://paper.example/news/story"


def said(
    *blocks: object, url: str = URL, names: tuple[str, ...] = ("Headline of the day",)
) -> dict[str, list[str]]:
    """What the article of these blocks says, by fact and origin."""
    nodes = parse_blocks([block if isinstance(block, str) else json.dumps(block) for block in blocks])
    article = choose_article(nodes, url, names)
    found: dict[str, list[str]] = {}
    for clue in clues_of_article(article, nodes) if article else ():
        found.setdefault(f"{clue.fact}:{clue.origin}", []).append(clue.text)
    return found


def news(**more: Any) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "Headline of the day",
        **more,
    }


SHAPES = {
    "an object": news(),
    "an array": [{"@type": "WebSite", "name": "x"}, news()],
    "a graph": {"@graph": [{"@type": "WebPage"}, news()]},
    "a main entity": {"@type": "WebPage", "mainEntity": news()},
    "a main entity of page": {"@type": "WebPage", "mainEntityOfPage": news()},
    "several types": news(**{"@type": ["Article", "NewsArticle"]}),
    "a type with its namespace": news(**{"@type": "http://schema.org/NewsArticle"}),
    "a prefixed type": news(**{"@type": "schema:NewsArticle"}),
    "a language-tagged headline": news(headline={"@value": "Headline of the day", "@language": "en"}),
    "a list of one headline": news(headline=["Headline of the day"]),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_the_article_is_found_in_every_shape(shape: object) -> None:
    assert said(shape)["title:jsonld"] == ["Headline of the day"]


AUTHORS: dict[str, tuple[Any, list[str]]] = {
    "a string": ("Jane Doe", ["Jane Doe"]),
    "an object": ({"@type": "Person", "name": "Jane Doe"}, ["Jane Doe"]),
    "a list": ([{"name": "Jane Doe"}, "John Roe"], ["Jane Doe", "John Roe"]),
    "a list in a list": ([[{"name": "Jane Doe"}], {"name": "John Roe"}], ["Jane Doe", "John Roe"]),
    "a list of names": ({"@type": "Person", "name": ["Jane Doe", "John Roe"]}, ["Jane Doe", "John Roe"]),
    "first and last name": ({"givenName": "Jane", "familyName": "Doe"}, ["Jane Doe"]),
    "a tagged name": ({"name": {"@value": "Jane Doe"}}, ["Jane Doe"]),
    "a reference": ({"@id": "#jane"}, ["Jane Doe"]),
    "a reference to nowhere": ({"@id": "#nobody"}, []),
    "nothing": (None, []),
    "a number": (17, []),
}


@pytest.mark.parametrize(("author", "names"), AUTHORS.values(), ids=AUTHORS)
def test_authors_are_read_in_every_shape(author: object, names: list[str]) -> None:
    graph = {"@graph": [news(author=author), {"@type": "Person", "@id": "#jane", "name": "Jane Doe"}]}
    assert said(graph).get("author:jsonld", []) == names


def test_an_organisation_is_known_as_one() -> None:
    found = said(news(author={"@type": "NewsMediaOrganization", "name": "The Paper"}))
    assert found["author:jsonld-org"] == ["The Paper"]


def test_a_creator_stands_in_for_an_author() -> None:
    assert said(news(creator=["Jane Doe"]))["author:jsonld"] == ["Jane Doe"]


BROKEN = {
    "raw line breaks": '{"@type":"NewsArticle","headline":"Headline of\n the day"}',
    "trailing commas": '{"@type":"NewsArticle","headline":"Headline of the day",}',
    "doubled commas": '{"@type":"NewsArticle",,"headline":"Headline of the day"}',
    "comments": '{"@type":"NewsArticle", // a comment\n /* and another */ "headline":"Headline of the day"}',
    "CDATA": '//<![CDATA[\n{"@type":"NewsArticle","headline":"Headline of the day"}\n//]]>',
    "an HTML comment": '<!-- {"@type":"NewsArticle","headline":"Headline of the day"} -->',
    "a semicolon": '{"@type":"NewsArticle","headline":"Headline of the day"};',
    "entities": "{&quot;@type&quot;:&quot;NewsArticle&quot;,&quot;headline&quot;:&quot;Headline of the day&quot;}",
    "two objects": '{"@type":"WebSite"}{"@type":"NewsArticle","headline":"Headline of the day"}',
    "a bad escape": r'{"@type":"NewsArticle","headline":"Headline of the day","x":"it\'s \x"}',
    "a byte order mark": '\ufeff{"@type":"NewsArticle","headline":"Headline of the day"}',
    "an unescaped quote": '{"@type":"NewsArticle","headline":"Headline of the day","description":"say "no" now"}',
    "an end too early": '{"@type":"NewsArticle","headline":"Headline of the day","author":[{"name":"Jan',
}


@pytest.mark.parametrize("block", BROKEN.values(), ids=BROKEN)
def test_broken_json_is_read_where_that_is_safe(block: str) -> None:
    assert " ".join(said(block)["title:jsonld"][0].split()) == "Headline of the day"


def test_an_address_in_a_string_is_no_comment() -> None:
    block = '{"@type":"NewsArticle","headline":"Headline of the day","url":"https://paper.example/a",}'
    assert said(block)["canonical:jsonld"] == ["https://paper.example/a"]


def test_nothing_is_salvaged_from_what_holds_nothing() -> None:
    assert salvage("window.dataLayer = []") == ()
    assert parse_blocks(["", "null", "12", '"text"']) == ()


def test_of_several_articles_the_one_with_the_pages_address_is_chosen() -> None:
    other = news(headline="Another story", url="https://paper.example/news/other", datePublished="2026-01-01")
    own = news(headline="A headline that differs", mainEntityOfPage={"@id": URL + "?utm_source=x"})
    assert said([other, own])["title:jsonld"] == ["A headline that differs"]


def test_of_several_articles_the_one_with_the_pages_headline_is_chosen() -> None:
    assert said([news(headline="Another story"), news()])["title:jsonld"] == ["Headline of the day"]


def test_comments_and_related_articles_are_not_the_article() -> None:
    found = said({"@type": "ItemList", "itemListElement": [news(headline="One of a list")]})
    assert found == {}
    assert "author:jsonld" not in said(news(comment=[{"@type": "Comment", "author": {"name": "Troll"}}]))


def test_a_web_page_speaks_where_there_is_no_article() -> None:
    found = said({"@type": "WebPage", "name": "A page", "datePublished": "2026-01-01"})
    assert found["published:webpage"] == ["2026-01-01"]
    assert said({"@type": "WebPage", "name": "A page"}) == {}


def test_the_rest_is_read_too() -> None:
    found = said(
        news(
            keywords="a, b", articleSection=["World", "Europe"], isAccessibleForFree=False,
            dateCreated="2025-12-31",
            inLanguage={"@type": "Language", "name": "German", "alternateName": "de"},
            publisher={"@type": "Organization", "name": "The Paper"},
            image=[{"@type": "ImageObject", "contentUrl": "https://paper.example/1.jpg"},
                   {"url": {"@id": "/2.jpg"}}],
        )
    )  # fmt: skip
    assert found["tag:jsonld"] == ["a, b"]
    assert found["section:jsonld"] == ["World", "Europe"]
    assert found["paywall:jsonld"] == ["False"]
    assert found["language:jsonld"] == ["de"]
    assert found["site:jsonld"] == ["The Paper"]
    assert found["image:jsonld"] == ["https://paper.example/1.jpg", "/2.jpg"]
    assert found["published:created"] == ["2025-12-31"]


def test_an_image_may_be_a_reference() -> None:
    graph = {"@graph": [news(image={"@id": "#i"}), {"@type": "ImageObject", "@id": "#i", "url": "/i.jpg"}]}
    assert said(graph)["image:jsonld"] == ["/i.jpg"]


def test_breadcrumbs_tell_the_department() -> None:
    steps = [{"@type": "ListItem", "name": name} for name in ("Home", "Sport", "Story")]
    trail = {"@type": "BreadcrumbList", "itemListElement": steps}
    assert [clue.text for clue in clues_of_breadcrumbs(parse_blocks([json.dumps(trail)]))] == ["Sport"]
    trail["itemListElement"] = steps[:2]
    assert list(clues_of_breadcrumbs(parse_blocks([json.dumps(trail)]))) == []
    assert list(clues_of_breadcrumbs(())) == []


@pytest.mark.parametrize(
    "block",
    ["[" * 100_000, '{"a":' * 100_000, "[" * 3000 + "]" * 3000, '{"@graph":' * 800 + "1" + "}" * 800, "/*" * 50_000,
     '"' * 50_001, "1" * 10_000, "x" * (MAX_BLOCK_CHARS + 1), json.dumps([[{"a": 1}]] * 20_000)],
    ids=["brackets", "objects", "closed brackets", "graphs", "comments", "quotes", "a number", "too long", "many"],
)  # fmt: skip
def test_a_nesting_bomb_does_no_harm(block: str) -> None:
    assert len(parse_blocks([block])) <= 3000


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["@type", "@id", "name", "author", "image", "headline", "datePublished", "url", "publisher",
                         "mainEntityOfPage", "inLanguage", "isAccessibleForFree", "keywords", "@value", "x"]),
        inner | st.sampled_from(["NewsArticle", "Person", "WebPage", "#a"]), max_size=6),
    max_leaves=25,
)  # fmt: skip


@given(values)
@settings(max_examples=200)
def test_no_value_makes_it_raise(value: object) -> None:
    said(json.dumps(value))
    node = {
        "@type": "NewsArticle",
        "author": value,
        "image": value,
        "headline": value,
        "isAccessibleForFree": value,
    }
    said(json.dumps(node), json.dumps({"@type": "NewsArticle", "url": value, "publisher": value}))


def test_text_of_a_value_is_bounded_in_depth() -> None:
    assert text_of({"name": {"name": {"name": {"name": {"name": "deep"}}}}}) == ""
    assert text_of([]) == ""
    assert text_of(True) == ""
    assert types_of({"@type": [1, "schema:Person"]}) == ("Person",)
