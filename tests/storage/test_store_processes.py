"""Several processes, killed ones, and programs that are not ours: nothing is lost, and no lock error gets out."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from extractors.model import Run
from extractors.urls import identity
from storage.errors import DatabaseBusy, StorageError
from storage.locking import file_lock
from storage.presence import living, runs_folder
from storage.query import run_query
from storage.store import Store

PRELUDE = """
import sys, time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from extractors.model import ArticleVersion, FeedState, Link, Outcome, Provenance, Record, Sighting, Validators
from extractors.urls import hash64, identity
from storage.errors import StorageError
from storage.store import Store

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
store = Store(Path(sys.argv[1]), Path(sys.argv[2]))
name = sys.argv[3]

def record(batch, count=5, size=2000):
    versions, links, outcomes, sightings = [], [], [], []
    for n in range(count):
        url = f"https://a.example/{batch}/{n}"
        article = identity(url)
        text = f"{url} " * (size // len(url))
        origins = Provenance("", "", "", "", "", "", "", "", (), "")
        versions.append(ArticleVersion(article, "a", url, url, url, (), NOW, None, "en", text, 9, None, (), None,
            None, None, NOW, NOW, hash64(url), (), origins))
        links.append(Link(article, "a", url, None, "stored", 1, NOW, NOW, article_id=article))
        outcomes.append(Outcome(name, "a", url, "page", "stored", NOW, article_id=article))
        sightings.append(Sighting("a", 1, "Read more", article, NOW))
    feed = FeedState("https://a.example/" + name, "a", Validators(f'"{batch}"'), NOW, NOW)
    return Record(batch, name, tuple(versions), tuple(outcomes), tuple(links), (feed,), tuple(sightings))
"""


@pytest.fixture
def start(store: Store) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a Python process with `store`, `name` and `record` at hand; ends what still runs at the end."""
    running: list[subprocess.Popen[str]] = []

    def launch(name: str, code: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PRELUDE + textwrap.dedent(code)]
        process = subprocess.Popen(
            [*command, str(store.database), str(store.published), name],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        running.append(process)
        return process

    yield launch
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def holding(store: Store, start: Callable[..., subprocess.Popen[str]]) -> Callable[[], subprocess.Popen[str]]:
    """Another program opens the live file and keeps it."""

    def hold() -> subprocess.Popen[str]:
        process = start(
            "holder",
            "import duckdb; con = duckdb.connect(sys.argv[1]); print('held', flush=True); time.sleep(60)",
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        return process

    return hold


def test_a_live_file_that_another_program_holds_delays_a_commit_and_loses_nothing(
    store, make, rows, now, holding
):
    holder = holding()
    store.spool(make.record("b1", make.version()))

    kept = store.commit(now)

    assert (kept.articles_new, kept.waiting) == (0, 1)
    with pytest.raises(DatabaseBusy, match=rf"held open by process {holder.pid} \(python") as caught:
        store.plan([], now)
    assert "\n" not in str(caught.value)
    holder.kill()
    holder.wait()
    assert store.commit(now).articles_new == 1
    assert rows("SELECT count(*) FROM articles") == [(1,)]


def test_a_program_that_lets_go_soon_enough_is_waited_for(store, make, now, holding):
    holder = holding()
    patient = Store(store.database, store.published, foreign_timeout_s=120)
    store.spool(make.record("b1", make.version()))
    subprocess.Popen(["sh", "-c", f"sleep 0.5; kill -9 {holder.pid}"])

    assert patient.commit(now).articles_new == 1


def test_a_run_that_begins_while_the_file_is_held_is_kept_for_later(store, rows, now, holding):
    from extractors.model import Run

    holder = holding()
    store.start_run(Run("r1", "run", now))
    store.finish_run(Run("r1", "run", now, now, "done"))
    holder.kill()
    holder.wait()
    store.commit(now)

    assert rows("SELECT run_id, status FROM runs") == [("r1", "done")]


def test_a_round_does_not_begin_while_the_file_is_held_and_leaves_nothing(store, rows, now, holding):
    from extractors.model import Run

    holder = holding()
    with pytest.raises(DatabaseBusy):
        store.begin_round(Run("r1", "run", now), [], [])
    assert not store.waiting_room.has_waiting()
    assert living(runs_folder(store.database)) == {}
    holder.kill()
    holder.wait()
    store.begin_round(Run("r2", "run", now), [], [])

    assert rows("SELECT run_id, status FROM runs") == [("r2", "running")]
    assert living(runs_folder(store.database)) == {"r2": os.getpid()}


def test_a_run_that_ends_while_the_file_is_held_is_told_of_later(store, make, rows, now, holding):
    from extractors.model import Run

    store.begin_round(Run("r1", "run", now), [], [])
    store.spool(make.record("b1", make.version()))
    holder = holding()
    finished = store.finish_run(Run("r1", "run", now, now, "done"))
    holder.kill()
    holder.wait()

    assert (finished.committed.waiting, finished.summary) == (1, None)
    assert store.commit(now).batches == 2
    assert rows("SELECT run_id, status FROM runs") == [("r1", "done")]


def test_whoever_waits_for_our_own_lock_in_vain_is_told_who_has_it(store, now):
    impatient = Store(store.database, store.published, lock_timeout_s=0.05)
    with (
        file_lock(store.live.lock_path, 1),
        pytest.raises(DatabaseBusy, match=rf"held by process {os.getpid()} \("),
    ):
        impatient.plan([], now)
    assert impatient.plan([], now).feeds == ()


def test_a_lock_goes_with_the_process_that_held_it(store, start, now):
    holder = start("x", "with store.live.locked():\n    print('locked', flush=True); time.sleep(60)")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    impatient = Store(store.database, store.published, lock_timeout_s=0.05)
    with pytest.raises(DatabaseBusy, match=rf"held by process {holder.pid} \(-c"):
        impatient.migrate()
    holder.kill()
    holder.wait()

    impatient.migrate()


def test_a_lock_that_cannot_be_made_is_one_line(tmp_path):
    with (
        pytest.raises(StorageError, match="can't make the lock file"),
        file_lock(tmp_path / "no" / "lock", 1),
    ):
        pass


def test_rounds_and_publishes_of_several_processes_get_on_with_each_other(store, start, rows):
    rounds = [
        start(
            name,
            """
            for n in range(3):
                store.plan([("https://a.example/" + name, "a")], NOW)
                store.spool(record(f"{name}-{n}"))
                store.spool(record(f"shared-{n}"))  # two rounds meet the same articles
                store.known_links([identity(f"https://a.example/shared-{n}/1")])
                done = store.commit(NOW)
                assert done.waiting == 0, done
            """,
        )
        for name in ("one", "two")
    ]
    publisher = start("p", "for _ in range(3):\n    store.publish(NOW)\n    time.sleep(0.05)")

    for process in (*rounds, publisher):
        _, errors = process.communicate(timeout=180)
        assert (process.returncode, errors) == (0, "")
    assert store.waiting_room.waiting() == []
    assert rows("SELECT count(*), count(DISTINCT article_id), max(version) FROM article_versions") == [
        (45, 45, 1)
    ]
    assert rows("SELECT count(*) FROM batches") == [(9,)]
    assert store.memories(["a"])["a"].lines[1].articles == 45


def test_ten_kills_during_commits_lose_nothing_and_count_nothing_twice(store, start, rows, now):
    """Each process spools batches and commits them until it is killed at a moment of its own."""
    rng = random.Random(4)
    spooled: set[str] = set()
    for number in range(10):
        process = start(
            f"k{number}",
            """
            n = 0
            print("ready", flush=True)
            while True:
                store.spool(record(f"{name}-{n}", count=20))
                print(f"{name}-{n}", flush=True)
                store.commit(NOW)
                if n % 3 == 2:
                    store.publish(NOW)
                n += 1
            """,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        first = process.stdout.readline()  # however slow the machine is, there is something to lose
        time.sleep(rng.uniform(0.0, 0.5))
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate()
        out = first + out
        spooled.update(line for line in out.split("\n")[:-1])  # what was not said in full may be there or not

    done = store.commit(now)

    assert (done.waiting, done.broken) == (0, 0)
    assert [path.name for path in store.waiting_room.folder.iterdir()] == []
    stored = {name for (name,) in rows("SELECT batch_id FROM batches")}
    assert spooled <= stored
    assert len(stored) <= len(spooled) + 10
    count = 20 * len(stored)
    assert rows("SELECT count(*), count(DISTINCT article_id), max(version) FROM article_versions") == [
        (count, count, 1)
    ]
    assert rows("SELECT count(*), count(DISTINCT url) FROM outcomes") == [(count, count)]
    assert rows("SELECT articles FROM source_counts") == [(count,)]
    assert rows("SELECT articles FROM boilerplate") == [(count,)]
    validators = dict(rows("SELECT split_part(feed_url, '/', 4), etag FROM feeds"))
    for batch in stored:  # a feed's validators are those of its last batch: never of one that is not there
        assert validators[batch.split("-")[0]].strip('"') in stored


def test_a_process_that_dies_between_commit_and_deletion_counts_nothing_twice(store, start, rows, now):
    died = start(
        "x",
        """
        import os
        from storage.spool import Spool
        Spool.discard = lambda self, batches: os._exit(9)
        store.spool(record("b1"))
        store.commit(NOW)
        """,
    )
    died.communicate(timeout=180)
    assert died.returncode == 9
    assert len(store.waiting_room.waiting()) == 1

    done = store.commit(now)

    assert (done.articles_new, done.batches, done.waiting) == (0, 0, 0)
    assert rows("SELECT count(*), max(version) FROM article_versions") == [(5, 1)]
    assert rows("SELECT articles FROM boilerplate") == [(5,)]


def test_a_full_disk_during_a_commit_loses_nothing(store, start, make, rows, now):
    """RLIMIT_FSIZE stands for the full disk: every write beyond it fails."""
    store.spool(make.record("before", make.version()))
    store.commit(now)
    limited = start(
        "x",
        """
        import resource, random
        store.spool(record("small"))
        noise = random.Random(1)
        for n in range(3):
            made = record(f"big-{n}", count=40)
            texts = [noise.randbytes(20_000).hex() for _ in made.versions]
            store.spool(replace(made, versions=tuple(replace(v, text=t) for v, t in zip(made.versions, texts))))
        limit = Path(sys.argv[1]).stat().st_size + 300_000
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            print(store.commit(NOW))
        except StorageError as error:
            print(error)
        """,
    )
    said, errors = limited.communicate(timeout=180)
    assert (limited.returncode, errors) == (0, "")
    assert said.count("\n") == 1
    assert str(store.database) in said

    done = store.commit(now)

    assert done.waiting == 0
    assert rows("SELECT count(*), count(DISTINCT article_id) FROM article_versions") == [(126, 126)]


def test_a_batch_whose_rows_are_damaged_is_set_aside_and_the_others_are_stored(store, make, rows, now):
    for number in range(3):
        store.spool(make.record(f"b{number}", make.version(f"https://a.example/{number}")))
    damaged = store.waiting_room.waiting()[1].file("versions")
    content = bytearray(damaged.read_bytes())
    content[100:400] = bytes(300)
    damaged.write_bytes(content)

    done = store.commit(now)

    assert (done.batches, done.waiting, done.broken) == (2, 0, 1)
    assert rows("SELECT url FROM articles ORDER BY url") == [
        ("https://a.example/0",),
        ("https://a.example/2",),
    ]
    assert len(list((store.waiting_room.folder / "broken").iterdir())) == 1


def test_an_error_that_is_not_the_batches_is_told_and_they_wait(store, make, now):
    store.spool(make.record("b1", make.version()))
    store.database.write_bytes(b"x" * 20_000)

    with pytest.raises(StorageError, match="not a valid DuckDB database"):
        store.commit(now)
    assert len(store.waiting_room.waiting()) == 1


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda content: b"<html>" * 5000, "not a valid DuckDB database"),
        (lambda content: content[:4096] + bytes(8192) + content[12288:], "."),
        (lambda content: content[:20_000], "."),
    ],
)
def test_a_damaged_database_is_said_in_one_line(store, now, damage, said):
    store.database.write_bytes(damage(store.database.read_bytes()))

    with pytest.raises(StorageError, match=said) as caught:
        store.plan([], now)
    assert "\n" not in str(caught.value)
    assert str(store.database) in str(caught.value)


def test_a_folder_in_the_place_of_the_database_is_said_in_one_line(tmp_path, now):
    (tmp_path / "live.duckdb").mkdir()

    with pytest.raises(StorageError, match=r"live\.duckdb"):
        Store(tmp_path / "live.duckdb", tmp_path / "news.duckdb").migrate()


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path):
    (tmp_path / "file").write_text("x")

    with pytest.raises(StorageError, match="can't make the folder"):
        Store(tmp_path / "file" / "live.duckdb", tmp_path / "news.duckdb").migrate()


