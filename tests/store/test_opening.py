"""Which engine a setting names."""

from pathlib import Path

import pytest

from comity import errors
from comity.store import folder_lock, opening, sqlite
from tests.store.conftest import Place


def test_without_an_address_the_store_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    opening.open_store("", folder=tmp_path).close()
    assert (tmp_path / sqlite.FILE).exists()


@pytest.mark.postgres
def test_with_an_address_nothing_is_written_into_the_data_folder(postgres_place: Place) -> None:
    postgres_place.open()
    assert list(postgres_place.folder.iterdir()) == []


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite:///file", "nonsense", "/a/path"])
def test_another_kind_of_database_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(errors.Invalid) as caught:
        opening.open_store(url, folder=tmp_path)
    assert caught.value.code == "database-url"


def test_a_failed_opening_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / sqlite.FILE).write_bytes(b"this is no database, though it is long enough" * 9)
    with pytest.raises(errors.Unavailable):
        opening.open_store("", folder=tmp_path)
    folder_lock.FolderLock(tmp_path).release()
    (tmp_path / sqlite.FILE).unlink()
    opening.open_store("", folder=tmp_path).close()


def test_a_folder_that_cannot_be_used_is_one_of_the_six_errors(tmp_path: Path) -> None:
    with pytest.raises(errors.Unavailable) as caught:
        opening.open_store("", folder=tmp_path / "missing")
    assert caught.value.code == "storage-unusable"
    assert "missing" in caught.value.message
