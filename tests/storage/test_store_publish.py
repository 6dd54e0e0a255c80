"""The published copy: whole at every moment, made anew when there is something new, its readers undisturbed."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extractors.model import Run, Source
from storage.copying import clone_file, copy_file
from storage.errors import DatabaseBusy, StorageError
from storage.locking import file_lock
from storage.pace import LastCopy, Pace, due_at, is_due, note_last, note_of, read_last
from storage.publish import publish_copy
from storage.query import run_query
from storage.store import Store

READ = (
    "import duckdb, sys; con = duckdb.connect(sys.argv[1], read_only=True);"
    "print(con.execute('SELECT count(*) FROM articles').fetchone()[0])"
)
COUNT = "SELECT count(*) FROM articles"


def stored(store: Store, make, now, *urls: str) -> None:
    for url in urls:
        store.spool(make.record(f"batch of {url}", make.version(url)))
    store.commit(now)


def test_the_copy_has_what_was_committed_and_can_be_read_by_all(store, make, now):
    stored(store, make, now, "https://a.example/1")

    published = store.publish(now)

    assert (published.changed, published.path) == (True, store.published)
    assert published.bytes == store.published.stat().st_size == store.database.stat().st_size
    assert 0 <= published.locked_s <= published.elapsed_s
    assert run_query(store.published, COUNT).rows == [(1,)]
    assert store.published.stat().st_mode & 0o777 == 0o644
    assert store.database.stat().st_mode & 0o777 == 0o600


def test_nothing_new_is_not_copied_again_unless_forced(store, make, now):
    stored(store, make, now, "https://a.example/1")
    store.publish(now)
    before = store.published.stat().st_ino

    assert not store.publish(now).changed
    assert store.published.stat().st_ino == before
    assert store.publish(now, force=True).changed
    assert store.published.stat().st_ino != before


@pytest.mark.parametrize(
    "change",
    [
        lambda store, now: store.sync_sources([Source("z", "Z")]),
        lambda store, now: store.start_run(Run("r9", "run", now)),
        lambda store, now: store.maintain(now + timedelta(days=1)),
    ],
)
def test_every_kind_of_change_is_published(store, now, change):
    store.publish(now)
    change(store, now)

    assert store.publish(now).changed


def test_a_reader_of_the_old_copy_keeps_it_and_a_new_one_sees_the_new_rows(store, make, now):
    stored(store, make, now, "https://a.example/1")
    store.publish(now)
    with duckdb.connect(str(store.published), read_only=True) as reader:
        stored(store, make, now, "https://a.example/2")
        assert store.publish(now).changed

        assert reader.execute(COUNT).fetchone() == (1,)
        other = subprocess.run(
            [sys.executable, "-c", READ, str(store.published)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    assert other.stdout.strip() == "2"


def test_what_an_analyst_wrote_into_an_old_copy_does_not_reach_the_new_one(store, make, now):
    stored(store, make, now, "https://a.example/1")
    store.publish(now)
    wal = store.published.with_name(store.published.name + ".wal")
    script = (
        "import duckdb, os, sys; con = duckdb.connect(sys.argv[1]);"
        "con.execute('PRAGMA disable_checkpoint_on_shutdown');"
        "con.execute('CREATE TABLE mine AS SELECT 1 AS x'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(store.published)], check=True)
    assert wal.exists()
    stored(store, make, now, "https://a.example/2")

    store.publish(now)

    assert not wal.exists()
    assert run_query(store.published, COUNT).rows == [(2,)]
    with pytest.raises(StorageError, match="mine"):
        run_query(store.published, "SELECT * FROM mine")


def test_a_damaged_copy_is_made_anew(store, make, now):
    stored(store, make, now, "https://a.example/1")
    store.publish(now)
    store.published.write_bytes(b"not a database" * 1000)

    assert store.publish(now).changed
    assert run_query(store.published, COUNT).rows == [(1,)]


def test_what_a_killed_publisher_left_is_removed(store, now):
    store.published.parent.mkdir()
    left = store.published.with_name(f".{store.published.name}.new")
    left.write_bytes(b"half a copy")

    store.publish(now)

    assert not left.exists()


def test_without_room_the_old_copy_stays_and_one_line_says_how_much_is_needed(store, make, now):
    stored(store, make, now, "https://a.example/1")
    store.publish(now)
    stored(store, make, now, "https://a.example/2")

    with pytest.raises(StorageError, match=r"no room to publish.* MB are needed"):
        publish_copy(store.live, store.published, spare_bytes=1 << 60)
    assert run_query(store.published, COUNT).rows == [(1,)]


def test_a_disk_that_is_full_half_way_leaves_the_old_copy_and_no_rest(store, make, now):
    """RLIMIT_FSIZE stands for the full disk: every write beyond it fails."""
    stored(store, make, now, "https://a.example/1")
    store.publish(now)
    stored(store, make, now, "https://a.example/2")
    script = (
        "import resource, sys; from pathlib import Path; from datetime import UTC, datetime\n"
        "from storage.errors import StorageError; from storage.store import Store\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "try:\n"
        "    Store(Path(sys.argv[1]), Path(sys.argv[2])).publish(datetime.now(UTC))\n"
        "except StorageError as error:\n"
        "    print(error)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(store.database), str(store.published)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert said.stdout.startswith("can't publish to")
    assert said.stdout.count("\n") == 1
    assert run_query(store.published, COUNT).rows == [(1,)]
    assert sorted(path.name for path in store.published.parent.iterdir()) == [
        ".news.duckdb.lock",
        ".news.duckdb.made",
        "news.duckdb",
    ]


@pytest.mark.parametrize("copied_first", [0, 700_000])
def test_where_the_kernel_cannot_copy_we_copy_ourselves(tmp_path, copied_first):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(range(256)) * 4000)

    def give_up_after_some(reading: int, writing: int, _count: int) -> int:
        if copied_first and os.lseek(reading, 0, os.SEEK_CUR) == 0:
            return os.sendfile(writing, reading, None, copied_first)
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    copy_file(source, target, copy_range=give_up_after_some)

    assert target.read_bytes() == source.read_bytes()


def test_a_kernel_that_copies_nothing_without_an_error_is_not_believed(tmp_path):
    (tmp_path / "source").write_bytes(b"x" * 1000)

    copy_file(tmp_path / "source", tmp_path / "target", copy_range=lambda *_: 0)

    assert (tmp_path / "target").read_bytes() == b"x" * 1000


def test_an_error_of_the_disk_is_not_taken_for_a_kernel_that_cannot(tmp_path):
    def fail(*_: int) -> int:
        raise OSError(errno.EIO, "Input/output error")

    (tmp_path / "source").write_bytes(b"x")
    with pytest.raises(OSError, match="Input/output"):
        copy_file(tmp_path / "source", tmp_path / "target", copy_range=fail)


def test_publishing_to_a_place_that_cannot_be_is_one_line(store, tmp_path, now):
    (tmp_path / "file").write_text("x")

    with pytest.raises(StorageError, match="can't make the folder"):
        Store(store.database, tmp_path / "file" / "news.duckdb").publish(now)


def test_two_publishers_never_overtake_one_another(store, make, now):
    stored(store, make, now, "https://a.example/1")
    errors: list[BaseException] = []

    def publish() -> None:
        try:
            store.publish(now, force=True)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    stored(store, make, now, "https://a.example/2")
    for thread in threads:
        thread.join()
    store.publish(now)

    assert errors == []
    assert run_query(store.published, COUNT).rows == [(2,)]


def test_whoever_holds_the_lock_of_the_copy_is_named(store, now):
    impatient = Store(store.database, store.published, lock_timeout_s=0.05)
    store.published.parent.mkdir()
    with (
        file_lock(store.published.with_name(f".{store.published.name}.lock"), 1),
        pytest.raises(DatabaseBusy, match=r"is held by process \d+ \("),
    ):
        impatient.publish(now)


def test_a_copy_carried_elsewhere_needs_nothing_else(store, make, now, tmp_path):
    stored(store, make, now, "https://a.example/1")
    store.publish(now)
    moved = tmp_path / "elsewhere.duckdb"
    shutil.copy(store.published, moved)

    assert run_query(moved, "SELECT count(*) FROM articles_as_of(now())").rows == [(1,)]


def test_better_views_reach_the_copy_though_no_row_has_changed(store, now):
    store.publish(now)
    with duckdb.connect(str(store.database)) as con:
        con.execute("UPDATE meta SET value = 'of an older program' WHERE name = 'layer'")

    assert store.publish(now).changed
    assert not store.publish(now).changed


# ------------------------------------------------------------------------------------------------------------ pace

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cost_s", "pace", "after_s"),
    [(20, Pace(0, 0.1), 200), (20, Pace(600, 0.1), 600), (20, Pace(0, 1.0), 20), (0, Pace(0, 0.1), 0)],
)
def test_a_copy_that_costs_much_is_made_less_often(cost_s, pace, after_s):
    last = LastCopy(AT, cost_s)

    assert due_at(last, pace) == AT + timedelta(seconds=after_s)
    assert is_due(last, pace, AT + timedelta(seconds=after_s))
    assert after_s == 0 or not is_due(last, pace, AT + timedelta(seconds=after_s - 1))


def test_without_a_known_copy_and_after_a_clock_that_was_set_back_a_copy_is_due():
    assert is_due(None, Pace(), AT)
    assert is_due(LastCopy(AT, 1), Pace(3600), AT - timedelta(hours=9))


def test_the_pace_holds_a_copy_back_and_the_next_round_makes_it(store, make, now):
    pace = Pace(every_s=600)
    stored(store, make, now, "https://a.example/1")
    assert store.publish(now, pace=pace).changed
    stored(store, make, now, "https://a.example/2")

    early = store.publish(now + timedelta(seconds=599), pace=pace)
    assert (early.changed, early.postponed_until) == (False, now + timedelta(seconds=600))
    assert run_query(store.published, COUNT).rows == [(1,)]

    assert store.publish(now + timedelta(seconds=600), pace=pace).changed
    assert run_query(store.published, COUNT).rows == [(2,)]


def test_whoever_asks_for_a_copy_without_a_pace_gets_it_at_once(store, make, now):
    store.publish(now)
    stored(store, make, now, "https://a.example/1")

    assert store.publish(now).changed
    assert store.publish(now, force=True, pace=Pace(3600)).changed


@pytest.mark.parametrize(
    "damage", ["", "[]", "{}", '{"at": 5, "cost_s": 1}', '{"at": "soon", "cost_s": 1}', "\xff"]
)
def test_a_note_that_is_lost_or_damaged_costs_one_copy_and_no_more(store, make, now, damage):
    store.publish(now)
    note_of(store.published).write_text(damage)
    stored(store, make, now, "https://a.example/1")

    assert read_last(store.published) is None
    assert store.publish(now, pace=Pace(3600)).changed
    last = read_last(store.published)
    assert last is not None
    assert last.at == now


def test_what_is_noted_of_a_copy_is_believed_of_that_very_file_alone(store, make, now):
    stored(store, make, now, "https://a.example/1")
    store.publish(now)
    old = store.published.with_name("old.duckdb")
    shutil.copy(store.published, old)
    first = read_last(store.published)
    stored(store, make, now, "https://a.example/2")
    store.publish(now)
    second = read_last(store.published)

    assert first.changes is not None
    assert second.changes > first.changes
    assert (first.articles.split()[0], second.articles.split()[0]) == ("1", "2")
    old.replace(store.published)
    assert read_last(store.published) == LastCopy(now, second.cost_s)
    assert store.publish(now).changed
    assert run_query(store.published, COUNT).rows == [(2,)]


def test_of_a_copy_that_was_removed_nothing_is_known(tmp_path):
    published = tmp_path / "news.duckdb"
    note_last(published, LastCopy(AT, 3.0))
    assert read_last(published) is None
    published.touch()
    assert read_last(published) == LastCopy(AT, 3.0)


# --------------------------------------------------------------------------------------------- clones, open readers


def test_where_blocks_can_be_shared_the_copy_is_a_clone(tmp_path):
    (tmp_path / "source").write_bytes(b"x" * 1000)

    def share(target: int, _request: int, source: int) -> None:
        os.write(target, os.read(source, 1000))

    assert clone_file(tmp_path / "source", tmp_path / "target", clone=share)
    assert (tmp_path / "target").read_bytes() == b"x" * 1000
    assert (tmp_path / "target").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("number", [errno.EOPNOTSUPP, errno.EXDEV, errno.ENOTTY, errno.EINVAL])
def test_where_they_can_not_nothing_is_left_of_the_attempt(tmp_path, number):
    (tmp_path / "source").write_bytes(b"x")

    def refuse(*_: int) -> None:
        raise OSError(number, "no")

    assert not clone_file(tmp_path / "source", tmp_path / "target", clone=refuse)
    assert not (tmp_path / "target").exists()


def test_a_clone_that_fails_for_want_of_room_is_an_error(tmp_path):
    (tmp_path / "source").write_bytes(b"x")

    def fail(*_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        clone_file(tmp_path / "source", tmp_path / "target", clone=fail)
    assert not (tmp_path / "target").exists()


READER = """
import sys, duckdb
path, keeps_it_open = sys.argv[1], sys.argv[2] == "held"
ask = "SELECT count(*), CAST(sum(length(text)) AS INTEGER) FROM articles"
held = duckdb.connect(path, read_only=True) if keeps_it_open else None
print("ready", flush=True)
while sys.stdin.readline() == "read\\n":
    for _ in range(3):
        if held:
            print(*held.execute(ask).fetchone())
        else:
            with duckdb.connect(path, read_only=True) as fresh:
                print(*fresh.execute(ask).fetchone())
    print("done", flush=True)
