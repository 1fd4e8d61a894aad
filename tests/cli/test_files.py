import errno
from pathlib import Path

import pytest

from comity.cli import files
from tests.world import world


def test_a_new_file_is_whole_and_nobody_elses(tmp_path: Path) -> None:
    files.write(tmp_path / "new", b"bytes")
    assert (tmp_path / "new").read_bytes() == b"bytes"
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["new"]


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "there"
    path.write_bytes(b"old")
    world.refused("file-exists", lambda: files.write(path, b"new"))
    assert path.read_bytes() == b"old"


def test_a_file_that_comes_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "there"

    def write() -> None:
        with files.new(path) as file:
            file.write(b"new")
            path.write_bytes(b"meanwhile")

    world.refused("file-exists", write)
    assert path.read_bytes() == b"meanwhile"
    assert [one.name for one in tmp_path.iterdir()] == ["there"]


def test_what_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def write() -> None:
        with files.new(tmp_path / "new") as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    def write() -> None:
        with files.new(tmp_path / "new"):
            raise OSError(errno.ENOSPC, "No space left on device")

    fault = world.refused("file-broken-off", write)
    assert "No space left" in fault.message
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    world.refused("file-unwritable", lambda: files.write(tmp_path / "none" / "new", b""))


def test_reading_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_bytes(b"12345")
    assert files.read(path, 5) == b"12345"
    world.refused("file-too-large", lambda: files.read(path, 4))


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    world.refused("file-unreadable", lambda: files.read(tmp_path / "none", 5))
    world.refused("file-unreadable", lambda: files.read(tmp_path, 5))
    world.refused("file-unreadable", lambda: files.open_(tmp_path))
