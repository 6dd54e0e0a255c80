from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extractors.urls import (
    MAX_URL_CHARS,
    BadUrl,
    canonical_url,
    hash64,
    host_of,
    identity,
    is_home,
    publisher_url,
    registrable_domain,
    same_site,
    web_url,
)

STORY = "https://www.example.com/2024/05/a-story/"

hosts = st.sampled_from(
    [
        "example.com",
        "WWW.Example.co.uk",
        "bücher.example",
        "127.0.0.1",
        "[::1]",
        "localhost",
        "a.b.news.com.au",
    ]
)
segments = st.text(st.characters(codec="utf-8", exclude_characters="/?#\\"), max_size=8)
parameters = st.tuples(
    st.sampled_from(["id", "p", "utm_source", "UTM_Medium", "fbclid", "ref", "amp", "Print", "output", "é"]),
    st.text(st.characters(codec="utf-8", exclude_characters="&#"), max_size=6),
)


@st.composite
def addresses(draw: st.DrawFn) -> str:
    scheme = draw(st.sampled_from(["http://", "https://", "HTTP://", "https:/", "http:\\\\"]))
    port = draw(st.sampled_from(["", ":", ":80", ":443", ":8080"]))
    path = "".join(
        f"/{segment}" for segment in draw(st.lists(segments | st.just("amp") | st.just(".."), max_size=5))
    )
    query = "&".join(f"{name}={value}" for name, value in draw(st.lists(parameters, max_size=4)))
    return (
        f"{scheme}{draw(hosts)}{port}{path}"
        + (f"?{query}" if query else "")
        + draw(st.sampled_from(["", "#x", "#!y"]))
    )


# ----------------------------------------------------------------------------------- what always holds


@given(st.text() | addresses() | st.text().map(lambda text: f"http://example.com/{text}"))
@example("http://a//b/../..//c")
@example("http://example.com/%2e%2E/%2f?%zz%41")
@example("https://x.cdn.ampproject.org/c/s/y.cdn.ampproject.org/c/s/example.com/amp")
def test_a_canonical_url_is_its_own_canonical_url_and_keeps_its_identity(url: str) -> None:
    try:
        once = canonical_url(url)
    except BadUrl:
        assert identity(url) == hash64(url)
        return
    assert canonical_url(once) == once
    assert identity(once) == identity(url)
    assert once.isascii()
    assert len(once) <= MAX_URL_CHARS


@given(st.text(), st.text())
@example("http://[", "//[")
@example("http://example.com", "//[::1")
@example("http://example.com", "http://example.com:99999/")
@example("http://example.com", "\ud800")
@example("http://example.com", "http://%ff.com/")
def test_no_text_makes_the_other_functions_raise(base: str, href: str) -> None:
    link = web_url(base, href)
    assert link is None or link.startswith(("http://", "https://"))
    for text in (base, href):
        host_of(text), is_home(text), identity(text), registrable_domain(text), publisher_url(text)
    same_site(base, href)


@given(addresses())
def test_a_link_that_is_already_absolute_stays_what_it_is(url: str) -> None:
    link = web_url("https://elsewhere.example/feed", url)
    assert link is None or web_url("https://elsewhere.example/feed", link) == link


@given(st.text(st.characters()))
def test_a_hash_fits_a_signed_64_bit_column(text: str) -> None:
    assert -(2**63) <= hash64(text) < 2**63


def test_a_hash_is_the_same_on_every_machine() -> None:
    assert hash64("") == -1970711489451281740
    assert hash64("a") != hash64("b")


# ----------------------------------------------------------------------------------------- one article


