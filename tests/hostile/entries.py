"""Entries: strange links, ids, dates and titles in feeds that are sound."""

from __future__ import annotations

from loopback.answers import feed, reply
from loopback.content import Item, article, rss

from hostile.case import FEED, LISTED, PAGE, Case, Expected, odd_feed

ONE = (PAGE,)
TWO = ("/a", "/b")


def _date(text: str) -> Item:
    return Item(PAGE, "A date", f"<pubDate>{text}</pubDate>")


def _no_links() -> Case:
    """What has no usable link is rejected by its own name; the sound entry beside it is had."""
    links = ("javascript:alert(1)", "data:text/html,<p>hello", "mailto:desk@example.org", "tel:+441632960000")
    items = [Item(link.replace("<", "&lt;"), f"Item {n}") for n, link in enumerate(links)]
    return Case(
        "links-that-lead-nowhere",
        {FEED: feed(rss(*items, Item(PAGE))), PAGE: reply(article("beside bad links"))},
        (
            Expected(FEED, "feed", LISTED, "4 unusable"),
            Expected(PAGE, "page", "stored"),
            *(Expected(link, "page", "rejected", "leads nowhere") for link in links),
        ),
    )


def _without_link() -> Case:
    return Case(
        "entries-without-link-or-id",
        {
            FEED: feed(rss("<item><title>No link</title></item>", "<item/>", Item(PAGE))),
            PAGE: reply(article("linked")),
        },
        (Expected(FEED, "feed", LISTED, "2 unusable"), Expected(PAGE, "page", "stored")),
        others="rejected",
    )


def _long_link() -> Case:
    return Case(
        "a-link-of-a-megabyte",
        {
            FEED: feed(rss(Item("/" + "x" * 1_000_000), Item(PAGE))),
            PAGE: reply(article("beside a long link")),
        },
        (Expected(FEED, "feed", LISTED, "1 unusable"), Expected(PAGE, "page", "stored")),
        others="rejected",
    )


def _one_article_many_links() -> Case:
    """Tracking parameters, fragments, a trailing slash: one article, one request, one outcome."""
    links = ("/story", "/story?utm_source=rss", "/story#top", "/story/", "/story?fbclid=abc&utm_medium=x")
    return Case(
        "one-article-by-five-links",
        {FEED: feed(rss(*(Item(link) for link in links))), "*": reply(article("one by five"))},
        (Expected(FEED, "feed", LISTED), Expected("/story", "page", "stored")),
    )


def _same_page_at_two() -> Case:
    """Two links, one canonical link on both pages: the second is a duplicate."""
    head = '<link rel="canonical" href="@BASE@/canonical">'
    same = reply(article("twice the same", head=head))
    return Case(
        "two-links-one-canonical",
        {FEED: feed(rss(Item("/a"), Item("/b"))), "/a": same, "/b": same, "/canonical": same},
        (
            Expected(FEED, "feed", LISTED),
            Expected("/a", "page", "stored|duplicate|unchanged"),
            Expected("/b", "page", "stored|duplicate|unchanged"),
        ),
    )


def _canonical_elsewhere() -> Case:
    """A canonical link to another host is no reason to merge with it."""
    head = '<link rel="canonical" href="http://127.0.0.1:@PORT@/theirs">'
    return Case(
        "canonical-on-another-host",
        {FEED: feed(rss(Item(PAGE))), PAGE: reply(article("not theirs", head=head))},
        (Expected(FEED, "feed", LISTED), Expected(PAGE, "page", "stored")),
    )


def _links_to_no_article() -> Case:
    """What the feed says of itself is no article, and its address keeps its one outcome."""
    return Case(
        "links-to-no-article",
        {
            FEED: feed(rss(Item(FEED), Item("/nothing-here"), Item(PAGE))),
            PAGE: reply(article("the only one")),
        },
        (
            Expected(FEED, "feed", LISTED),
            Expected(PAGE, "page", "stored"),
            Expected("/nothing-here", "page", "http_4xx"),
        ),
    )


_GUID = "<guid isPermaLink='false'>the same</guid>"
_BASED = '<rss version="2.0" xml:base="@BASE@/deep/er/"><channel><title>t</title>{}</channel></rss>'

CASES = (
    _no_links(),
    _without_link(),
    _long_link(),
    _one_article_many_links(),
    _same_page_at_two(),
    _canonical_elsewhere(),
    _links_to_no_article(),
    odd_feed("one-id-for-two-links", feed(rss(Item("/a", "A", _GUID), Item("/b", "B", _GUID))), TWO),
    odd_feed(
        "links-relative-to-a-base",
        feed(_BASED.format("<item><title>r</title><link>../../page</link></item>")),
        ONE,
    ),
    odd_feed("year-1", feed(rss(_date("Mon, 01 Jan 0001 00:00:00 GMT"))), ONE),
    odd_feed("year-9999", feed(rss(_date("Fri, 31 Dec 9999 23:59:59 -1200"))), ONE),
    odd_feed("year-10000", feed(rss(_date("10000-01-01T00:00:00Z"))), ONE),
    odd_feed("year-0", feed(rss(_date("0000-00-00T00:00:00Z"))), ONE),
    odd_feed("date-without-offset", feed(rss(_date("Tue, 24 Nov 2026 08:00:00"))), ONE),
    odd_feed("date-of-nonsense", feed(rss(_date("the day before &lt;yesterday&gt; 99:99"))), ONE),
    odd_feed("date-of-digits", feed(rss(_date("9" * 5_000))), ONE),
    odd_feed("title-of-100000-characters", feed(rss(Item(PAGE, "long " * 20_000))), ONE),
    odd_feed(
        "title-with-markup", feed(rss(Item(PAGE, "&lt;script&gt;alert(1)&lt;/script&gt; &lt;b&gt;x"))), ONE
    ),
    odd_feed("title-with-sql", feed(rss(Item(PAGE, "'); DROP TABLE articles; --"))), ONE),
    odd_feed("title-with-emoji", feed(rss(Item(PAGE, "👩‍👩‍👧‍👦 🏳️‍🌈 \U0001f9ff"))), ONE),
    odd_feed("title-right-to-left", feed(rss(Item(PAGE, "\u202eتجربة\u202c \u200f123"))), ONE),
    odd_feed("title-zero-width", feed(rss(Item(PAGE, "\u200b\u200d\u2060\ufeff"))), ONE),
    odd_feed("no-title", feed(rss(f"<item><link>@BASE@{PAGE}</link></item>")), ONE),
)
