import io
import os
import random
import struct
import zipfile
from pathlib import Path

import pytest

from comity import errors
from comity.cli import folders
from tests.world import world

FILES = {"comity-export.json": b"{}", "records/one.json": b"x" * 5_000, "checkpoint": b""}


def _archive(path: Path, files: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def _unsafe(path: Path, why: str) -> None:
    fault = world.refused("export-unsafe", lambda: folders.read(path))
    assert why in fault.message
    assert fault.exit_code == 7


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_is_read_as_its_folder_is(tmp_path: Path, how: int) -> None:
    archive = _archive(tmp_path / "one.zip", FILES, how)
    assert folders.read(archive) == FILES
    folders.unpack(archive, tmp_path / "folder")
    assert folders.read(tmp_path / "folder") == FILES


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "records/../../evil",
        "/etc/evil",
        "C:/evil",
        "..\\evil",
        "records\\..\\evil",
        "records//one",
        "./one",
        ".hidden",
        "a/b/c/d/e",
        "one two",
        "r\u00e9cords/one",
        "one\nline",
        "one..json",
    ],
)
def test_a_name_that_could_leave_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    _unsafe(_archive(tmp_path / "one.zip", {name: b"x"}), "no file of this name")


def test_nothing_is_written_where_an_archive_is_refused(tmp_path: Path) -> None:
    archive = _archive(tmp_path / "one.zip", {"fine": b"x", "../evil": b"x"})
    world.refused("export-unsafe", lambda: folders.unpack(archive, tmp_path / "folder"))
    assert [one.name for one in tmp_path.iterdir()] == ["one.zip"]


def test_an_archive_that_expands_without_measure_is_refused(tmp_path: Path) -> None:
    _unsafe(_archive(tmp_path / "one.zip", {"zeros": bytes(2**22)}), "expands more than")


def test_an_archive_with_too_much_in_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = _archive(tmp_path / "one.zip", {"a": b"1" * 600, "b": b"2" * 600, "c": b""})
    monkeypatch.setattr(folders, "BYTES_MAX", 1_000)
    _unsafe(archive, "more than an export can")
    monkeypatch.setattr(folders, "BYTES_MAX", 10_000)
    monkeypatch.setattr(folders, "FILES_MAX", 2)
    _unsafe(archive, "more than an export can")


def test_a_list_without_measure_is_not_even_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = _archive(tmp_path / "one.zip", {f"file-{n}": b"" for n in range(100)})
    monkeypatch.setattr(folders, "_LIST_BYTES_MAX", 1_000)
    _unsafe(archive, "its list has")


def test_a_file_that_says_it_is_small_and_is_not_is_refused(tmp_path: Path) -> None:
    path = _archive(tmp_path / "one.zip", {"zeros": bytes(2**22)})
    data = bytearray(path.read_bytes())
    size = struct.pack("<L", 2**22)
    while size in data:
        place = data.index(size)
        data[place : place + 4] = struct.pack("<L", 100)
    path.write_bytes(data)
    _unsafe(path, "")


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "one.zip", "w") as archive:
        archive.writestr("one", b"1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("one", b"2")
    _unsafe(tmp_path / "one.zip", "stands twice")


def test_files_that_lie_over_each_other_are_refused(tmp_path: Path) -> None:
    path = _archive(tmp_path / "one.zip", {"one": b"x" * 200, "two": b"y" * 200}, 0)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        second = archive.getinfo("two").header_offset
    place = data.rindex(struct.pack("<L", second) + b"two")
    data[place : place + 4] = struct.pack("<L", 10)
    path.write_bytes(data)
    _unsafe(path, "lies over another file")


def test_an_encrypted_file_and_a_link_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        about = zipfile.ZipInfo("link")
        about.external_attr = 0o120777 << 16
        archive.writestr(about, "/etc/passwd")
    _unsafe(tmp_path / "link.zip", "a link")
    data = bytearray(_archive(tmp_path / "locked.zip", {"one": b"x"}).read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(data)
    _unsafe(tmp_path / "locked.zip", "encrypted")


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_file_that_is_packed_otherwise_is_refused(tmp_path: Path, how: int) -> None:
    _unsafe(_archive(tmp_path / "one.zip", {"one": b"x" * 100}, how), "no export is")


def test_whatever_is_altered_in_an_archive_it_is_read_or_refused(tmp_path: Path) -> None:
    chosen = random.Random(7)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    whole, path = sink.getvalue(), tmp_path / "one.zip"
    refused = 0
    for _ in range(2_000):
        altered = bytearray(whole[: chosen.choice([len(whole), chosen.randrange(len(whole))])])
        for _ in range(chosen.randrange(1, 4)):
            if altered:
                altered[chosen.randrange(len(altered))] = chosen.randrange(256)
        path.write_bytes(altered)
        try:
            found = folders.read(path)
        except errors.Unverified:
            refused += 1
        else:
            assert set(found.values()) <= set(FILES.values())
    assert refused > 1_000


def test_in_a_folder_only_plain_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"1")
    (tmp_path / "two").symlink_to("/etc/passwd")
    _unsafe(tmp_path, "no plain file")
    (tmp_path / "two").unlink()
    os.mkfifo(tmp_path / "pipe")
    _unsafe(tmp_path, "no plain file")


def test_a_folder_is_read_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one").write_bytes(b"1" * 100)
    (tmp_path / "two").write_bytes(b"2" * 100)
    monkeypatch.setattr(folders, "FILE_BYTES_MAX", 99)
    _unsafe(tmp_path, "more than 99 bytes")
    monkeypatch.setattr(folders, "FILE_BYTES_MAX", 100)
    monkeypatch.setattr(folders, "BYTES_MAX", 199)
    _unsafe(tmp_path, "more than an export can")
    monkeypatch.setattr(folders, "BYTES_MAX", 200)
    monkeypatch.setattr(folders, "FILES_MAX", 1)
    _unsafe(tmp_path, "more than an export can")


def test_a_folder_that_is_there_is_not_unpacked_into(tmp_path: Path) -> None:
    archive = _archive(tmp_path / "one.zip", FILES)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine").touch()
    world.refused("file-exists", lambda: folders.unpack(archive, tmp_path / "folder"))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["folder", "one.zip"]
    world.refused("file-unwritable", lambda: folders.unpack(archive, tmp_path / "no" / "folder"))


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.zip").write_bytes(b"no archive")
    _unsafe(tmp_path / "one.zip", "no zip archive")
    world.refused("file-unreadable", lambda: folders.read(tmp_path / "none"))