@pytest.mark.parametrize(
    "url",
    [
        "http://www.example.com/2024/05/a-story",
        "https://example.com/2024/05/a-story",
        "https://EXAMPLE.com:443/2024/05/a-story/",
        "http://example.com.:80/2024/05/a-story/",
        "https://www.example.com/2024/05/a-story/#comments",
        "https://www.example.com/2024/05/a-story/?utm_source=rss&utm_medium=feed",
        "https://www.example.com/2024/05/a-story/?UTM_Source=RSS&FBCLID=Ab1",
        "https://www.example.com/2024/05/a-story?gclid=1&msclkid=2&mc_cid=3&igshid=4",
        "https://www.example.com/2024/05/a-story?ref=rss",
        "https://www.example.com/2024/05/a-story?ref=homepage-top-3",
        "https://www.example.com/2024/05/a-story?ref=news.example",
        "https://www.example.com/2024/05/a-story?ref_src=twsrc%5Etfw",
        "https://www.example.com/2024/05/a-story/amp",
        "https://www.example.com/2024/05/a-story/amp/",
        "https://www.example.com/amp/2024/05/a-story/",
        "https://www.example.com/2024/05/a-story/?amp",
        "https://www.example.com/2024/05/a-story/?amp=1",
        "https://www.example.com/2024/05/a-story/?outputType=amp",
        "https://amp.example.com/2024/05/a-story/",
        "https://m.example.com/2024/05/a-story/",
        "https://www.example.com/2024/05/a-story/print/",
        "https://www.example.com/print/2024/05/a-story",
        "https://www.example.com/2024/05/a-story/?print=1",
        "https://www.example.com/2024/05/a-story/?output=print",
        "https://www.example.com/2024/05/a-story/index.html",
        "https://www.example.com/2024//05/./x/../a-story",
        "https://www.example.com/2024/05/a%2Dstory;jsessionid=0A1B",
        "https://www-example-com.cdn.ampproject.org/c/s/www.example.com/2024/05/a-story/amp/",
        "https://www-example-com.cdn.ampproject.org/v/s/example.com/2024/05/a-story/amp/?usqp=mq1&amp_js_v=1",
        "https://www.google.com/amp/s/www.example.com/2024/05/a-story/amp/",
        "https://www.google.com/url?rct=j&sa=t&url=https://www.example.com/2024/05/a-story/&ct=ga",
        "  https://www.example.com/2024/05/\na-story/\t",
        "https:\\\\www.example.com\\2024\\05\\a-story",
    ],
)
def test_all_addresses_of_an_article_are_one_identity(url: str) -> None:
    assert identity(url) == identity(STORY)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("https://example.com/story.amp.html", "https://example.com/story.html"),
        ("https://example.com/a?b=1&a=2", "https://example.com/a?a=2&b=1"),
        ("https://bücher.example/straße", "https://xn--bcher-kva.example/stra%C3%9Fe"),
        ("https://example.com/%7Eme/%c3%a9", "https://example.com/~me/é"),
        ("http://[0:0::1]/a", "https://[::1]/a/"),
        ("https://example.com/a?", "https://example.com/a"),
        ("https://user:secret@example.com/a", "https://example.com/a"),
    ],
)
def test_two_spellings_are_one_identity(a: str, b: str) -> None:
    assert identity(a) == identity(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("https://example.com/story?id=1", "https://example.com/story?id=2"),
        ("https://example.com/story?ref=10234", "https://example.com/story?ref=10235"),
        ("https://example.com/item.php?source=a17", "https://example.com/item.php?source=a18"),
        ("https://example.com/article.php?print=12", "https://example.com/article.php?print=13"),
        ("https://example.com/#!/one", "https://example.com/#!/two"),
        ("https://example.com/A", "https://example.com/a"),
        ("https://example.com/a", "https://example.org/a"),
        ("https://example.com/a", "https://news.example.com/a"),
        ("https://example.com/lamp", "https://example.com/l"),
        ("https://example.com/blueprint", "https://example.com/blue"),
        ("https://m.com/a", "https://com/a"),
        ("http://localhost:8001/a", "http://localhost:8002/a"),
        ("javascript:alert(1)", "javascript:alert(2)"),
    ],
)
def test_two_articles_keep_two_identities(a: str, b: str) -> None:
    assert identity(a) != identity(b)


# -------------------------------------------------------------------------------------- canonical form


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://WWW.Example.COM:80", "http://www.example.com/"),
        ("https://example.com/A/../b/?utm_source=x&B=2&a=1#part", "https://example.com/b/?B=2&a=1"),
        ("https://user:secret@example.com/", "https://example.com/"),
        ("https://例え.jp/引き?q=é", "https://xn--r8jz45g.jp/%E5%BC%95%E3%81%8D?q=%C3%A9"),
        ("https://１２７.0.0.1/", "https://127.0.0.1/"),
        ("https://example.com/100%/a b", "https://example.com/100%25/a%20b"),
        ("https://example.com/..", "https://example.com/"),
        ("https://example.com/a/.", "https://example.com/a/"),
        ("https://example.com/story/amp/?amp=1", "https://example.com/story/amp/?amp=1"),
        ("https://x-y.cdn.ampproject.org/c/s/x.y/a.amp.html", "https://x.y/a.amp.html"),
        ("https://x-y.cdn.ampproject.org/rtv/012/v0.js", "https://x-y.cdn.ampproject.org/rtv/012/v0.js"),
        (
            "https://www.google.com/url?q=javascript:alert(1)",
            "https://www.google.com/url?q=javascript:alert(1)",
        ),
        ("https://www.google.com/url?sa=t", "https://www.google.com/url?sa=t"),
        ("https://www.google.com/search?q=x", "https://www.google.com/search?q=x"),
        ("https://example.com/?feed=rss2", "https://example.com/?feed=rss2"),
        ("https://example.com/#!/a", "https://example.com/#!/a"),
        ("http://good.example\\@evil.example/", "http://good.example/@evil.example/"),
    ],
)
def test_a_canonical_url_can_be_fetched(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "",
        "   ",
        "example.com/a",
        "//example.com/a",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.com/",
        "http://",
        "http:///",
        "http://a..b/",
        "http://-\u2603.\u00ad/",
        "http://exa mple.com/",
        "http://%ff.com/",
        "http://example.com:0/",
        "http://example.com:99999999999/",
        "http://[::1",
        "http://[::g]/",
        "http://[fe80::1%25eth0]/",
        "http://" + "a" * 64 + ".com/",
        "http://" + "a." * 200 + "com/",
        "http://" + "ä" * 2_000 + "/",
        "http://example.com/\x00a",
        "http://example.com/\x7fa",
        "http://example.com/\ud83d",
        "http://example.com/" + "a" * MAX_URL_CHARS,
        "http://example.com/" + "é" * (MAX_URL_CHARS // 3),
        "http://example.com/" + "a" * 1_000_000,
        "\n" * 1_000_000,
    ],
)
def test_what_is_no_web_address_raises_bad_url_and_links_nowhere(url: str) -> None:
    with pytest.raises(BadUrl):
        canonical_url(url)
    assert host_of(url) == ""
    assert registrable_domain(url) == ""
    assert not is_home(url)
    assert not same_site(url, url)


