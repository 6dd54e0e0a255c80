"""Titles: the site's name comes off, the headline stays whole, and of several the right one is chosen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.metadata.clues import Clue
from extractors.metadata.slugs import spells
from extractors.metadata.titles import choose_title, clean_titles, cut_site, site_keys

URL = "https://www.thepaper.example/world/story"
KEYS = site_keys(["The Paper"], URL)

CUT = {
    "Storm hits the coast | The Paper": "Storm hits the coast",
    "Storm hits the coast - The Paper": "Storm hits the coast",
    "Storm hits the coast – THE PAPER": "Storm hits the coast",
    "Storm hits the coast — thepaper.example": "Storm hits the coast",
    "Storm hits the coast | World | The Paper": "Storm hits the coast",
    "Storm hits the coast - World - The Paper": "Storm hits the coast",
    "The Paper: Storm hits the coast": "The Paper: Storm hits the coast",
    "The Paper | Storm hits the coast": "Storm hits the coast",
    "Storm hits the coast - The Paper News": "Storm hits the coast",
    "Storm hits the coast | The Paper | 28.04.2023": "Storm hits the coast",
    "Storm hits the coast | 28.04.2023 | The Paper": "Storm hits the coast",
    "茶山通了缆车_新闻网_The Paper": "茶山通了缆车",
}  # fmt: skip

LEGITIMATE = (
    "Storm hits the coast",
    "Brexit - what happens next",
    "Storm – the worst in 40 years | and the next one",
    "“I read it in The Paper”",
    "How we made it: The Paper at 100 and its readers then and now",
    "Spider-Man - No Way Home",
    "2-1: City beat Rovers - at last",
    "Paper",
)  # fmt: skip


@pytest.mark.parametrize(("title", "kept"), CUT.items())
def test_the_name_of_the_site_comes_off(title: str, kept: str) -> None:
    assert cut_site(title, KEYS, frozenset({"world"})) == kept


@pytest.mark.parametrize("title", LEGITIMATE)
def test_a_legitimate_title_stays_whole(title: str) -> None:
    assert cut_site(title, KEYS, frozenset({"world"})) == title


def test_a_short_name_of_a_long_one_is_known() -> None:
    keys = site_keys(["Schweizer Radio und Fernsehen (SRF)"], "https://www.srf.example/a")
    assert (
        cut_site("Der Bundesrat tritt zusammen - News - SRF", keys, frozenset({"news"}))
        == "Der Bundesrat tritt zusammen"
    )


def test_closing_quotes_are_no_separator() -> None:
    keys = site_keys(["SRF"], "https://www.srf.example/a")
    assert cut_site("Er sagt: «Das hat viel zu tun» - SRF", keys) == "Er sagt: «Das hat viel zu tun»"


def test_a_host_whose_name_is_a_word_does_not_eat_titles() -> None:
    keys = site_keys([], "https://gardening.uni.example/a")
    titles = clean_titles([Clue("title", "h1", "Gardening in a warming world")], keys, frozenset())
    assert [title.text for title in titles] == ["Gardening in a warming world"]


def chosen(types: tuple[str, ...] = ("NewsArticle",), url: str = "", **said: str | list[str]) -> str:
    order = {
        "jsonld": said.pop("headline", []),
        "og": said.pop("og", []),
        "h1": said.pop("h1", []),
        "title": said.pop("title", []),
    }
    clues = [
        Clue("title", origin.replace("_", "-"), text)
        for origin, texts in (order | said).items()
        for text in ([texts] if isinstance(texts, str) else texts)
    ]
    title = choose_title(clean_titles(clues, KEYS, frozenset()), types, url=url)
    return title.text if title else ""


A, B, C = (
    "Storm hits the northern coast at night",
    "Three villages cut off after the storm",
    "What we know so far of it",
)


def test_the_headline_of_json_ld_is_the_title() -> None:
    assert chosen(headline=A, og=A, h1=A, title=B) == A
    assert chosen(headline=A, og=B, h1=A, title=B) == A
    assert chosen(headline=A, og=B, h1=C, title=A) == A
    assert chosen(headline=A) == A


def test_an_og_title_written_by_hand_wins_where_all_else_is_one_field() -> None:
    assert chosen(headline=A, og=B, h1=A, title=A, twitter=B) == B
    assert chosen(headline=A, og=B, h1=B, title=B) == B


def test_an_og_title_that_stands_alone_does_not_win() -> None:
    assert chosen(headline=A, og=B, h1=A, title=A, twitter=A) == A


def test_a_headline_alone_wins_where_the_address_was_made_of_it() -> None:
    first, rewritten = "Fünf Züge weniger: Bahn kürzt früh", "Bahn in Not: Was Pendler nun wissen müssen"
    said = {"headline": first, "og": rewritten, "h1": rewritten, "title": rewritten}
    assert chosen(url="https://news.example/7/fuenf-zuege-weniger-bahn-kuerzt-frueh-12.html", **said) == first
    assert chosen(url="https://news.example/funf-zuge-weniger-bahn-kurzt-fruh/7", **said) == first
    assert chosen(url="https://news.example/bahn-in-not-was-pendler-nun-wissen-muessen", **said) == rewritten
    assert chosen(url="https://news.example/fuenf-zuege-weniger", **said) == rewritten
    assert chosen(url="https://news.example/7", **said) == rewritten


def test_an_address_without_the_kicker_does_not_take_it_off() -> None:
    whole = f"Northern coast / {A}"
    address = "https://news.example/storm-hits-the-northern-coast-at-night"
    assert chosen(url=address, headline=A, og=whole, h1=whole, title=whole) == whole


def test_a_short_headline_stands_in_an_address_by_chance() -> None:
    address = "https://news.example/storm-in-the-north-today"
    assert chosen(url=address, headline="Storm in the north", og=B, h1=B, title=B) == B


@pytest.mark.parametrize("url", ["", "http://[", "https://news.example", "/a/%ff%fe", "https://x/%"])
def test_an_address_that_spells_nothing_is_no_witness(url: str) -> None:
    assert not spells(url, A)


def test_an_og_title_from_a_template_does_not_win() -> None:
    assert chosen(headline=A, og=f"{B} | The Paper", h1=A, title=A) == A


def test_an_h1_wins_over_fields_for_search_engines_where_it_is_no_news() -> None:
    seo = "Storm on the northern coast 2026: all facts"
    assert chosen(("BlogPosting",), headline=seo, og=seo, h1=A, title=seo) == A
    assert chosen(("NewsArticle",), headline=seo, og=seo, h1=A, title=seo) == seo


def test_without_json_ld_the_og_title_is_the_title_unless_others_say_what_h1_says() -> None:
    assert chosen(og=A, h1=B, title=A) == A
    assert chosen(og=A, h1=B, title=B) == B
    assert chosen(og=A, h1=B, title=A, microdata=B) == B
    assert chosen(
        og="Storm hits coast | The Paper", h1="Storm hits the coast", title="Storm hits coast | The Paper"
    ) == ("Storm hits the coast")


def test_without_og_title_the_h1_is_the_title_unless_it_is_about_something_else() -> None:
    assert chosen(h1=A, title=f"{A} - The Paper") == A
    assert chosen(h1="Pulse!", title=A) == A
    assert chosen(h1=[C, A], title=f"{A} - The Paper") == A
    assert chosen(h1=A) == A
    assert chosen(title=A) == A


def test_others_speak_where_those_are_silent() -> None:
    assert chosen(parsely=A) == A
    assert chosen(feed=B) == B
    assert chosen() == ""


def test_a_kicker_comes_off_where_og_title_shows_the_headline_alone() -> None:
    assert (
        chosen(
            headline=f"Weather: {A}", og=A, h1=f"Weather: {A}", title=f"Weather: {A}", twitter=f"Weather: {A}"
        )
        == A
    )


def test_two_titles_with_different_kickers_share_the_headline() -> None:
    assert chosen(og=f"Storm in the north: {A}", h1=f"Weather - {A}", title=f"Storm in the north: {A}") == A


def test_an_addition_that_another_title_lacks_comes_off() -> None:
    assert chosen(og=f"{A} | Samastipur News", h1=A) == A
    assert chosen(headline=f"{A} | Sport", og=A, h1=A, title=A) == A


def test_a_headline_cut_short_is_taken_whole_from_another() -> None:
    whole = "Storm hits the northern coast at night and leaves three villages without light, water and a way out, "
    whole += "mayors say today"
    assert chosen(headline=whole[:60] + "…", h1=whole) == whole
    assert chosen(headline=whole[:110], og=whole) == whole


def test_the_name_of_the_site_is_no_title() -> None:
    assert chosen(h1=["The Paper", A], title="The Paper") == A
    assert chosen(og="The Paper") == ""


@given(
    st.lists(
        st.tuples(st.sampled_from(["jsonld", "og", "h1", "title", "twitter", "feed"]), st.text(max_size=80)),
        max_size=9,
    )
)
def test_no_titles_make_it_raise(said: list[tuple[str, str]]) -> None:
    keys = site_keys([text for _, text in said[:2]], "https://x.example/")
    title = choose_title(
        clean_titles([Clue("title", origin, text) for origin, text in said], keys, frozenset())
    )
    assert title is None or title.text
