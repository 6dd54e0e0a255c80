"""Many saved pages in one go: an answer for every line, in order, whatever the pages are."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.errors import ExtractionFailed
from extractors.model import Extracted, Fact, Facts, Moment, Page, Rejected, Source, Stripped
from flows.extraction.answers import batch_answer, moment_text
from flows.extraction.batch import Batch, PageReader
from flows.extraction.page_sources import SiteSources
from flows.extraction.saved import Asked, UnreadableError, read_lines, read_saved

NOW = datetime(2026, 11, 24, tzinfo=UTC)
A = TypeVar("A")
R = TypeVar("R")


class Here:
    """Workers that answer in this process: the body of a page names what becomes of it."""

    def __init__(self) -> None:
        self.pages: list[Page] = []

    async def run(self, function: Callable[[A], R], argument: A, *, url: str = "") -> R:
        assert isinstance(argument, Page)
        self.pages.append(argument)
        await asyncio.sleep(0.05 if b"slow" in argument.body else 0)
        if b"hang" in argument.body:
            raise ExtractionFailed(url, "took longer than 15 s")
        return cast("R", _read(argument))


def _read(page: Page) -> Extracted | Rejected:
    if b"listing" in page.body:
        return Rejected(page.url, "a list of links")
    blocks = tuple(page.body.decode().split("\n"))
    return Extracted(page.url, Facts(Fact("A headline of its own", "h1")), blocks)


def batch_of(folder: Path, *sources: Source, window: int = 4, max_bytes: int = 10_000) -> Batch:
    reader = PageReader(folder, SiteSources(sources), max_bytes)
    return Batch(reader, Here(), window=window, now=NOW, on_page=lambda done: None)


def answers_of(batch: Batch, lines: list[Any], *, learn: bool = False) -> list[dict[str, Any]]:
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]

    async def gathered() -> list[dict[str, Any]]:
        return [answer async for answer in batch.answers(read_lines(raw), learn=learn)]

    return asyncio.run(gathered())


def line_for(number: int | str, **values: Any) -> dict[str, Any]:
    return {"id": number, "url": f"https://harbour.example/{number}", "file": f"{number}.html"} | values


def test_every_line_has_one_answer_in_its_order_whatever_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "1.html").write_text("slow\nThe ferry is late")
    (tmp_path / "2.html.gz").write_bytes(gzip.compress(b"The bridge is open"))
    (tmp_path / "3.html").write_bytes(gzip.compress(b"x" * 1000)[:-9])
    (tmp_path / "4.html").write_text("x" * 20_000)
    (tmp_path / "5.html").write_bytes(gzip.compress(b"x" * 20_000))
    (tmp_path / "6.html").write_text("listing")
    (tmp_path / "7.html").write_text("hang")
    (tmp_path / "folder").mkdir()
    batch = batch_of(tmp_path)
    answers = answers_of(
        batch,
        [
            line_for(1),
            line_for("two", file="2.html.gz", fetched_at="2026-11-24 05:00:00.5"),
            b"",
            line_for(3),
            line_for(4),
            line_for(5),
            line_for(6),
            line_for(7),
            line_for(8),
            line_for(9, file="folder"),
            line_for(10, file="nul\x00"),
            b"{no json",
            b"[" * 100_000,
            [1],
            {"url": "https://a.example/", "file": "1.html"},
            {"id": True, "url": "https://a.example/", "file": "1.html"},
            {"id": "odd url", "url": 5, "file": "1.html"},
            line_for("no time", fetched_at="yesterday"),
            line_for("number as time", fetched_at=5),
            b"\xff\xfe",
        ],
    )
    told = [(answer["id"], answer["error"]) for answer in answers]
    assert told[:10] == [
        (1, None),
        ("two", None),
        (3, "not a whole gzip file: it ends early"),
        (4, "larger than 10,000 bytes"),
        (5, "larger than 10,000 bytes"),
        (6, "rejected: a list of links"),
        (7, "extraction: took longer than 15 s"),
        (8, "no such file or directory"),
        (9, "is a directory"),
        (10, "embedded null byte"),
    ]
    assert [page_id for page_id, _ in told[10:]] == [
        None, None, None, None, None, "odd url", "no time", "number as time", None,
    ]  # fmt: skip
    assert all(error and error.startswith("line ") for _, error in told[10:])
    assert told[15][1] == "line 17 of the input: url: expected a text"
    assert told[16][1] == "line 18 of the input: fetched_at: expected a time in ISO 8601"
    assert answers[0]["text"] == "slow\n\nThe ferry is late"
    assert (batch.tally.pages, batch.tally.articles, batch.tally.rejected) == (19, 2, 1)
    assert batch.tally.failed == 16


def test_an_answer_has_exactly_the_keys_of_the_contract(tmp_path: Path) -> None:
    (tmp_path / "1.html").write_text("The ferry is late\nRead more")
    good, bad = answers_of(batch_of(tmp_path), [line_for(1), line_for(2)])
    keys = ["id", "title", "authors", "published_at", "language", "text", "removed", "error"]
    assert list(good) == list(bad) == keys
    assert good["removed"] == [{"text": "Read more", "reason": "read more"}]
    assert (bad["text"], bad["authors"], bad["removed"]) == (None, [], [])


def test_a_page_knows_when_it_was_fetched_and_whose_it_is(tmp_path: Path) -> None:
    (tmp_path / "1.html").write_text("The ferry is late")
    source = Source(
        "harbour",
        "The Harbour Post",
        ("https://rss.harbour.example/",),
        language="no",
        timezone="Europe/Oslo",
    )
    batch = batch_of(tmp_path, source)
    answers_of(
        batch, [line_for(1, fetched_at="2026-11-24T06:00:00"), line_for(1, url="https://other.example/")]
    )
    assert isinstance(batch.workers, Here)
    mine, other = sorted(batch.workers.pages, key=lambda page: page.url)
    assert mine.fetched_at == datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert (mine.timezone, mine.language, mine.site_name) == ("Europe/Oslo", "no", "The Harbour Post")
    assert (other.timezone, other.language, other.site_name, other.fetched_at) == (None, None, "", None)


def test_a_source_protects_and_drops_lines_of_its_pages(tmp_path: Path) -> None:
    (tmp_path / "1.html").write_text("The ferry is late\nPrinted on paper\nRead more")
    source = Source(
        "h", "H", ("https://harbour.example/rss",), protect=("read more",), drop=("printed on paper",)
    )
    (answer,) = answers_of(batch_of(tmp_path, source), [line_for(1)])
    assert answer["text"] == "The ferry is late\n\nRead more"
    assert answer["removed"] == [{"text": "Printed on paper", "reason": "dropped by config"}]


def test_a_page_may_come_without_an_address(tmp_path: Path) -> None:
    """Two of the bench's pages do. They are nobody's, so that they are not each other's memory."""
    lines = [
        {"id": number, "url": url, "file": f"{number}.html"} for number, url in enumerate(("", None, ""))
    ]
    for number in range(3):
        text = f"The ferry is {'very ' * number}late.\nA line that they share"
        (tmp_path / f"{number}.html").write_text(text)
    answers = answers_of(batch_of(tmp_path), lines, learn=True)
    assert all(answer["error"] is None and "A line that they share" in answer["text"] for answer in answers)