# ----------------------------------------------------------------------------------------------- links


@pytest.mark.parametrize(
    ("href", "link"),
    [
        ("../c", "https://example.com/c"),
        ("c?x=1#part", "https://example.com/a/c?x=1"),
        ("//other.example/x", "https://other.example/x"),
        ("?p=12", "https://example.com/a/b?p=12"),
        ("  https://example.com/x \n", "https://example.com/x"),
        ("www.example.com/x", "http://www.example.com/x"),
        ("https:/example.com/x", "https://example.com/x"),
        ("\\x\\y", "https://example.com/x/y"),
        ("https://example.com/x?utm_source=rss", "https://example.com/x?utm_source=rss"),
        ("https://me:pw@example.com/x", "https://example.com/x"),
        ("", None),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("\x01javascript:alert(1)", None),
        ("data:text/html,hello", None),
        ("mailto:desk@example.com", None),
        ("localhost:80/x", None),
        ("http://[::1", None),
        ("//[::1", None),
        ("x" * 1_000_000, None),
    ],
)
def test_a_link_as_found_becomes_an_address_or_nothing(href: str, link: str | None) -> None:
    assert web_url("https://example.com/a/b", href) == link


def test_a_relative_link_needs_a_base_that_is_an_address() -> None:
    assert web_url("feed.xml", "/a") is None
    assert web_url("feed.xml", "https://example.com/a") == "https://example.com/a"


def test_a_wrapped_address_gives_the_publishers_own() -> None:
    assert publisher_url("https://www.google.de/url?q=https://example.com/a") == "https://example.com/a"
    assert publisher_url("https://example.com/a?utm_source=x#y") == "https://example.com/a?utm_source=x#y"
    assert publisher_url("nonsense") == "nonsense"


# ----------------------------------------------------------------------------------------------- sites


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.news.com.au/x", "news.com.au"),
        ("https://news.com.au/x", "news.com.au"),
        ("https://www.bbc.co.uk/", "bbc.co.uk"),
        ("https://a.b.example.com/", "example.com"),
        ("https://someone.github.io/", "someone.github.io"),
        ("https://www.食狮.公司.cn/", "xn--85x722f.xn--55qx5d.cn"),
        ("https://a.b.unknown-top-level/", "b.unknown-top-level"),
        ("https://co.uk/", "co.uk"),
        ("http://site1.localhost:8000/", "site1.localhost:8000"),
        ("http://127.0.0.1:8001/", "127.0.0.1:8001"),
        ("http://[::1]/", "[::1]"),
        ("https://xn--.example.com/", "example.com"),
    ],
)
def test_the_registrable_domain_comes_from_the_public_suffix_list(url: str, domain: str) -> None:
    assert registrable_domain(url) == domain


def test_sites_are_told_apart() -> None:
    assert same_site("https://www.bbc.co.uk/a", "http://news.bbc.co.uk/b")
    assert not same_site("https://www.news.com.au/", "https://other.com.au/")
    assert not same_site("https://one.github.io/", "https://two.github.io/")
    assert not same_site("http://127.0.0.1:1/", "http://127.0.0.1:2/")
    assert same_site("http://127.0.0.1:1/", "http://127.0.0.1:1/x")


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("https://example.com", True),
        ("https://example.com/", True),
        ("https://example.com/?utm_source=x", True),
        ("https://example.com/#top", True),
        ("https://example.com/index.html", True),
        ("https://example.com/Default.aspx", True),
        ("https://example.com/en", True),
        ("https://example.com/de-at/", True),
        ("https://example.com/en/home", True),
        ("https://example.com/?p=12", False),
        ("https://example.com/#!/a", False),
        ("https://example.com/news", False),
        ("https://example.com/2024/story", False),
    ],
)
def test_a_home_page_is_told_from_a_page(url: str, home: bool) -> None:
    assert is_home(url) is home


def test_a_host_is_lower_case_with_a_port_that_is_not_the_schemes_own() -> None:
    assert host_of("HTTPS://Example.COM:443/a") == "example.com"
    assert host_of("http://Example.COM:443/a") == "example.com:443"
