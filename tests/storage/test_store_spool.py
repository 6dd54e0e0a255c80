"""The spool: whole batches or none, in their order, whatever happens to the process or the disk."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import pytest

from extractors.model import Record
from storage.errors import StorageError
from storage.spool import Spool


def spooled(spool: Spool, make, *names: str) -> None:
    for name in names:
        spool.add(make.record(name, make.version()))


def test_batches_wait_in_the_order_in_which_they_came(tmp_path, make):
    ticks = iter((1, 2, 3))
    spool = Spool(tmp_path / "spool", clock_ns=lambda: next(ticks))
    spooled(spool, make, "second", "third", "first")

    assert [batch.batch_id for batch in spool.waiting()] == ["second", "third", "first"]


def test_a_batch_that_waits_already_is_kept_once(tmp_path, make):
    spool = Spool(tmp_path / "spool")
    spooled(spool, make, "b1", "b1")

    assert len(spool.waiting()) == 1


def test_an_empty_record_is_a_batch_too(tmp_path):
    spool = Spool(tmp_path / "spool")
    spool.add(Record("b1", "r1"))

    [batch] = spool.waiting()
    assert batch.batch_id == "b1"
    assert batch.bytes > 0


def test_files_of_the_spool_are_for_their_owner_alone(tmp_path, make):
    spool = Spool(tmp_path / "spool")
    spooled(spool, make, "b1")

    assert spool.folder.stat().st_mode & 0o777 == 0o700
    assert spool.waiting()[0].folder.stat().st_mode & 0o777 == 0o700


def test_no_spool_is_an_empty_spool(tmp_path):
    spool = Spool(tmp_path / "none")
    spool.sweep()

    assert (spool.waiting(), spool.broken()) == ([], 0)


def test_a_batch_that_is_discarded_is_gone_and_twice_is_no_error(tmp_path, make):
    spool = Spool(tmp_path / "spool")
    spooled(spool, make, "b1")
    [batch] = spool.waiting()
    spool.discard([batch])
    spool.discard([batch])

    assert list(spool.folder.iterdir()) == []


def test_a_folder_half_deleted_is_swept_and_never_seen(tmp_path, make):
    spool = Spool(tmp_path / "spool")
    spooled(spool, make, "b1")
    [batch] = spool.waiting()
    batch.folder.rename(spool.folder / f".done-{batch.folder.name}")

    assert spool.waiting() == []
    spool.sweep()
    assert list(spool.folder.iterdir()) == []


def test_a_batch_whose_manifest_is_damaged_is_set_aside(tmp_path, make):
    spool = Spool(tmp_path / "spool")
    spooled(spool, make, "b1", "b2")
    (spool.waiting()[0].folder / "batch.json").write_text("{")

    assert [batch.batch_id for batch in spool.waiting()] == ["b2"]
    assert spool.broken() == 1


def test_a_batch_of_a_newer_program_is_refused_and_kept(tmp_path, make):
    spool = Spool(tmp_path / "spool")
    spooled(spool, make, "b1")
    manifest = spool.waiting()[0].folder / "batch.json"
    manifest.write_text(json.dumps({"format": 99, "batch_id": "b1"}))

    with pytest.raises(StorageError, match="newer presswatch"):
        spool.waiting()
    assert manifest.exists()


def test_what_a_killed_writer_leaves_is_swept_and_what_a_living_one_writes_is_not(tmp_path, make):
    spool = Spool(tmp_path / "spool")
    spooled(spool, make, "whole")
    script = (
        "import os, time; from storage import rows, spool as spooling; from pathlib import Path\n"
        "from extractors.model import Record\n"
        "def stall(*_): print('ready', flush=True); time.sleep(60)\n"
        "spooling._write_batch = stall\n"
        f"spooling.Spool(Path({str(spool.folder)!r})).add(Record('half', 'r1'))\n"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        spool.sweep()
        assert len(list(spool.folder.iterdir())) == 2
    finally:
        writer.kill()
        writer.wait()
    assert len(list(spool.folder.iterdir())) == 2
    spool.sweep()
    assert [batch.batch_id for batch in spool.waiting()] == ["whole"]
    assert len(list(spool.folder.iterdir())) == 1


def test_sweeping_takes_nothing_from_those_who_write_meanwhile(tmp_path, make):
    spool = Spool(tmp_path / "spool")
    done = threading.Event()

    def keep_sweeping() -> None:
        while not done.is_set():
            spool.sweep()

    sweeper = threading.Thread(target=keep_sweeping)
    sweeper.start()
    try:
        spooled(spool, make, *(f"b{number}" for number in range(30)))
    finally:
        done.set()
        sweeper.join()

    assert len(spool.waiting()) == 30


def test_a_spool_that_cannot_be_written_says_so_in_one_line(tmp_path, make):
    (tmp_path / "spool").write_text("a file where the folder should be")

    with pytest.raises(StorageError, match="can't") as caught:
        spooled(Spool(tmp_path / "spool"), make, "b1")
    assert "\n" not in str(caught.value)


def test_a_full_disk_loses_nothing_that_was_kept_before(tmp_path):
    """RLIMIT_FSIZE stands for the full disk: every write beyond it fails."""
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from extractors.model import Record, RobotsRecord; from storage.spool import Spool\n"
        "from storage.errors import StorageError; from datetime import datetime, UTC\n"
        "import random, pyarrow.parquet, storage.rows\n"
        f"spool = Spool(Path({str(tmp_path / 'spool')!r}))\n"
        "spool.add(Record('small', 'r1'))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "noise = random.Random(1).randbytes(400_000).hex()\n"
        "at = datetime(2026, 1, 1, tzinfo=UTC)\n"
        "try:\n"
        "    spool.add(Record('big', 'r1', robots=(RobotsRecord('https://a.example', 200, noise, at, at),)))\n"
        "except StorageError as error:\n"
        "    print(error)\n"
        "print([batch.batch_id for batch in spool.waiting()], len(list(spool.folder.iterdir())))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    said, left = done.stdout.splitlines()
    assert said.startswith("can't write to the spool")
    assert left == "['small'] 1"


def test_a_batch_without_its_manifest_is_set_aside(tmp_path, make):
    spool = Spool(tmp_path / "spool")
    spooled(spool, make, "b1")
    (spool.waiting()[0].folder / "batch.json").unlink()

    assert (spool.waiting(), spool.broken()) == ([], 1)
