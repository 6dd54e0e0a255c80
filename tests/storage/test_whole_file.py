"""A file is in its place whole, or what was there is still there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from storage.whole_file import whole_file


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def write(path: Path, text: str, mode: int | None = None) -> None:
    with whole_file(path, mode=mode) as unfinished:
        unfinished.write_text(text)


def test_who_reads_it_meanwhile_keeps_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "a"
    write(file, "old")
    with file.open() as reader:
        write(file, "new")
        assert (reader.read(), file.read_text()) == ("old", "new")
    assert list(tmp_path.iterdir()) == [file]


def test_after_an_error_it_is_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "a"
    write(file, "old")
    for path in (file, tmp_path / "never"):
        with pytest.raises(ZeroDivisionError), whole_file(path) as unfinished:
            print(unfinished.write_text("half of it") / 0)
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_text() == "old"


def test_permissions_are_as_said_or_as_they_were_or_by_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path / "new", "1")
        write(tmp_path / "said", "1", mode=0o600)
        write(tmp_path / "old", "1")
        (tmp_path / "old").chmod(0o604)
        write(tmp_path / "old", "2")
    finally:
        os.umask(before)
    assert [mode_of(tmp_path / name) for name in ("new", "said", "old")] == [0o640, 0o600, 0o604]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "text"


def test_what_is_no_file_is_written_to_and_stays(tmp_path: Path) -> None:
    write(Path(os.devnull), "gone")
    assert not Path(os.devnull).is_file()
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        write(tmp_path / "folder", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_long_name_has_room_for_ours(tmp_path: Path) -> None:
    file = tmp_path / ("ü" * 127)  # 254 bytes
    write(file, "text")
    assert file.read_text() == "text"
