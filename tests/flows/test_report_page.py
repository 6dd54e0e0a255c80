"""The page of a press review: what it says, what it never does, and that a browser shows it so."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from lxml import etree, html

from flows.report.figures import mentions_figure, outlets_figure, steps_of, voices_figure, volume_figure
from flows.report.page import press_review
from storage.review.records import (
    EditedArticle,
    Failing,
    Gap,
    Headline,
    Quiet,
    Report,
    ReportData,
    ReportRequest,
    Story,
    Totals,
    Voice,
    Volume,
    WatchlistFigures,
)  # fmt: skip

UNTIL = datetime(2026, 11, 24, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HOSTILE = (
    '<script>document.title="owned"</script><img src="https://evil.example/x.png" onerror="alert(1)">'
    "</h3></li></ol></main></body></html> \x1b[31mred\x1b[0m \u202egnp\u202c \x00\ud800{{ 7*7 }} 'quoted\" &amp;"
)
HOSTILE_URL = 'https://evil.example/"><script>alert(1)</script>'
SCRIPT_URL = "javascript:alert(1)//https://evil.example"

Drawn = list[tuple[str, Sequence]]


@pytest.fixture
def drawn() -> Drawn:
    """What `sketch` was asked to draw."""
    return []


@pytest.fixture
def sketch(drawn: Drawn) -> Callable[..., str]:
    """Draws nothing, and keeps what it was asked for: the seam of `press_review`."""

    def draw(name, rows, alt, shown=()):
        drawn.append((name, rows))
        return f'<svg aria-label="{name}"></svg>'

    return draw


def empty(**fields) -> ReportData:
    values = {
        "request": ReportRequest(UNTIL - DAY, UNTIL), "totals": Totals(0, 0, 0, 0, 0, 0, None, None),
        "known_since": None, "known_until": None, "quiet": None, "quiet_total": 0, "failing_total": 0, "gaps_total": 0,
        "missed": 0,
    } | dict.fromkeys(
        ("stories", "watchlists", "volumes", "latest", "edits", "new_sources", "failing", "gaps"), ()
    )  # fmt: skip
    return ReportData(**(values | fields))


def full(
    text: str = "A title", url: str = "https://a.example/1", outlet: str = "The A", many: int = 1
) -> ReportData:
    """One of everything, or `many`, with these words wherever the web or a config could have put them."""
    at = UNTIL - 3 * HOUR
    reports = tuple(Report(f"{outlet} {n}", at + n * HOUR / 6, url) for n in range(min(many + 1, 12)))
    story = Story(
        text, url, "en", text + ". And so on.", 3, 2, ((text, 4),), reports, Report(outlet, at - 2 * DAY, url)
    )
    headline = Headline(text, url, "ar", outlet, at, text[:90], text[:20], text[:110])
    watch = WatchlistFigures(
        text, 5, 9, 2, ((date(2026, 11, 23), 2), (date(2026, 11, 24), 3)), (Voice(outlet, 4, 8), Voice("B", 1, 3)), 2,
        (headline,) * min(many, 5),
    )  # fmt: skip
    edit = EditedArticle(
        text, url, "en", outlet, at, 12, text, text + " more", 5, 1, "Correction: " + text, (text,), (text,)
    )
    volumes = tuple(
        Volume(f"{outlet} {n}" if n else outlet, date(2026, 11, 11) + k * DAY, 10 + n + k, k == 3, 2 if k == 3 else 0)
        for n in range(min(many, 300)) for k in range(14)
    )  # fmt: skip
    return empty(
        request=ReportRequest(UNTIL - DAY, UNTIL, watchlists=(text,)),
        totals=Totals(40, 9, 30, 5, 2, 1, 20, 2), known_since=UNTIL - 90 * DAY, known_until=UNTIL,
        stories=(story,) * min(many, 12), watchlists=(replace(watch), *(replace(watch, watchlist_id=f"w{n}") for n in range(many - 1))),
        volumes=volumes, latest=(headline,) * min(many, 12), edits=(edit, replace(edit, title_after=None, correction=None)),
        new_sources=(outlet,) * min(many, 12), quiet=(Quiet(outlet, 24, 0, 12.5, at),), quiet_total=many,
        failing=(Failing(outlet, 1, 2, at, text),), failing_total=many, gaps=(Gap(outlet, at, UNTIL, 4, text),),
        gaps_total=many, missed=4,
    )  # fmt: skip


def text_of(page: str) -> str:
    return " ".join(html.fromstring(page).text_content().split())


# -------------------------------------------------------------------------------------------------- what it says


def test_a_page_without_an_article_is_a_page(sketch):
    page = press_review(empty(), UNTIL, sketch)

    assert "No articles are known of this period." in text_of(page)
    assert "<svg" not in page
    assert len(page) < 20_000


def test_one_of_everything_is_told(sketch, drawn):
    text = text_of(press_review(full(), UNTIL, sketch))

    for words in (
        "Tuesday, 24 November 2026", "40 articles from 9 outlets, 100 % more than in the period before.",
        "About 4 articles of The A were probably missed", "2 outlets, 3 articles", "First: The A 0, 24 Nov, 04:00",
        "Running since 22 Nov, 04:00 (The A)", "The A 1 +10 min", "1 of 30 stories", "5 articles, 150 % more; 9 mentions in 2 outlets",
        "First articles of The A.", "1 article was published within the day before the period", "12 min after publication",
        "Correction: A title", "Gone quiet", "24 hours", "1 of 2", "24 hours before",
    ):  # fmt: skip
        assert words in text, words
    assert [name for name, _ in drawn] == ["mentions", "voices", "volume", "outlets"]


def test_a_headline_that_was_changed_shows_what_is_gone_and_what_is_new(sketch):
    tree = html.fromstring(press_review(full("Two hurt"), UNTIL, sketch))

    [words] = tree.xpath("//ins[normalize-space()='more']/..")
    assert " ".join(words.text_content().split()) == "Two hurt more"


def test_what_is_not_known_yet_is_said(sketch):
    data = replace(full(), known_until=UNTIL - 5 * HOUR)

    assert "The last feed was asked on 24 Nov, 02:00; nothing after is known." in text_of(
        press_review(data, UNTIL, sketch)
    )


def test_a_review_of_some_watchlists_says_so(sketch):
    data = empty(request=ReportRequest(UNTIL - DAY, UNTIL, ("energy", "grid"), only_watchlists=True))

    text = text_of(press_review(data, UNTIL, sketch))

    assert "On energy and grid, the 24 hours to 07:00 UTC" in text
    assert "Nothing that mentions these watchlists is known." in text


# ------------------------------------------------------------------------------------------------ what it never does


@pytest.mark.parametrize("url", [HOSTILE_URL, SCRIPT_URL, "http://[", "data:text/html,<script>1</script>"])
def test_whatever_comes_from_the_web_is_text(sketch, url):
    page = press_review(full(HOSTILE, url, HOSTILE), UNTIL, sketch)
    tree = html.fromstring(page)

    assert (
        tree.xpath("//script | //img | //iframe | //link | //object | //base | //form | //@onerror | //@src")
        == []
    )
    assert len(tree.xpath("//main")) == len(tree.xpath("//body")) == 1
    assert all(re.match(r"https?://|#", link) for link in tree.xpath("//@href"))
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "\ud800" not in page
    assert '<script>document.title="owned"</script>' in " ".join(tree.xpath("//h3")[0].text_content().split())
    assert "{{ 7*7 }}" in page


def test_links_lead_out_without_a_trace(sketch):
    tree = html.fromstring(press_review(full(), UNTIL, sketch))

    outside = tree.xpath("//a[not(starts-with(@href, '#'))]")
    assert outside
    assert {link.get("rel") for link in outside} == {"noopener noreferrer"}
    assert tree.xpath("//meta[@name='referrer']/@content") == ["no-referrer"]


def test_a_page_of_too_much_is_small():
    name = "A very long name of an outlet that goes on and on " * 5
    page = press_review(full("Long title " * 500, "https://a.example/" + "a" * 1_900, name, many=400), UNTIL)

    assert len(page.encode()) < 1_000_000
    assert page.count("<svg") == 2 * 8 + 2


# ------------------------------------------------------------------------------------------------------- charts


def test_a_chart_is_drawn_in_the_colours_of_the_page_and_says_in_words_what_it_shows():
    page = press_review(full(), UNTIL)

    for svg in (etree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL)):
        assert svg.get("role") == "img"
        assert re.search(r"\d", svg.get("aria-label") or "")
        colours = {value for key in ("fill", "stroke") for value in svg.xpath(f"//@{key}")}
        assert colours <= {"none"} | {c for c in colours if c.startswith("var(--")}
        names = {etree.QName(element).localname for element in svg.iter()}
        assert names <= {"svg", "g", "path", "line", "rect", "text", "tspan"}
        assert {key for element in svg.iter() for key in element.attrib}.isdisjoint(
            {"href", "style", "class", "onload"}
        )


def test_names_in_a_chart_are_text_and_told_apart():
    names = [
        "<b>&\u202e\ufffeTitle</b>",
        "The same long name of an outlet, north",
        "The same long name of an outlet, south",
    ]
    volumes = tuple(Volume(name, date(2026, 11, 24), 5, False, 0) for name in names)

    page = press_review(empty(volumes=volumes, totals=Totals(15, 3, 15, 0, 0, 0, None, None)), UNTIL)

    labels = html.fromstring(page).xpath("//*[local-name()='svg']//*[local-name()='text']/text()")
    assert "<b>&\ufffdTitle</b>" in labels
    assert len([label for label in labels if label.startswith("The same")]) == 2


def test_a_chart_has_every_day_also_those_without_an_article(sketch, drawn):
    data = full()

    figure = volume_figure(data, sketch)

    [(_, rows)] = drawn
    assert [row["step"] for row in rows] == [f"2026-11-{day}" for day in range(11, 25)]
    assert [row["kind"] for row in rows] == ["before"] * 12 + ["period"] * 2
    assert rows[3] == {
        "step": "2026-11-14",
        "articles": 13,
        "missing": 2,
        "top": 15,
        "gap": True,
        "kind": "before",
    }
    assert figure.tables[0].rows[1][4] == "2"


def test_the_largest_outlets_are_charted_and_the_others_are_in_the_table(sketch, drawn):
    figure = outlets_figure(full(many=30), sketch)

    [(_, rows)] = drawn
    assert len({row["outlet"] for row in rows}) == 12
    assert max(row["share"] for row in rows) == 1.0
    assert figure.tables[0].rows[-1][0] == "18 others"
    assert figure.tables[0].rows[-1][-1] == "36"


def test_shares_of_voice_add_up(sketch, drawn):
    voices = tuple(Voice(f"Outlet {n}", 20 - n, 40) for n in range(12))
    watch = WatchlistFigures("w", 200, 300, None, (), voices, 15, ())

    figure = voices_figure(watch, sketch)

    [(_, rows)] = drawn
    assert sum(row["articles"] for row in rows) == 200
    assert rows[-1]["outlet"] == "9 others"
    assert figure.tables[0].rows[0] == ("Outlet 0", "20", "10 %", "50 %")


@pytest.mark.parametrize(
    ("days", "steps", "first"),
    [(1, 14, "2026-11-11"), (60, 61, "2026-09-25"), (400, 58, "2025-10-20"), (900, 30, "2024-06-01")],
)
def test_charts_of_long_periods_have_longer_steps(sketch, drawn, days, steps, first):
    request = ReportRequest(UNTIL - days * DAY, UNTIL)
    watch = WatchlistFigures("w", 1, 1, None, ((steps_of(request)[-1], 1),), (), 0, ())

    figure = mentions_figure(watch, request, sketch)

    [(_, rows)] = drawn
    assert (len(rows), rows[0]["step"], rows[-1]["articles"]) == (steps, first, 1)
    assert all(len(table.head) <= 17 for table in figure.tables)


# ------------------------------------------------------------------------------------------------ a real browser


@pytest.fixture(scope="module")
def browser() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium to open the page in (apt-get install chromium)")
    return found


def test_a_browser_shows_it_without_a_complaint_and_asks_nobody_for_anything(browser, tmp_path):
    """The page forbids every request, and Chromium complains of each that is made all the same."""
    page = tmp_path / "review.html"
    page.write_text(press_review(full(HOSTILE, HOSTILE_URL, HOSTILE), UNTIL), encoding="utf-8")

    opened = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
         "--no-first-run", "--disable-quic", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={tmp_path / 'profile'}",
         "--enable-logging=stderr", f"--log-net-log={tmp_path / 'net.json'}", "--dump-dom", page.as_uri()],
        capture_output=True, timeout=300, check=True,
    )  # fmt: skip

    complaints = [line for line in opened.stderr.decode(errors="replace").splitlines() if "CONSOLE" in line]
    assert complaints == []
    asked = {
        urlsplit(url).hostname or ""
        for url in re.findall(r'"url":"(https?:[^"]+)"', (tmp_path / "net.json").read_text())
    }
    assert [host for host in asked if host.endswith(".example")] == []
    seen = html.fromstring(opened.stdout.decode())
    assert seen.xpath("//script | //img | //@onerror") == []
    assert seen.xpath("//title/text()") == ["Press review, Tuesday, 24 November 2026"]
    assert '<script>document.title="owned"</script>' in seen.xpath("//h3")[0].text_content()
    assert len(seen.xpath("//*[local-name()='svg']")) == 4


_TELL = """
addEventListener("load", () => {
  document.title = JSON.stringify([...document.querySelectorAll("iframe")].map(frame => {
    const page = frame.contentDocument, root = page.documentElement
    return {
      width: root.scrollWidth - root.clientWidth,
      tables: [...page.querySelectorAll(".wide")].filter(e => e.querySelector(".plain")).map(e => e.scrollWidth - e.clientWidth),
      paper: frame.contentWindow.getComputedStyle(root).backgroundColor,
    }
  }))
})
"""


@pytest.mark.parametrize("title", ["A title", HOSTILE, "Donaudampfschifffahrtsgesellschaft" * 8])
def test_nothing_of_it_is_wider_than_a_phone_or_a_desk_in_light_and_dark(browser, tmp_path, title):
    """In frames, for the page forbids scripts; tables under the charts may scroll by themselves."""
    source = escape(
        press_review(full(title, "https://www.example.org/" + "a" * 300, title), UNTIL), quote=True
    )
    frames = "".join(
        f'<iframe style="color-scheme: {scheme}" width="{width}" height="800" srcdoc="{source}"></iframe>'
        for width in (390, 1280)
        for scheme in ("light", "dark")
    )
    page = tmp_path / "frames.html"
    page.write_text(
        f"<!doctype html><title>not told</title>{frames}<script>{_TELL}</script>", encoding="utf-8"
    )

    opened = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
         "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()],
        capture_output=True, timeout=300, check=True,
    )  # fmt: skip

    told = html.fromstring(opened.stdout.decode()).findtext(".//title")
    phone, phone_dark, desk, desk_dark = json.loads(told or "")
    for seen in (phone, phone_dark, desk, desk_dark):
        assert (seen["width"], seen["tables"]) == (0, [0, 0, 0])
    assert phone["paper"] == desk["paper"] == "rgb(255, 255, 255)"
    assert phone_dark["paper"] == desk_dark["paper"] != phone["paper"]


def luminance(colour: str) -> float:
    """Of a colour as #rrggbb, as WCAG 2 defines it."""
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_and_bars_stand_out_from_the_paper_in_light_in_dark_and_printed():
    """WCAG 2: 4.5 for text, 3 for what a chart shows."""
    style = (Path(__file__).parents[2] / "flows/report/press_review.css").read_text(encoding="utf-8")
    palettes = [
        dict(re.findall(r"--([\w-]+): (#\w{6})", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.S)
    ]
    assert len(palettes) == 3
    for palette in palettes:
        for name, least in {"ink": 4.5, "ink-2": 4.5, "accent": 4.5, "before": 3}.items():
            for ground in ("paper", "tint") if least > 3 else ("paper",):
                lighter, darker = sorted((luminance(palette[name]), luminance(palette[ground])), reverse=True)
                assert (lighter + 0.05) / (darker + 0.05) >= least, (name, palette)


def test_the_policy_of_the_page_forbids_all_that_it_does_not_need(sketch):
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]+)"', press_review(empty(), UNTIL, sketch))

    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert "url(" not in press_review(full(), UNTIL, sketch)


def test_the_specs_of_charts_name_no_place_to_load_from():
    folder = Path(__file__).parents[2] / "flows/report/charts"

    for path in folder.glob("*.json"):
        spec = json.loads(path.read_text())
        spec.pop("$schema", None)
        assert "url" not in json.dumps(spec)
