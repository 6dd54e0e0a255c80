"""Bytes become one tree, whatever a page says of itself; what is no page is refused with a reason."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml.html import HtmlElement

from extractors.charset import decode_page
from extractors.html import _LONG_TAG, LONG_TAG, MAX_ATTRIBUTES, MAX_TAGS, NotHtml, _has_long_tag, parse_html

SENTENCES = {
    "ru": (
        "cp1251",
        "Президент заявил в среду, что страна не намерена менять свою позицию. Об этом пишут газеты.",
    ),
    "uk": ("koi8_u", "Українські залізничники повідомили у понеділок про новий розклад поїздів на літо."),
    "pl": (
        "iso8859_2",
        "Prezydent ogłosił w środę, że rząd przyjmie nową ustawę. Żaden z posłów nie był zaskoczony.",
    ),
    "cs": (
        "cp1250",
        "Předseda vlády řekl ve středu, že žádná změna zákona není třeba. Účastníci ztratili čas.",
    ),
    "de": (
        "cp1252",
        "Der Bürgermeister erklärte, die Straße müsse größer werden. „Das ist schön“, sagte er.",
    ),
    "tr": (
        "cp1254",
        "Cumhurbaşkanı çarşamba günü yaptığı açıklamada yeni bir gün doğdu dedi. İstanbul ve şehir.",
    ),
    "el": (
        "cp1253",
        "Ο πρωθυπουργός δήλωσε την Τετάρτη ότι η χώρα θα συνεχίσει. Η αντιπολίτευση ζητά εξηγήσεις.",
    ),
    "he": ("cp1255", "ראש הממשלה אמר ביום רביעי כי המדינה לא תשנה את עמדתה. כך נמסר היום מטעם המשרד."),
    "ar": (
        "cp1256",
        "قال رئيس الوزراء يوم الأربعاء إن بلاده لن تغير موقفها، وذلك خلال مؤتمر صحفي في العاصمة",
    ),
    "ja": (
        "cp932",
        "首相は水曜日、国の立場を変えるつもりはないと述べた。新しい法律は来週の国会で審議される。",
    ),
    "zh": ("gb18030", "国家主席星期三表示，中国不会改变立场。新的法律将于下周在会议上讨论，记者获悉。"),
    "ko": (
        "cp949",
        "대통령은 수요일에 국가의 입장을 바꾸지 않을 것이라고 말했다. 새로운 법률은 다음 주 논의된다.",
    ),
    "th": ("cp874", "นายกรัฐมนตรีกล่าวเมื่อวันพุธว่าประเทศจะไม่เปลี่ยนจุดยืน กฎหมายใหม่จะได้รับการพิจารณา"),
}


def page_in(charset: str, text: str, declared: str = "", lang: str = "") -> bytes:
    meta = f'<meta charset="{declared}">' if declared else ""
    html = f'<html lang="{lang}"><head>{meta}<title>x</title></head><body><p>{text} {text}</p></body></html>'
    return html.encode(charset, "replace")


def text_of(tree: HtmlElement | NotHtml) -> str:
    assert isinstance(tree, HtmlElement), tree
    return tree.text_content()


# ISO 8859-2 and Windows-1250 differ in four letters of Polish: only a true declaration tells them apart.
@pytest.mark.parametrize("lang", [lang for lang, (charset, _) in SENTENCES.items() if charset != "iso8859_2"])
@pytest.mark.parametrize("lie", ["utf-8", "iso-8859-1", ""])
def test_a_page_that_lies_about_its_charset_is_read_all_the_same(lang: str, lie: str) -> None:
    charset, sentence = SENTENCES[lang]
    read = decode_page(page_in(charset, sentence, lie, lang))
    assert sentence.encode(charset, "replace").decode(charset) in read.text


@pytest.mark.parametrize("lang", SENTENCES)
def test_a_page_that_tells_its_charset_truly_is_believed_in_its_meta_or_its_header(lang: str) -> None:
    charset, sentence = SENTENCES[lang]
    label = (
        charset.replace("_", "-").replace("cp", "windows-") if charset not in ("cp932", "cp949") else charset
    )
    label = {"cp932": "shift_jis", "cp949": "euc-kr", "koi8-u": "koi8-u"}.get(label, label)
    assert sentence in decode_page(page_in(charset, sentence, label)).text
    assert sentence in decode_page(page_in(charset, sentence), f"text/html; charset={label}").text


def test_latin_1_in_the_header_does_not_win_against_the_page() -> None:
    charset, sentence = SENTENCES["ru"]
    body = page_in(charset, sentence, "windows-1251")
    assert sentence in decode_page(body, "text/html; charset=iso-8859-1").text


@pytest.mark.parametrize(
    "codec", ["idna", "punycode", "hex", "rot13", "undefined", "unicode_escape", "utf-7", "zip"]
)
def test_a_codec_that_is_no_charset_of_the_web_is_not_used(codec: str) -> None:
    charset, sentence = SENTENCES["ru"]
    body = page_in(charset, sentence, codec, "ru")
    assert sentence in decode_page(body, f"text/html; charset={codec}").text


def test_a_utf_8_page_with_a_few_broken_bytes_stays_utf_8() -> None:
    body = page_in("utf-8", "Größe, Müller und Söhne überall " * 20).replace("ö".encode(), b"\xf6", 1)
    read = decode_page(body, "text/html; charset=utf-8")
    assert read.charset == "utf-8"
    assert "Müller und Söhne" in read.text


def test_utf_8_that_was_encoded_twice_is_undone() -> None:
    body = "<p>An investor’s guide – 10 €</p>".encode().decode("latin-1").encode()
    assert "An investor’s guide – 10 €" in text_of(parse_html(body))


def test_text_with_control_characters_that_is_not_doubled_is_left() -> None:
    assert decode_page("<p>caf\u00e9 \u0085 \u4e2d</p>".encode()).text == "<p>café \u0085 中</p>"


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_utf_16_is_read_with_and_without_its_mark(charset: str) -> None:
    assert "Ünïcode" in text_of(parse_html("<html><body><p>Ünïcode here</p></body></html>".encode(charset)))


def test_iso_2022_jp_is_read() -> None:
    assert "日本語" in text_of(parse_html("<html><p>日本語の新聞</p></html>".encode("iso2022_jp")))


@pytest.mark.parametrize(
    ("body", "detail", "status"),
    [
        (b"", "empty", "empty"),
        (b" \r\n\t ", "empty", "empty"),
        (b"\xef\xbb\xbf \x00", "empty", "empty"),
        (b"%PDF-1.7 ...", "PDF", "rejected"),
        (b"\x89PNG\r\n\x1a\n", "image", "rejected"),
        (b"\x1f\x8b\x08\x00", "compressed", "rejected"),
        (b'{"title": "<p>x</p>"}', "JSON", "rejected"),
        (b"[1, 2]", "JSON", "rejected"),
        (b'<?xml version="1.0"?>\n<rss version="2.0"><channel/></rss>', "XML", "rejected"),
        (b"<urlset></urlset>", "XML", "rejected"),
        (b"only words, and 3 < 5", "no HTML", "rejected"),
    ],
)  # fmt: skip
def test_what_is_no_page_is_refused_with_its_reason(body: bytes, detail: str, status: str) -> None:
    refused = parse_html(body, "text/html")
    assert isinstance(refused, NotHtml)
    assert detail in refused.detail
    assert refused.status == status


def test_bytes_that_no_charset_reads_are_an_encoding_failure() -> None:
    body = b"\xef\xbb\xbf<html><body><p>" + b"\xff\xfe\xfd" * 400 + b"</p></body></html>"
    refused = parse_html(body)
    assert isinstance(refused, NotHtml)
    assert refused.status == "encoding"


def test_a_fragment_is_a_page_and_a_page_with_a_false_type_too() -> None:
    assert text_of(parse_html(b"<p>One paragraph.</p>")).strip() == "One paragraph."
    assert text_of(parse_html(b"<!DOCTYPE html><p>Hello</p>", "application/json")) == "Hello"


def test_a_page_with_more_tags_than_an_extractor_bears_is_refused() -> None:
    refused = parse_html(b"<html><body>" + b"<p>word</p>" * (MAX_TAGS // 2) + b"</body></html>")
    assert isinstance(refused, NotHtml)
    assert "tags are too many" in refused.detail


def test_a_page_of_endless_text_is_refused() -> None:
    refused = parse_html(b"<html><body><p>" + b"word " * 4_100_000)
    assert isinstance(refused, NotHtml)
    assert "characters are too many" in refused.detail


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("nesting of 1,000", b"<html><body>" + b"<div>" * 1000 + b"x" + b"</div>" * 1000 + b"<p>the end</p>"),
        ("200 nested tables", b"<table><tr><td>" * 200 + b"x" + b"</td></tr></table>" * 200 + b"<p>the end</p>"),
        ("a text over 10 MB", b"<p>" + b"word " * 2_200_000 + b"</p><p>the end</p>"),
        ("a doctype of slashes", b"<!doctype html " + b"/" * 100_000 + b"><p>the end</p>"),
        ("a closed root", b'<html lang="en"/><head><title>x</title></head><body><p>the end</p>'),
        ("an XML declaration", b'<?xml version="1.0" encoding="iso-8859-1"?><html><p>the end</p>'),
        ("40,000 attributes", b"<p " + b" ".join(b'a%d="1"' % i for i in range(40_000)) + b">x</p><p>the end</p>"),
        ("NUL and control characters", b"<p>a\x00\x01\x1fb</p><p>the end</p>"),
        ("impossible references", b"<p>&#xd800;&#99999999999;&#0;</p><p>the end</p>"),
    ],
)  # fmt: skip
def test_a_page_that_breaks_parsers_is_read_to_its_end(name: str, body: bytes) -> None:
    assert text_of(parse_html(body)).strip().endswith("the end"), name


def test_cells_that_span_a_billion_columns_span_one() -> None:
    tree = parse_html(
        b'<table><tr><td colspan="1000000000">a</td><td colspan="3" rowspan="x">b</td></tr></table>'
    )
    assert isinstance(tree, HtmlElement)
    assert [cell.attrib for cell in tree.iter("td")] == [{}, {"colspan": "3"}]


def test_long_attributes_are_kept_while_they_are_few() -> None:
    tree = parse_html(b"<div data-state='" + b'{"a b": "c d"} ' * 2000 + b'\' id="x"><p>the end</p></div>')
    assert isinstance(tree, HtmlElement)
    assert tree.find(".//div").get("id") == "x"
    assert MAX_ATTRIBUTES > 100


@pytest.mark.parametrize("before", [0, 1, 1_999, 2_000, 2_001, 3_999, 4_000])
@pytest.mark.parametrize("length", [LONG_TAG - 1, LONG_TAG, LONG_TAG + 1, 3 * LONG_TAG])
@pytest.mark.parametrize("end", [b">", b"<b>", b""])
def test_a_tag_of_too_many_attributes_is_bounded_wherever_it_stands(
    before: int, length: int, end: bytes
) -> None:
    many = b"<i " + b"".join(b"a%d=1 " % number for number in range(length))[: length - 3]
    page = b"<p>" + b"x" * before + many + end + b"y" * 5_000
    assert _has_long_tag(page) or not _LONG_TAG.search(page)
    tree = parse_html(page)
    assert isinstance(tree, HtmlElement)
    assert max(len(element.attrib) for element in tree.iter()) <= LONG_TAG / len("a1=1 ")


def test_a_script_is_no_long_tag() -> None:
    assert not _has_long_tag(b"<p>" + b"<script>" + b"x > y;" * 5_000 + b"</script>" + b"x" * 9_000)


@given(
    st.binary(max_size=300)
    | st.text(alphabet="<>/!-=\"'&;#x aphtmlbody\x00\ud7ff", max_size=200).map(str.encode)
)
@example(b"<" * 300)
@example(b"<html/>")
@example(b"<!doctype")
@example(b"<frameset>")
@settings(max_examples=300)
def test_no_bytes_make_it_raise(body: bytes) -> None:
    result = parse_html(b"<p>" + body, "text/html; charset=\x00utf-99")
    assert isinstance(result, (HtmlElement, NotHtml))
    assert isinstance(parse_html(body), (HtmlElement, NotHtml))