def test_a_site_with_two_sources_is_neither_one() -> None:
    sources = SiteSources(
        [Source("a", "A", ("https://x.example/a",)), Source("b", "B", ("https://x.example/b",))]
    )
    assert sources.of("https://x.example/a/1") is None
    assert sources.of("https://y.example/") is None


def test_the_pages_of_one_site_are_each_others_memory(tmp_path: Path) -> None:
    line = "Our letter from the quay comes out on Tuesdays"
    for number in range(5):
        body = f"Number {number} has sailed from here with {'much' * number} on board for the islands."
        (tmp_path / f"{number}.html").write_text(f"{body}\n{line}")
    lines = [line_for(number) for number in range(4)] + [line_for(4, url="https://other.example/4")]
    plain = answers_of(batch_of(tmp_path), lines)
    assert all(line in answer["text"] for answer in plain)
    learned = answers_of(batch_of(tmp_path), lines, learn=True)
    assert [answer["id"] for answer in learned] == [0, 1, 2, 3, 4]
    assert all(line not in answer["text"] for answer in learned[:4])
    assert all(
        answer["removed"] == [{"text": line, "reason": "repeated on the site"}] for answer in learned[:4]
    )
    assert line in learned[4]["text"]


def test_one_page_many_times_is_no_repetition(tmp_path: Path) -> None:
    (tmp_path / "0.html").write_text(
        "The ferry has sailed from here for the islands today.\nA line of this article"
    )
    answers = answers_of(batch_of(tmp_path), [line_for(0, id=number) for number in range(4)], learn=True)
    assert all("A line of this article" in answer["text"] for answer in answers)