"""


class Reader:
    """Another process that reads the copy when told to: by one connection all the time, or by a new one each time."""

    def __init__(self, published: Path, kind: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", READER, str(published), kind],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def begin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("read\n")
        self.process.stdin.flush()

    def answers(self) -> list[str]:
        assert self.process.stdout is not None
        found: list[str] = []
        while (line := self.process.stdout.readline().strip()) != "done":
            assert line, f"the reader has ended with {self.process.wait()}"
            found.append(line)
        return found


def test_readers_in_other_processes_see_a_whole_copy_at_every_moment(store, make, now):
    """They read while the next copy is made. Each article's text is as long as the others', so half a copy would show."""
    stored(store, make, now, "https://a.example/0")
    store.publish(now)
    held, fresh = Reader(store.published, "held"), Reader(store.published, "fresh")
    length = len(make.version().text)
    try:
        for number in range(1, 6):
            stored(store, make, now, f"https://a.example/{number}")
            held.begin()
            fresh.begin()
            assert store.publish(now).changed
            assert held.answers() == [f"1 {length}"] * 3
            assert set(fresh.answers()) <= {f"{n} {n * length}" for n in (number, number + 1)}
    finally:
        for reader in (held, fresh):
            reader.process.communicate()
    assert (held.process.returncode, fresh.process.returncode) == (0, 0)
