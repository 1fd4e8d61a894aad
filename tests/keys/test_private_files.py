from pathlib import Path

import pytest

from comity import errors
from comity.keys import private_files


def test_a_written_file_is_private_and_reads_back(tmp_path: Path) -> None:
    private_files.make_folder(tmp_path / "keys")
    path = tmp_path / "keys" / "one"
    private_files.write(path, b"secret", replace=False)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert private_files.read(path) == b"secret"
    assert [entry.name for entry in path.parent.iterdir()] == ["one"]


def test_a_file_that_is_there_is_written_over_only_on_request(tmp_path: Path) -> None:
    private_files.make_folder(tmp_path / "keys")
    path = tmp_path / "keys" / "one"
    private_files.write(path, b"first", replace=False)
    with pytest.raises(errors.Conflict) as refused:
        private_files.write(path, b"second", replace=False)
    assert refused.value.code == "keys-exist"
    assert private_files.read(path) == b"first"
    private_files.write(path, b"third", replace=True)
    assert private_files.read(path) == b"third"
    assert [entry.name for entry in path.parent.iterdir()] == ["one"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_file_open_to_others_is_refused_with_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "one"
    private_files.write(path, b"secret", replace=False)
    path.chmod(mode)
    with pytest.raises(errors.Refused, match=f"{mode:04o}") as refused:
        private_files.read(path)
    assert refused.value.code == "keys-too-open"
    assert "chmod" in refused.value.next_step


def test_a_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o755)
    with pytest.raises(errors.Refused):
        private_files.make_folder(folder)


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFound):
        private_files.read(tmp_path / "none")


def test_a_link_in_the_place_of_a_file_is_never_followed(tmp_path: Path) -> None:
    private_files.write(tmp_path / "real", b"secret", replace=False)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises((errors.Refused, OSError)):
        private_files.read(tmp_path / "link")


def test_what_a_crash_left_is_removed_when_the_folder_is_made_again(tmp_path: Path) -> None:
    private_files.make_folder(tmp_path / "keys")
    (tmp_path / "keys" / ".new-abc").write_bytes(b"half a key")
    private_files.make_folder(tmp_path / "keys")
    assert not list((tmp_path / "keys").iterdir())
