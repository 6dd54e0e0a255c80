"""Watchlists: what a term finds, where, and when an article is one that is watched for."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.model import Mention, Watchlist
from extractors.watch import (
    compile_watchlists,
    find_mentions,
    fold_word,
    folded_words,
    parse_term,
    word_spans,
)


def _found(term: str, text: str) -> list[str]:
    """What one term finds in a text, as it stands there."""
    matcher = compile_watchlists([Watchlist("w", any=(term,))])
    return [text[at.start_char : at.end_char] for at in find_mentions(matcher, 1, "", text)]


# ------------------------------------------------------------------------------------------ one term, one text


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        # words
        ("energy", "Energy prices; ENERGY, energy-saving and synergy", ["Energy", "ENERGY", "energy"]),
        ("Ukraine", "Ukraine's plan. Ukrainian grain.", ["Ukraine"]),
        ("énergie", "l'énergie, L’ENERGIE et les énergies", ["énergie", "ENERGIE"]),
        ("G20", "the G20 and the G200", ["G20"]),
        # phrases
        ("wind farm", "a wind farm, a wind-farm, a wind\nfarm", ["wind farm", "wind-farm", "wind\nfarm"]),
        ('"wind farm"', "the “wind” farm", ["wind” farm"]),
        ("wind farm", "They fear the wind. Farm workers left.\n\nwind\n\nfarm", []),
        ("wind farm", "wind farms", []),
        ("O'Brien", "Ms O’Brien and OBrien", ["O’Brien"]),
        ("e-mail", "e-mail, e mail, email", ["e-mail", "e mail"]),
        # beginnings
        ("heat pump*", "Heat pumps, heat pump, heat-pumps, heat pum", ["Heat pumps", "heat pump", "heat-pumps"]),
        ("heat* pump", "heating pump, heater pumps", ["heating pump"]),
        ('"stock tip*"', "stock tipster", ["stock tipster"]),
        ("a*", "an apple, no pear", ["an", "apple"]),
        # signs
        ("C++", "C, C+ and C++ in C++20", ["C++", "C++"]),
        ("AT&T", "AT&T, AT and T", ["AT&T"]),
        ("M&S", "M & S", []),
        ("#metoo", "#MeToo and metoo", ["#MeToo"]),
        ("U.S.", "the U.S. and us", ["U.S."]),
        ("🔥", "a 🔥 sale", ["🔥"]),
        # case and accents
        ("Łódź", "Lodz, ŁÓDŹ, Łódz", ["Lodz", "ŁÓDŹ", "Łódz"]),
        ("Strasse", "Straße, STRASSE, Straẞe", ["Straße", "STRASSE", "Straẞe"]),
        ("istanbul", "İstanbul, ISTANBUL, ıstanbul", ["İstanbul", "ISTANBUL", "ıstanbul"]),
        ("finance", "ﬁnance, ｆｉｎａｎｃｅ, ﬁnan\u00adce", ["ﬁnance", "ｆｉｎａｎｃｅ", "ﬁnan\u00adce"]),
        ("Tromsø", "Tromso, TROMSØ", ["Tromso", "TROMSØ"]),
        ("cafe", "cafe\u0301, café, CAFÉ", ["cafe\u0301", "café", "CAFÉ"]),
        ("Ἀθῆναι", "Αθηναι, ἈΘΗ͂ΝΑΙ", ["Αθηναι", "ἈΘΗ͂ΝΑΙ"]),
        ("ΟΔΟΣ", "οδος, οδοσ", ["οδος", "οδοσ"]),
        # letters that only look like accented ones
        ("мой", "мой, мои, МОЙ", ["мой", "МОЙ"]),
        ("еще", "ещё", ["ещё"]),
        ("його", "ЙОГО и його", ["ЙОГО", "його"]),
        # Arabic and Hebrew with and without pointing, Devanagari with its vowels
        ("محمد", "مُحَمَّد، محـمد", ["مُحَمَّد", "محـمد"]),
        ("שלום", "שָׁלוֹם", ["שָׁלוֹם"]),
        ("हिन्दी", "हिन्दी और हनद", ["हिन्दी"]),
        # scripts without spaces
        ("新能源", "中国新能源汽车，新 能源", ["新能源"]),
        ("新 能源", "中国新能源汽车，新 能源", ["新能源", "新 能源"]),
        ("能源*", "新能源车", ["能源"]),
        ("iPhone手机", "买iPhone手机吧", ["iPhone手机"]),
        ("バイデン", "ジョー・バイデン氏、ﾊﾞｲﾃﾞﾝ", ["バイデン", "ﾊﾞｲﾃﾞﾝ"]),
        ("ジョー・バイデン", "ジョーバイデン", ["ジョーバイデン"]),
        ("か", "がか", ["か"]),
        ("が", "か\u3099", ["か\u3099"]),
        ("서울", "서울은 " + unicodedata.normalize("NFD", "서울"), ["서울", unicodedata.normalize("NFD", "서울")]),
        ("กาแฟ", "ดื่มกาแฟร้อน", ["กาแฟ"]),
        ("哈哈", "哈哈哈哈哈", ["哈哈", "哈哈"]),
        # near
        ('"minister resigns"~3', "The minister for trade resigns", ["minister for trade resigns"]),
        ('"minister resigns"~3', "It resigns, the minister", ["resigns, the minister"]),
        ('"minister resigns"~3', "minister of trade now resigns", []),
        ('"minister resign*"~2', "minister (not he) resigned. resigning minister", ["resigning minister"]),
        ('"能源 政策"~4', "能源的新政策", ["能源的新政策"]),
        ('"a b c"~4', "a x a b x c b", ["a b x c"]),
        ('"heat-pump grant"~3', "a grant for a heat pump", ["grant for a heat pump"]),
        ('"heat heat*"~3', "heat", []),
    ],
)  # fmt: skip
def test_a_term_finds_what_its_reader_would(term: str, text: str, found: list[str]) -> None:
    assert _found(term, text) == found


@pytest.mark.parametrize(
    ("term", "complaint"),
    [
        ("", "no word in it"),
        ("  ", "no word in it"),
        ('""', "no word in it"),
        ("...", "no word in it"),
        ("*", "end of a word only"),
        ("**", "end of a word only"),
        ("a**", "end of a word only"),
        ("*foo", "end of a word only"),
        ("f*o", "end of a word only"),
        ("foo *", "end of a word only"),
        ("+*", "end of a word only"),
        ("minister resigns~5", "in quotes"),
        ('"minister resigns"~', "in quotes"),
        ('"minister resigns"~0', "from 1 to 1000"),
        ('"minister resigns"~5000', "from 1 to 1000"),
        ('"minister"~5', "two different words"),
        ('"duck duck"~5', "two different words"),
        ("word " * 200, "100 words at most"),
    ],
)
def test_a_term_that_makes_no_sense_is_refused_in_words(term: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_term(term)


def test_a_refused_term_is_told_with_its_watchlist_and_clause() -> None:
    lists = [Watchlist("good", any=("a",)), Watchlist("energy", any=("b",), none=("*",))]
    with pytest.raises(
        ValueError, match=r"^watchlist energy, none: '\*': a \* stands at the end of a word only$"
    ):
        compile_watchlists(lists)


def test_a_watchlist_without_a_term_to_find_is_refused() -> None:
    with pytest.raises(ValueError, match=r"watchlist quiet: it needs a term in any or all"):
        compile_watchlists([Watchlist("quiet", none=("spam",))])


# ------------------------------------------------------------------------------------------ whole watchlists


def _ids(watchlist: Watchlist, title: str, text: str) -> list[tuple[str, bool]]:
    matcher = compile_watchlists([watchlist])
    return [(mention.term, mention.in_title) for mention in find_mentions(matcher, 7, title, text)]


def test_mentions_are_told_only_when_the_whole_condition_holds() -> None:
    watchlist = Watchlist("w", any=("oil", "gas"), all=("price",), none=("cooking",))
    assert _ids(watchlist, "", "The oil is dear") == []
    assert _ids(watchlist, "", "The price is high") == []
    assert _ids(watchlist, "", "The price of oil") == [("price", False), ("oil", False)]
    assert _ids(watchlist, "Cooking", "The price of oil") == []


def test_title_and_text_together_fulfil_a_condition() -> None:
    watchlist = Watchlist("w", all=("price", "oil"))
    assert _ids(watchlist, "Oil", "Its price") == [("oil", True), ("price", False)]


def test_a_phrase_does_not_reach_from_the_title_into_the_text() -> None:
    assert _ids(Watchlist("w", any=("heat pump",)), "More heat", "pump it") == []


def test_a_term_under_any_and_all_is_told_once() -> None:
    assert _ids(Watchlist("w", any=("oil", "oil"), all=("oil",)), "", "oil") == [("oil", False)]


def test_mentions_carry_the_article_the_watchlist_and_the_term_as_written() -> None:
    matcher = compile_watchlists([Watchlist("a", any=("Heat pump*",)), Watchlist("b", all=("heat",))])
    assert find_mentions(matcher, 42, "", "New heat pumps") == (
        Mention(42, "a", "Heat pump*", 4, 14),
        Mention(42, "b", "heat", 4, 8),
    )


def test_no_watchlists_find_nothing() -> None:
    assert find_mentions(compile_watchlists([]), 1, "A title", "A text") == ()


# ------------------------------------------------------------------------------------------ what always holds

ANY_TEXT = st.text(st.characters(), max_size=80)
TRICKY = st.text(
    st.sampled_from(
        "aAßﬁİıéÉe\u0301ǅŁøſK\u00ad\u200d\u200b\u0345ᾳςΣйёїが゛ﾞｶ新中กิำ한\u1112\u1161\u11ab١ـَ"
        " \t\n-'.&+🔥👩👧"
    ),
    max_size=40,
)  # fmt: skip


@given(ANY_TEXT | TRICKY)
def test_each_word_has_its_place_and_places_follow_one_another(text: str) -> None:
    spans = word_spans(text)
    assert len(spans) == len(folded_words(text))
    behind = 0
    for start, end in spans:
        assert behind <= start < end <= len(text)
        behind = end


@given(ANY_TEXT | TRICKY)
def test_the_words_of_a_text_are_its_places_folded_one_by_one(text: str) -> None:
    assert folded_words(text) == [fold_word(text[start:end]) for start, end in word_spans(text)]


@given(ANY_TEXT | TRICKY)
def test_folding_again_changes_nothing(text: str) -> None:
    for word in folded_words(text):
        assert fold_word(word) == word


@given(ANY_TEXT | TRICKY)
def test_letters_between_the_words_are_never_lost(text: str) -> None:
    rest = list(text)
    for start, end in word_spans(text):
        rest[start:end] = " " * (end - start)
    assert not any(letter.isalnum() for letter in rest if letter not in "ﾞﾟ")  # voicing marks, alone


@given(ANY_TEXT | TRICKY, st.data())
def test_what_is_found_folds_to_the_term_wherever_it_stands(text: str, data: st.DataObject) -> None:
    """A term cut out of the text is found there, and each find is the term, in other letters perhaps."""
    spans = [at for at, word in zip(word_spans(text), folded_words(text), strict=True) if word[:1].isalnum()]
    if not spans:
        return
    start, end = data.draw(st.sampled_from(spans))
    term = text[start:end]
    matcher = compile_watchlists([Watchlist("w", any=(term,))])
    mentions = find_mentions(matcher, 1, text, text)
    assert any(at.start_char <= start and end <= at.end_char for at in mentions if not at.in_title)
    assert sum(at.in_title for at in mentions) * 2 == len(mentions)
    for at in mentions:
        assert folded_words(text[at.start_char : at.end_char]) == folded_words(term)


@given(
    st.lists(st.sampled_from(["Straße", "ÉCOLE", "naïve", "ﬁn", "İzmir", "oil"]), min_size=1, max_size=4),
    st.sampled_from([str.upper, str.lower, str.title, str.swapcase]),
    st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]),
    ANY_TEXT,
)
def test_a_phrase_is_found_in_any_writing_of_it(
    words: list[str], cased: type, form: str, before: str
) -> None:
    written = unicodedata.normalize(form, cased(" ".join(words)))  # type: ignore[arg-type]
    text = f"{before}\n\n{written}"
    matcher = compile_watchlists([Watchlist("w", all=(" ".join(words),))])
    last = find_mentions(matcher, 1, "", text)[-1]
    assert (last.start_char, last.end_char) == (len(text) - len(written), len(text))


SMALL_TEXTS = st.lists(st.sampled_from(["a", "b", "c", "ab", "."]), max_size=14)


@given(SMALL_TEXTS, st.lists(st.sampled_from(["a", "b", "c", "a*", "ab"]), min_size=1, max_size=3))
def test_phrases_are_found_exactly_where_a_slow_reading_finds_them(
    text: list[str], phrase: list[str]
) -> None:
    expected, at = [], 0
    while at + len(phrase) <= len(text):
        if all(_reads(wanted, word) for wanted, word in zip(phrase, text[at:], strict=False)):
            expected.append(" ".join(text[at : at + len(phrase)]))
            at += len(phrase)
        else:
            at += 1
    assert _found(" ".join(phrase), " ".join(text)) == expected


def _reads(wanted: str, word: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted


@given(SMALL_TEXTS, st.integers(1, 6))
def test_words_are_near_exactly_when_a_slow_reading_says_so(text: list[str], within: int) -> None:
    words = [word for word in text if word != "."]
    near = any(
        abs(one - other) <= within
        for one, word in enumerate(words)
        for other, second in enumerate(words)
        if (word, second) == ("a", "b")
    )
    assert bool(_found(f'"a b"~{within}', " ".join(text))) == near


@given(st.lists(st.sampled_from(["oil", "gas", "oil price", "o*", '"oil gas"~2']), min_size=1, max_size=5))
def test_a_watchlist_finds_the_same_alone_or_among_others(terms: list[str]) -> None:
    lists = [Watchlist(f"w{number}", any=(term,)) for number, term in enumerate(terms)]
    title, text = "Oil", "The price of gas, oil and oil price; gas. Ore."
    together = find_mentions(compile_watchlists(lists), 1, title, text)
    alone = [find_mentions(compile_watchlists([one]), 1, title, text) for one in lists]
    assert together == tuple(mention for mentions in alone for mention in mentions)


def test_phrases_that_begin_alike_cost_one_comparison() -> None:
    """5,000 terms with one first word, in a text of nothing else: a list of them would be read 5,000 times over."""
    terms = tuple(f"the {number} thing" for number in range(5000))
    matcher = compile_watchlists([Watchlist("w", any=terms)])
    text = "the 17 thing, " + "the " * 20_000
    assert [mention.term for mention in find_mentions(matcher, 1, "", text)] == ["the 17 thing"]
