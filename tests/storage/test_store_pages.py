"""Pages kept as they were fetched: what is written is read again, whatever is killed and whatever is on the disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.model import ArchiveSettings, Entry, KeptPage, Moment, Validators
from extractors.urls import identity
from extractors.warc import Census, WarcPage, read_pages
from storage.errors import StorageError
from storage.pages import PageIndex, PageWriter, Place, prune, read_page
from storage.pages.index import index_path, page_files, read_lines

AT = datetime(2026, 3, 4, 12, 0, 0, 123456, tzinfo=UTC)


def page(number: int = 1, **changes: object) -> KeptPage:
    made = KeptPage(
        link=f"https://a.example/{number}?utm_source=rss",
        url=f"https://a.example/{number}",
        body=f"<html><p>Page {number} \u00e9 \U0001f600".encode() * 50,
        content_type="text/html; charset=utf-8",
        fetched_at=AT + timedelta(minutes=number),
        source_id="post",
        validators=Validators('"tag"', "Wed, 04 Mar 2026 08:00:00 GMT"),
        entry=Entry("https://a.example/1", title="Über alles", published=Moment(AT, "minute", "assumed")),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def archive(tmp_path: Path) -> ArchiveSettings:
    return ArchiveSettings(tmp_path / "pages", rotate_bytes=1_000_000)


def write(archive: ArchiveSettings, *pages: KeptPage) -> None:
    with PageWriter(archive, lambda: AT) as writer:
        for each in pages:
            writer.write(each)


def read(place: Place | None) -> KeptPage:
    assert place is not None
    return read_page(place.file, place.offset, place.length)


def latest(archive: ArchiveSettings, number: int, until: datetime = AT + timedelta(days=9)) -> Place | None:
    return PageIndex.of(archive.folder).latest(identity(f"https://a.example/{number}"), until)


def test_a_page_is_read_again_as_it_was_kept(archive: ArchiveSettings) -> None:
    odd = page(2, entry=None, content_type="", validators=Validators(), body=b"")
    write(archive, page(1), odd)
    assert read(latest(archive, 1)) == page(1)
    assert read(latest(archive, 2)) == odd


def test_a_link_finds_the_page_that_was_there_by_then(archive: ArchiveSettings) -> None:
    first, second = page(1), page(1, body=b"<html>edited", fetched_at=AT + timedelta(hours=1))
    write(archive, first, second)
    assert len(PageIndex.of(archive.folder).find(identity(first.link))) == 2
    assert read(latest(archive, 1)) == second
    assert read(latest(archive, 1, AT + timedelta(minutes=30))) == first
    assert latest(archive, 1, AT) is None
    assert latest(archive, 7) is None


def test_tools_for_web_archives_read_the_files(archive: ArchiveSettings) -> None:
    write(archive, page(1), page(2))
    (file,) = page_files(archive.folder)
    census = Census()
    with file.open("rb") as stream:
        pages = list(read_pages(stream, max_bytes=1_000_000, wants=lambda url: True, census=census))
    assert [(each.url, each.body) for each in pages if isinstance(each, WarcPage)] == [
        (page(n).url, page(n).body) for n in (1, 2)
    ]
    assert not census.damages


def test_headers_of_the_web_can_not_make_records_of_their_own(archive: ArchiveSettings) -> None:
    evil = "text/html\r\n\r\nWARC/1.1\r\nWARC-Type: response"
    write(archive, page(1, content_type=evil), page(2))
    assert read(latest(archive, 1)).content_type == "text/html WARC/1.1 WARC-Type: response"
    assert read(latest(archive, 2)) == page(2)


def test_a_file_that_has_grown_is_finished_and_the_next_begun(archive: ArchiveSettings) -> None:
    small = replace(archive, rotate_bytes=5_000)
    write(small, *(page(n, body=os.urandom(2_000)) for n in range(6)))
    assert len(page_files(archive.folder)) == 3
    assert all(latest(archive, n) for n in range(6))


def test_a_file_is_taken_up_by_the_next_round_and_not_while_another_holds_it(
    archive: ArchiveSettings,
) -> None:
    write(archive, page(1))
    write(archive, page(2))
    assert len(page_files(archive.folder)) == 1
    with PageWriter(archive, lambda: AT) as one, PageWriter(archive, lambda: AT) as other:
        one.write(page(3))
        other.write(page(4))
        one.write(page(5))
    assert len(page_files(archive.folder)) == 2
    assert [read(latest(archive, n)) for n in range(1, 6)] == [page(n) for n in range(1, 6)]


def test_an_index_that_is_lost_is_made_anew(archive: ArchiveSettings) -> None:
    write(archive, page(1), page(2))
    (file,) = page_files(archive.folder)
    index_path(file).unlink()
    write(archive, page(3))
    assert [read(latest(archive, n)) for n in (1, 2, 3)] == [page(n) for n in (1, 2, 3)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 3_000), st.integers(0, 400))
def test_whatever_a_kill_has_left_is_mended(tmp_path: Path, lost: int, lost_of_index: int) -> None:
    archive = ArchiveSettings(tmp_path / f"pages-{lost}-{lost_of_index}")
    write(archive, page(1), page(2), page(3))
    (file,) = page_files(archive.folder)
    os.truncate(file, max(0, file.stat().st_size - lost))
    os.truncate(index_path(file), max(0, index_path(file).stat().st_size - lost_of_index))
    write(archive, page(4))
    assert read(latest(archive, 4)) == page(4)
    for number in (1, 2, 3):
        place = latest(archive, number)
        assert place is None or read(place) == page(number)
    whole = [offset + length for _, offset, length, _ in read_lines(index_path(file))]
    assert whole[-1] == file.stat().st_size


def test_a_writer_that_is_killed_loses_no_page_that_it_had_written(archive: ArchiveSettings) -> None:
    script = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from extractors.model import ArchiveSettings, KeptPage; from storage.pages import PageWriter\n"
        "writer = PageWriter(ArchiveSettings(Path(sys.argv[1])))\n"
        "for n in range(10**6):\n"
        "    writer.write(KeptPage(f'https://a.example/{n}', f'https://a.example/{n}', b'x' * 3000, 'text/html',"
        " datetime.now(UTC), 'post'))\n"
        "    print(n, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(archive.folder)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= 50:
            break
    time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    said = [int(line) for line in process.communicate()[0].split()]
    last = said[-1] if said else 50
    write(archive, page(10**7))
    index = PageIndex.of(archive.folder)
    now = datetime.now(UTC) + timedelta(hours=1)
    for number in range(last + 1):
        assert read(index.latest(identity(f"https://a.example/{number}"), now)).body == b"x" * 3000


def test_a_disk_that_is_full_leaves_no_half_a_page(archive: ArchiveSettings) -> None:
    script = (
        "import os, resource, signal, sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from extractors.model import ArchiveSettings, KeptPage; from storage.pages import PageWriter\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "writer = PageWriter(ArchiveSettings(Path(sys.argv[1])))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))\n"
        "done = 0\n"
        "try:\n"
        "    while True:\n"
        "        url = f'https://a.example/{done}'\n"
        "        writer.write(KeptPage(url, url, os.urandom(3000), 'text/html', datetime.now(UTC), 'post'))\n"
        "        done += 1\n"
        "except OSError as error:\n"
        "    writer.close()\n"
        "    print(done, error.strerror)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(archive.folder)], capture_output=True, text=True, check=True
    ).stdout.split(maxsplit=1)
    assert said == ["5", "File too large\n"]
    (file,) = page_files(archive.folder)
    whole = [offset + length for _, offset, length, _ in read_lines(index_path(file))]
    assert (len(whole), whole[-1]) == (5, file.stat().st_size)


@pytest.mark.parametrize("place", [(0, 100), (10, 50), (10**9, 10)])
def test_a_place_without_a_page_says_so(archive: ArchiveSettings, place: tuple[int, int]) -> None:
    write(archive, page(1))
    (file,) = page_files(archive.folder)
    with pytest.raises(StorageError):
        read_page(file, *place)


def test_a_page_whose_file_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="can't read a page"):
        read_page(tmp_path / "pages-x.warc.gz", 0, 10)


def test_old_files_go_and_those_that_are_written_to_stay(archive: ArchiveSettings) -> None:
    write(archive, page(1))
    (file,) = page_files(archive.folder)
    os.utime(file, (0, 0))
    now = datetime.now(UTC)
    assert prune(archive, now) == 0, "kept for ever"
    short = replace(archive, keep_days=30)
    with PageWriter(short, lambda: AT) as writer:
        writer.write(page(2))
        os.utime(file, (0, 0))
        assert prune(short, now) == 0
    assert prune(short, now) == 1
    assert not list(archive.folder.iterdir())
    assert prune(replace(short, folder=archive.folder / "none"), now) == 0


def test_an_archive_of_nothing_has_an_empty_index(tmp_path: Path) -> None:
    assert len(PageIndex.of(tmp_path / "none")) == 0


def test_lines_that_are_none_are_left_out_of_the_index(archive: ArchiveSettings) -> None:
    write(archive, page(1))
    (file,) = page_files(archive.folder)
    with index_path(file).open("a") as index:
        index.write("not\ta\tline\tat\tall\tx\nhalf a li")
    assert len(PageIndex.of(archive.folder)) == 1
