"""A page becomes the article in it, with what stands around it told apart, or a reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import HtmlElement

from extractors.article.body import read_body
from extractors.article.evidence import NAMES, Stated, weigh_blocks
from extractors.article.judge import judge_blocks, shipped_weights
from extractors.article.page import extract_entry, extract_page
from extractors.article.prune import prune_furniture
from extractors.article.reading import MAX_BLOCKS, read_page
from extractors.article.text import content_hash, join_text, word_count
from extractors.article.vocabulary import BIT, MARKS
from extractors.boilerplate import strip_boilerplate
from extractors.boilerplate.labels import is_dateline
from extractors.html import NotHtml, parse_html
from extractors.jobs import page_job
from extractors.metadata.collection import collect
from extractors.model import Entry, Extracted, Page, Rejected

URL = "https://courier.example/2024/06/ferry"
TITLE = "The night ferry to Sandholm sails again after eleven years"
PARAGRAPHS = (
    (
        "For the first time in eleven years a ferry left the quay of Northhaven after dark on Wednesday, with ninety cars, "
        "four lorries and a choir of schoolchildren on board, who sang until the lights of the town were out of sight."
    ),
    (
        "The line had been closed when the old ship failed its inspection, and the county council took three votes and two "
        "elections to agree on a new one, which was built in the yard at Sandholm for less than had been planned."
    ),
    (
        "“People here had stopped believing in it,” said the captain, Marit Holm, who has waited for the post since her "
        "training and lives within sight of the landing stage."
    ),
    (
        "Tickets for the summer are sold out already, the company says; a second ship is being considered, and the council "
        "will hear of its costs in September."
    ),
)
FURNITURE = ("X", TITLE, TITLE, "Wednesday 19 June 2024 - 12:36", "Zoom", "Read more")


def page(body: str, *, head: str = "", url: str = URL, **known: object) -> Page:
    html = f"<!doctype html><html lang='en'><head><title>{TITLE} | Courier</title>{head}</head><body>{body}</body></html>"
    return Page(
        url, html.encode(), "text/html; charset=utf-8", fetched_at=datetime(2026, 1, 1, tzinfo=UTC), **known
    )  # type: ignore[arg-type]


def paragraphs(lines: tuple[str, ...] = PARAGRAPHS) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def apart() -> str:
    """The furniture in elements of its own."""
    return (
        "<nav><a href='/'>Home</a> <a href='/news'>News</a></nav><main><button>X</button>"
        f"<h1>{TITLE}</h1><article><h2>{TITLE}</h2><span class='date'>Wednesday 19 June 2024 - 12:36</span>"
        f"<button class='zoom'>Zoom</button><div class='text'>{paragraphs()}</div><a href='/more'>Read more</a></article></main>"
        "<footer><p>© Courier. All rights reserved.</p></footer>"
    )


def inside() -> str:
    """The furniture as paragraphs of the article."""
    return f"<article>{paragraphs((*FURNITURE[:5], *PARAGRAPHS, FURNITURE[5]))}</article>"


@pytest.fixture(autouse=True)
def no_bug_of_ours_is_met(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert not [each for each in caplog.get_records("call") if each.name == "extractors.article.page"]


@pytest.mark.parametrize("body", [apart(), inside()], ids=["apart", "inside"])
def test_an_article_is_told_from_the_furniture_around_it(body: str) -> None:
    extracted = extract_page(page(body, timezone="Asia/Seoul"))
    assert isinstance(extracted, Extracted)
    stripped = strip_boilerplate(extracted, frozenset())
    assert stripped.kept == PARAGRAPHS
    assert [removed.text for removed in stripped.removed] == list(FURNITURE)
    assert [removed.reason for removed in stripped.removed] == [
        "share", "title", "title", "dateline", "zoom", "read more",
    ]  # fmt: skip
    published = extracted.facts.published.value
    assert published is not None
    assert (published.at.isoformat(), published.precision) == ("2024-06-19T12:36:00+09:00", "minute")
    assert extracted.facts.title.value == TITLE


def test_the_seed_is_cleaned_in_both_forms() -> None:
    seed = Path(__file__).resolve().parents[3] / "shared" / "seed" / "scraped-article.txt"
    if not seed.exists():
        pytest.skip("the seed is not beside the project (../shared/seed)")
    lines = [line.strip() for line in seed.read_text(encoding="utf-8").splitlines() if line.strip()]
    letter, title, again, date, zoom, *body, more = lines
    one = f"<main><button>{letter}</button><h1>{title}</h1><h2>{again}</h2><time>{date}</time><button>{zoom}</button>"
    one += paragraphs(tuple(body)) + f"<a href='/m'>{more}</a></main>"
    for markup in (one, f"<article>{paragraphs(tuple(lines))}</article>"):
        html = f"<html><head><title>{title}</title></head><body>{markup}</body></html>".encode()
        extracted = extract_page(
            Page("https://paper.example/putin", html, "text/html; charset=utf-8", timezone="Asia/Seoul")
        )
        assert isinstance(extracted, Extracted)
        stripped = strip_boilerplate(extracted, frozenset())
        assert list(stripped.kept) == body
        assert [removed.text for removed in stripped.removed] == [letter, title, again, date, zoom, more]
        assert extracted.facts.published.value is not None
        assert extracted.facts.published.value.at.isoformat() == "2024-06-19T12:36:00+09:00"


# ------------------------------------------------------------------------------------------------------- what is text


def blocks_of(body: str, head: str = "") -> tuple[str, ...]:
    extracted = extract_page(page(body, head=head))
    assert isinstance(extracted, Extracted), extracted
    return strip_boilerplate(extracted, frozenset()).kept


def test_headings_lists_and_table_rows_are_text() -> None:
    table = "<table><tr><th>Ship</th><th>Cars</th></tr><tr><td>Marit</td><td>90</td></tr></table>"
    listed = "<h2>What is new on board</h2><ul><li>A kitchen that stays open all night, with warm meals.</li><li>Cabins for families of five, at the price of three.</li></ul>"
    kept = blocks_of(
        f"<article><h1>{TITLE}</h1>{paragraphs(PARAGRAPHS[:2])}{listed}{table}{paragraphs(PARAGRAPHS[2:])}</article>"
    )
    assert "What is new on board" in kept
    assert "A kitchen that stays open all night, with warm meals." in kept
    assert {"Ship | Cars", "Marit | 90"} <= set(kept)


def test_two_equal_paragraphs_stay_two() -> None:
    refrain = "And the choir sang it once more, from the first verse to the last, without a book."
    kept = blocks_of(
        f"<article><p>{PARAGRAPHS[0]}</p><p>{refrain}</p><p>{PARAGRAPHS[1]}</p><p>{refrain}</p><p>{PARAGRAPHS[2]}</p></article>"
    )
    assert kept.count(refrain) == 2


def test_a_page_that_holds_its_text_twice_gives_it_once() -> None:
    body = f"<div class='wide'>{paragraphs()}</div><div class='narrow'>{paragraphs()}</div>"
    assert blocks_of(f"<main><h1>{TITLE}</h1>{body}</main>") == PARAGRAPHS


@pytest.mark.parametrize(
    "box",
    [
        "<aside class='newsletter'><p>Get the harbour letter in your inbox every Friday morning, free of charge.</p></aside>",
        "<div class='related'><h3>Related</h3><ul><li><a href='/a'>The yard at Sandholm hires again</a></li><li><a href='/b'>Council splits over the ferry</a></li></ul></div>",
        "<section id='comments'><h3>Comments</h3><p>Finally! I have waited for this for years, and my wife too. Great news.</p></section>",
        "<div class='cookie-consent'><p>We use cookies to personalise content and ads. You can change this at any time.</p></div>",
        "<figure><img src='f.jpg'><figcaption>The new ship at the quay. Photo: Ida Brandt</figcaption></figure>",
    ],
    ids=["newsletter", "related", "comments", "cookies", "caption"],
)
def test_a_box_beside_the_text_is_left_out(box: str) -> None:
    assert blocks_of(f"<main><article><h1>{TITLE}</h1>{paragraphs()}</article>{box}</main>") == PARAGRAPHS


@pytest.mark.parametrize("spaces", ["  ", "\t \n", "\u200b", " \u200b ", "\xa0", " \x85 "])
def test_spaces_of_every_kind_are_one(spaces: str) -> None:
    tree = parse_html(f"<p>{spaces}one{spaces}two<br>{spaces}three{spaces}</p>".encode())
    assert isinstance(tree, HtmlElement)
    assert [block.text for block in read_page(tree).blocks] == ["one two\nthree"]


def test_a_line_break_twice_parts_paragraphs() -> None:
    assert (
        blocks_of(f"<main><div class='entry-content'>{'<br><br>'.join(PARAGRAPHS)}</div></main>")
        == PARAGRAPHS
    )


def test_the_body_that_tags_state_serves_where_the_page_has_none() -> None:
    stated = "\\n".join(PARAGRAPHS)
    head = f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{TITLE}", "articleBody": "{stated}"}}</script>'
    extracted = extract_page(page(f"<main><h1>{TITLE}</h1><div id='app'></div></main>", head=head))
    assert isinstance(extracted, Extracted)
    assert (extracted.blocks, extracted.text_origin) == (PARAGRAPHS, "jsonld")


# ----------------------------------------------------------------------------------------------------- no article


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("<p>Just a few words.</p>", "next to no text"),
        ("<div></div>", "no text"),
        ("<main><h1>Page not found</h1><p>The page that you have asked for is not here. It may have moved, or never have been.</p></main>", "not found"),
        (
            ("<main><p>We and our vendors use cookies for personalised ads and content.</p><p>You may accept or reject our cookies; "
            "your consent is kept for six months. Read our privacy policy.</p><button>Accept all cookies</button></main>"),
            "consent",
        ),
        (
            "<main><h1>News</h1>" + "".join(f"<div><h3><a href='/{n}'>Headline {n} tells what happened in the harbour</a></h3></div>" for n in range(30)) + "</main>",
            "",
        ),
    ],
    ids=["few words", "empty", "soft 404", "consent", "listing"],
)  # fmt: skip
def test_what_is_no_article_is_rejected_with_its_reason(body: str, detail: str) -> None:
    html = f"<html><head><title>Courier</title></head><body>{body}</body></html>".encode()
    rejected = extract_page(Page(URL, html, "text/html"))
    assert isinstance(rejected, Rejected)
    assert detail in rejected.detail
    assert rejected.status in ("rejected", "empty", "extraction")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", "empty"),
        (b"   ", "empty"),
        (b"%PDF-1.7 ...", "rejected"),
        (b"\x89PNG\r\n\x1a\n", "rejected"),
        (b'{"a": 1}', "rejected"),
    ],
)
def test_what_is_no_page_is_rejected(body: bytes, status: str) -> None:
    rejected = extract_page(Page(URL, body))
    assert isinstance(rejected, Rejected)
    assert rejected.status == status


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 3_000 + "word " + "</div>" * 3_000,
        "<table><tr><td>" * 200 + "x" + "</td></tr></table>" * 200,
        "<b>" * 5_000 + "word",
        "<p>word</p>" * 20_000,
        "<p>" + "word " * 100_000 + "</p>",
        "<a href='#'>" + "<i>" * 400 + "x" * 1_000,
        "<p>\x00\ufffe\ud800</p>".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    ],
    ids=["deep", "nested tables", "inline", "many", "long", "mixed", "controls"],
)
def test_a_hostile_page_ends_in_a_result(body: str) -> None:
    result = extract_page(page(body))
    assert isinstance(result, Extracted | Rejected)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(("<div>", "</div>", "<p>", "</p>", "<table>", "<tr><td>", "<br>", "<a href='x'>", "word. ", "<h1>", "<li>", "<article>", "</article>", "<script>", "</script>", "<nav>", "<!--", PARAGRAPHS[0])), max_size=60))  # fmt: skip
def test_no_markup_makes_it_raise(pieces: list[str]) -> None:
    result = extract_page(page("".join(pieces)))
    if isinstance(result, Extracted):
        assert all(block.strip() and "\n\n" not in block for block in result.blocks)
        places = [removed.position for removed in result.furniture]
        assert len(set(places)) == len(places)
        assert all(0 <= place < len(result.blocks) + len(places) for place in places)


# ------------------------------------------------------------------------------------------------------ the feed's text


def entry(content: str) -> Entry:
    return Entry(URL, title=TITLE, content_html=content)


def test_the_full_text_of_a_feed_serves_for_a_page_that_cannot_be_had() -> None:
    there = entry(paragraphs())
    for result in (extract_entry(there, page("", entry=there)), page_job(Page(URL, b"", entry=there))):
        assert isinstance(result, Extracted)
        assert (result.blocks, result.text_origin, result.facts.title.value) == (PARAGRAPHS, "feed", TITLE)


def test_a_summary_in_a_feed_is_no_full_text() -> None:
    assert isinstance(extract_entry(entry("<p>The ferry sails again.</p>"), page("")), Rejected)


# ---------------------------------------------------------------------------------------------------------- the parts


def test_the_weights_have_one_for_each_piece_of_evidence() -> None:
    weights = shipped_weights()
    assert (len(weights.evidence), len(weights.markup)) == (len(NAMES), len(MARKS))


def test_every_block_has_its_evidence() -> None:
    tree = parse_html(page(apart()).body)
    reading = read_page(tree)  # type: ignore[arg-type]
    rows = weigh_blocks(reading, Stated())
    assert len(rows) == len(reading.blocks)
    assert {len(row) for row in rows} == {len(NAMES)}


def test_the_witness_is_asked_only_where_the_page_is_unsure() -> None:
    def never(_: object) -> str:
        raise AssertionError("asked")

    long = tuple(
        f"{line} And so it was told {word} times." for line in PARAGRAPHS for word in ("two", "three", "four")
    )
    tree = parse_html(page(f"<article><h1>{TITLE}</h1>{paragraphs(long)}</article>").body)
    judgement = judge_blocks(read_page(tree), Stated(), never)  # type: ignore[arg-type]
    assert not judgement.witnessed
    little = parse_html(page("<div><p>Hardly a word.</p></div>").body)
    assert judge_blocks(read_page(little), Stated(), lambda _: "").witnessed  # type: ignore[arg-type]


def test_the_witness_is_not_shown_what_it_could_not_save() -> None:
    lines = [f"On day {n} the board of the harbour met and put off what was promised." for n in range(9)]
    others = "".join(f"<div class='card'>{paragraphs((line,))}</div>" for line in lines)
    links = "".join(f'<li><a href="/n/{n}">Day {n}</a></li>' for n in range(30))
    tree = parse_html(
        page(
            f"<h1>{TITLE}</h1><div>{paragraphs(tuple(lines))}</div>{others}<ul class='menu'>{links}</ul>"
        ).body
    )
    shown: list[str] = []

    def witness(without: Sequence[HtmlElement]) -> str:
        prune_furniture(tree, without)  # type: ignore[arg-type]
        shown.append(tree.text_content())  # type: ignore[union-attr]
        return shown[0]

    assert judge_blocks(read_page(tree), Stated(), witness).witnessed  # type: ignore[arg-type]
    assert TITLE in shown[0]
    assert lines[0] in shown[0]
    assert "Day 7" not in shown[0]


def test_a_page_of_too_many_blocks_is_read_to_a_bound() -> None:
    tree = parse_html(page("<p>word</p>" * (MAX_BLOCKS + 500)).body)
    assert len(read_page(tree).blocks) == MAX_BLOCKS  # type: ignore[arg-type]


def test_a_reading_gives_the_article_and_who_read_it() -> None:
    made = page(apart())
    tree = parse_html(made.body)
    body = read_body(tree, collect(tree, made))  # type: ignore[arg-type]
    assert body.blocks[-4:] == PARAGRAPHS  # the headline may stand before it: that is for strip_boilerplate
    assert body.origin in ("blocks", "trafilatura")


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("one two three", 3), ("It's a well-known fact.", 4), ("東京都は十日", 3), ("日本 news", 2), ("สวัสดีครับ", 2), ("12 % — of", 2)],
)  # fmt: skip
def test_words_are_counted_in_every_script(text: str, words: int) -> None:
    assert word_count(text) == words


def test_a_hash_changes_with_title_or_text_and_not_with_spaces() -> None:
    assert content_hash("A", "b  c\n\nd") == content_hash(" A ", "b c d")
    assert content_hash("A", "b") != content_hash("Ab", "")
    assert content_hash("A", "b") != content_hash("A", "c")


def test_a_text_is_its_blocks_with_a_blank_line_between() -> None:
    assert join_text(("a", "b")) == "a\n\nb"


def test_the_next_story_of_a_page_that_scrolls_on_is_no_part_of_this_one() -> None:
    """Each story is an <article> with its own main heading; the page's tags name one of them."""
    other = "".join(
        f"<p>{line.replace('ferry', 'tram').replace('Sandholm', 'Oakhurst')}</p>" for line in PARAGRAPHS
    )
    stories = f"<article><h1>{TITLE}</h1>{paragraphs()}</article><article><h1>Trams run at night as well</h1>{other}</article>"
    extracted = extract_page(page(f"<main>{stories}</main>"))
    assert isinstance(extracted, Extracted)
    assert strip_boilerplate(extracted, frozenset()).kept == PARAGRAPHS


def test_code_keeps_its_lines_and_a_highlighters_class_names_say_nothing_of_it() -> None:
    code = "<span class='comment'># count the boats</span>\n<span class='token'>boats = 12</span>\n\nprint(boats)"
    tree = parse_html(f"<html><body><pre><code>{code}</code></pre></body></html>".encode())
    assert not isinstance(tree, NotHtml)
    (block,) = read_page(tree).blocks
    assert block.text == "# count the boats\nboats = 12\nprint(boats)"
    assert not block.bits & BIT["is comment"]


def test_a_bare_number_is_no_date() -> None:
    assert not is_dateline("1709418524")
    assert is_dateline("2 March 2024 22:28")
