import errno
import os
from pathlib import Path

import pytest

from comity import errors
from comity.exchange import files, parcel, wrapping
from tests.exchange import world


def test_a_parcel_goes_through_a_file(tmp_path: Path) -> None:
    made = world.parcel()
    sealed = parcel.seal(made, world.NODES[made.sender].signer, world.cards(made))
    name = files.name(world.LYON, world.TURIN, made.number)
    path = files.write(tmp_path, name, sealed.data)
    assert path.name == "PARCEL-fr-lyon-it-turin-7.comity"
    opener = world.NODES[world.TURIN].opener
    opened = parcel.open_(files.read(path), opener, world.Directory(), federation=world.FEDERATION)
    assert opened.parcel == made
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_that_is_taken_is_a_conflict(tmp_path: Path) -> None:
    files.write(tmp_path, "x.comity", b"first")
    with pytest.raises(errors.Conflict) as refused:
        files.write(tmp_path, "x.comity", b"second")
    assert refused.value.code == "parcel-file-exists"
    assert files.read(tmp_path / "x.comity") == b"first"


def test_a_disk_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(errors.Unavailable, match="Input/output error"):
        files.write(tmp_path, "x.comity", b"data")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(errors.Unavailable):
        files.write(tmp_path / "stick", "x.comity", b"data")


def test_a_file_beyond_the_bound_is_not_read_on(tmp_path: Path) -> None:
    path = tmp_path / "huge.comity"
    with path.open("wb") as file:
        file.truncate(100 * 2**30)
    with pytest.raises(errors.Invalid, match=str(wrapping.SEALED_BYTES_MAX)) as refused:
        files.read(path)
    assert refused.value.code == "parcel-too-large"


def test_what_is_no_plain_file_is_invalid_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(errors.Invalid) as refused:
            files.read(path)
        assert refused.value.code == "parcel-file"


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFound):
        files.read(tmp_path / "none.comity")


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises((errors.Invalid, errors.Unavailable)):
        files.read(tmp_path)