def test_learning_is_the_same_in_every_order_of_the_input(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.html").write_text(
            f"It is {'very ' * number}cold on the quay.\nFollow the harbour online"
        )
    lines = [line_for(number) for number in range(4)] + [line_for("gone")]
    forth = answers_of(batch_of(tmp_path), lines, learn=True)
    back = answers_of(batch_of(tmp_path), lines[::-1], learn=True)
    assert forth == back[::-1]
    assert forth[0]["removed"]


def test_no_more_than_a_window_of_pages_is_held(tmp_path: Path) -> None:
    (tmp_path / "1.html").write_text("The ferry is late")
    drawn = 0

    def asked() -> Iterator[Asked]:
        nonlocal drawn
        for number in range(1000):
            drawn += 1
            yield Asked(number, "https://a.example/", "1.html")

    async def first() -> None:
        answers = batch_of(tmp_path, window=4).answers(asked(), learn=False)
        await anext(answers)
        assert drawn <= 4
        await answers.aclose()

    asyncio.run(first())


@given(st.lists(st.one_of(st.binary(max_size=40), st.integers(0, 3)), max_size=12), st.booleans())
def test_any_input_has_as_many_answers_as_lines(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[bytes | int], learn: bool
) -> None:
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    (folder / "1.html").write_text("The ferry is late")
    (folder / "2.html").write_text("listing")
    lines = [kind if isinstance(kind, bytes) else line_for(kind) for kind in kinds]
    wanted = [line for line in lines if not isinstance(line, bytes) or line.strip()]
    answers = answers_of(batch_of(folder), lines, learn=learn)
    assert len(answers) == len(wanted)
    for line, answer in zip(wanted, answers, strict=True):
        if isinstance(line, dict):
            assert answer["id"] == line["id"]


def test_every_member_of_a_gzip_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(gzip.compress(b"one ") + gzip.compress(b"two") + b"\x00" * 100)
    with path.open("rb") as stream:
        assert read_saved(stream, 1000) == b"one two"


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(gzip.compress(b"\x00" * 50_000_000, compresslevel=1))
    with path.open("rb") as stream, pytest.raises(UnreadableError, match="larger than 1,000,000 bytes"):
        read_saved(stream, 1_000_000)


def test_a_time_is_told_as_well_as_it_is_known() -> None:
    at = datetime.fromisoformat("2024-06-19T12:36:00+02:00")
    assert moment_text(Moment(at)) == "2024-06-19T12:36:00+02:00"
    assert moment_text(Moment(at, "day")) == "2024-06-19"
    assert moment_text(None) is None


def test_an_unknown_title_is_null() -> None:
    extracted = Extracted("https://a.example/", Facts(Fact("")), ("Text",))
    assert batch_answer("1", extracted, Stripped(("Text",), ()))["title"] is None


# --------------------------------------------------------------------------------------------------- the command

