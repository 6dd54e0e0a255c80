"""Whole pages become facts: each with its origin, and with what spoke against it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml.html import HtmlElement

from extractors.html import parse_html
from extractors.metadata.collection import collect
from extractors.metadata.decisions import decide
from extractors.metadata.facts import read_facts
from extractors.model import Entry, Facts, Moment, Page

CORPUS = sorted((Path(__file__).parents[1] / "corpus" / "pages").glob("*.json"))
URL = "https://www.thepaper.example/world/story"
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def facts_of(head: str = "", body: str = "", *, guess: Any = None, lang: str = "en", **page: Any) -> Facts:
    tree = parse_html(
        f'<html lang="{lang}"><head>{head}</head><body>{body}</body></html>'.encode("utf-8", "replace")
    )
    assert isinstance(tree, HtmlElement)
    return read_facts(tree, Page(**{"url": URL, "body": b"", "fetched_at": NOW, **page}), guess=guess)


def ld(**more: Any) -> str:
    node = {"@type": "NewsArticle", "headline": "Storm hits the coast", **more}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def meta(**named: str) -> str:
    return "".join(
        f'<meta name="{name.replace("__", ":")}" content="{value}">' for name, value in named.items()
    )


def published(facts: Facts) -> str | None:
    return facts.published.value.at.isoformat() if facts.published.value else None


# ------------------------------------------------------------------------------------------------- whole pages


def told(facts: Facts) -> dict[str, Any]:
    """Facts under the names of the corpus."""
    first, last = facts.published.value, facts.modified.value
    return {
        "title": facts.title.value, "authors": list(facts.authors.value), "language": facts.language.value,
        "published_at": first.at.isoformat() if first else None,
        "modified_at": last.at.isoformat() if last else None,
        "precision": first.precision if first else None, "offset": first.offset if first else None,
        "section": facts.section.value, "tags": list(facts.tags.value), "image_url": facts.image_url.value,
        "paywalled": facts.paywalled.value, "canonical_url": facts.canonical_url.value,
    }  # fmt: skip


@pytest.mark.parametrize("case", CORPUS, ids=[case.stem for case in CORPUS])
def test_every_fact_of_a_newspaper_page_is_right(case: Path) -> None:
    wanted = json.loads(case.read_text(encoding="utf-8"))
    body = case.with_suffix(".html").read_bytes()
    tree = parse_html(body, wanted.get("content_type", ""))
    assert isinstance(tree, HtmlElement)
    before = etree.tostring(tree)
    page = Page(
        wanted["url"],
        body,
        fetched_at=datetime.fromisoformat(wanted["fetched_at"]),
        timezone=wanted["timezone"],
    )
    found = told(read_facts(tree, page))
    expected = {name: value for name, value in wanted["expected"].items() if name in found}
    assert {name: found[name] for name in expected} == expected
    assert etree.tostring(tree) == before, "the tree is shared: it must be left as it is"


def test_the_corpus_speaks_a_dozen_languages_in_five_scripts_and_more() -> None:
    languages = {json.loads(case.read_text(encoding="utf-8"))["expected"]["language"] for case in CORPUS}
    assert len(languages) >= 12
    assert {"ar", "ja", "ko", "hi", "ru"} <= languages


def test_an_empty_page_has_no_facts_but_its_address() -> None:
    facts = facts_of(url=URL + "?utm_source=x")
    assert facts.title.value == ""
    assert facts.authors.value == ()
    assert published(facts) is None
    assert facts.canonical_url.value == URL
    assert facts.canonical_url.origin == "url"


def test_clues_can_be_collected_once_and_decided_from_elsewhere() -> None:
    tree = parse_html(f"<html><head>{ld(articleBody='One. Two.')}</head><body></body></html>".encode())
    assert isinstance(tree, HtmlElement)
    clues = collect(tree, Page(URL, b""))
    assert clues.article_body == "One. Two."
    assert clues.article_types == ("NewsArticle",)
    assert decide(clues).title.value == "Storm hits the coast"


# ----------------------------------------------------------------------------------------------- title, authors


def test_a_fact_names_its_origin_and_its_losers() -> None:
    facts = facts_of(
        ld() + meta(og__title="Another title for the page") + "<title>Storm hits the coast</title>"
    )
    assert facts.title.value == "Storm hits the coast"
    assert facts.title.origin == "jsonld"
    assert facts.title.losers == ("og=Another title for the page",)


def test_the_feed_gives_a_title_where_the_page_has_none() -> None:
    facts = facts_of(entry=Entry(URL, title="From the feed &amp; more", authors=("By Jane Doe",), tags=("x",),
                                 language="de",
                                 image_url="https://i.example/1.jpg"), lang="")  # fmt: skip
    assert (facts.title.value, facts.title.origin) == ("From the feed & more", "feed")
    assert (facts.authors.value, facts.authors.origin) == (("Jane Doe",), "feed")
    assert (facts.tags.value, facts.tags.origin) == (("x",), "feed")
    assert (facts.language.value, facts.language.origin) == ("de", "feed")
    assert facts.image_url.origin == "feed"


def test_people_come_before_the_house() -> None:
    house = ld(author={"@type": "Organization", "name": "The Paper"})
    site = meta(og__site_name="The Paper")
    assert facts_of(house + site + meta(author="Jane Doe")).authors.value == ("Jane Doe",)
    assert facts_of(house + site, '<h1>X</h1><p class="byline">By Jane Doe</p>').authors.value == (
        "Jane Doe",
    )
    alone = facts_of(house + site)
    assert (alone.authors.value, alone.authors.origin) == (("The Paper",), "jsonld")


BYLINES = {
    "a class": '<h1>Storm</h1><div class="article-byline">By Jane Doe</div>',
    "a link": '<h1>Storm</h1><p class="author"><a href="/author/jane-doe/">Jane Doe</a> 3 min</p>',
    "rel": '<h1>Storm</h1><a rel="author" href="/x">Jane Doe</a>',
    "a line behind the headline": "<h1>Storm</h1><p>Von Jane Doe</p><p>Text.</p>",
    "a label in a line": "<h1>Storm</h1><p>12:30 Text: Jane Doe Foto: John Roe</p>",
    "a list of facts": "<h1>Storm</h1><dl><dt>Author</dt><dd>Jane Doe</dd></dl>",
    "a bold label": "<h1>Storm</h1><p><b>Autor:</b> Jane Doe</p>",
    "a social card": '<meta name="twitter:label1" content="Written by">'
    '<meta name="twitter:data1" content="Jane Doe">',
    "microdata": '<div itemscope itemtype="http://schema.org/NewsArticle"><h1>X</h1>'
    '<i itemprop="author">Jane Doe</i></div>',
}


@pytest.mark.parametrize("body", BYLINES.values(), ids=BYLINES)
def test_an_author_is_found_in(body: str) -> None:
    assert facts_of("", body).authors.value == ("Jane Doe",)


def test_several_authors_with_an_element_each_are_all_found() -> None:
    body = '<h1>X</h1><ul><li class="author">Jane Doe</li><li class="author">John Roe</li></ul>'
    assert facts_of("", body).authors.value == ("Jane Doe", "John Roe")


NOT_AUTHORS = {
    "a comment": '<h1>X</h1><div class="comments"><p class="author">Angry Reader</p></div>',
    "a teaser": '<h1>X</h1><aside><p class="byline">By Jane Doe</p></aside>',
    "a biography": f'<h1>X</h1><div class="author">Jane Doe {"has written for years. " * 20}</div>',
    "a section": '<h1>X</h1><span class="author-tag">Lifestyle</span>',
    "a picture": '<h1>X</h1><div class="author-image">Jane Doe</div>',
    "a commenter in microdata": '<h1>X</h1><div itemscope itemtype="http://schema.org/Comment">'
    '<i itemprop="author">A B</i></div>',
}


@pytest.mark.parametrize("body", NOT_AUTHORS.values(), ids=NOT_AUTHORS)
def test_no_author_is_read_from(body: str) -> None:
    assert facts_of("", body).authors.value == ()


# ------------------------------------------------------------------------------------------------------- dates


def test_json_ld_dates_the_article_and_others_only_where_it_is_silent() -> None:
    late = meta(article__published_time="2026-03-11T08:00:00Z")
    both = facts_of(ld(datePublished="2026-03-10T08:00:00Z") + late)
    assert published(both) == "2026-03-10T08:00:00+00:00"
    assert both.published.losers == ("article=2026-03-11T08:00:00+00:00",)
    assert published(facts_of(ld() + late)) == "2026-03-11T08:00:00+00:00"


def test_a_day_takes_its_clock_time_from_another_of_the_same_day() -> None:
    facts = facts_of(ld(datePublished="2026-03-10") + meta(article__published_time="2026-03-10T08:30:00Z"))
    assert published(facts) == "2026-03-10T08:30:00+00:00"
    assert facts.published.origin == "article"


def test_a_day_is_not_moved_by_another_day() -> None:
    facts = facts_of(ld(datePublished="2026-03-10") + meta(article__published_time="2026-03-12T08:30:00Z"))
    assert facts.published.value == Moment(datetime(2026, 3, 10, tzinfo=UTC), "day", "assumed")


def test_an_offset_comes_from_where_it_is_stated() -> None:
    twin = ld(datePublished="2026-03-10 08:30") + meta(article__published_time="2026-03-10T08:30:00+01:00")
    assert published(facts_of(twin)) == "2026-03-10T08:30:00+01:00"
    borrowed = facts_of(
        ld(datePublished="2026-03-10 08:30") + meta(og__updated_time="2026-03-11T10:00:00+01:00")
    )
    assert published(borrowed) == "2026-03-10T08:30:00+01:00"
    assert borrowed.published.value is not None
    assert borrowed.published.value.offset == "assumed"


def test_without_any_offset_the_source_has_the_word_and_then_utc() -> None:
    head = ld(datePublished="2026-03-10 08:30")
    assert published(facts_of(head, timezone="Asia/Kolkata")) == "2026-03-10T08:30:00+05:30"
    assert published(facts_of(head)) == "2026-03-10T08:30:00+00:00"


def test_what_lies_more_than_two_days_ahead_is_not_believed() -> None:
    ahead = (NOW + timedelta(days=3)).isoformat()
    assert published(facts_of(ld(datePublished=ahead))) is None
    assert (
        published(facts_of(ld(datePublished=ahead) + meta(date="2026-03-10T08:00:00Z")))
        == "2026-03-10T08:00:00+00:00"
    )


def test_local_time_that_is_called_utc_and_lies_ahead_gives_way_to_its_twin() -> None:
    facts = facts_of(ld(datePublished="2026-03-15T13:30:00Z") + meta(date="2026-03-15T13:30:00+02:00"))
    assert published(facts) == "2026-03-15T13:30:00+02:00"
    alone = facts_of(ld(datePublished="2026-03-15T13:30:00Z"))
    assert published(alone) == "2026-03-15T13:30:00+00:00"


def test_before_1990_there_was_no_web() -> None:
    assert published(facts_of(ld(datePublished="1970-01-01T00:00:00Z"))) is None


DATED = {
    "a time": '<h1>X</h1><time datetime="2026-03-10T08:30:00Z">x</time>',
    "a time without datetime": "<h1>X</h1><time>10 March 2026, 08:30</time>",
    "a time called published before the headline": '<time class="published" datetime="2026-03-10T08:30Z">'
    "</time><h1>X</h1>",
    "a class": '<h1>X</h1><div class="article-date">10 March 2026, 08:30</div>',
    "a line beside the headline": "<h1>X</h1><div><p>10 March 2026, 08:30</p></div>",
    "a line above the headline": "<div><p>10 March 2026, 08:30</p><h1>X</h1></div>",
    "a label": "<h1>X</h1><ul><li><strong>Datum</strong> 10.03.2026, 08:30</li></ul>",
    "microdata": '<div itemscope><h1>X</h1><i itemprop="datePublished" content="2026-03-10T08:30Z"></i></div>',
    "only a change": '<h1>X</h1><p class="updated">Updated 10 March 2026, 08:30</p>',
}


@pytest.mark.parametrize("body", DATED.values(), ids=DATED)
def test_a_date_is_found_in(body: str) -> None:
    assert published(facts_of("", body)) == "2026-03-10T08:30:00+00:00"


def test_dates_of_teasers_and_comments_are_not_the_articles() -> None:
    body = '<h1>X</h1><div class="related"><time datetime="2026-03-10T08:30:00Z">x</time></div>'
    assert published(facts_of("", body)) is None


def test_a_change_is_known_apart_and_never_lies_before_the_publication() -> None:
    first = '<h1>X</h1><time datetime="2026-03-10T08:30Z"></time>'
    body = first + ' Updated <time class="updated" datetime="2026-03-11T09:00Z"></time>'
    facts = facts_of("", body)
    assert published(facts) == "2026-03-10T08:30:00+00:00"
    assert facts.modified.value is not None
    assert facts.modified.value.at.isoformat() == "2026-03-11T09:00:00+00:00"
    earlier = facts_of(ld(datePublished="2026-03-10T08:00:00Z", dateModified="2026-03-09T08:00:00Z"))
    assert earlier.modified.value is None


def test_the_feed_and_the_address_date_a_page_that_does_not() -> None:
    entry = Entry(URL, published=Moment(NOW), updated=Moment(NOW + timedelta(hours=1)))
    facts = facts_of(entry=entry)
    assert (facts.published.value, facts.published.origin) == (Moment(NOW), "feed")
    assert facts.modified.origin == "feed"
    dated = facts_of(url="https://www.thepaper.example/2026/03/10/story")
    assert (published(dated), dated.published.origin) == ("2026-03-10T00:00:00+00:00", "url")
    found = facts_of(found_url="https://www.thepaper.example/2026/03/10/story")
    assert found.published.origin == "url"


def test_american_pages_are_read_with_the_month_first() -> None:
    body = '<h1>X</h1><p class="date">03/04/2026</p>'
    assert published(facts_of("", body)) == "2026-03-04T00:00:00+00:00"
    assert published(facts_of(meta(og__locale="en_GB"), body)) is None  # April lies ahead
    assert (
        published(facts_of(meta(og__locale="en_GB"), body.replace("03/04", "03/02")))
        == "2026-02-03T00:00:00+00:00"
    )


# ------------------------------------------------------------------------------------------- guesses as a last way


def test_a_guess_is_asked_only_for_what_nothing_else_tells() -> None:
    asked: list[str] = []
    answers = {"title": "A title by guess", "date": "2026-03-10"}

    def guess(what: str) -> str:
        asked.append(what)
        return answers[what]

    facts = facts_of(guess=guess)
    assert sorted(asked) == ["date", "title"]
    assert (facts.title.value, facts.title.origin) == ("A title by guess", "trafilatura")
    assert facts.authors.value == ()  # a guess at a name is as often wrong as right
    assert (published(facts), facts.published.origin) == ("2026-03-10T00:00:00+00:00", "trafilatura")
    asked.clear()
    facts_of(ld(author="Jane Doe", datePublished="2026-03-10"), guess=guess)
    assert asked == []


def test_a_guess_that_knows_nothing_leaves_the_fact_open() -> None:
    facts = facts_of(guess=lambda what: "")
    assert facts.title == type(facts.title)("")
    assert facts.authors.value == ()
    assert facts.published.value is None


# --------------------------------------------------------------------------------------------------- the others


CANONICAL = {
    "its own": ("/world/story", URL),
    "with tracking": ("https://www.thepaper.example/world/story?id=3&amp;utm_medium=x", URL + "?id=3"),
    "another page of the site": (
        "https://m.thepaper.example/world/story",
        "https://m.thepaper.example/world/story",
    ),
    "a home page": ("https://www.thepaper.example/", URL),
    "another site": ("https://other.example/world/story", URL),
    "no address": ("javascript:alert(1)", URL),
    "empty": ("", URL),
}


@pytest.mark.parametrize(("href", "believed"), CANONICAL.values(), ids=CANONICAL)
def test_a_canonical_link_is_believed_within_the_site_only(href: str, believed: str) -> None:
    assert facts_of(f'<link rel="canonical" href="{href}">').canonical_url.value == believed


def test_an_amp_page_has_the_canonical_address_of_its_article() -> None:
    facts = facts_of(f'<link rel="canonical" href="{URL}">', url=URL.replace("world", "amp/world"))
    assert (facts.canonical_url.value, facts.canonical_url.origin) == (URL, "link")


def test_og_url_stands_in_for_a_canonical_link_that_is_not_believed() -> None:
    head = f'<link rel="canonical" href="https://other.example/"><meta property="og:url" content="{URL}">'
    assert facts_of(head, url=URL + "/print").canonical_url.origin == "og"


@pytest.mark.parametrize(
    ("said", "paywalled"),
    [(False, True), ("False", True), ("http://schema.org/False", True), (True, False), ("true", False),
     ("maybe", None), (None, None), ({"a": 1}, None)],
)  # fmt: skip
def test_a_paywall_is_known_by_schema_org(said: object, paywalled: bool | None) -> None:
    assert facts_of(ld(isAccessibleForFree=said)).paywalled.value is paywalled


@pytest.mark.parametrize(("tier", "paywalled"), [("locked", True), ("free", False), ("metered", None)])
def test_a_paywall_is_known_by_its_content_tier(tier: str, paywalled: bool | None) -> None:
    assert facts_of(meta(article__content_tier=tier)).paywalled.value is paywalled


def test_tags_come_from_one_origin_each_once() -> None:
    facts = facts_of(ld(keywords="Storm, Coast, storm") + meta(keywords="news, paper"))
    assert (facts.tags.value, facts.tags.origin) == (("Storm", "Coast"), "jsonld")
    assert facts_of(meta(keywords="a; b")).tags.value == ("a", "b")


def test_a_section_is_no_name_of_the_site() -> None:
    head = meta(og__site_name="The Paper", article__section="The Paper") + ld(articleSection="World")
    assert facts_of(head).section.value == "World"


def test_an_image_is_an_address_of_the_web() -> None:
    assert facts_of(meta(og__image="data:image/png;base64,x")).image_url.value is None
    assert (
        facts_of('<base href="https://cdn.example/a/">' + meta(og__image="b.jpg")).image_url.value
        == "https://cdn.example/a/b.jpg"
    )
    assert (
        facts_of('<base href="javascript:x">' + meta(og__image="/b.jpg")).image_url.value
        == "https://www.thepaper.example/b.jpg"
    )


def test_a_page_without_paragraphs_tells_its_language_by_its_description() -> None:
    text = "Der Bürgermeister sagte am Mittwoch, dass die Straße nicht vor dem Winter fertig wird."
    assert facts_of(meta(description=text), lang="en").language.value == "de"
    assert facts_of(ld(articleBody=text * 3), lang="en").language.value == "de"
    assert facts_of(lang="", language="fi").language == type(facts_of().language)("fi", "source")


# ----------------------------------------------------------------------------------------------- hostile pages

HOSTILE = {
    "a meta of a megabyte": meta(og__title="word " * 200_000, author="Jane Doe, " * 100_000),
    "ten thousand metas": meta(keywords="x") * 10_000,
    "an unclosed script": '<script type="application/ld+json">{"@type":"NewsArticle","headline":"',
    "markup in a title": meta(og__title="&lt;b&gt;Storm&lt;/b&gt; &amp;amp;quot;now&amp;amp;quot;"),
    "bidirectional characters": meta(
        og__title="Storm\u202e\u2066 tsaoc\u200b\ufeff", author="\u202eeoD enaJ"
    ),
    "dates of nonsense": meta(date="99999999999999999999", article__published_time="0000-00-00T99:99:99Z"),
    "a thousand headlines": "<h1>One of many headlines</h1>" * 1_000,
    "a thousand authors": '<p class="author">By Jane Doe</p>' * 1_000,
    "a nesting bomb": f'<script type="application/ld+json">{"[" * 200_000}</script>',
    "an address that is none": '<link rel="canonical" href="http://[::1"><base href="http://[">',
    "a language of a thousand letters": '<meta property="og:locale" content="' + "x" * 1_000 + '">',
    "nested spans": "<h1>X</h1>" + "<span class='author'>" * 1_500 + "Jane Doe",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_page_gives_plain_and_bounded_facts(content: str) -> None:
    for facts in (
        facts_of(content),
        facts_of("", content),
        facts_of(content, url="not an address", timezone="No/Where"),
    ):
        assert len(facts.title.value) <= 1_000
        assert len(facts.authors.value) <= 30
        assert all(len(loser) <= 200 for loser in facts.title.losers)
        assert not any(char in facts.title.value for char in "\u202e\u2066\u200b\ufeff<>")


def test_markup_and_entities_are_undone_however_often_they_were_escaped() -> None:
    assert facts_of(HOSTILE["markup in a title"]).title.value == 'Storm "now"'


pieces = st.sampled_from([
    "<h1>", "</h1>", "<time datetime='", "'>", "<p class='byline'>By ", "<meta name='author' content='",
    "<div itemscope>",
    "<b itemprop='author datePublished'>", '<script type="application/ld+json">', "</script>",
    '{"@type":"Article",',
    '"author":', '"datePublished":"', "2026-03-10", "Jane Doe", "}", "<dt>Date</dt>", "<link rel=canonical href='",
    "<title>",
    "\u202e", "&#xd800;", "<html lang='", "<base href='//", "|", " - ", "Storm hits", "</p>", "</div>",
])  # fmt: skip


@given(st.lists(pieces | st.text(max_size=12), max_size=40), st.text(max_size=40))
@settings(max_examples=300)
def test_no_page_makes_it_raise(parts: list[str], url: str) -> None:
    tree = parse_html(("<p>" + "".join(parts)).encode("utf-8", "replace"))
    if isinstance(tree, HtmlElement):
        read_facts(tree, Page(url, b"", fetched_at=NOW, entry=Entry(url, title=url, authors=(url,))))
