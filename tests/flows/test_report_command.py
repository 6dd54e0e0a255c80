"""`presswatch report`, and reviews by schedule: the file, and what can be wrong with it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import html

from extractors.model import (
    ArticleVersion,
    ExtractSettings,
    FeedState,
    FetchSettings,
    Mention,
    Provenance,
    Record,
    Source,
)
from flows.config import load_config
from flows.report.due import due_review, write_due_review
from flows.report.period import ReportPlan
from flows.report.writing import write_page
from flows.rounds.round import RoundRequest, run_round
from flows.rounds.stopping import Stop
from flows.schedule import parse_schedule
from storage.store import Store

UNTIL = datetime(2026, 11, 24, 7, tzinfo=UTC)
DAY = timedelta(days=1)
CONFIG = """\
database: live.duckdb
published: news.duckdb
sources:
  - {id: harbour, name: The Harbour Post, feeds: ["https://harbour.example/rss"]}
watchlists:
  - {id: ferry, any: [ferry]}
  - {id: energy, any: [energy]}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a config and a published copy of two articles, one of which mentions a watchlist."""
    folder = tmp_path_factory.mktemp("review")
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    store = Store(folder / "live.duckdb", folder / "news.duckdb")
    store.sync_sources([Source("harbour", "The Harbour Post")])
    origin = Provenance("h1", "", "trafilatura", "jsonld", "minute", "stated", "html", "", (), "test 1")
    versions = [
        ArticleVersion(
            n, "harbour", url, url, title, (), UNTIL - n * DAY / 4, None, "en", f"The {title.lower()} was told of at length.",
            9, None, (), None, None, None, UNTIL - n * DAY / 4, UNTIL - n * DAY / 4, n, (), origin,
        )
        for n, title in ((1, "Ferry strikes pier"), (2, "Harvest is in"))
        for url in (f"https://harbour.example/{n}",)
    ]  # fmt: skip
    feed = FeedState("https://harbour.example/rss", "harbour", last_polled_at=UNTIL)
    mentions = (Mention(1, "ferry", "ferry", 0, 5, True),)
    store.spool(Record("b1", "r1", versions=tuple(versions), feeds=(feed,), mentions=mentions))
    store.commit(UNTIL)
    store.publish(UNTIL)
    return folder


@pytest.fixture
def desk(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own with the same."""
    folder = tmp_path / "desk"
    shutil.copytree(made, folder)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("PRESSWATCH_CONFIG", raising=False)
    return folder


def headings(page: str) -> list[str]:
    return [" ".join(heading.text_content().split()) for heading in html.fromstring(page).xpath("//h3")]


# ------------------------------------------------------------------------------------------------- the command


def test_the_press_review_is_written_as_a_page(desk: Path, presswatch: Callable) -> None:
    ran = presswatch("report", "--until", "2026-11-24T07:00", "-o", "review.html")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("review.html: 2 articles in 2 stories, ")
    page = (desk / "review.html").read_text(encoding="utf-8")
    assert headings(page)[:3] == ["Ferry strikes pier", "Harvest is in", "ferry"]
    assert "Not mentioned: energy." in page
    assert list(desk.glob(".review*")) == []


def test_a_program_is_told_in_json(desk: Path, presswatch: Callable) -> None:
    told = json.loads(
        presswatch("report", "--json", "--since", "7d", "--until", "2026-11-24T07:00", "-o", "r.html").out
    )

    assert (told["file"], told["articles"], told["stories"], told["sources"]) == ("r.html", 2, 2, 1)
    assert told["bytes"] == (desk / "r.html").stat().st_size


def test_the_page_can_be_had_from_standard_output(desk: Path, presswatch: Callable) -> None:
    ran = presswatch("report", "--until", "2026-11-24T07:00", "-o", "-")

    assert ran.code == 0
    assert ran.out.startswith("<!doctype html>")
    assert ran.out.rstrip().endswith("</html>")


def test_a_review_of_one_watchlist_leaves_the_rest_out(desk: Path, presswatch: Callable) -> None:
    presswatch("report", "--until", "2026-11-24T07:00", "--watchlist", "ferry", "-o", "ferry.html")

    page = (desk / "ferry.html").read_text(encoding="utf-8")
    assert headings(page) == ["Ferry strikes pier", "ferry"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["-o", "x.html", "--watchlist", "nobody"], "no watchlist 'nobody'"),
        (["-o", "x.html", "--since", "soon"], "a date is written as 2026-01-31"),
        (["-o", "x.html", "--since", "2026-11-25", "--until", "2026-11-24"], "ends before it begins"),
        ([], "-o"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(
    desk: Path, presswatch: Callable, args: list[str], said: str
) -> None:
    ran = presswatch("report", *args)

    assert ran.code == 2
    assert said in ran.err
    assert not (desk / "x.html").exists()


def test_without_a_published_copy_it_says_what_to_do(desk: Path, presswatch: Callable) -> None:
    (desk / "news.duckdb").unlink()

    ran = presswatch("report", "-o", "x.html")

    assert ran.code == 3
    assert "run `presswatch publish`" in ran.err


def test_a_folder_that_is_not_there_is_said(desk: Path, presswatch: Callable) -> None:
    ran = presswatch("report", "-o", "nowhere/x.html")

    assert ran.code == 3
    assert "no such file or directory" in ran.err


# ---------------------------------------------------------------------------------------------------- the file


def test_a_new_page_has_the_permissions_of_the_umask_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_page("one", tmp_path / "new.html")
        write_page("one", tmp_path / "old.html")
        (tmp_path / "old.html").chmod(0o604)
        write_page("two", tmp_path / "old.html")
    finally:
        os.umask(before)

    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new.html", "old.html")]
    assert modes == [0o640, 0o604]
    assert (tmp_path / "old.html").read_text() == "two"


def test_a_link_is_followed_and_a_pipe_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "real.html").write_text("old")
    (tmp_path / "link.html").symlink_to("real.html")

    write_page("new", tmp_path / "link.html")
    write_page("gone", Path(os.devnull))

    assert (tmp_path / "real.html").read_text() == "new"
    assert (tmp_path / "link.html").is_symlink()
    assert not Path(os.devnull).is_file()