def test_articles_of_two_stores_with_odd_paths_stay_apart(tmp_path: Path, make, now):
    for name in ("it's", 'so "quoted"', "with space; DROP", "ümlaut"):
        store = Store(tmp_path / name / "live.duckdb", tmp_path / name / "news.duckdb")
        store.spool(make.record("b1", make.version(f"https://a.example/{identity(name)}")))
        assert store.commit(now).articles_new == 1
        store.publish(now)
        assert run_query(store.published, "SELECT count(*) FROM articles").rows == [(1,)]
        assert len(list(store.stored_articles())) == 1


# ------------------------------------------------------------------------------------------------- runs that are killed


def test_a_run_that_was_killed_has_failed_and_one_beside_it_runs_on(
    store: Store, start: Callable[..., subprocess.Popen[str]], now: datetime
) -> None:
    begin = """
    from extractors.model import Run
    store.start_run(Run(name, "backfill urls", NOW))
    print("begun", flush=True)
    time.sleep(600)
    """
    killed, alive = start("killed", begin), start("alive", begin)
    for process in (killed, alive):
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
    killed.kill()
    killed.wait()

    store.start_run(Run("next", "run", now))
    assert statuses(store, now) == {"killed": "failed", "alive": "running", "next": "running"}

    store.finish_run(Run("next", "run", now, now, "done"))
    store.start_run(Run("last", "run", now))
    assert statuses(store, now) == {
        "killed": "failed", "alive": "running", "next": "done", "last": "running",
    }  # fmt: skip


def statuses(store: Store, now: datetime) -> dict[str, str]:
    store.publish(now, force=True)
    rows = run_query(store.published, "SELECT run_id, status FROM runs").rows
    return {str(run_id): str(status) for run_id, status in rows}
