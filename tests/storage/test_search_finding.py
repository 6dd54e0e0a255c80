"""What a query finds, in which order, in which languages; and that it is what the query says."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.errors import StorageError
from storage.search import (
    Found,
    QueryError,
    index_folder,
    matched_copy,
    search,
    streamed_matches,
    update_search,
)
from storage.search.grammar import Both, Either, Near, Not, Phrase, Tree, parse_query
from storage.search.words import index_words
from storage.store import Store

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def keep(store: Store, make: Any) -> Any:
    """Store articles and publish them."""

    def stored(*versions: Any, **fields: Any) -> None:
        store.spool(make.record("one", *versions, **fields))
        store.commit(NOW)
        store.publish(NOW)

    return stored


@pytest.fixture
def ask(store: Store) -> Any:
    def asked(query: str, **options: Any) -> Found:
        return search(store.published, index_folder(store.published), query, NOW, **options)

    return asked


CORPUS = {
    "en": ("Heat pumps for all", "The council paid grants; AT&T and C++ were not asked, said Zoë O'Neill."),
    "de": ("Förderung steigt", "Die Wärmepumpen der alten Häuser werden stärker gefördert, auch in Straßen am Fluß."),
    "fr": ("Énergie", "Le gouvernement subventionne les pompes à chaleur des écoles à Besançon."),
    "es": ("Energía", "El ayuntamiento subvenciona las bombas de calor; mañana habrá más niños en España."),
    "ru": ("Субсидии", "Правительство субсидирует тепловые насосы для жителей, ещё в этом году."),
    "ar": ("دعم الطاقة", "الحكومة تدعم المضخات الحراريّة في المدينة"),
    "hi": ("अनुदान", "सरकार ने हीट पंप के लिए अनुदान दिया है।"),
    "zh": ("热泵补贴", "政府补贴热泵安装，北京市民受益。"),
    "ja": ("補助金の拡大", "政府はヒートポンプの補助金を拡大した。"),
    "ko": ("보조금 확대", "정부가 히트펌프 보조금을 크게 늘렸다."),
    "th": ("เงินอุดหนุน", "รัฐบาลเพิ่มเงินอุดหนุนปั๊มความร้อนสำหรับบ้าน"),
    "tr": ("Destek", "Hükümet ısı pompalarını İstanbul'da destekliyor."),
}  # fmt: skip


def test_every_language_is_found_by_the_words_that_its_readers_would_use(
    keep: Any, ask: Any, make: Any
) -> None:
    keep(
        *(
            make.version(f"https://a.example/{language}", text, title=title, language=language)
            for language, (title, text) in CORPUS.items()
        )
    )
    wanted: dict[str, set[str]] = {
        "pump": {"en"}, "PUMPS": {"en"}, '"heat pumps"': {"en"}, '"pump"': set(), "grant": {"en"}, "AT&T": {"en"},
        "c++": {"en"}, "zoe": {"en"}, "o'neill": {"en"}, "oneill": set(),
        "Wärmepumpe": {"de"}, "waermepumpe": {"de"}, "warmepumpe": {"de"}, "Haus": {"de"}, "Fluss": {"de"},
        "STRASSEN": {"de"}, "gefördert": {"de"}, "wärme*": {"de"},
        "pompe": {"fr"}, "école": {"fr"}, "ecole": {"fr"}, "subventionné": {"fr"}, "besancon": {"fr"},
        "bomba": {"es"}, "niño": {"es"}, "espana": {"es"},
        "насос": {"ru"}, "НАСОСАМИ": {"ru"}, "субсидия": {"ru"}, "еще": {"ru"},
        "المضخة": {"ar"}, "الحرارية": {"ar"},
        "अनुदान": {"hi"}, "पंप": {"hi"},
        "热泵": {"zh"}, "补贴": {"zh"}, "北京": {"zh"}, "泵热": set(), "北京*": {"zh"},
        "補助金": {"ja"}, "ヒートポンプ": {"ja"}, "ポンプ": {"ja"}, "ﾎﾟﾝﾌﾟ": {"ja"},
        "보조금": {"ko"}, "정부": {"ko"}, "히트": {"ko"},
        "เงินอุดหนุน": {"th"}, "ปั๊ม": {"th"}, "ความร้อน": {"th"},
        "istanbul": {"tr"}, "evlerden": set(), "Hükümet": {"tr"}, "isi": {"tr"},
        "lang:zh OR lang:ja-JP": {"zh", "ja"},
        "政府": {"zh", "ja"},
    }  # fmt: skip
    assert {query: {hit.language for hit in ask(query).hits} for query in wanted} == wanted


def test_what_is_in_the_headline_or_there_more_often_comes_first(keep: Any, ask: Any, make: Any) -> None:
    filler = " other words stand here" * 8
    keep(
        make.version("https://a.example/1", "One pump." + filler, title="Nothing"),
        make.version("https://a.example/2", "A pump, a pump, a pump." + filler, title="Nothing"),
        make.version("https://a.example/3", "A pump." + filler, title="A pump"),
        make.version("https://a.example/4", "The pumps." + filler, title="Nothing"),
        make.version("https://a.example/5", "Nothing." + filler, title="Nothing"),
    )
    hits = ask("pump").hits
    assert [hit.canonical_url[-1] for hit in hits] == ["3", "2", "1", "4"]
    assert [hit.match.score for hit in hits] == sorted((hit.match.score for hit in hits), reverse=True)
    assert ask("pump NOT title:pump").total == 3
    assert ask("pump -pumps").total == 0


def test_equals_come_newest_first_and_so_does_what_no_word_chose(keep: Any, ask: Any, make: Any) -> None:
    keep(
        *(
            make.version(
                f"https://a.example/{number}",
                "the same pump",
                title=f"T{number}",
                published_at=at,
                first_seen_at=NOW,
            )
            for number, at in enumerate(
                [NOW - timedelta(days=2), None, NOW - timedelta(days=1), NOW - timedelta(9)]
            )
        )
    )
    newest = ["T1", "T2", "T0", "T3"]
    assert [hit.title for hit in ask("pump").hits] == newest
    assert [hit.title for hit in ask("source:a").hits] == newest
    assert [hit.title for hit in ask("pump", order="newest").hits] == newest
    assert {hit.match.score for hit in ask("source:a").hits} == {0.0}
    limited = ask("pump", limit=2)
    assert ([hit.title for hit in limited.hits], limited.total) == (["T1", "T2"], 4)


def test_filters_choose_by_source_language_author_time_and_watchlist(keep: Any, ask: Any, make: Any) -> None:
    one = make.version("https://a.example/1", "a pump", title="1", authors=("Zoë Bell", "Ann Lee"))
    two = make.version(
        "https://b.example/2", "a pump", title="2", source_id="b", language="de", authors=(),
        published_at=NOW - timedelta(days=9),
    )  # fmt: skip
    three = make.version(
        "https://c.example/3", "a pump", title="3", source_id="c", language=None, published_at=None,
        first_seen_at=NOW - timedelta(days=30),
    )  # fmt: skip
    keep(one, two, three, mentions=(make.mention(two, "pump", 2),))

    def titles(query: str) -> str:
        return "".join(sorted(hit.title for hit in ask(query).hits))

    assert titles("pump source:b") == "2"
    assert titles("source:a OR source:c") == "13"
    assert titles("-source:b pump") == "13"
    assert titles("lang:de") == "2"
    assert titles("NOT lang:de") == "13"
    assert titles("author:bell") == "1"
    assert titles('author:"zoe bell"') == "1"
    assert titles('author:"bell ann"') == ""
    assert titles("bell") == ""
    assert titles("since:1d") == "1"
    assert titles("since:10d") == "12"
    assert titles("until:2026-10-23") == "23"
    assert titles("since:2026-10-23 until:2026-10-23") == "2"
    assert titles("until:7d since:14d") == "2"
    assert titles("watchlist:watch") == "2"
    assert titles("NOT watchlist:watch") == "13"
    assert titles("watchlist:other OR lang:en") == "1"
    assert ask("watchlist:watch").hits[0].snippet.text == "a pump"


def test_names_that_no_article_has_are_told(keep: Any, ask: Any, make: Any) -> None:
    keep(make.version())
    told: list[str] = []
    assert ask("source:b OR (lang:xx OR NOT watchlist:y) OR source:a", told=told.append).total == 1
    assert told == ["no article is of source:b", "no article is of lang:xx", "no article is of watchlist:y"]


def test_hits_say_what_was_found_and_where(keep: Any, ask: Any, make: Any) -> None:
    keep(
        make.version(
            "https://a.example/1", "One\n\nheat pump here.", title="The heat pumps", language="en-GB"
        )
    )
    (hit,) = ask('"heat pump" OR pump author:doe').hits
    assert hit.title_marks == ((9, 14),)
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["heat pump"]
    assert (hit.source_id, hit.language, hit.canonical_url) == ("a", "en-GB", "https://a.example/1")
    assert (hit.published_at, hit.first_seen_at) == (NOW - timedelta(hours=1), NOW)


def test_sql_may_speak_of_the_hits(store: Store, keep: Any, make: Any) -> None:
    keep(
        make.version("https://a.example/1", "pump pump"), make.version("https://a.example/2", "a pump or so")
    )
    folder = index_folder(store.published)
    sql = 'SELECT "rank", "text" FROM hits JOIN articles USING (article_id) ORDER BY "rank"'
    with streamed_matches(store.published, folder, "pump", sql, NOW) as answer:
        assert [row for batch in answer.batches for row in batch] == [(1, "pump pump"), (2, "a pump or so")]
    with (
        pytest.raises(StorageError, match="does not exist"),
        streamed_matches(store.published, folder, "pump", "FROM nowhere", NOW),
    ):
        pass
    with matched_copy(store.published, folder, "zebra", NOW) as con:
        assert con.execute("FROM hits").fetchall() == []
    with pytest.raises(QueryError), matched_copy(store.published, folder, "(", NOW):
        pass


def test_a_phrase_whose_words_could_be_anything_is_an_error_and_no_damage(
    store: Store, keep: Any, ask: Any, make: Any
) -> None:
    words = [" ".join(f"a{number}" for number in range(first, 18_000, 4)) for first in range(4)]
    keep(*(make.version(f"https://a.example/{number}", text) for number, text in enumerate(words)))
    told: list[str] = []
    with pytest.raises(QueryError, match="needs a longer beginning"):
        ask('"a* a*"', told=told.append)
    assert ask("a*", told=told.append).total == 4
    assert told == []


# ------------------------------------------------------------------------------------------- what always holds

WORDS = ("red", "blue", "ginger", "热", "泵", "&")
TEXTS = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)


def means(tree: Tree, title: list[str], text: list[str]) -> bool:
    """The same by looking: is this article meant?"""
    match tree:
        case Not(part):
            return not means(part, title, text)
        case Both(parts):
            return all(means(part, title, text) for part in parts)
        case Either(parts):
            return any(means(part, title, text) for part in parts)
        case Phrase():
            fields = {"all": (title, text), "title": (title,)}[tree.scope]
            return any(stands(tree, words[at:]) for words in fields for at in range(len(words)))
        case Near():
            return any(are_near(tree, words) for words in (title, text))
    raise AssertionError(tree)


def are_near(near: Near, words: list[str]) -> bool:
    """Whether any choice of a place for each part does."""
    spans = [
        [(at, at + len(part.words)) for at in range(len(words)) if stands(part, words[at:])]
        for part in near.parts
    ]
    chosen = (sorted(choice) for choice in itertools.product(*spans))
    return any(
        all(one[1] <= other[0] for one, other in itertools.pairwise(places))
        and places[-1][0] - places[0][1] < near.within
        for places in chosen
    )


def stands(phrase: Phrase, words: list[str]) -> bool:
    return len(words) >= len(phrase.words) and all(
        there.startswith(word) if prefix else there == word
        for word, prefix, there in zip(phrase.words, phrase.prefixes, words, strict=False)
    )


LEAVES = st.sampled_from(
    ["red", "blue", "title:red", '"red blue"', "热泵", '"red & blue"', "re*", '"blue gin*"', "title:bl*", "ginger", "&", '"热 red"',
     '"red blue"~1', '"ginger red"~4', '"热泵 red"~3', '"red 热 blue"~2', '"re* gin* 热"~5']
)  # fmt: skip
QUERIES = st.recursive(
    LEAVES,
    lambda inner: (
        st.tuples(inner, st.sampled_from([" AND ", " OR ", " "]), inner).map(
            lambda three: f"({''.join(three)})"
        )
        | inner.map(lambda one: f"NOT {one}")
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory, make: Any) -> tuple[Path, list[tuple[str, str]]]:
    """A copy with an index of it, and its titles and texts: every two words, and some longer texts."""
    folder = tmp_path_factory.mktemp("known")
    store = Store(folder / "live.duckdb", folder / "news.duckdb")
    texts = [("", ""), *((one, two) for one in WORDS for two in WORDS)]
    texts += [(f"{one} {two}", f"{two} {one} {two}") for one in WORDS for two in WORDS]
    texts += [("red blue", "ginger red & blue 热 泵 red"), ("热 泵", "red 热泵 blue & ginger")]
    store.spool(
        make.record(
            "one",
            *(
                make.version(f"https://a.example/{number}", text, title=title, language="de")
                for number, (title, text) in enumerate(texts)
            ),
        )
    )
    store.commit(NOW)
    store.publish(NOW)
    update_search(store.published, index_folder(store.published))
    return store.published, texts


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES)
def test_what_is_found_is_what_the_query_means(known: tuple[Path, list[tuple[str, str]]], query: str) -> None:
    published, texts = known
    tree = parse_query(query, NOW)
    expected = {
        number
        for number, (title, text) in enumerate(texts)
        if means(tree, index_words(title), index_words(text))
    }
    with matched_copy(published, index_folder(published), query, NOW) as con:
        rows = con.execute("SELECT canonical_url FROM hits JOIN articles USING (article_id)").fetchall()
    assert {int(url.rpartition("/")[2]) for (url,) in rows} == expected