PAGE = """<html lang="en"><head><title>{title}</title></head><body><article><h1>{title}</h1>
<p>{title}, and the whole town came to the quay to see it on a cold but sunny morning in November.</p>
<p>The mayor spoke for an hour, of the old days and of the new ones, before anybody could go on board.</p>
<p>Support the harbour museum and its friends</p></article></body></html>"""


def test_a_batch_goes_through_the_worker_processes_into_a_whole_file(
    presswatch: Callable[..., Any], workplace: Path
) -> None:
    (workplace / "pages").mkdir()
    with (workplace / "in.jsonl").open("w") as stream:
        for number in range(12):
            title = f"Ship number {number} has come in"
            (workplace / f"pages/{number}.html.gz").write_bytes(
                gzip.compress(PAGE.format(title=title).encode())
            )
            stream.write(json.dumps(line_for(number, file=f"pages/{number}.html.gz", fetched_at=None)) + "\n")
    (workplace / "out.jsonl").write_text("of the last time")
    ran = presswatch("extract", "--batch", "in.jsonl", "--out", "out.jsonl", "--learn")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "presswatch: 12 pages, 12 articles, 0 rejected, 0 failed\n"
    answers = [json.loads(line) for line in (workplace / "out.jsonl").read_text().splitlines()]
    assert [answer["id"] for answer in answers] == list(range(12))
    for number, answer in enumerate(answers):
        assert answer["title"] == f"Ship number {number} has come in"
        assert answer["text"].startswith(f"Ship number {number} has come in, and the whole town")
        assert "museum" not in answer["text"]
        assert "museum" in json.dumps(answer["removed"])
    assert not list(workplace.glob(".out*"))


def test_what_failed_is_in_the_exit_code_and_the_counts_are_json(
    presswatch: Callable[..., Any], workplace: Path
) -> None:
    (workplace / "in.jsonl").write_text(json.dumps(line_for(1)) + "\n")
    ran = presswatch("extract", "--batch", "in.jsonl", "--out", "out.jsonl", "--json")
    assert ran.code == 1
    assert json.loads(ran.out) == {"pages": 1, "articles": 0, "rejected": 0, "failed": 1}


def test_answers_go_to_standard_output_by_a_dash(presswatch: Callable[..., Any], workplace: Path) -> None:
    (workplace / "in.jsonl").write_text(json.dumps(line_for(1)) + "\n")
    ran = presswatch("extract", "--batch", "in.jsonl", "--out", "-")
    assert json.loads(ran.out)["error"] == "no such file or directory"


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["--batch", "none.jsonl", "--out", "out.jsonl"], 2, "--batch: no such file: none.jsonl"),
        (
            ["--batch", "in.jsonl", "--out", "no/such/folder/out.jsonl"],
            3,
            "can't write no/such/folder/out.jsonl",
        ),
        (
            ["--batch", "in.jsonl", "--out", "o", "--url", "https://x.example"],
            2,
            "--url and --timezone are for one page",
        ),
        (["x.html", "--out", "o"], 2, "--out and --learn go with --batch"),
        (["x.html", "--batch", "in.jsonl"], 2, "Give one page, or --batch"),
        ([], 2, "Give one page, or --batch"),
    ],
)
def test_a_batch_that_can_not_be_is_told(
    presswatch: Callable[..., Any], workplace: Path, args: list[str], code: int, told: str
) -> None:
    (workplace / "in.jsonl").write_text("")
    ran = presswatch("extract", *args)
    assert ran.code == code
    assert told in ran.err
    assert sorted(path.name for path in workplace.iterdir()) == ["config.yaml", "in.jsonl"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a file that opens and can't be read")
def test_an_input_that_breaks_off_is_not_blamed_on_the_output(
    presswatch: Callable[..., Any], workplace: Path
) -> None:
    ran = presswatch("extract", "--batch", "/proc/self/mem", "--out", "out.jsonl")
    assert (ran.code, ran.err) == (3, "presswatch: input/output error\n")
    assert [path.name for path in workplace.iterdir()] == ["config.yaml"]