# ------------------------------------------------------------------------------------------------- by schedule


@pytest.fixture
def plan(tmp_path: Path) -> ReportPlan:
    return ReportPlan(parse_schedule("0 7 * * *"), DAY, tmp_path / "reports", keep=3 * DAY)


def published_at(copy: Path, at: datetime) -> Path:
    os.utime(copy, (at.timestamp(), at.timestamp()))
    return copy


def test_a_review_is_written_once_when_its_hour_has_come(desk: Path, plan: ReportPlan) -> None:
    copy = published_at(desk / "news.duckdb", UNTIL + timedelta(minutes=4))

    path = write_due_review(plan, copy, ("ferry",), UNTIL + timedelta(minutes=5))

    assert path == plan.folder / "press-review-2026-11-24T0700Z.html"
    assert "the 24 hours to 07:00 UTC" in path.read_text(encoding="utf-8")
    assert write_due_review(plan, copy, ("ferry",), UNTIL + timedelta(hours=5)) is None
    assert (
        due_review(plan, copy, UNTIL + DAY + timedelta(hours=2))
        == plan.folder / "press-review-2026-11-25T0700Z.html"
    )


def test_a_review_waits_an_hour_for_a_copy_of_its_time(desk: Path, plan: ReportPlan) -> None:
    copy = published_at(desk / "news.duckdb", UNTIL - timedelta(minutes=30))

    assert due_review(plan, copy, UNTIL + timedelta(minutes=10)) is None
    assert due_review(plan, copy, UNTIL + timedelta(minutes=70)) is not None
    assert due_review(plan, desk / "none.duckdb", UNTIL + timedelta(minutes=70)) is None


@pytest.mark.parametrize(("minutes", "day"), [(5, 24), (-5, 23)])
def test_a_round_writes_the_review_that_is_due(desk: Path, plan: ReportPlan, minutes: int, day: int) -> None:
    now = UNTIL + timedelta(minutes=minutes)
    published_at(desk / "news.duckdb", now)
    request = RoundRequest(
        desk / "live.duckdb",
        desk / "news.duckdb",
        (),
        (),
        FetchSettings("tests"),
        ExtractSettings(workers=1),
        report=plan,
    )

    result = asyncio.run(run_round(request, progress=lambda event: None, stop=Stop(), now=lambda: now))

    assert not result.stopped
    assert [path.name for path in plan.folder.iterdir()] == [f"press-review-2026-11-{day}T0700Z.html"]


def test_a_review_that_can_not_be_written_is_no_fault_of_the_round(
    desk: Path, plan: ReportPlan, caplog: pytest.LogCaptureFixture
) -> None:
    plan.folder.write_text("no folder")
    published_at(desk / "news.duckdb", UNTIL)
    request = RoundRequest(
        desk / "live.duckdb",
        desk / "news.duckdb",
        (),
        (),
        FetchSettings("tests"),
        ExtractSettings(workers=1),
        report=plan,
    )

    asyncio.run(run_round(request, progress=lambda event: None, stop=Stop(), now=lambda: UNTIL))

    assert "no press review: [Errno 17] File exists" in caplog.text


def test_old_reviews_go_and_nothing_else(desk: Path, plan: ReportPlan) -> None:
    plan.folder.mkdir()
    for name, age in (
        ("press-review-2026-11-20T0700Z.html", 4),
        ("press-review-2026-11-23T0700Z.html", 1),
        ("notes.html", 9),
    ):
        (plan.folder / name).write_text("x")
        published_at(plan.folder / name, UNTIL - age * DAY)

    write_due_review(plan, published_at(desk / "news.duckdb", UNTIL), (), UNTIL)

    assert sorted(path.name for path in plan.folder.iterdir()) == [
        "notes.html", "press-review-2026-11-23T0700Z.html", "press-review-2026-11-24T0700Z.html",
    ]  # fmt: skip


def test_the_config_says_when_and_what(desk: Path) -> None:
    (desk / "config.yaml").write_text(
        CONFIG + "report: {every: 1d, since: 7d, folder: out, watchlists: [energy], keep_days: 9}\n"
    )

    assert load_config(desk / "config.yaml").report == ReportPlan(
        parse_schedule("1d"), 7 * DAY, desk / "out", ("energy",), 9 * DAY
    )
    (desk / "config.yaml").write_text(CONFIG)
    assert load_config(desk / "config.yaml").report is None


def test_a_watchlist_that_there_is_not_is_a_problem_of_the_config(desk: Path, presswatch: Callable) -> None:
    (desk / "config.yaml").write_text(CONFIG + "report:\n  watchlists: [energie]\n  since: long\n")

    ran = presswatch("report", "-o", "x.html")

    assert ran.code == 2
    assert "config.yaml:9: report.watchlists[0]: expected the id of a watchlist, found 'energie'" in ran.err
    assert "config.yaml:10: report.since: expected a span such as 24h or 7d, found 'long'" in ran.err
